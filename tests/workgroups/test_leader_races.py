"""A leader's time ends, or a group passes to another, beside what somebody does with one of them at that moment."""

from collections.abc import Callable

import pytest

from hubportal.core import clock, locks
from hubportal.core.workflow import CannotMove
from programmes.actions import leaders
from schools import roles
from schools.actions import merging, people
from schools.actions.holding import MERGED, hold_people, hold_person
from schools.models import Person, Role, School
from tests import factories as make
from tests.races import once_held
from tests.workgroups.test_groups import NOW, accepted, place
from workgroups.actions import co_leading, groups, leading, leaving, replacing, successors
from workgroups.actions.duties import Kind, duties_of
from workgroups.models import Group, Place

TODAY = NOW.date()

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def held() -> Place:
    """A place in a group, whose leader sees the school by it."""
    group = make.GroupFactory()
    school: Place = place(group, accepted(group))
    return school


def met(step: Callable[[], object], first: Person, double: Person) -> str:
    """What a step comes to that begins while somebody merges the record of a person into their double's."""
    national = make.make_user(roles.NATIONAL)

    def take() -> str:
        try:
            step()
        except CannotMove as problem:
            return str(problem)
        return "done"

    return once_held(
        lambda: hold_people((first, double)),
        take,
        then=lambda: merging.merge(kept=double, gone=first, by=national, now=NOW),
    )


def merged(gone: Person, kept: Person) -> str:
    return MERGED.format(gone=gone, kept=kept)


def test_leader_whose_time_ends_as_they_are_merged_is_said_to_be_merged(held: Place) -> None:
    leader = held.group.leader
    double = make.PersonFactory(name="Jo Hill")
    Group.objects.update(status=Group.Status.COMPLETED, ended_on=TODAY)

    def end() -> None:
        leaving.end_leader(leader=leader, by=None, today=TODAY, last_day=TODAY, now=NOW)

    assert met(end, leader.person, double) == merged(leader.person, double)


def test_last_day_that_is_taken_back_as_somebody_is_merged_gives_their_schools_back_or_says_so(held: Place) -> None:
    other = make.LeaderFactory(hub=held.group.hub)
    double = make.PersonFactory(name="Jo Hill")
    co_leading.add_beside(group=held.group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    leaving.end_leader(leader=other, by=None, today=TODAY, last_day=TODAY, now=NOW)
    other.refresh_from_db()

    def give_back() -> None:
        leaving.end_leader(leader=other, by=None, today=TODAY, last_day=None, now=NOW)

    assert met(give_back, other.person, double) == merged(other.person, double)


@pytest.mark.parametrize("is_new_one", [False, True])
def test_group_that_passes_to_another_as_one_of_the_two_is_merged_waits_without_a_ring(
    held: Place, is_new_one: bool
) -> None:
    new, group = make.LeaderFactory(hub=held.group.hub), Group.objects.get(pk=held.group_id)
    one = (new if is_new_one else group.leader).person
    double = make.PersonFactory(name="Jo Hill")

    def give() -> None:
        leading.change_leader(group=group, leader=new, from_on=TODAY, reason="Illness", by=None, now=NOW)

    assert met(give, one, double) == merged(one, double)


def test_school_that_becomes_another_as_its_leader_is_merged_waits_without_a_ring(held: Place) -> None:
    school = make.SchoolFactory(authority__hub=held.group.hub)
    leader, double = held.group.leader.person, make.PersonFactory(name="Jo Hill")

    def go_on() -> None:
        successors.go_on_at(enrolment=held.enrolment, school=school, by=None, now=NOW)

    assert met(go_on, leader, double) == merged(leader, double)


def test_leader_who_is_based_elsewhere_as_they_are_merged_is_said_to_be_merged() -> None:
    leader = make.LeaderFactory()
    double, school = make.PersonFactory(name="Jo Hill"), make.SchoolFactory()

    def base(at: School) -> None:
        leaders.change_base(leader=leader, school=at, by=make.make_user(roles.HUB_LEAD, hub=leader.hub))

    assert met(lambda: base(school), leader.person, double) == merged(leader.person, double)


def test_leader_who_is_replaced_as_a_school_joins_their_group_waits_without_a_ring(held: Place) -> None:
    group, other = held.group, make.LeaderFactory(hub=held.group.hub)
    leaver, staff = group.leader, make.make_user(roles.HUB_LEAD, hub=held.group.hub)
    joins = accepted(group)
    with clock.fixed(NOW):
        led = [duty for duty in duties_of(leaver.person, by=staff, today=TODAY) if duty.kind == Kind.GROUP]
    plan = replacing.Plan(leaver.person, replacing.Newcomer(person=other.person), led, None, TODAY)

    once_held(
        lambda: locks.hold(group),
        lambda: replacing.replace(plan=plan, by=staff, now=NOW),
        then=lambda: place(group, joins),
    )

    seen = Role.objects.filter(kind=roles.LEADS_SCHOOL, person=other.person).current(TODAY)
    assert set(seen.values_list("school", flat=True)) == {held.enrolment.school_id, joins.school_id}


@pytest.fixture
def led_beside() -> Group:
    """A group beside whose leader somebody leads who has been known for longer: their key is the lower one."""
    first = make.LeaderFactory()
    group: Group = make.GroupFactory(hub=first.hub)
    co_leading.add_beside(group=group, leader=first, since=TODAY, until=None, by=None, now=NOW)
    assert first.person_id < group.leader.person_id
    return group


def test_school_that_joins_as_whoever_leads_beside_is_merged_is_said_not_to(led_beside: Group) -> None:
    first, double, joins = led_beside.co_leaders.get().leader.person, make.PersonFactory(), accepted(led_beside)

    assert met(lambda: place(led_beside, joins), first, double) == merged(first, double)
    assert not led_beside.places.exists()


def test_school_joins_while_somebody_holds_both_who_lead_its_group(led_beside: Group) -> None:
    first, last, joins = led_beside.co_leaders.get().leader.person, led_beside.leader.person, accepted(led_beside)

    joined = once_held(lambda: hold_person(first), lambda: place(led_beside, joins), then=lambda: hold_person(last))

    seen = Role.objects.filter(source=joined.role_source, given_at=NOW)
    assert set(seen.values_list("person", flat=True)) == {first.pk, last.pk}


def test_schools_that_join_together_are_all_tied_before_anybody_is_held() -> None:
    """As by whoever places one of them in another group of the same leader."""
    group = make.GroupFactory()
    chosen, leader = [accepted(group) for _number in range(2)], group.leader.person

    def join() -> None:
        groups.place_schools(group=group, chosen=chosen, by=None, now=NOW)

    once_held(lambda: people.tie_school(school=chosen[1].school, hub=group.hub), join, then=lambda: hold_person(leader))

    assert group.places.count() == 2
