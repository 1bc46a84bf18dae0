"""From the first user to a school's own people: invited by e-mail, signed in with the code that comes by e-mail."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import delivery
from schools.models import User
from tests import factories as make
from tests.factories.schools import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def _sign_in_by_code(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/account/login/")
    page.get_by_role("link", name="Send me a sign-in code").click()
    page.get_by_role("textbox").first.fill(email)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("code")
    code = re.search(r"is:\s+(\S+)", str(mail.outbox[-1].body))
    assert code is not None
    page.locator("input[name=code]").fill(code[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")


def _invite(page: Page, role: str, name: str, email: str) -> None:
    page.get_by_role("radio", name=role, exact=True).check()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status").first).to_contain_text("is invited by e-mail")
    delivery.deliver_due()


@BOTH
def test_invitations_reach_from_the_first_user_to_the_school(
    new_page: Callable[..., Page], live_server: LiveServer, scripts: bool
) -> None:
    cache.clear()
    User.objects.create_superuser("first@portal.example.org", PASSWORD, name="Fay First")
    hub = make.HubFactory(name="Trent Maths Hub")
    school = make.SchoolFactory(name="Oakfield Primary", authority__hub=hub)

    national = new_page(java_script_enabled=scripts)
    national.goto(f"{live_server.url}/account/login/")
    national.locator("input[name=login]").fill("first@portal.example.org")
    national.locator("input[name=password]").fill(PASSWORD)
    national.get_by_role("button", name="Sign in", exact=True).click()
    national.goto(f"{live_server.url}/schools/hubs/{hub.pk}/")
    national.get_by_role("link", name="Invite its lead").click()
    _invite(national, "Hub lead", "Lea Lead", "lea@hub.example.org")

    lead = new_page(java_script_enabled=scripts)
    _sign_in_by_code(lead, live_server.url, "lea@hub.example.org")
    lead.goto(f"{live_server.url}/schools/{school.pk}/people/")
    lead.get_by_role("link", name="Invite a person").click()
    _invite(lead, "Headteacher", "Hal Head", "hal@oakfield.example.org")

    head = new_page(java_script_enabled=scripts)
    _sign_in_by_code(head, live_server.url, "hal@oakfield.example.org")
    head.get_by_role("link", name="Our people").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("Oakfield Primary")
    expect(head.get_by_role("link", name="Hal Head", exact=True)).to_be_visible()
    invitations = [sent.to[0] for sent in mail.outbox if "invited" in sent.subject]
    assert invitations == ["Lea Lead <lea@hub.example.org>", "Hal Head <hal@oakfield.example.org>"]
