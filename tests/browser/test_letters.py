"""A letter in a browser: filter a list, write to exactly those, look at each, send; the mail arrives."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import delivery
from schools import roles
from schools.models import Letter, User
from tests import factories as make
from tests.browser.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)


def _signed_in(new_page: Callable[..., Page], live_server: LiveServer, user: User, **options: object) -> Page:
    client = Client()
    client.force_login(user)
    page = new_page(base_url=live_server.url, **options)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


def test_letter_goes_from_a_filtered_list_to_the_mailbox(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    hub = make.HubFactory(email="hub@example.org")
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    for name in ("Ashby Hill", "Birchwood"):
        school = make.SchoolFactory(name=name, authority__hub=hub)
        make.make_user(roles.HEADTEACHER, school=school, name=f"Head of {name}")
    page = _signed_in(new_page, live_server, lead)

    page.goto("/schools/")
    page.get_by_label("Name, town, postcode or URN").fill("birch")
    page.get_by_label("Name, town, postcode or URN").press("Tab")
    expect(page.get_by_role("status")).to_have_text("1 school")
    page.get_by_label("Whom to write to").select_option("heads")
    page.get_by_role("button", name="Write to all, or to those ticked").click()
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


def test_school_that_never_engaged_is_given_an_address_and_invited(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    """From the list: ticked, typed, written to; the draft leads to what is still missing."""
    hub = make.HubFactory(email="hub@example.org")
    for name in ("Ashby Hill", "Birchwood"):
        make.SchoolFactory(name=name, authority__hub=hub)
    page = _signed_in(new_page, live_server, make.make_user(roles.HUB_LEAD, hub=hub))

    page.goto("/schools/?engaged=new")
    page.get_by_label("Ashby Hill").check()
    page.get_by_role("button", name="Addresses to write to").click()
    expect(page.get_by_role("heading", name="Addresses to write to")).to_be_visible()
    findings = look_at(page)
    page.get_by_label("Name, Ashby Hill").fill("Dr A. O'Neill-Smith")
    page.get_by_label("Role, Ashby Hill").select_option("headteacher")
    page.get_by_label("E-mail address, Ashby Hill").fill("head@ashby.example")
    page.get_by_role("button", name="Keep these addresses").click()
    expect(page.get_by_text("1 address kept.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Write to all, or to those ticked").click()
    page.get_by_label("Subject").fill("Maths at {school}")
    page.get_by_label("Text").fill("Dear {first name}, join us.")
    page.get_by_role("button", name="Save and look at the recipients").click()
    page.get_by_role("button", name="Keep, and preview").click()
    expect(page.get_by_text("1 school on this list has no e-mail address")).to_be_visible()
    expect(page.get_by_text("Dear Dr O'Neill-Smith, join us.")).to_be_visible()
    findings += look_at(page)
    page.get_by_role("link", name="Complete the addresses").click()
    page.get_by_label("E-mail address, Birchwood").fill("office@birchwood.example")
    page.get_by_role("button", name="Keep these addresses").click()
    expect(page.get_by_role("heading", name="2 people will get it")).to_be_visible()

    assert findings == []


def test_what_is_ticked_is_written_to_also_on_another_page_and_else_all_that_fit(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    hub = make.HubFactory(email="hub@example.org")
    for number in range(52):
        make.SchoolFactory(name=f"Ash {number:02}", authority__hub=hub)
    page = _signed_in(new_page, live_server, make.make_user(roles.HUB_LEAD, hub=hub))

    page.goto("/schools/")
    page.get_by_label("Ash 03").check()
    page.get_by_label("Ash 05").check()
    page.get_by_role("link", name="Next").click()
    page.get_by_label("Ash 51").check()
    page.get_by_role("button", name="Write to the 3 ticked").click()
    expect(page.get_by_label("Subject")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Untick all").click()
    page.get_by_role("button", name="Write to all, or to those ticked").click()
    expect(page.get_by_label("Subject")).to_be_visible()

    first, second = Letter.objects.order_by("pk")
    assert (first.picked.endswith("; 3 ticked"), second.picked.endswith("ticked")) == (True, False)
    assert set(first.recipients.values_list("school__name", flat=True)) == {"Ash 03", "Ash 05", "Ash 51"}
    assert second.recipients.count() == 52


def test_what_is_ticked_is_written_to_without_a_script_and_no_other_step_of_the_list_carries_the_token(
    new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    hub = make.HubFactory(email="hub@example.org")
    for name in ("Ash", "Birch", "Cedar"):
        make.SchoolFactory(name=name, authority__hub=hub)
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    page = _signed_in(new_page, live_server, lead, java_script_enabled=False)

    page.goto("/schools/")
    page.get_by_label("Birch").check()
    page.get_by_role("button", name="Write to all, or to those ticked").click()
    expect(page.get_by_label("Subject")).to_be_visible()
    page.goto("/schools/")
    page.get_by_label("Cedar").check()
    page.get_by_role("button", name="Set the owner").click()
    expect(page.get_by_role("heading", name="Who looks after 1 school?")).to_be_visible()

    assert list(Letter.objects.get().recipients.values_list("school__name", flat=True)) == ["Birch"]
    assert "csrf" not in page.url
