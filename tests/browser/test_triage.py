"""A hub makes order in a browser: what was sent twice becomes one or stays two, a file fills the priority list."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from programmes.models import Interest, InterestTeacher, PriorityListing
from schools import roles
from schools.rules import academic_year
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def _signed_in(new_page: Callable[..., Page], live_server: LiveServer, hub: object, **options: object) -> Page:
    client = Client()
    client.force_login(make.make_user(roles.HUB_ADMIN, hub=hub))
    page = new_page(base_url=live_server.url, **options)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_one_is_made_of_two_and_the_others_are_told_apart(
    new_page: Callable[..., Page], live_server: LiveServer, *, java_script_enabled: bool
) -> None:
    offer = make.OfferFactory(year=academic_year(clock.today()) + 1)
    firsts = [make.InterestFactory(offer=offer, school__name=name) for name in ("Ash School", "Birch School")]
    Interest.objects.update(hub=firsts[0].hub)
    for first in firsts:
        facts = {"school": first.school, "hub": firsts[0].hub, "offer": offer, "status": "second"}
        make.InterestFactory(**facts, duplicate_of=first, contact_name="Lee Colleague")
    ash, birch = firsts
    copy = ash.seconds.get()
    InterestTeacher.objects.create(interest=ash, name="Ann Ours", email="ann@people.example.org")
    InterestTeacher.objects.create(interest=copy, name="Bo Theirs", email="bo@people.example.org")
    page = _signed_in(new_page, live_server, ash.hub, java_script_enabled=java_script_enabled)

    page.goto(ash.get_absolute_url())
    page.get_by_role("link", name=f"Same or not? {copy.reference}").click()
    page.get_by_role("radio", name="Lee Colleague").check()
    page.get_by_role("radio", name=f"Yes: keep {ash.reference}").check()
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_text(f"Merged. {ash.reference} stands for both.")).to_be_visible()
    page.goto(birch.get_absolute_url())
    page.get_by_role("link", name="Same or not?").click()
    page.get_by_role("radio", name="No: decide about each by itself").check()
    page.get_by_role("button", name="Save the answer").click()

    expect(page.get_by_text("Told apart. You are not asked again.")).to_be_visible()
    page.get_by_role("link", name="Interest").first.click()
    page.get_by_role("link", name="Sent twice?").click()
    expect(page.get_by_text("Nothing seems to have been sent twice.")).to_be_visible()
    ash.refresh_from_db()
    assert (ash.contact_name, [one.name for one in ash.teachers.all()]) == ("Lee Colleague", ["Ann Ours", "Bo Theirs"])
    statuses = Interest.objects.order_by("status").values_list("status", flat=True)
    assert list(statuses) == ["merged", "submitted", "submitted", "submitted"]


def test_file_for_the_priority_list_is_looked_at_then_applied(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    school = make.SchoolFactory(name="Ash School")
    page = _signed_in(new_page, live_server, school.hub)
    text = f"URN,Reason\n{school.urns.get().urn},Area of need\n999999,\n".encode()

    page.goto("/programmes/priority/")
    page.get_by_role("link", name="Fill it from a file").click()
    page.locator("input[type=file]").set_input_files({"name": "need.csv", "mimeType": "text/csv", "buffer": text})
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("No school has this URN.")).to_be_visible()
    assert not PriorityListing.objects.exists()
    page.get_by_role("button", name="Apply the file").click()

    expect(page.get_by_text("1 school added, 0 changed, 0 removed. 1 line left out: see below.")).to_be_visible()
    assert PriorityListing.objects.get().reason == "Area of need"
