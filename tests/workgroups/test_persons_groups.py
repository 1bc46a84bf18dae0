"""Groups of programmes for single persons, days of support, and programmes that start later in the year."""

from datetime import UTC, date, datetime

import pytest

from hubportal.core import clock
from programmes.models import Enrolment
from schools.models import Role
from schools.roles import LEADS_SCHOOL
from tests import factories as make
from tests.factories.programmes import make_half_terms
from tests.world import NOW
from workgroups.actions import groups, meetings, support, visits
from workgroups.models import Group, Visit

START = datetime(2026, 9, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def _enrolled(group: Group, school: object) -> Enrolment:
    person = make.PersonFactory(school=school)
    enrolment: Enrolment = make.EnrolmentFactory(offer=group.offer, hub=group.hub, school=school, person=person)
    make.EnrolledTeacherFactory(enrolment=enrolment, person=person)
    return enrolment


def test_people_of_one_school_take_a_place_each_and_fill_the_group() -> None:
    offer = make.OfferFactory(enrols="persons", group_min=2, group_max=2, visits=0)
    group = make.GroupFactory(offer=offer, places_max=2)
    school = make.SchoolFactory(hub=group.hub)
    first, second, third = (_enrolled(group, school) for _person in range(3))

    with clock.fixed(NOW):
        for enrolment in (first, second):
            groups.place_school(group=group, enrolment=enrolment, by=None, now=NOW)
        with pytest.raises(groups.CannotGroup, match="all 2 places"):
            groups.place_school(group=group, enrolment=third, by=None, now=NOW)

    people = {one.person for place in group.places.all() for one in place.participants.all()}
    assert people == {first.person, second.person}
    # Who leads a course for people reads nothing else of their schools.
    assert not Role.objects.filter(kind=LEADS_SCHOOL).exists()


def test_days_of_support_are_planned_as_full_days_after_the_visits() -> None:
    make_half_terms()
    offer = make.OfferFactory(visits=1, visits_per="year", support_days=2, support_per="term", meetings=0)
    group = make.GroupFactory(offer=offer)
    enrolment = make.EnrolmentFactory(offer=offer, hub=group.hub)
    place = make.PlaceFactory(group=group, enrolment=enrolment, placed_on=START.date())
    Group.objects.filter(pk=group.pk).update(status="running", started_at=START)
    group.refresh_from_db()

    with clock.fixed(NOW):
        visits.plan_visits(group=group, by=None, now=NOW)

    made = Visit.objects.filter(place=place).order_by("number")
    assert [(one.number, one.half_days) for one in made] == [(1, 1), (2, 2), (3, 2)]
    assert offer.all_visits == 3


def test_one_school_support_has_a_leader_and_its_visits_at_once() -> None:
    make_half_terms()
    offer = make.OfferFactory(served_by="school", meetings=0, visits=2, visits_per="term", support_days=1)
    enrolment = make.EnrolmentFactory(offer=offer)
    leader = make.LeaderFactory(hub=enrolment.hub)
    start = START

    with clock.fixed(start):
        group = support.start_support(enrolment=enrolment, leader=leader, by=None, now=start)
        with pytest.raises(groups.CannotGroup, match="already has a place"):
            support.start_support(enrolment=enrolment, leader=leader, by=None, now=start)

    enrolment.refresh_from_db()
    assert (group.places_max, group.name, enrolment.status) == (1, f"Support for {enrolment.school}", "active")
    made = Visit.objects.filter(group=group).order_by("number").values_list("number", "half_days", "leader")
    assert list(made) == [(1, 1, leader.pk), (2, 1, leader.pk), (3, 2, leader.pk)]
    assert Group.objects.count() == 1


def test_school_in_a_programme_of_groups_has_no_support_of_its_own() -> None:
    enrolment = make.EnrolmentFactory()

    with pytest.raises(groups.CannotGroup, match="runs in groups"):
        support.start_support(enrolment=enrolment, leader=make.LeaderFactory(hub=enrolment.hub), by=None, now=START)


def test_dates_are_proposed_from_the_term_in_which_an_offer_starts() -> None:
    make_half_terms()
    offer = make.OfferFactory(start_term=3, meetings=2, meetings_per="half_term")
    group = make.GroupFactory(offer=offer)

    days = meetings.propose_dates(group=group, weekday=1, today=NOW.date())

    assert len(days) == 2
    assert all(day >= date(2027, 4, 12) for day in days)
