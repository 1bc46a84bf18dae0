"""The home of a hub's lead on a desk and on a phone: the rows of its pictures line up, and long names have room."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from schools import roles
from tests import factories as make
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Short", "Early number for whole classes", "Subject knowledge for teachers of younger children: second year")


@pytest.mark.parametrize("viewport", [{**PHONE, "width": 375}, DESKTOP], ids=["phone", "desk"])
def test_bars_of_recruitment_line_up_whatever_the_programmes_are_called(
    new_page: Callable[..., Page], live_server: LiveServer, viewport: dict[str, int]
) -> None:
    area = make.SchoolFactory().authority
    for name in NAMES:
        make.InterestFactory(offer__phase__name=name, offer__title=name, school__authority=area)
    client = Client()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=area.hub))
    page = new_page(viewport=viewport)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    page.goto(live_server.url)

    bars = [one.bounding_box() for one in page.locator(".long-names .bar svg").all()]
    names = [one.bounding_box() for one in page.locator(".long-names .bar > :first-child").all()]
    assert len(bars) == len(NAMES)
    assert len({(box["x"], box["width"]) for box in bars if box}) == 1
    for said, bar in zip(names, bars, strict=True):
        assert said
        assert bar
        if viewport == DESKTOP:
            assert said["x"] + said["width"] <= bar["x"]
        else:
            assert said["y"] + said["height"] <= bar["y"]
            assert said["width"] > 300
