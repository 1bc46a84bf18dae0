"""A headteacher on a phone does everything that is asked of them, and the list is empty."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from programmes.models import Agreement, Interest
from schools import roles
from schools.models import Role
from schools.rules import academic_year
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.steps import press
from workgroups.models import Answer, Place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone_of_head(new_page: Callable[..., Page], live_server: LiveServer) -> Page:
    """A school with one of each thing to do, and its headteacher, signed in on a phone."""
    now, year = clock.now(), academic_year(clock.today())
    school = make.SchoolFactory(name="Oakfield Primary")
    head = make.make_user(roles.HEADTEACHER, school=school, name="Harriet Head")
    make.InterestFactory(school=school, offer__year=year, head_asked_at=now)
    enrolment = make.EnrolmentFactory(school=school, offer__year=year, accepted_on=clock.today())
    make.EnrolledTeacherFactory(enrolment=enrolment, person=None)
    make.AwardFactory(enrolment=enrolment, made_at=now)
    group = make.GroupFactory(offer=enrolment.offer, hub=school.hub)
    place = make.PlaceFactory(group=group, enrolment=enrolment, placed_on=clock.today())
    make.ParticipantFactory(place=place, person=head.person, since=clock.today())
    soon = now + timedelta(days=7)
    make.MeetingFactory(group=group, number=1, starts_at=soon, ends_at=soon + timedelta(hours=2))
    type(group).objects.filter(pk=group.pk).update(status="running", started_at=now)
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True, base_url=live_server.url)
    client = Client()
    client.force_login(head)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    return page


def start(page: Page, line: str) -> None:
    """From home to the page where a line is done."""
    page.goto("/")
    with page.expect_navigation():
        page.locator(".work li").filter(has_text=line).get_by_role("link").click()
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{line} is wider than the phone"


def go(page: Page, name: str) -> None:
    """Press a button, or follow a link, and wait for the page that comes."""
    with page.expect_navigation():
        press(page, name)


def test_headteacher_does_everything_that_is_asked_of_them(phone_of_head: Page) -> None:
    page = phone_of_head
    page.goto("/")
    expect(page.locator(".work li strong")).to_have_text(
        [
            "To confirm as headteacher",
            "To agree to as headteacher",
            "Dates to accept",
            "Meetings soon: can you come?",
            "Teachers to name",
            "Money to claim",
            "No school office is named",
            "Nobody is named who books cover",
        ]
    )

    start(page, "To confirm as headteacher")
    page.get_by_label("Yes: I am the headteacher").check()
    go(page, "Send the answer")
    start(page, "To agree to as headteacher")
    page.get_by_label("I am the headteacher and our school agrees to this").check()
    go(page, "Agree")
    start(page, "Dates to accept")
    go(page, "We have these dates")
    start(page, "Meetings soon: can you come?")
    go(page, "Say whether you come")
    go(page, "I’m coming")
    start(page, "Teachers to name")
    page.get_by_label("Full name").fill("Amira Khan")
    page.get_by_label("Work e-mail address").fill("amira@people.example.org")
    go(page, "Name this teacher")
    start(page, "Money to claim")
    go(page, "Claim")
    start(page, "No school office is named")
    page.get_by_label("Name", exact=True).fill("Olu Office")
    page.get_by_label("E-mail address").fill("office@people.example.org")
    go(page, "Send the invitation")
    start(page, "Nobody is named who books cover")
    page.get_by_label("Name", exact=True).fill("Cas Cover")
    page.get_by_label("E-mail address").fill("cover@people.example.org")
    go(page, "Add this contact")

    page.goto("/")
    expect(page.locator(".work")).to_contain_text("Nothing is asked of you")
    assert Interest.objects.get().head_confirmed_at is not None
    assert (Agreement.objects.count(), Answer.objects.count()) == (1, 1)
    assert Place.objects.get().dates_accepted_at is not None
    assert set(Role.objects.values_list("kind", flat=True)) == {
        *(roles.HEADTEACHER, roles.OFFICE, roles.COVER, roles.TEACHER)
    }
