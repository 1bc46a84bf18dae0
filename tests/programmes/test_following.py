"""Interest that goes on at the school that its own became, and what it meets there."""

from typing import Any

import pytest

from hubportal.core.models import JournalEntry
from programmes.actions.copies import say_not_same
from programmes.actions.following import move_enrolment, move_interest
from programmes.actions.light import CannotInvite, invite_to_apply
from programmes.models import Interest
from schools.models import School
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> School:
    """A school that has closed."""
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def new(old: School) -> School:
    """What it became."""
    made: School = make.SchoolFactory(authority=old.authority)
    return made


def _told(school: School, like: Interest) -> Interest:
    made: Interest = make.LightInterestFactory(school=school, phase=like.phase, year=like.year)
    return made


def _stands(interest: Interest) -> tuple[Any, ...]:
    found = Interest.objects.get(pk=interest.pk)
    return found.school, found.status, found.duplicate_of


def test_interest_that_moves_to_a_school_that_has_applied_follows_its_application(old: School, new: School) -> None:
    applied = make.InterestFactory(school=new)
    told = _told(old, applied)

    move_interest(interest=told, school=new, by=None, now=NOW)

    assert _stands(told) == (new, "second", applied)
    assert JournalEntry.objects.about(told).filter(what="The school has applied").exists()
    with pytest.raises(CannotInvite):
        invite_to_apply(interest=Interest.objects.get(pk=told.pk), by=None, now=NOW)


def test_interest_of_a_school_follows_the_application_that_moves_there(old: School, new: School) -> None:
    applied = make.InterestFactory(school=old)
    told, apart = _told(new, applied), _told(old, applied)
    say_not_same(one=applied, other=apart, by=make.make_user(HUB_LEAD, hub=old.hub), now=NOW)

    for one in (applied, apart):
        move_interest(interest=Interest.objects.get(pk=one.pk), school=new, by=None, now=NOW)

    assert _stands(applied) == (new, "submitted", None)
    assert _stands(told) == (new, "second", applied)
    assert _stands(apart) == (new, "interested", None)


def test_interest_of_a_school_follows_the_place_that_moves_there(old: School, new: School) -> None:
    accepted = make.InterestFactory(school=old, status="accepted")
    enrolment = make.EnrolmentFactory(school=old, offer=accepted.offer, interest=accepted)
    told = _told(new, accepted)

    move_enrolment(enrolment=enrolment, school=new, by=None, now=NOW)

    assert (_stands(accepted)[:2], _stands(told)) == ((new, "accepted"), (new, "second", accepted))


def test_interest_stays_where_only_somebody_who_works_there_has_applied_for_themselves(
    old: School, new: School
) -> None:
    own = make.InterestFactory(school=new, for_person=True, offer__enrols="persons", offer__teachers_per_school=1)
    told = _told(old, own)

    move_interest(interest=told, school=new, by=None, now=NOW)

    assert _stands(told) == (new, "interested", None)
