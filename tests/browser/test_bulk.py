"""Deciding and asking about many in a browser: ticked on the list, looked through, one press, and the press twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.models import Interest
from schools import roles
from schools.rules import academic_year
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_ticked_lines_are_declined_with_one_reason_and_one_e_mail_each(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    authority = make.AuthorityFactory()
    offer = make.OfferFactory(year=academic_year(clock.today()) + 1)
    for name in ("Ash School", "Birch School", "Cedar School"):
        make.InterestFactory(school=make.SchoolFactory(name=name, authority=authority), offer=offer)
    client = Client()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=authority.hub))
    page = new_page(base_url=live_server.url)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto("/programmes/interest/")
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Decline").click()
    page.get_by_role("checkbox", name="Cedar School").uncheck()
    page.get_by_role("button", name="Decline the ticked").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Cedar School")).not_to_be_checked()
    page.get_by_label("Why is there no place").fill("The group is full.")
    page.get_by_role("button", name="Decline the ticked").dblclick()

    expect(page.get_by_text("2 applications declined.")).to_be_visible()
    assert dict(Interest.objects.values_list("school__name", "status")) == {
        "Ash School": "declined",
        "Birch School": "declined",
        "Cedar School": "submitted",
    }
    assert Notice.objects.filter(kind="interest-declined").count() == 4


def test_headteachers_who_never_answered_are_asked_again_from_home(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    authority = make.AuthorityFactory()
    offer = make.OfferFactory(year=academic_year(clock.today()) + 1)
    for name in ("Ash School", "Birch School", "Cedar School"):
        school = make.SchoolFactory(name=name, authority=authority)
        make.InterestFactory(school=school, offer=offer, head_asked_at=clock.now() - timedelta(days=30))
    make.BadAddressFactory(email=Interest.objects.get(school__name="Birch School").head_email)
    client = Client()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=authority.hub))
    page = new_page(base_url=live_server.url)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto("/")
    page.get_by_role("link", name="Ask again").click()
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Ask headteachers again").click()
    expect(page.get_by_role("checkbox", name="Birch School")).to_have_count(0)
    expect(page.get_by_text("come back")).to_be_visible()
    page.get_by_role("button", name="Ask the ticked again").dblclick()

    expect(page.get_by_text("Headteachers are asked again about 2 applications.")).to_be_visible()
    asked = Notice.objects.filter(kind="interest-head", occurrence__startswith="ask2")
    assert sorted(one.email for one in asked) == sorted(
        Interest.objects.exclude(school__name="Birch School").values_list("head_email", flat=True)
    )
