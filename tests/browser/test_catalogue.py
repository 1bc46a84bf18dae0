"""The catalogue as a hub lead works with it: an offer in a minute, targets on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from programmes.models import Offer, Target
from schools import roles
from schools.models import Hub
from schools.rules import academic_year
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.steps import axe_finds_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub() -> Hub:
    made: Hub = make.HubFactory(name="Trent Valley Maths Hub")
    return made


@pytest.fixture
def offer() -> Offer:
    """What the national team offers this year."""
    phase = make.PhaseFactory(name="Main Year")
    made: Offer = make.OfferFactory(phase=phase, title="Main Year", year=academic_year(clock.today()), meetings=6)
    return made


@pytest.fixture
def lead(new_page: Callable[..., Page], live_server: LiveServer, hub: Hub, offer: Offer) -> Callable[..., Page]:
    """A browser in which a lead of the hub is signed in."""

    def open_page(**options: Any) -> Page:
        client = Client()
        client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
        page = new_page(base_url=live_server.url, **options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    return open_page


@pytest.mark.parametrize(
    "options",
    [{}, {"viewport": {**PHONE, "width": 375}}, {"java_script_enabled": False}],
    ids=["desktop", "phone", "without scripts"],
)
def test_hub_makes_and_publishes_an_offer_by_changing_two_answers(
    lead: Callable[..., Page], hub: Hub, offer: Offer, options: dict[str, Any]
) -> None:
    page = lead(**options)
    look = (lambda _page: None) if "java_script_enabled" in options else axe_finds_nothing
    page.goto("/programmes/offers/")
    for link in ("Make an offer", "Main Year"):
        with page.expect_navigation():
            page.get_by_role("link", name=link).click()
        look(page)

    page.get_by_label("Title").fill("Twilight year")
    page.get_by_label("Meetings in the whole year").fill("4")
    expect(page.get_by_label("Days a school releases its teachers for")).to_be_hidden()
    page.get_by_text("How it is run").click()
    page.get_by_label("Days a school releases its teachers for").fill("many")
    page.get_by_role("button", name="Make the offer").click()
    expect(page.get_by_role("link", name="releases its teachers for: enter days in halves")).to_be_visible()
    expect(page.get_by_label("Days a school releases its teachers for")).to_be_visible()
    look(page)
    page.get_by_label("Days a school releases its teachers for").fill("2")
    page.get_by_role("button", name="Make the offer").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published: schools see it")).to_be_visible()

    made = Offer.objects.get(hub=hub)
    assert (made.code[:2], made.title, made.meetings, made.release_days) == ("TV", "Twilight year", 4, 2)
    assert (made.is_published, made.commitments) == (True, offer.commitments)


def test_targets_are_set_on_a_phone(lead: Callable[..., Page], hub: Hub, offer: Offer) -> None:
    page = lead(viewport={**PHONE, "width": 375}, has_touch=True, is_mobile=True)
    page.goto("/programmes/targets/")
    boxes = page.locator("table.targets input")
    expect(boxes).to_have_count(4)

    for box in boxes.all():
        place = box.bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= 375
        assert place["height"] >= 44
    axe_finds_nothing(page)
    boxes.first.fill("12")
    page.get_by_role("button", name="Save targets").click()

    expect(page.get_by_text("1 changed.")).to_be_visible()
    assert Target.objects.get().schools == 12


def test_last_row_of_targets_has_no_line_under_a_single_column(lead: Callable[..., Page]) -> None:
    page = lead()
    page.goto("/programmes/targets/")

    lines = page.locator("table.targets tbody tr:last-child > *").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell).borderBottomWidth)"
    )
    assert set(lines) == {"0px"}
