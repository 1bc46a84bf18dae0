"""Replacing a teacher in a real browser: the form, what will happen, done, and taken back."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from hubportal.core.templatetags.portal import long_day
from schools.models import Person
from schools.roles import HUB_LEAD, TEACHER
from tests.world import Side, make_side
from workgroups.models import Meeting, Replacement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def side() -> Side:
    """A school with a teacher in a running group that meets two months from now."""
    side = make_side()
    Person.objects.filter(pk=side.users[TEACHER].person_id).update(name="Ada Adams")
    later = clock.now() + timedelta(days=60)
    Meeting.objects.update(starts_at=later, ends_at=later + timedelta(hours=2))
    return side


def test_teacher_is_replaced_with_a_preview_and_it_is_taken_back(
    page: Page, live_server: LiveServer, side: Side
) -> None:
    cookie = side.browser(HUB_LEAD).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(f"{live_server.url}{side.enrolment.get_absolute_url()}")
    page.get_by_role("link", name="Replace Ada Adams").click()
    day = clock.today() + timedelta(days=30)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(box, exact=True).fill(str(value))
    known, new_name = page.get_by_label("Somebody the portal knows: who?"), page.get_by_label("Somebody new: full name")
    for chosen, shown in ((None, []), ("Somebody the portal knows", [known]), ("Somebody new", [new_name])):
        if chosen:
            page.get_by_label(chosen, exact=True).check()
        assert [one for one in (known, new_name) if one.is_visible()] == shown
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter their full name.")

    new_name.fill("Ben Bo")
    page.get_by_label("Somebody new: work e-mail address").fill("ben@people.example.org")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(page.get_by_text("1 meeting from that day on")).to_be_visible()
    assert not Replacement.objects.exists()
    page.get_by_role("button", name="Change something").click()
    expect(new_name).to_have_value("Ben Bo")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Replace Ada Adams").click()

    expect(page.get_by_role("heading", name="Ben Bo for Ada Adams")).to_be_visible()
    page.goto(f"{live_server.url}{side.enrolment.get_absolute_url()}")
    expect(page.get_by_text(f"from {long_day(day)}: Ben Bo")).to_be_visible()
    page.goto(f"{live_server.url}{Replacement.objects.get().get_absolute_url()}")
    page.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: everything is as it was before.")).to_be_visible()
