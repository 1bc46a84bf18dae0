"""A hub is split or merged while its people work: whoever was first is followed, whoever comes second reads why not."""

from collections.abc import Callable
from datetime import date
from functools import partial
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from hubportal.core import clock, locks
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, enrolments
from programmes.models import Enrolment, Interest
from schools import roles
from schools.actions import hubs, ours, people
from schools.actions.holding import hold_person
from schools.models import Hub, HubChange, Person, Role, School
from tests import factories as make
from tests.races import at_once, once_held
from tests.world import NOW, Side
from workgroups.actions import groups
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.actions.left_behind import take_what_is_left
from workgroups.models import Group, Visit

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("at_the_worlds_moment"),
]
Kind = HubChange.Kind
KINDS = pytest.mark.parametrize("kind", [Kind.SPLIT, Kind.MERGER])


def change_of(side: Side, other: Hub, kind: str) -> Callable[[], str]:
    """Done at once with all that runs, and followed by the sweep."""
    schools = list(School.objects.filter(hub=side.hub)) if kind == Kind.SPLIT else []
    wish = hubs.Wish(
        kind=kind,
        hub=Hub.objects.get(pk=side.hub.pk),
        other=Hub.objects.get(pk=other.pk),
        from_on=NOW.date(),
        reason="Reorganised",
        schools=schools,
        takes_running=True,
    )

    def run() -> str:
        with clock.fixed(NOW):
            hubs.plan_change(wish=wish, by=None, now=NOW)
            follow_hub_changes(now=NOW)
        return "changed"

    return run


def said(step: Callable[[], object]) -> str:
    with clock.fixed(NOW):
        try:
            step()
        except CannotMove as problem:
            return str(problem)
    return "done"


def came(side: Side) -> Interest:
    """As whoever is about to decide has read it."""
    made = make.InterestFactory(school=make.SchoolFactory(authority=side.school.authority))
    return Interest.objects.for_bulk().get(pk=made.pk)


@KINDS
def test_application_accepted_as_its_hub_changes_goes_along(side: Side, other: Hub, kind: str) -> None:
    mine = came(side)

    once_held(lambda: decisions.accept(interest=mine, by=None, now=NOW), change_of(side, other, kind))

    assert Enrolment.objects.get(interest=mine).hub == other


@KINDS
def test_application_accepted_just_after_its_hub_has_changed_is_not(side: Side, other: Hub, kind: str) -> None:
    mine = came(side)

    words = once_held(
        change_of(side, other, kind), lambda: said(lambda: decisions.accept(interest=mine, by=None, now=NOW))
    )

    assert words == decisions.WENT.format(school=mine.school, hub=other)
    assert not Enrolment.objects.filter(interest=mine).exists()


@KINDS
@pytest.mark.parametrize("attempt", range(3))
def test_applications_accepted_at_the_same_moment_are_all_with_the_hub_that_has_their_schools(
    side: Side, other: Hub, kind: str, attempt: int
) -> None:
    mine = [came(side) for _number in range(6)]
    accept = [partial(decisions.accept, interest=one, by=None, now=NOW) for one in mine]
    steps: list[Callable[[], str]] = [*(partial(said, step) for step in accept), change_of(side, other, kind)]

    words = at_once(lambda step: step(), steps)
    with clock.fixed(NOW):
        follow_hub_changes(now=NOW)

    assert words[-1] == "changed"
    assert Enrolment.objects.filter(interest__in=mine).count() == words.count("done")
    assert set(Enrolment.objects.filter(interest__in=mine).values_list("hub", flat=True)) <= {other.pk}


def invite_to(hub: Hub) -> Callable[[], object]:
    email = "late@x.example.org"
    return lambda: people.invite(name="Late Lead", email=email, kind=roles.HUB_ADMIN, by=None, now=NOW, hub=hub)


@pytest.mark.parametrize("is_first", [True, False])
def test_somebody_invited_to_a_hub_as_it_is_merged_has_no_endless_role_there(
    side: Side, other: Hub, is_first: bool
) -> None:
    invite, merge = invite_to(Hub.objects.get(pk=side.hub.pk)), change_of(side, other, Kind.MERGER)

    words = once_held(invite, merge) if is_first else once_held(merge, lambda: said(invite))

    late = Role.objects.filter(person__email="late@x.example.org")
    assert set(late.filter(ends_on=None).values_list("hub", flat=True)) == ({other.pk} if is_first else set())
    assert words == "changed" or words.startswith(f"{side.hub} is closed from 11 January 2027")


@pytest.mark.parametrize("is_first", [True, False])
def test_school_placed_as_its_hub_is_merged_is_in_a_group_of_its_own_hub(
    side: Side, other: Hub, is_first: bool
) -> None:
    made = make.EnrolmentFactory(
        hub=side.hub, offer=side.offer, school=make.SchoolFactory(authority=side.school.authority)
    )
    mine = Enrolment.objects.select_related("school", "offer", "hub").get(pk=made.pk)
    group = Group.objects.select_related("offer", "hub", "leader").get(pk=side.group.pk)

    def place() -> object:
        return groups.place_school(group=group, enrolment=mine, by=None, now=NOW)

    merge = change_of(side, other, Kind.MERGER)
    if is_first:
        once_held(place, merge)
    else:
        once_held(merge, lambda: said(place))

    group.refresh_from_db()
    mine.refresh_from_db()
    assert (group.hub, mine.hub, mine.places.count()) == (other, other, int(is_first))


def test_hub_in_whose_name_something_takes_long_is_changed_another_time(side: Side, other: Hub) -> None:
    def change() -> bool:
        with transaction.atomic():
            has_won = locks.win_turn_first(f"hub {side.hub.pk}", seconds=1)
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("0",)
        return has_won

    assert not once_held(lambda: ours.join(side.hub.pk), change, lambda: sleep(1.5))
    assert once_held(lambda: None, change)


def swept(step: Callable[..., int]) -> Callable[[], int]:
    """A step of the sweep."""

    def run() -> int:
        with clock.fixed(NOW):
            return step(now=NOW)

    return run


def planned(side: Side, other: Hub, **more: Any) -> HubChange:
    """A merger with all that runs, whose day has come."""
    made: HubChange = HubChange.objects.create(
        kind=Kind.MERGER, hub=side.hub, other=other, from_on=NOW.date(), takes_running=True, made_at=NOW, **more
    )
    return made


def two_of(hub: Hub) -> list[Person]:
    """Two who work there, in the order of their keys, which is not that of their names."""
    return [make.make_user(roles.HUB_LEAD, hub=hub, name=name).person for name in ("Zoe Last", "Abe First")]


def test_staff_goes_along_while_somebody_holds_two_of_them(side: Side, other: Hub) -> None:
    first, last = two_of(side.hub)
    planned(side, other)

    done = once_held(lambda: hold_person(first), swept(hubs.do_due_changes), then=lambda: hold_person(last))

    assert done == 1
    assert Role.objects.filter(hub=other, kind=roles.HUB_LEAD, person__in=(first, last)).count() == 2


def test_leaders_go_along_while_somebody_holds_two_of_them(side: Side, other: Hub) -> None:
    """Whose group was made first is not who has been known for longer."""
    first, last = (make.LeaderFactory(hub=side.hub) for _number in range(2))
    led = [make.GroupFactory(hub=side.hub, leader=leader) for leader in (last, first)]
    planned(side, other)
    swept(hubs.do_due_changes)()

    followed = once_held(
        lambda: hold_person(first.person), swept(follow_hub_changes), then=lambda: hold_person(last.person)
    )

    assert followed == 1
    assert set(Group.objects.filter(pk__in=[one.pk for one in led]).values_list("hub", flat=True)) == {other.pk}


@pytest.mark.cases
@pytest.mark.parametrize("leads_at", ["other hub", "third hub"])
def test_whoever_has_a_visit_to_log_goes_along_in_order_while_somebody_holds_them_and_the_leader(
    side: Side, other: Hub, leads_at: str
) -> None:
    """Who leads in no time of the hub that changes, and has been known for longer than the group's leader."""
    hub, ends_on = (make.HubFactory(), None) if leads_at == "third hub" else (side.hub, date(2026, 12, 31))
    visitor = make.LeaderFactory(hub=hub, kind=roles.SPECIALIST, ends_on=ends_on)
    if leads_at == "other hub":
        make.LeaderFactory(person=visitor.person, hub=other, kind=roles.SPECIALIST)
    leader = make.LeaderFactory(hub=side.hub, kind=roles.SPECIALIST)
    Group.objects.filter(pk=side.group.pk).update(leader=leader)
    Visit.objects.filter(pk=side.visit.pk).update(leader=visitor)
    planned(side, other)
    swept(hubs.do_due_changes)()

    followed = once_held(
        lambda: hold_person(visitor.person), swept(follow_hub_changes), then=lambda: hold_person(leader.person)
    )

    assert followed == 1
    visit = Visit.objects.get(pk=side.visit.pk)
    assert (visit.leader.person, visit.leader.hub) == (visitor.person, other)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_runs_is_held_before_interest_and_people_where_a_hub_goes_on(
    side: Side, other: Hub, is_late: bool
) -> None:
    """At the merger, and of what came to the closed hub since."""
    planned(side, other)
    swept(hubs.do_due_changes)()
    if is_late:
        swept(follow_hub_changes)()
    own = make.OfferFactory(hub=side.hub)
    late = make.InterestFactory(offer=own, hub=side.hub, school=make.SchoolFactory(authority__hub=other))
    staff, enrolment = two_of(side.hub)[0], make.EnrolmentFactory(hub=side.hub, offer=own)

    def go_on() -> None:
        locks.hold(late)
        hold_person(staff)

    went = once_held(
        lambda: enrolments.hold(enrolment), swept(take_what_is_left if is_late else follow_hub_changes), then=go_on
    )

    assert went == 1
    assert [type(one).objects.get(pk=one.pk).hub for one in (own, late, enrolment)] == [other] * 3
    assert Role.objects.filter(person=staff, hub=other).exists() is is_late
