"""The address of a post, such as head@school, passes on with the post, and comes back when that is taken back."""

from datetime import date, timedelta

import pytest
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from schools import roles
from schools.actions import people
from schools.figures import candidates
from schools.models import Person, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import passing, replacing, taking_effect
from workgroups.models import Replacement, ReplacementPart

pytestmark = pytest.mark.django_db

NORA = replacing.Newcomer(name="Nora New", email="head@hill.example.org")


@pytest.fixture
def school() -> School:
    """A school."""
    return make.SchoolFactory()


@pytest.fixture
def hetty(school: School) -> User:
    """Its headteacher, who signs in with the address of the post."""
    return make.make_user(roles.HEADTEACHER, school=school, name="Hetty Head", email=NORA.email)


@pytest.fixture
def staff(school: School) -> User:
    """The lead of its hub."""
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


def _who_signs_in() -> str:
    return str(User.objects.get(email=NORA.email, is_active=True))


def _twice(staff: User, school: School) -> int:
    assert school.hub is not None
    return len(candidates(User.objects.get(pk=staff.pk), school.hub))


@pytest.mark.parametrize("days", [0, 30])
def test_address_of_a_post_passes_on_and_comes_back(school: School, hetty: User, staff: User, days: int) -> None:
    day = TODAY + timedelta(days=days)
    browser = Client()
    browser.force_login(hetty)

    change = replace(hetty.person, staff, from_on=day, to=NORA)
    before = (_who_signs_in(), _twice(staff, school))
    now = clock.at_london(day, 12)
    taking_effect.take_effect_due(now=now)

    nora = Person.objects.get(name="Nora New")
    assert before[0] == ("Hetty Head" if days else "Nora New")
    assert (before[1], _who_signs_in(), _twice(staff, school)) == (0, "Nora New", 0)
    with clock.fixed(now):
        assert browser.get(f"/schools/{school.pk}/").status_code == 302
    invited = Notice.objects.get(kind="invitation", state="planned")
    assert (invited.recipient, invited.email) == (f"person:{nora.pk}", NORA.email)
    assert Notice.objects.filter(kind="address_moved", name="Hetty Head", state="planned").count() == 1

    taking_effect.take_back(change=Replacement.objects.get(pk=change.pk), by=staff, now=now)

    hetty.person.refresh_from_db()
    assert (_who_signs_in(), hetty.person.email, _twice(staff, school)) == ("Hetty Head", NORA.email, 0)
    assert not Notice.objects.filter(kind="invitation", state="planned").exists()

    nora.refresh_from_db()
    assert nora.email == ""
    assert not Notice.objects.filter(kind="address_moved", name="Hetty Head", state="planned").exists()

    replace(hetty.person, staff, from_on=day, to=NORA, now=now)

    assert _who_signs_in() == "Nora New"
    assert Person.objects.filter(name="Nora New").count() == 1


def test_whoever_was_told_that_they_go_is_told_that_they_stay(school: School, hetty: User, staff: User) -> None:
    change = replace(hetty.person, staff, from_on=TODAY, to=NORA)
    Notice.objects.filter(kind="address_moved").update(state="sent")
    browser = Client()
    browser.force_login(staff)

    taking_effect.take_back(change=change, by=staff, now=NOW)

    (told,) = Notice.objects.filter(kind="invitation", state="planned")
    nora = Person.objects.get(name="Nora New")
    with clock.fixed(NOW):
        notices.sweep(NOW)
        delivery.deliver_due()
        page = browser.get(change.get_absolute_url()).content.decode()
        hers = browser.get(nora.get_absolute_url()).content.decode()
    told.refresh_from_db()
    assert (told.recipient, told.email) == (f"person:{hetty.person_id}", NORA.email)
    assert f"Headteacher, {school}" in told.body
    assert "Access ends with that day" not in page
    assert "stays as it was before" in page
    assert (NORA.email in hers.partition("<h2>History</h2>")[0], "Send the invitation again" in hers) == (False, False)


def test_address_stays_with_who_still_signs_in_with_it(school: School, hetty: User, staff: User) -> None:
    """Also where the reason for that comes only after the replacement was planned."""
    make.RoleFactory(person=hetty.person, kind=roles.OFFICE, school=make.SchoolFactory())
    with pytest.raises(passing.CannotReplace, match=r"still does so for: School office, .* Give Hetty Head another"):
        replace(hetty.person, staff, from_on=TODAY, to=NORA)
    replace(hetty.person, staff, from_on=TODAY, to=NORA, is_shared=True)

    assert _who_signs_in() == "Hetty Head"
    assert not ReplacementPart.objects.filter(kind="address").exists()


def test_address_that_is_needed_by_its_day_stays(school: School, hetty: User, staff: User) -> None:
    day = date(2027, 3, 1)
    replace(hetty.person, staff, from_on=day, to=NORA)
    make.RoleFactory(person=hetty.person, kind=roles.OFFICE, school=school)

    taking_effect.take_effect_due(now=clock.at_london(day, 0))

    assert _who_signs_in() == "Hetty Head"
    assert "still signs in with it for School office" in ReplacementPart.objects.get(kind="address").was["stays"]


def test_whoever_has_lost_the_address_of_a_post_signs_in_with_another(school: School, hetty: User, staff: User) -> None:
    replace(hetty.person, staff, from_on=TODAY, to=NORA)
    person = Person.objects.get(pk=hetty.person_id)
    assert people.invite_again(person=person, by=staff, now=NOW) is False

    by = make.make_user(roles.NATIONAL)
    people.correct_person(person=person, by=by, facts={"email": "hetty@people.example.org"}, now=NOW)

    assert User.objects.get(email="hetty@people.example.org", is_active=True).person == person
    assert not Notice.objects.filter(email__endswith=".invalid").exists()


def test_form_takes_the_address_of_a_post_and_says_so(school: School, hetty: User, staff: User) -> None:
    browser = Client()
    browser.force_login(staff)
    given = {"who": "new", "name": "Nora New", "email": NORA.email, "leaves": "on"}
    given |= {"from_on_0": "1", "from_on_1": "3", "from_on_2": "2027"}

    with clock.fixed(NOW):
        page = browser.post(f"/groups/people/{hetty.person_id}/replace/", given).content.decode()

    assert "This address passes on to Nora New on 1 March 2027" in page
    assert f"Nora New gets an e-mail at {NORA.email} that says how to sign in, on 1 March 2027.</dd>" in page
