"""A closed school's page: all of what is open is moved at once where all of it can be, and else it is said why not."""

import pytest
from django.urls import reverse

from programmes.models import Enrolment, Interest
from schools.models import School, SchoolSplit
from schools.roles import BOARD, HUB_LEAD
from tests import factories as make
from tests.world import Side

pytestmark = pytest.mark.django_db


def close(side: Side, into: School | None = None, *, splits: tuple[School, ...] = ()) -> None:
    School.objects.filter(pk=side.school.pk).update(gias_status=School.GiasStatus.CLOSED, succeeded_by=into)
    for one in splits:
        SchoolSplit.objects.create(school=side.school, became=one)


def page_of(side: Side, role: str = HUB_LEAD) -> str:
    page = side.browser(role).get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()
    return " ".join(page.split())


def new_school(side: Side, name: str = "New Primary") -> School:
    school: School = make.SchoolFactory(name=name, authority=side.school.authority)
    return school


def test_all_that_is_open_goes_on_at_the_school_with_one_press(side: Side) -> None:
    new = new_school(side)
    close(side, new)

    page = page_of(side)
    side.browser(HUB_LEAD).post(reverse("workgroups:changed-move", args=[side.school.pk]), {"to": new.pk})

    assert ("Move all to New Primary" in page, "cannot take all of it" in page) == (True, False)
    assert Enrolment.objects.get(pk=side.enrolment.pk).school == new
    assert Interest.objects.get(pk=side.interest.pk).school == new


def test_school_that_has_applied_for_the_same_itself_takes_not_all_of_it(side: Side) -> None:
    new = new_school(side)
    make.InterestFactory(school=new, offer=side.interest.offer)
    close(side, new)

    page = page_of(side)

    assert "Move all to" not in page
    assert "New Primary cannot take all of it at once. New Primary has applied for the same itself." in page
    assert page.count("Goes on at New Primary") == 1  # the enrolment


def test_of_a_split_school_all_goes_only_where_none_of_it_is_already(side: Side) -> None:
    infants, juniors = new_school(side, "Infants"), new_school(side, "Juniors")
    make.EnrolmentFactory(school=infants, offer=side.offer, hub=side.hub)
    close(side, splits=(infants, juniors))

    page = page_of(side)

    assert ("Move all to Infants" in page, "Move all to Juniors" in page) == (False, True)
    assert f"Infants cannot take all of it at once. Infants is in {side.offer} already." in page
    assert page.count("Goes on at Infants") == 1  # the application


def test_nothing_is_offered_where_it_is_not_known_what_the_school_became(side: Side) -> None:
    close(side)

    page = page_of(side)

    assert "What it became is not known." in page
    assert ("Move all to" in page, "cannot take all of it" in page, "Withdraw all of it" in page) == (
        False,
        False,
        True,
    )


def test_whoever_only_reads_what_is_open_is_offered_no_step(side: Side) -> None:
    """Also who works for another hub."""
    close(side, new_school(side))
    both = make.make_user(HUB_LEAD, hub=make.HubFactory())
    make.RoleFactory(person=both.person, kind=BOARD, hub=side.hub)
    browser = side.browser(HUB_LEAD)
    browser.force_login(both)

    page = browser.get(reverse("workgroups:changed-school", args=[side.school.pk])).content.decode()

    assert str(side.offer) in page
    assert [step in page for step in ("Move all to", "Withdraw all of it", "Goes on at")] == [False] * 3
