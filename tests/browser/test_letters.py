"""A letter in a browser: filter a list, write to exactly those, look at each, send; the mail arrives."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import delivery
from schools import roles
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_letter_goes_from_a_filtered_list_to_the_mailbox(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    hub = make.HubFactory(email="hub@example.org")
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    for name in ("Ashby Hill", "Birchwood"):
        school = make.SchoolFactory(name=name, authority__hub=hub)
        make.make_user(roles.HEADTEACHER, school=school, name=f"Head of {name}")
    client = Client()
    client.force_login(lead)
    page = new_page(base_url=live_server.url)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto("/schools/")
    page.get_by_label("Name, town, postcode or URN").fill("birch")
    page.get_by_label("Name, town, postcode or URN").press("Tab")
    expect(page.get_by_role("status")).to_have_text("1 school")
    page.get_by_label("Whom to write to").select_option("heads")
    page.get_by_role("button", name="Write to these people").click()
    page.get_by_label("Subject").fill("Dates for {school}")
    page.get_by_label("Text").fill("Dear {name}, the dates are attached.")
    dates: FilePayload = {"name": "dates.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 dates"}
    page.get_by_label("Attachment (optional)").set_input_files(files=[dates])
    page.get_by_role("button", name="Save and look at the recipients").click()
    expect(page.get_by_role("heading", name="1 person will get it")).to_be_visible()
    page.get_by_role("button", name="Keep, and preview").click()
    expect(page.get_by_role("heading", name="Dates for Birchwood")).to_be_visible()
    page.get_by_role("link", name="Send to 1 person").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("1 e-mail leaves now.")).to_be_visible()
    delivery.deliver_due()
    page.reload()

    (sent,) = mail.outbox
    expect(page.get_by_text("1 sent")).to_be_visible()
    assert (sent.subject, sent.reply_to) == ("Dates for Birchwood", ["hub@example.org"])
    assert sent.body.startswith("Dear Head of Birchwood, the dates are attached.")
    assert sent.attachments == [("dates.pdf", b"%PDF-1.7 dates", "application/pdf")]
