"""Two people at the same group at once, with real threads."""

from collections.abc import Callable
from datetime import date, time, timedelta
from threading import Event
from time import sleep

import pytest
from django.db import transaction

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments
from programmes.models import Enrolment, Leader
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.races import PATIENCE_SECONDS, at_once, once_held
from tests.workgroups.test_groups import NOW, accepted, place, plan, start
from workgroups.actions import co_leading, groups, leading, meetings
from workgroups.models import CoLeader, Group, Meeting, Participant, Place, Visit

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def ready() -> Place:
    """The only place of a forming group whose meetings are planned."""
    make.make_half_terms()
    group = make.GroupFactory()
    held: Place = place(group, accepted(group))
    plan(group)
    return held


def _take(step: Callable[[], object]) -> str:
    try:
        step()
    except (CannotMove, groups.CannotGroup):
        return "told"
    return "won"


@pytest.mark.parametrize("attempt", range(4))
def test_group_whose_only_school_is_taken_out_at_the_moment_of_its_start_does_not_run_without(attempt: int) -> None:
    held = ready()

    def start() -> None:
        groups.start_group(group=group, by=None, now=NOW, reason="More join in January.")

    def take_out() -> None:
        groups.remove_school(place=mine, reason="Building works", by=None, now=NOW)

    group = Group.objects.get(pk=held.group_id)
    mine = Place.objects.select_related("group", "enrolment__school").get(pk=held.pk)
    outcomes = at_once(_take, [start, take_out])

    group.refresh_from_db()
    assert sorted(outcomes) == ["told", "won"]
    assert (group.status, group.places_taken) == (("running", 1) if outcomes[0] == "won" else ("forming", 0))
    assert Enrolment.objects.get().status == ("active" if outcomes[0] == "won" else "accepted")


def test_group_cancelled_while_a_school_is_taken_out_ends_with_no_place_and_no_visit() -> None:
    held = ready()
    groups.start_group(group=Group.objects.get(pk=held.group_id), by=None, now=NOW, reason="More join in January.")

    def cancel() -> None:
        groups.cancel_group(group=group, reason="The leader is ill.", by=None, now=NOW + timedelta(hours=1))

    def take_out() -> None:
        groups.remove_school(place=mine, reason="Building works", by=None, now=NOW + timedelta(hours=1))

    group = Group.objects.get(pk=held.group_id)
    mine = Place.objects.select_related("group", "enrolment__school").get(pk=held.pk)
    outcomes = at_once(_take, [cancel, take_out])

    group.refresh_from_db()
    assert outcomes in (["won", "told"], ["won", "won"])
    assert (group.status, group.places_taken) == ("cancelled", 0)
    assert set(Visit.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("attempt", range(2))
def test_group_completed_at_the_moment_a_meeting_is_planned_has_none_ahead(attempt: int) -> None:
    held = ready()
    groups.start_group(group=Group.objects.get(pk=held.group_id), by=None, now=NOW, reason="More join in January.")
    in_july = clock.at_london(date(2027, 7, 20))
    slot = meetings.Slot(date(2027, 7, 21), time(13, 30), time(16))

    def complete() -> None:
        groups.complete_group(group=group, by=None, now=in_july, reason="Held outside the portal.")

    def plan_one_more() -> None:
        meetings.plan_meetings(group=Group.objects.get(pk=held.group_id), slots=[slot], by=None, now=in_july)

    group = Group.objects.get(pk=held.group_id)
    outcomes = at_once(_take, [complete, plan_one_more])

    group.refresh_from_db()
    ahead = Meeting.objects.filter(starts_at__gt=in_july).count()
    assert sorted(outcomes) == ["told", "won"]
    assert (group.status, ahead) == (("completed", 0) if outcomes[0] == "won" else ("running", 1))


@pytest.mark.parametrize("attempt", range(2))
def test_school_taken_out_at_the_moment_a_teacher_is_named_leaves_nobody_behind(attempt: int) -> None:
    held = ready()
    held.enrolment.teachers.filter(person=None).update(person=make.PersonFactory())

    def take_out() -> None:
        groups.remove_school(place=mine, reason="Building works", by=None, now=NOW)

    def follow() -> None:
        groups.reconcile_participants(now=NOW)

    mine = Place.objects.select_related("group", "enrolment__school").get(pk=held.pk)
    at_once(_take, [take_out, follow])

    assert not Participant.objects.filter(place=held, until=None).exists()


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_changes_of_leader_at_the_same_moment_one_wins_and_the_other_is_told(attempt: int) -> None:
    held = ready()
    groups.start_group(group=Group.objects.get(pk=held.group_id), by=None, now=NOW, reason="More join in January.")
    others = [make.LeaderFactory(hub=held.group.hub) for _ in range(2)]
    seen = [Group.objects.get(pk=held.group_id) for _ in others]

    def change(at: int) -> str:
        return _take(
            lambda: leading.change_leader(
                group=seen[at], leader=others[at], from_on=NOW.date(), reason="Illness", by=None, now=NOW
            )
        )

    outcomes = at_once(change, [0, 1])

    assert sorted(outcomes) == ["told", "won"]
    assert Group.objects.get(pk=held.group_id).leader == others[outcomes.index("won")]


def test_group_starts_whichever_of_its_schools_somebody_holds_first() -> None:
    """A school that was accepted later was placed first; elsewhere both are held in the order of their keys."""
    make.make_half_terms()
    group = make.GroupFactory()
    first, second = accepted(group), accepted(group)
    for enrolment in (second, first):
        place(group, enrolment)
    plan(group)
    is_held = Event()

    def hold() -> None:
        with transaction.atomic():
            enrolments.hold(first)
            is_held.set()
            sleep(1)  # until the start waits for it
            enrolments.hold(first, second)

    def begin() -> None:
        is_held.wait(PATIENCE_SECONDS)
        start(Group.objects.get(pk=group.pk))

    at_once(lambda step: step(), [hold, begin])

    assert {one.status for one in Enrolment.objects.filter(pk__in=(first.pk, second.pk))} == {"active"}


@pytest.mark.parametrize("step", ["start", "complete"])
def test_old_page_places_a_school_again_as_its_group_starts_or_ends(step: str) -> None:
    """Whoever places a school holds its enrolment before the group; so does who starts or completes that."""
    held = ready()
    if step == "complete":
        start(Group.objects.get(pk=held.group_id), "More join in January.")
        Meeting.objects.update(status="held")
    mine, theirs = (Group.objects.get(pk=held.group_id) for _ in range(2))
    enrolment, is_held = Enrolment.objects.get(pk=held.enrolment_id), Event()

    def place_again() -> str:
        with transaction.atomic():
            enrolments.hold(enrolment)
            is_held.set()
            sleep(1)  # until the other step waits for it
            return _take(lambda: place(theirs, enrolment))

    def go_on() -> str:
        is_held.wait(PATIENCE_SECONDS)
        if step == "start":
            return _take(lambda: start(mine, "More join in January."))
        return _take(lambda: groups.complete_group(group=mine, by=None, now=NOW, reason="Held outside the portal."))

    assert at_once(lambda take: take(), [place_again, go_on]) == ["told", "won"]


def _given_to(leader: Leader, group: Group, by: User | None = None) -> None:
    leading.change_leader(group=group, leader=leader, from_on=NOW.date(), reason="Illness", by=by, now=NOW)


def test_somebody_joins_the_leader_at_the_moment_that_another_leads() -> None:
    held = ready()
    new, beside = (make.LeaderFactory(hub=held.group.hub) for _ in range(2))
    mine, theirs = (Group.objects.get(pk=held.group_id) for _ in range(2))

    def join() -> CoLeader:
        return co_leading.add_beside(group=mine, leader=beside, since=NOW.date(), until=None, by=None, now=NOW)

    joined = once_held(lambda: _given_to(new, theirs), join)

    assert (joined.group.leader, joined.leader) == (new, beside)


def test_whoever_becomes_leader_at_the_same_moment_leads_not_beside() -> None:
    held = ready()
    new = make.LeaderFactory(hub=held.group.hub)
    mine, theirs = (Group.objects.get(pk=held.group_id) for _ in range(2))

    def join() -> str:
        with pytest.raises(leading.CannotChangeLeader) as problem:
            co_leading.add_beside(group=mine, leader=new, since=NOW.date(), until=None, by=None, now=NOW)
        return str(problem.value)

    assert once_held(lambda: _given_to(new, theirs), join) == f"{new} leads this group already."


def test_whoever_gives_a_group_second_reads_who_gave_it_to_whom() -> None:
    held = ready()
    by = make.make_user(HUB_LEAD, hub=held.group.hub)
    one, other = (make.LeaderFactory(hub=held.group.hub) for _ in range(2))
    mine, theirs = (Group.objects.get(pk=held.group_id) for _ in range(2))

    def give() -> str:
        with pytest.raises(CannotMove) as problem:
            _given_to(other, mine)
        return str(problem.value)

    said = once_held(lambda: _given_to(one, theirs, by), give)

    assert said.startswith(f"{by} has just given this group to {one}. Nothing was done")
