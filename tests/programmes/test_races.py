"""Two people at the same moment: term dates, one teacher for two places, one school accepted twice."""

from collections.abc import Callable
from threading import Event

import pytest
from django.db import transaction

from programmes.actions import decisions, enrolments, terms
from programmes.models import EnrolledTeacher, Enrolment, HalfTerm, Interest
from tests import factories as make
from tests.programmes.test_terms import THIS_YEAR
from tests.races import PATIENCE_SECONDS, at_once
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


def _told_apart(hubs_own: bool) -> list[Interest]:
    """Two applications of one school for one programme, which the hub has found not to be the same."""
    first = make.InterestFactory(is_apart=True)
    offer = make.OfferFactory(stands_for=first.offer, hub=first.hub, phase=first.phase) if hubs_own else first.offer
    second = make.InterestFactory(school=first.school, offer=offer, is_apart=True, contact_email="kim@x.example.org")
    found = Interest.objects.select_related("hub", "offer", "school")
    return [found.get(pk=one.pk) for one in (first, second)]


@pytest.mark.parametrize("hubs_own", [False, True])
@pytest.mark.parametrize("attempt", range(2))
def test_school_that_two_accept_at_once_takes_one_place(attempt: int, hubs_own: bool) -> None:
    both = _told_apart(hubs_own)

    said = at_once(lambda one: _said(lambda: decisions.accept(interest=one, by=None, now=NOW)), both)

    loser = both[0 if said[0] else 1]
    assert sorted(said) == ["", f"{loser.school} is already enrolled in {loser.offer}."]
    assert Enrolment.objects.count() == 1


def test_school_that_is_accepted_at_this_moment_does_not_wait_for_its_place() -> None:
    both, accepted, has_answer = _told_apart(hubs_own=True), Event(), Event()

    def accept() -> None:
        with transaction.atomic():
            decisions.accept(interest=both[0], by=None, now=NOW)
            accepted.set()
            has_answer.wait(1)  # it has none: the other waits for the end of this

    def let_wait() -> str:
        accepted.wait(PATIENCE_SECONDS)
        said = _said(lambda: decisions.put_on_waiting_list(interest=both[1], by=None, now=NOW, reason="Full."))
        has_answer.set()
        return said

    _none, said = at_once(lambda step: step(), [accept, let_wait])

    assert said == f"{both[1].school} is already enrolled in {both[1].offer}."


def _said(decide: Callable[[], object]) -> str:
    try:
        decide()
    except decisions.CannotDecide as problem:
        return str(problem)
    return ""
