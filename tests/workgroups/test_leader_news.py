"""Whoever was told who leads a group hears once that somebody else does: the schools, and who leads it beside."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import day as day_words
from programmes.models import Leader
from schools import roles
from schools.models import Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from workgroups.actions import co_leading, leading
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LATER = NOW + timedelta(hours=2)
STAFF = {roles.HEADTEACHER: "Hilda", roles.MATHS_LEAD: "Mo", roles.OFFICE: "Olly", roles.COVER: "Cora"}


@pytest.fixture
def other(group: Group) -> Leader:
    return make.LeaderFactory(hub=group.hub, person__name="Nora New")


@pytest.fixture
def beside(group: Group) -> Leader:
    """Somebody who leads the group beside its leader, and four of the first school who have all dates."""
    leader: Leader = make.LeaderFactory(hub=group.hub, person__name="Bea Beside")
    co_leading.add_beside(group=group, leader=leader, since=NOW.date(), until=None, by=None, now=NOW)
    school = group.places.earliest("pk").enrolment.school
    for kind, name in STAFF.items():
        make.RoleFactory(kind=kind, school=school, person__name=name, starts_on=NOW.date(), given_at=NOW)
    deliver(NOW)
    return leader


def deliver(now: datetime) -> None:
    with clock.fixed(now):
        leading.hand_over_due(now=now)
        notices.sweep(now)
        delivery.deliver_due()


def change(group: Group, leader: Leader, from_on: date, back_on: date | None = None, now: datetime = LATER) -> None:
    leading.change_leader(group=group, leader=leader, from_on=from_on, back_on=back_on, reason="Ill", by=None, now=now)


def told(kind: str) -> dict[str, str]:
    """What each was sent last, of those who lead it neither before nor after."""
    rows = Notice.objects.filter(kind=kind, state="sent").exclude(name="Nora New").order_by("due_at", "pk")
    found = {row.name: row.body for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("is_cover", [True, False])
@pytest.mark.parametrize("days", [0, 30])
@pytest.mark.usefixtures("beside")
def test_schools_and_who_leads_beside_hear_once_who_leads_from_when(
    group: Group, other: Leader, days: int, is_cover: bool
) -> None:
    from_on = NOW.date() + timedelta(days=days)
    back_on = from_on + timedelta(days=20) if is_cover else None
    teachers = [row.person.name for place in group.places.all() for row in place.participants.all()]

    change(group, other, from_on, back_on)
    for day in (NOW.date(), from_on, from_on + timedelta(days=20)):
        deliver(max(LATER, clock.at_london(day, 12)))

    usual = group.leader.person.name
    bodies = {name: body for name, body in told("leader_changed").items() if name != usual}
    assert bodies.keys() == {*STAFF.values(), "Bea Beside", *teachers}
    begins = f"From {day_words(from_on)} Nora New leads" if days else "Nora New now leads"
    assert all(f"{begins} {group} in place of {usual}." in body for body in bodies.values())
    assert all("Answer this e-mail to reach Nora New" in body for body in bodies.values())
    cover = f"This is cover, until {day_words(from_on + timedelta(days=19))}"
    assert all((cover in body) is is_cover for body in bodies.values())
    visited = {name for name, body in bodies.items() if "Nora New also visits your school" in body}
    assert visited == bodies.keys() - {"Bea Beside"}


@pytest.mark.usefixtures("beside")
def test_whoever_leaves_before_or_is_named_after_hears_nothing_of_it(group: Group, other: Leader) -> None:
    from_on = NOW.date() + timedelta(days=30)
    Role.objects.filter(person__name="Hilda").update(ends_on=from_on - timedelta(days=1))

    change(group, other, from_on)
    school = group.places.earliest("pk").enrolment.school
    after = LATER + timedelta(hours=1)
    make.RoleFactory(kind=roles.OFFICE, school=school, person__name="Ola Late", starts_on=after.date(), given_at=after)
    deliver(after)

    assert not {"Hilda", "Ola Late"} & told("leader_changed").keys()
    # It stands in their first e-mail instead.
    assert f"is led by {group.leader}. From {day_words(from_on)} Nora New leads it." in told("year_dates")["Ola Late"]


def test_whose_first_email_with_the_dates_waits_reads_there_who_leads(group: Group, other: Leader) -> None:
    change(group, other, NOW.date())
    deliver(LATER)

    assert told("leader_changed") == {}
    assert all("is led by Nora New." in body for body in told("year_dates").values())
    assert told("year_dates")


@pytest.mark.usefixtures("beside")
def test_schools_that_were_told_hear_that_it_is_taken_back(group: Group, other: Leader) -> None:
    change(group, other, NOW.date() + timedelta(days=30))
    deliver(LATER)

    after = LATER + timedelta(hours=1)
    leading.take_back(group=group, by=None, now=after)
    deliver(after)

    assert told("leader_stays").keys() == told("leader_changed").keys() | {group.leader.person.name}
    assert "Hilda" in told("leader_stays")


@pytest.mark.usefixtures("beside")
def test_whoever_was_not_told_of_a_change_does_not_hear_that_it_is_taken_back(group: Group, other: Leader) -> None:
    """Their e-mail never left, or they were about to leave the group then, and stay now."""
    change(group, other, NOW.date() + timedelta(days=30))
    deliver(LATER)
    Notice.objects.filter(kind="leader_changed", name="Hilda").delete()

    after = LATER + timedelta(hours=1)
    leading.take_back(group=group, by=None, now=after)
    deliver(after)

    assert "Mo" in told("leader_stays")
    assert "Hilda" not in told("leader_stays")


@pytest.fixture
def covered(group: Group, other: Leader, beside: Leader) -> date:
    """From which day the usual leader leads again, of cover whose end has been taken back; all were told both."""
    back_on = NOW.date() + timedelta(days=30)
    change(group, other, NOW.date(), back_on)
    deliver(LATER)
    after = LATER + timedelta(hours=1)
    leading.take_back(group=group, by=None, now=after)
    deliver(after)
    assert all("Nora New goes on leading it" in body for body in told("leader_stays").values())
    assert {*STAFF.values(), beside.person.name} <= told("leader_stays").keys()
    return back_on


def test_end_of_cover_that_was_taken_back_and_is_planned_again_is_told_of(group: Group, covered: date) -> None:
    usual, after = Group.objects.get(pk=group.pk).leader_changes.earliest("pk").was, LATER + timedelta(days=1)

    change(Group.objects.get(pk=group.pk), usual, covered, now=after)
    deliver(after)

    rows = Notice.objects.filter(kind="leader_changed", state="sent", occurrence=f"leader@{covered}")
    bodies = dict(rows.values_list("name", "body"))
    assert bodies.keys() == told("leader_stays").keys()
    assert f"From {day_words(covered)} you lead {group}" in bodies.pop(usual.person.name)
    assert all(f"From {day_words(covered)} {usual} leads {group}" in body for body in bodies.values())


def test_end_of_a_second_cover_is_told_of_once_though_the_firsts_was_taken_back(
    group: Group, other: Leader, covered: date
) -> None:
    usual, after = group.leader, LATER + timedelta(days=1)
    change(Group.objects.get(pk=group.pk), usual, after.date(), now=after)
    change(Group.objects.get(pk=group.pk), other, after.date(), covered, now=after)

    deliver(after)

    rows = Notice.objects.filter(kind="leader_changed", state="sent", occurrence=f"leader@{covered}")
    assert set(rows.values_list("name", flat=True)) <= {usual.person.name}


@pytest.mark.usefixtures("beside")
def test_whoever_joined_since_and_read_of_it_with_the_dates_hears_that_it_is_taken_back(
    group: Group, other: Leader
) -> None:
    from_on, since = NOW.date() + timedelta(days=30), LATER + timedelta(hours=1)
    change(group, other, from_on)
    deliver(LATER)
    place = group.places.earliest("pk")
    for kind, name in ((roles.OFFICE, "Ola Late"), (roles.COVER, "Col Late")):
        school = place.enrolment.school
        make.RoleFactory(kind=kind, school=school, person__name=name, starts_on=since.date(), given_at=since)
    make.ParticipantFactory(place=place, person__name="Tia Late", since=since.date(), entered_at=since)
    second = make.LeaderFactory(hub=group.hub, person__name="Sid Late")
    co_leading.add_beside(group=group, leader=second, since=since.date(), until=None, by=None, now=since)
    deliver(since)

    after = since + timedelta(hours=1)
    leading.take_back(group=group, by=None, now=after)
    school = place.enrolment.school
    make.RoleFactory(kind=roles.OFFICE, school=school, person__name="Ona Last", starts_on=after.date(), given_at=after)
    deliver(after)

    late, stays = {"Ola Late", "Col Late", "Tia Late", "Sid Late"}, told("leader_stays")
    assert all(f"From {day_words(from_on)} Nora New leads it." in told("year_dates")[name] for name in late)
    assert not late & told("leader_changed").keys()
    assert stays.keys() == told("leader_changed").keys() | late | {group.leader.person.name}
    assert all(f"{group.leader.person.name} goes on leading it" in stays[name] for name in late)
    assert "Nora New" not in told("year_dates")["Ona Last"]


@pytest.mark.parametrize("days", [0, 30])
def test_whose_first_email_waited_and_said_it_hears_that_it_is_taken_back(
    group: Group, other: Leader, days: int
) -> None:
    change(group, other, NOW.date() + timedelta(days=days))
    deliver(LATER)

    after = LATER + timedelta(hours=1)
    if days:
        leading.take_back(group=group, by=None, now=after)
    else:
        leading.undo(change=group.leader_changes.get(), by=None, now=after)
    deliver(after)

    assert told("year_dates")
    assert told("year_dates").keys() <= told("leader_stays").keys()


def test_whose_first_email_with_the_dates_still_waits_hears_nothing_of_what_is_taken_back(
    group: Group, other: Leader
) -> None:
    change(group, other, NOW.date() + timedelta(days=30))
    leading.take_back(group=group, by=None, now=LATER)
    deliver(LATER)

    assert told("leader_stays") == {}
    assert not any("Nora New" in body for body in told("year_dates").values())


@pytest.mark.parametrize("how", ["alone", "beside"])
def test_home_of_whoever_leads_from_a_later_day_says_which_group_from_when(
    group: Group, other: Leader, client: Client, how: str
) -> None:
    from_on = NOW.date() + timedelta(days=30)
    Role.objects.create(person=other.person, kind=roles.SPECIALIST, hub=group.hub, starts_on=date(2026, 9, 1))
    user = User.objects.create_user("nora@people.example.org", person=other.person)
    client.force_login(user)

    pages = []
    for step in ("before", "after"):
        if step == "after" and how == "alone":
            change(group, other, from_on)
        elif step == "after":
            co_leading.add_beside(group=group, leader=other, since=from_on, until=None, by=None, now=LATER)
        with clock.fixed(LATER):
            pages.append(client.get("/").content.decode())

    words = f"From {day_words(from_on)} you lead {group}" + (f" beside {group.leader}" if how == "beside" else "")
    assert [words in page for page in pages] == [False, True]
    assert ["You lead no group" in page for page in pages] == [True, False]


def test_whoever_takes_over_reads_so_before_what_is_to_book_or_log(group: Group, other: Leader) -> None:
    now = clock.at_london(date(2026, 12, 7), 12)
    deliver(now - timedelta(days=1))
    visit = group.visits.order_by("pk")[0]
    on = date(2026, 12, 1)
    group.visits.filter(pk=visit.pk).update(status="booked", on=on, starts_at=clock.at_london(on, 9))
    Leader.objects.filter(pk=group.leader_id).update(ends_on=date(2026, 12, 6))

    change(group, other, date(2026, 11, 30), now=now)
    mine = Notice.objects.filter(recipient=f"person:{other.person_id}", state="sent").order_by("sent_at", "pk")
    deliver(now)
    at_once = [row.kind for row in mine]
    deliver(clock.at_london(date(2026, 12, 8), 9))

    assert at_once == ["leader_changed"]
    assert {row.kind for row in mine.all()} >= {"leader_changed", "visit_log_due"}
