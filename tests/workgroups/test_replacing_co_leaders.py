"""Whoever leads a group beside its leader and is replaced as a leader, or became one so, and is taken back."""

from datetime import date, timedelta

import pytest

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.models import Leader
from schools import roles
from schools.models import Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW, running
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import co_leading, replacing, taking_effect
from workgroups.actions.outlook import lines_of
from workgroups.models import CoLeader, Group, Visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_who_became_a_leader_and_is_taken_back_leads_beside_no_more"),
]


@pytest.fixture
def second(group: Group) -> Group:
    """Another running group of the hub, with its own leader."""
    leader = make.LeaderFactory(hub=group.hub)
    found: Group = make.GroupFactory(hub=group.hub, offer=group.offer, leader=leader, name="Second")
    running(found)
    return found


def led_beside(leader: Leader) -> list[tuple[date, date | None]]:
    return list(CoLeader.objects.standing().filter(leader=leader).order_by("since").values_list("since", "until"))


def schools_seen(leader: Leader, group: Group, day: date) -> int:
    sources = [place.role_source for place in group.places.all()]
    held = Role.objects.filter(person=leader.person_id, kind=roles.LEADS_SCHOOL, source__in=sources)
    return held.current(day).count()


@pytest.mark.parametrize("days", [-1, 0, 20])
def test_who_became_a_leader_and_is_taken_back_leads_beside_no_more(
    group: Group, second: Group, staff: User, days: int
) -> None:
    change = replace(group.leader.person, staff, from_on=TODAY + timedelta(days=days))
    ben = Leader.objects.get(person__name="Ben Bo")
    first, later = TODAY + timedelta(days=max(days, 0)), NOW + timedelta(days=1)
    co_leading.add_beside(group=second, leader=ben, since=first, until=None, by=None, now=NOW)

    with clock.fixed(later):
        taking_effect.take_back(change=change, by=staff, now=later)
        notices.sweep(later)

    assert all(until == TODAY for _since, until in led_beside(ben))
    assert [schools_seen(ben, second, day) for day in (later.date(), first + timedelta(days=9))] == [0, 0]
    mine = Notice.objects.filter(recipient=f"person:{ben.person_id}", kind="meeting_reminder", state="planned")
    assert not mine.exists()


@pytest.mark.parametrize("is_told", [True, False])
def test_who_was_to_lead_beside_and_is_taken_back_leaves_no_trace_unless_somebody_was_told(
    group: Group, second: Group, staff: User, is_told: bool
) -> None:
    day = TODAY + timedelta(days=20)
    change = replace(group.leader.person, staff, from_on=day)
    ben = Leader.objects.get(person__name="Ben Bo")
    with clock.fixed(NOW):
        co_leading.add_beside(group=second, leader=ben, since=day, until=None, by=None, now=NOW)
        if is_told:
            delivery.deliver_due()

        taking_effect.take_back(change=change, by=staff, now=NOW)

    assert CoLeader.objects.filter(group=second).exists() is is_told
    assert Leader.objects.filter(pk=ben.pk).exists() is is_told


@pytest.mark.parametrize("days", [0, 20])
@pytest.mark.parametrize("span", [(0, None), (0, 60), (40, None), (40, 60)])
def test_leader_who_stays_after_all_leads_beside_as_before(
    group: Group, second: Group, staff: User, span: tuple[int, int | None], days: int
) -> None:
    """The preview names the group, and what begins later comes back too."""
    ann, other = group.leader, make.LeaderFactory(hub=group.hub)
    first, last = TODAY + timedelta(days=span[0]), None if span[1] is None else TODAY + timedelta(days=span[1])
    co_leading.add_beside(group=second, leader=ann, since=first, until=last, by=None, now=NOW)
    day = TODAY + timedelta(days=days)

    change = replace(ann.person, staff, from_on=day, to=replacing.Newcomer(person=other.person))
    (line,) = [one for one in lines_of(change) if one.title.startswith("No longer")]
    fell = [schools_seen(ann, second, one) for one in (day, TODAY + timedelta(days=50))]
    taking_effect.take_back(change=change, by=staff, now=NOW)

    assert "They lead no group beside its leader any more: Second." in line.more
    assert fell == [0, 0]
    assert led_beside(ann) == [(first, last)]
    ahead = [TODAY + timedelta(days=one) for one in (0, 30, 50, 70)]
    there = [2 if first <= one and (last is None or one <= last) else 0 for one in ahead]
    assert [schools_seen(ann, second, one) for one in ahead] == there
    reminded = Notice.objects.filter(recipient=f"person:{ann.person_id}", kind="meeting_reminder", state="planned")
    targets = {f"workgroups.meeting:{one.pk}" for one in second.meetings.all()}
    assert reminded.filter(target__in=targets).exists()


def test_what_was_changed_since_is_not_given_back(group: Group, second: Group, staff: User) -> None:
    """Somebody ended the co-leading by hand meanwhile, and a visit was logged by whoever had it by then."""
    ann, other = group.leader, make.LeaderFactory(hub=group.hub)
    one = co_leading.add_beside(group=second, leader=ann, since=TODAY - timedelta(days=9), until=None, by=None, now=NOW)
    visits = second.visits.order_by("pk")
    kept, logged = visits[0], visits[1]
    second.visits.filter(pk__in=(kept.pk, logged.pk)).update(leader=ann)
    newcomer = replacing.Newcomer(person=other.person)

    change = replace(ann.person, staff, from_on=TODAY + timedelta(days=20), to=newcomer)
    (line,) = [line for line in lines_of(change) if line.title.startswith("No longer")]
    passed = {visit.leader for visit in second.visits.all()}
    second.visits.filter(pk=logged.pk).update(status="done")
    co_leading.end_beside(one=CoLeader.objects.select_related("group").get(pk=one.pk), by=None, now=NOW)
    taking_effect.take_back(change=change, by=staff, now=NOW)

    assert "2 open visits of theirs: now for whoever leads the group." in line.more
    assert passed == {second.leader}
    assert [Visit.objects.get(pk=visit.pk).leader for visit in (kept, logged)] == [ann, second.leader]
    assert led_beside(ann) == [(TODAY - timedelta(days=9), TODAY - timedelta(days=1))]
