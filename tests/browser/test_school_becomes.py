"""What a school is to become, planned by the national team in a browser, shown to its hub, and taken back."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from schools import roles
from schools.models import Succession
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_school_that_becomes_another_on_a_later_day_is_planned_and_taken_back(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    school, academy = make.SchoolFactory(name="Hill Primary"), make.SchoolFactory(name="Hill Academy")
    page, client = new_page(base_url=live_server.url), Client()
    client.force_login(make.make_user(roles.NATIONAL))
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto(school.get_absolute_url())
    page.get_by_role("link", name="It became another school").click()
    page.get_by_label("Which school did it become?").fill("Hill Academy")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Hill Academy").click()
    page.get_by_label("It became part of the other school").check()
    page.get_by_label("Day").fill("1")
    page.get_by_label("Month").fill("9")
    page.get_by_label("Year").fill("2099")
    page.get_by_label("How do you know?").fill("The trust wrote")
    page.get_by_role("button", name="Say so").click()

    expect(page.get_by_text("Planned: it happens by itself on 1 September 2099.")).to_be_visible()
    expect(page.get_by_text("It becomes part of another school: Hill Academy")).to_be_visible()
    assert Succession.objects.get().successor_urn == academy.urns.get().urn
    page.get_by_role("link", name="Take this back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: Hill Primary stays as it is.")).to_be_visible()
    assert Succession.objects.get().status == "taken_back"
