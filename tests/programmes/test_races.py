"""Two people at the same moment: term dates, and one teacher for two places."""

import pytest

from programmes.actions import enrolments, terms
from programmes.models import EnrolledTeacher, HalfTerm
from tests import factories as make
from tests.programmes.test_terms import THIS_YEAR
from tests.races import at_once
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("attempt", range(5))
def test_two_people_who_set_a_hubs_first_dates_at_once_get_an_answer(attempt: int) -> None:
    hub = make.HubFactory()

    def set_dates(_number: int) -> str:
        try:
            terms.set_half_terms(year=2026, hub=hub, dates=THIS_YEAR, by=None)
        except terms.NoSchoolYear as problem:
            return str(problem)
        return "set"

    said = at_once(set_dates, range(3))

    assert "set" in said
    assert set(said) <= {"set", terms.SOMEBODY_WAS_FIRST}
    assert HalfTerm.objects.filter(hub=hub).count() == len(THIS_YEAR)


@pytest.mark.parametrize("attempt", range(5))
def test_one_teacher_named_for_two_places_at_once_takes_one(attempt: int) -> None:
    enrolment = make.EnrolmentFactory()
    places = make.EnrolledTeacherFactory.create_batch(2, enrolment=enrolment, person=None)

    def name(place: EnrolledTeacher) -> str:
        try:
            enrolments.name_teacher(
                enrolled=place, name="Sam New", email="sam@people.example.org", job_title="", by=None, now=NOW
            )
        except enrolments.CannotName as problem:
            return str(problem)
        return "named"

    said = at_once(name, places)

    assert sorted(said) == ["Sam New already has a place in this enrolment. Name somebody else.", "named"]
    assert enrolment.teachers.exclude(person=None).count() == 1
