"""A teacher who comes to two places of one school has one role there, from the first of the days, and is told once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher, Enrolment
from schools import roles
from schools.models import Person, Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from workgroups.actions import groups, replacing, taking_effect
from workgroups.models import Group, Replacement

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(
        but="test_whoever_is_named_for_two_places_that_open_later_teaches_there_from_the_first_day_and_is_invited_then_once"
    ),
]

SOON, LATER = date(2027, 1, 4), date(2027, 2, 1)
BEN: dict[str, Any] = {"name": "Ben Bo", "email": "ben@people.example.org", "job_title": ""}


@pytest.fixture
def two(group: Group, staff: User) -> Iterator[dict[date, EnrolledTeacher]]:
    """By day: two teachers of one school, each in another programme, who may leave their places on it."""
    held = first_place(group)
    EnrolledTeacher.objects.filter(enrolment=held.enrolment, person=None).delete()
    other = make.EnrolmentFactory(school=held.enrolment.school, offer=make.OfferFactory(), hub=group.hub)
    second = make.EnrolledTeacherFactory(enrolment=other)
    with clock.fixed(NOW):
        yield {
            SOON: EnrolledTeacher.objects.get(enrolment=held.enrolment, person=teacher_of(held)),
            LATER: EnrolledTeacher.objects.get(pk=second.pk),
        }


def leaves(place: EnrolledTeacher, staff: User, day: date, to: replacing.Newcomer | None = None) -> Replacement:
    person = place.person
    assert person is not None
    return replace(person, staff, from_on=day, to=to)


def name(place: EnrolledTeacher, now: datetime = NOW) -> Person:
    enrolment = Enrolment.objects.select_related("school").get(pk=place.enrolment_id)
    return enrolments.name_next_teacher(enrolment=enrolment, by=None, now=now, **BEN)


def follow(two: dict[date, EnrolledTeacher], staff: User, day: date) -> Replacement:
    return leaves(two[day], staff, day, to=replacing.Newcomer(name="Ben Bo", email="ben@people.example.org"))


def invited(*moments: datetime) -> list[int]:
    """How often Ben had been invited after each of the sweeps."""
    found = []
    for now in moments:
        with clock.fixed(now):
            taking_effect.take_effect_due(now=now)
            groups.reconcile_participants(now=now)
        found.append(Notice.objects.filter(kind="invitation", name="Ben Bo").count())
    return found


def role_days() -> list[tuple[date, date | None]]:
    rows = Role.objects.filter(person__name="Ben Bo", kind=roles.TEACHER).order_by("starts_on")
    return [(role.starts_on, role.ends_on) for role in rows]


EVE, MORNING = clock.at_london(SOON - timedelta(days=1), 23), clock.at_london(SOON, 1)
LATER_MORNING = clock.at_london(LATER, 1)
ALL = (NOW, EVE, MORNING, MORNING + timedelta(hours=1), LATER_MORNING, LATER_MORNING + timedelta(hours=1))


@pytest.mark.parametrize("days", [(SOON, LATER), (LATER, SOON)])
def test_whoever_is_named_for_two_places_that_open_later_teaches_there_from_the_first_day_and_is_invited_then_once(
    two: dict[date, EnrolledTeacher], staff: User, days: tuple[date, date]
) -> None:
    for day in days:
        leaves(two[day], staff, day)

    for day in days:
        name(two[day])
    told = invited(*ALL)

    assert role_days() == [(SOON, None)]
    assert told == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("days", [(SOON, LATER), (LATER, SOON)])
def test_whoever_follows_in_two_places_has_one_role_and_is_invited_once(
    two: dict[date, EnrolledTeacher], staff: User, days: tuple[date, date]
) -> None:
    for day in days:
        follow(two, staff, day)

    told = invited(*ALL)

    assert role_days() == [(SOON, None)]
    assert told == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("named_first", [True, False])
@pytest.mark.parametrize("named_on", [SOON, LATER])
def test_whoever_follows_in_one_place_and_is_named_for_another_has_one_role_and_is_invited_once(
    two: dict[date, EnrolledTeacher], staff: User, named_on: date, named_first: bool
) -> None:
    follows_on = LATER if named_on == SOON else SOON
    leaves(two[named_on], staff, named_on)

    for is_named in (named_first, not named_first):
        if is_named:
            name(two[named_on])
        else:
            follow(two, staff, follows_on)
    told = invited(*ALL)

    assert role_days() == [(SOON, None)]
    assert told == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("days", [(SOON, LATER), (LATER, SOON)])
def test_replacement_that_is_taken_back_leaves_the_role_from_when_the_other_place_needs_it(
    two: dict[date, EnrolledTeacher], staff: User, days: tuple[date, date]
) -> None:
    """In whichever order they came; with the last of them the role goes."""
    changes = {day: follow(two, staff, day) for day in days}

    found = []
    for day in (SOON, LATER):
        taking_effect.take_back(change=Replacement.objects.get(pk=changes[day].pk), by=staff, now=NOW)
        found.append(role_days())

    assert found == [[(LATER, None)], []]


@pytest.mark.parametrize("days", [(SOON, LATER), (LATER, SOON)])
def test_taking_back_the_later_replacement_leaves_the_role_of_the_earlier_one(
    two: dict[date, EnrolledTeacher], staff: User, days: tuple[date, date]
) -> None:
    changes = {day: follow(two, staff, day) for day in days}

    taking_effect.take_back(change=Replacement.objects.get(pk=changes[LATER].pk), by=staff, now=NOW)

    assert role_days() == [(SOON, None)]
    assert invited(*ALL) == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("days", [(SOON, LATER), (LATER, SOON)])
@pytest.mark.parametrize("named", [True, False])
def test_whoever_comes_to_the_later_place_alone_is_invited_from_its_day(
    two: dict[date, EnrolledTeacher], staff: User, days: tuple[date, date], named: bool
) -> None:
    """What made them come on the first day was taken back before it."""
    change: Replacement | None = None
    for day in days:
        if day == SOON:
            change = follow(two, staff, day)
        elif named:
            leaves(two[day], staff, day)
            name(two[day])
        else:
            follow(two, staff, day)
    assert change is not None

    taking_effect.take_back(change=Replacement.objects.get(pk=change.pk), by=staff, now=NOW)

    assert role_days() == [(LATER, None)]
    assert invited(*ALL) == [0, 0, 0, 0, 1, 1]


def test_whoever_is_named_for_what_opens_later_and_then_for_today_is_invited_once(
    two: dict[date, EnrolledTeacher], staff: User
) -> None:
    leaves(two[LATER], staff, LATER)
    name(two[LATER])
    EnrolledTeacher.objects.filter(pk=two[SOON].pk).update(person=None)

    name(two[SOON])

    assert role_days() == [(NOW.date(), None)]
    assert invited(*ALL) == [1] * 6


def test_first_place_that_has_ended_before_its_day_is_invited_to_from_the_second(
    two: dict[date, EnrolledTeacher], staff: User
) -> None:
    for day in (SOON, LATER):
        leaves(two[day], staff, day)
        name(two[day])

    enrolments.withdraw(enrolment=Enrolment.objects.get(pk=two[SOON].enrolment_id), by=staff, now=NOW, reason="")

    assert invited(*ALL) == [0, 0, 0, 0, 1, 1]


def test_whoever_leaves_one_place_and_comes_to_another_before_has_no_two_roles_on_one_day(
    two: dict[date, EnrolledTeacher], staff: User
) -> None:
    """Also where it is taken back that they leave."""
    ben = make.PersonFactory(name="Ben Bo", email="ben@people.example.org")
    make.RoleFactory(person=ben, kind=roles.TEACHER, school=two[SOON].enrolment.school, starts_on=NOW.date())
    EnrolledTeacher.objects.filter(pk=two[LATER].pk).update(person=ben)
    leaves(two[SOON], staff, SOON)
    two[LATER].person = ben
    change = leaves(two[LATER], staff, LATER)

    name(two[SOON])
    with_both = role_days()
    taking_effect.take_back(change=Replacement.objects.get(pk=change.pk), by=staff, now=NOW)

    assert with_both == [(NOW.date(), LATER - timedelta(days=1)), (LATER, None)]
    assert role_days() == [(NOW.date(), None)]
    assert invited(*ALL) == [1] * 6


@pytest.mark.parametrize("day", [NOW.date(), SOON])
def test_whoever_follows_in_two_places_at_once_teaches_there_no_more_once_that_is_taken_back(
    two: dict[date, EnrolledTeacher], staff: User, day: date
) -> None:
    EnrolledTeacher.objects.filter(pk=two[LATER].pk).update(person=two[SOON].person)
    change = follow({day: two[SOON]}, staff, day)
    with_both = role_days()

    taking_effect.take_back(change=Replacement.objects.get(pk=change.pk), by=staff, now=NOW)

    assert (with_both, role_days()) == ([(day, None)], [])


def test_maths_lead_who_follows_twice_at_one_school_is_so_once(two: dict[date, EnrolledTeacher], staff: User) -> None:
    school = two[SOON].enrolment.school
    leads = {day: make.RoleFactory(kind=roles.MATHS_LEAD, school=school).person for day in (LATER, SOON)}
    to = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org")
    changes = {day: replace(person, staff, from_on=day, to=to) for day, person in leads.items()}

    def held() -> list[date]:
        rows = Role.objects.filter(person__name="Ben Bo", kind=roles.MATHS_LEAD)
        return list(rows.order_by("starts_on").values_list("starts_on", flat=True))

    found = [held()]
    for day in (SOON, LATER):
        taking_effect.take_back(change=Replacement.objects.get(pk=changes[day].pk), by=staff, now=NOW)
        found.append(held())

    assert found == [[SOON], [LATER], []]
