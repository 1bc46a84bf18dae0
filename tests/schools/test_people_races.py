"""Two people who press at the same moment: real threads on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from schools import roles
from schools.actions import handing, hubs, people, successors
from schools.actions.holding import hold_person
from schools.models import Hub, Person, Role, School, SchoolTie, User
from tests import factories as make
from tests.races import PATIENCE_SECONDS, at_once, once_held

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = date(2027, 1, 11)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_two_last_leads_cannot_both_leave_at_once() -> None:
    hub = make.HubFactory()
    leads = [make.make_user(roles.HUB_LEAD, hub=hub) for _ in range(2)]

    def leave(lead: User) -> str:
        try:
            people.end_role(role=lead.person.roles.get(), by=lead, today=TODAY)
        except people.CannotChangePeople:
            return "stays"
        return "left"

    assert sorted(at_once(leave, leads)) == ["left", "stays"]
    assert Role.objects.filter(kind=roles.HUB_LEAD, hub=hub).current(TODAY).count() == 1


def test_somebody_is_invited_to_a_hub_while_its_merger_is_planned() -> None:
    """Neither waits for the other: whoever merges a hub writes to its people, who may be invited at this moment."""
    hub, other = make.HubFactory(), make.HubFactory()

    def invite() -> int:
        try:
            return people.invite(
                name="Jo Hill", email="jo@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        day = TODAY + timedelta(days=30)
        wish = hubs.Wish(kind="merger", hub=hub, other=other, from_on=day, reason="Reorganised")
        hubs.plan_change(wish=wish, by=None, now=NOW)
        invited = pool.submit(invite).result(PATIENCE_SECONDS)

    assert Role.objects.get(hub=hub).person_id == invited


def test_role_granted_twice_at_once_is_held_once() -> None:
    person, hub = make.PersonFactory(), make.HubFactory()

    def grant(at: Hub) -> str:
        return str(people.grant_role(person=person, kind=roles.BOARD, by=None, now=NOW, hub=at).pk)

    assert len(set(at_once(grant, [hub] * 4))) == 1
    assert Role.objects.count() == 1


def test_two_equal_invitations_at_once_make_one_person_with_one_role() -> None:
    hub = make.HubFactory()

    def invite(name: str) -> int:
        return people.invite(name=name, email="jo@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub).pk

    found = at_once(invite, ["Jo Hill"] * 4)

    assert set(found) == {Person.objects.get().pk}
    assert Role.objects.count() == 1


def test_address_invited_twice_at_once_signs_in_once() -> None:
    hub = make.HubFactory()

    def invite(name: str) -> str:
        return people.invite(name=name, email="shared@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub).name

    at_once(invite, ["Jo Hill", "Kim Wood", "Lee Stone"])

    assert User.objects.filter(email="shared@a.example.org").count() == 1
    assert Person.objects.count() == 3


def test_two_leads_cannot_end_each_others_role_at_once() -> None:
    hub = make.HubFactory()
    one, other = (make.make_user(roles.HUB_LEAD, hub=hub) for _ in range(2))

    def end(pair: tuple[User, User]) -> str:
        by, lead = pair
        try:
            people.end_role(role=lead.person.roles.get(), by=by, today=TODAY)
        except people.CannotChangePeople:
            return "stays"
        return "ended"

    assert sorted(at_once(end, [(one, other), (other, one)])) == ["ended", "stays"]
    assert Role.objects.filter(kind=roles.HUB_LEAD, hub=hub).current(TODAY).count() == 1


def test_two_last_nationals_cannot_both_leave_at_once() -> None:
    team = [make.make_user(roles.NATIONAL) for _ in range(2)]

    def leave(one: User) -> str:
        try:
            people.end_role(role=one.person.roles.get(), by=one, today=TODAY)
        except people.CannotChangePeople:
            return "stays"
        return "left"

    assert sorted(at_once(leave, team)) == ["left", "stays"]


def test_one_address_given_to_two_at_once_is_one_persons() -> None:
    national, hub = make.make_user(roles.NATIONAL), make.HubFactory()
    staff = [make.make_user(roles.BOARD, hub=hub) for _ in range(4)]
    facts = {"email": "one@a.example.org"}

    def move(user: User) -> str:
        by = User.objects.get(pk=national.pk)
        try:
            people.correct_person(person=user.person, by=by, facts=facts, now=NOW)
        except people.CannotChangePeople as problem:
            return str(problem)
        return "moved"

    assert sorted(at_once(move, staff)) == [people.ADDRESS_IN_USE] * 3 + ["moved"]
    assert Person.objects.filter(email="one@a.example.org").count() == 1


@pytest.mark.parametrize("starts_on", [TODAY, TODAY + timedelta(days=30)])
def test_role_that_is_just_taken_out_is_given_anew(starts_on: date) -> None:
    role = make.RoleFactory(kind=roles.MATHS_LEAD, school=make.SchoolFactory(), starts_on=starts_on)

    given = once_held(
        lambda: Role.objects.filter(pk=role.pk).delete(),
        lambda: people.add_role(person=role.person, kind=roles.MATHS_LEAD, by=None, now=NOW, school=role.school),
    )

    assert given.pk != role.pk
    assert Role.objects.get() == given


def test_role_in_which_somebody_follows_is_given_anew_where_it_is_just_taken_out() -> None:
    role = make.RoleFactory(kind=roles.MATHS_LEAD, school=make.SchoolFactory(), starts_on=TODAY)
    assert role.school is not None
    school = role.school

    given, is_new = once_held(
        lambda: Role.objects.filter(pk=role.pk).delete(),
        lambda: handing.give_from(person=role.person, kind=role.kind, school=school, from_on=TODAY, by=None, now=NOW),
    )

    assert (Role.objects.get(), is_new) == (given, True)


def test_tie_that_is_just_taken_out_is_made_anew() -> None:
    school = make.SchoolFactory()
    assert school.hub is not None
    hub = school.hub
    SchoolTie.objects.create(school=school, hub=hub)

    once_held(lambda: SchoolTie.objects.all().delete(), lambda: people.tie_school(school=school, hub=hub))

    assert SchoolTie.objects.filter(school=school, hub=hub).count() == 1


@pytest.fixture
def of_closed() -> Role:
    """A headteacher's, at a school that has become part of another."""
    school, role = make.SchoolFactory(), make.RoleFactory(kind=roles.HEADTEACHER, school=make.SchoolFactory())
    School.objects.filter(pk=role.school_id).update(gias_status=School.GiasStatus.CLOSED, succeeded_by=school)
    found: Role = role
    return found


def test_head_who_is_invited_again_as_they_move_to_the_successor_waits_without_a_ring(of_closed: Role) -> None:
    person, school = of_closed.person, of_closed.school

    moved = once_held(
        lambda: hold_person(person),
        lambda: successors.move_people(now=NOW),
        then=lambda: people.add_role(person=person, kind=roles.HEADTEACHER, by=None, now=NOW, school=school),
    )

    assert moved == 1
    assert Role.objects.current(TODAY).get().school != school


def test_role_that_is_just_ended_does_not_move_to_the_successor(of_closed: Role) -> None:
    moved = once_held(
        lambda: people.end_role(role=of_closed, by=None, today=TODAY), lambda: successors.move_people(now=NOW)
    )

    assert moved == 0
    assert not Role.objects.current(TODAY).exists()
