"""A hub that is split, looked at beforehand and planned by the national team in a browser, and taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from schools import roles
from schools.models import HubChange
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_split_is_looked_at_changed_looked_at_again_planned_and_taken_back(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    hub, other = make.HubFactory(name="North Hub"), make.HubFactory(name="South Hub")
    school = make.SchoolFactory(name="Hill Primary", authority__hub=hub, authority__name="Hillshire")
    goes = make.make_user(roles.HUB_ADMIN, hub=hub).person
    page, client = new_page(base_url=live_server.url), Client()
    client.force_login(make.make_user(roles.NATIONAL))
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    day = clock.today() + timedelta(days=30)

    page.goto(hub.get_absolute_url())
    page.get_by_role("link", name="Split this hub").click()
    page.get_by_label("To which hub?").select_option(str(other.pk))
    page.get_by_label("Hillshire").check()
    page.get_by_role("group", name="Who goes to the other hub?").get_by_label(goes.name).check()
    page.get_by_label("They go to the other hub with their schools").check()
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_label("Why?").fill("The county was divided.")
    page.get_by_label("Why?").press("Tab")
    page.get_by_role("button", name="Show what would change").last.click()

    # Whoever presses Enter in a box after the preview looks again: nothing is carried out unseen.
    expect(page.get_by_role("main")).to_contain_text(f"{goes.name}, Hub administrator")
    page.get_by_label("Year", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Plan this change")).to_be_visible()
    assert not HubChange.objects.exists()
    page.get_by_role("button", name="Plan this change").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("North Hub")
    assert HubChange.objects.get().from_on == day
    page.get_by_role("link", name="Take this back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("main")).to_contain_text("aken back")
    school.refresh_from_db()
    assert (HubChange.objects.get().status, school.hub) == ("taken_back", hub)
