"""Two records of one person are made one: whoever was told of something hears of it neither anew nor no more."""

from datetime import timedelta

import pytest

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from hubportal.core.records import record_key
from programmes.models import Leader
from schools import roles
from schools.actions import merging, moves
from schools.models import HubMove, Person
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_leader_news import LATER, change, deliver
from workgroups.actions import co_leading, leading
from workgroups.models import CoLeader, Group, LeaderChange, Meeting

pytestmark = pytest.mark.django_db
AFTER = LATER + timedelta(hours=1)


@pytest.fixture
def other(group: Group) -> Leader:
    return make.LeaderFactory(hub=group.hub, person__name="Nora New")


def merge(kept: Person, gone: Person) -> None:
    with clock.fixed(AFTER):
        merging.merge(kept=kept, gone=gone, by=make.make_user(roles.NATIONAL), now=AFTER)


def again(person: Person) -> Person:
    """A second record of somebody, which stays; only one of the two has an address that is written to."""
    found: Person = make.PersonFactory(name=f"{person.name} Again", email=f"again-{person.email}")
    return found


def sent(kind: str, person: Person) -> int:
    """How often somebody has been sent an e-mail of a kind, under whichever record."""
    return Notice.objects.filter(kind=kind, state="sent", recipient=f"person:{person.pk}").count()


def _leave(kind: str, about: LeaderChange | Meeting | HubMove, person: Person) -> None:
    """An e-mail about it that left to somebody."""
    Notice.objects.create(
        kind=kind,
        target=record_key(about),
        recipient=f"person:{person.pk}",
        occurrence="x@1",
        due_at=NOW,
        state="sent",
        name=person.name,
    )


@pytest.mark.parametrize(
    ("untold", "told", "after"),
    [
        (["gone"], [], True),
        (["kept"], [], True),
        (["gone", "kept"], [], True),
        # The one record had been told, or read of it, the other had not: they know of it.
        (["gone"], ["kept"], False),
        (["kept"], ["gone"], False),
        ([], ["gone"], False),
        # Whoever was to hear of it later, and did, was not told of it as news.
        (["gone"], ["gone"], True),
    ],
)
def test_who_has_not_been_told_under_either_record_stays_untold(
    group: Group, other: Leader, untold: list[str], told: list[str], after: bool
) -> None:
    kept, gone, third = make.PersonFactory(), make.PersonFactory(), make.PersonFactory()
    keys = {"gone": f"person:{gone.pk}", "kept": f"person:{kept.pk}"}
    change(group, other, NOW.date() + timedelta(days=30))
    meeting = group.meetings.earliest("starts_at")
    made = group.leader_changes.get()
    LeaderChange.objects.filter(pk=made.pk).update(untold=[*(keys[one] for one in untold), f"person:{third.pk}"])
    mapped = {keys[one]: "year_dates" for one in untold} | {f"person:{third.pk}": "meeting_added"}
    Meeting.objects.filter(pk=meeting.pk).update(untold=mapped)
    for one in told:
        person = kept if one == "kept" else gone
        _leave("leader_changed", made, person)
        _leave("meeting_moved", meeting, person)

    merge(kept, gone)

    made.refresh_from_db()
    meeting.refresh_from_db()
    now = {keys["kept"]: "year_dates"} if after else {}
    assert made.untold == sorted([*now, f"person:{third.pk}"])
    assert meeting.untold == {**now, f"person:{third.pk}": "meeting_added"}


def test_whoever_read_of_a_change_with_the_dates_hears_once_that_it_is_taken_back(group: Group, other: Leader) -> None:
    deliver(NOW)
    change(group, other, NOW.date() + timedelta(days=30))
    place = group.places.earliest("pk")
    since = LATER + timedelta(minutes=30)
    tia = make.ParticipantFactory(place=place, since=since.date(), entered_at=since).person
    deliver(since)
    leading.take_back(group=group, by=None, now=AFTER)
    kept = again(tia)

    merge(kept, tia)
    for hours in (1, 2):
        deliver(AFTER + timedelta(hours=hours))

    assert sent("leader_stays", kept) == 1


def test_whoever_had_not_been_written_to_hears_nothing_of_what_is_taken_back(group: Group, other: Leader) -> None:
    tam = group.places.earliest("pk").participants.earliest("pk").person
    change(group, other, NOW.date() + timedelta(days=30))
    leading.take_back(group=group, by=None, now=LATER)
    kept = again(tam)

    merge(kept, tam)
    deliver(AFTER)

    assert (sent("leader_stays", kept), sent("year_dates", kept)) == (0, 1)


def test_whoever_was_told_is_told_neither_anew_nor_left_out_when_it_is_taken_back(group: Group, other: Leader) -> None:
    deliver(NOW)
    tam = group.places.earliest("pk").participants.earliest("pk").person
    change(group, other, NOW.date() + timedelta(days=30))
    deliver(LATER)
    kept = again(tam)

    merge(kept, tam)
    deliver(AFTER)
    leading.take_back(group=group, by=None, now=AFTER)
    deliver(AFTER + timedelta(hours=1))

    assert (sent("leader_changed", kept), sent("leader_stays", kept)) == (1, 1)


def test_whoever_leads_beside_and_was_told_so_hears_that_it_ends(group: Group, other: Leader) -> None:
    deliver(NOW)
    one = co_leading.add_beside(
        group=group, leader=other, since=NOW.date() + timedelta(days=9), until=None, by=None, now=NOW
    )
    deliver(LATER)
    co_leading.end_beside(one=CoLeader.objects.get(pk=one.pk), by=None, now=AFTER)
    kept = again(other.person)

    merge(kept, other.person)
    deliver(AFTER + timedelta(hours=1))

    one.refresh_from_db()
    assert f"person:{kept.pk}" in one.told
    assert sent("beside_changed", kept) == 1


@pytest.mark.parametrize("has_heard", [True, False])
def test_hub_lead_hears_that_a_move_is_taken_back_where_they_heard_of_it(has_heard: bool) -> None:
    """Of a hub that has no address of its own."""
    hub, school = make.HubFactory(email=""), make.SchoolFactory()
    lee = make.RoleFactory(kind=roles.HUB_LEAD, hub=hub, person=make.PersonFactory(name="Lee Lead")).person
    with clock.fixed(NOW):
        day = NOW.date() + timedelta(days=20)
        move = moves.move_school(
            school=school, hub=hub, from_on=day, reason="Nearer", takes_interest=True, by=None, now=NOW
        )
    mine = Notice.objects.filter(kind="hub_move", recipient=f"person:{lee.pk}")
    if has_heard:
        mine.update(state="sent", sent_at=NOW)
    moves.take_back(move=move, by=None, now=LATER)
    kept = again(lee)

    merge(kept, lee)
    notices.sweep(AFTER)

    theirs = Notice.objects.filter(kind="hub_move", recipient=f"person:{kept.pk}", occurrence__startswith="back@")
    assert list(theirs.values_list("state", flat=True)) == (["planned"] if has_heard else [])
