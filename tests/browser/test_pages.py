"""Every page of the access tables, for one role that may see it, at desktop and phone width: axe and the console say
nothing, and nothing is wider than a phone."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from hubportal.core.models import ClockShift
from schools.roles import HUB_LEAD
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import HubFactory, make_user
from tests.factories.schools import PASSWORD
from tests.test_access import TABLES
from tests.world import NOW, ROLES, make_side

pytestmark = pytest.mark.django_db(transaction=True)
SESSION_COOKIE = "sessionid"
NARROW = {**PHONE, "width": 375}
# Answers for machines, and files.
NO_PAGES = (
    *("healthz", "express-suggestions", "letter-attachment", "receipt-file"),
    *("record-template", "contact-workbook", "record-mend"),
)


@pytest.fixture
def at_the_worlds_moment(settings: Any) -> Any:
    """The date of the access table, in the server's threads too."""
    settings.DEMO = True
    shift = NOW - clock.real_now()
    ClockShift.objects.create(pk=1, seconds=int(shift.total_seconds()))
    clock.refresh()
    yield
    settings.DEMO = False
    clock.refresh()


def _pages(app: str) -> list[str]:
    lines = TABLES[app].items()
    return [name for name, line in lines if line.method == "get" and line.ok == 200 and name not in NO_PAGES]


# Some at a time, so that several workers share them.
PARTS = [(app, _pages(app)[start : start + 20]) for app in sorted(TABLES) for start in range(0, len(_pages(app)), 20)]


@pytest.mark.usefixtures("at_the_worlds_moment")
@pytest.mark.parametrize(("app", "names"), PARTS, ids=[f"{app} from {names[0]}" for app, names in PARTS])
def test_pages_have_no_findings(
    app: str, names: Sequence[str], new_page: Callable[..., Page], complaints: list[str], live_server: LiveServer
) -> None:
    page, side = new_page(), make_side()
    cookies = {kind: side.browser(kind).cookies[SESSION_COOKIE].value for kind in ROLES}
    found: dict[str, list[str]] = {}

    for name in names:
        line = TABLES[app][name]
        # As the first role sees it that may; a public one as nobody does.
        kind = None if line.public else next(kind for kind in ROLES if kind in line.allowed)
        path = reverse(f"{app}:{name}", args=line.args(side) if line.args else [])
        _open(page, live_server.url, path, cookies[kind] if kind else "")
        findings = [*look_at(page), *complaints]
        found |= {name: findings} if findings else {}
        complaints.clear()

    assert found == {}


# Pages of signing in; those for somebody who has signed in come after the password was asked for once more.
ENTRANCE = ("login/", "login/code/", "password/reset/", "password/reset/done/", "signup/")
MANAGED = ("password/change/", "email/", "logout/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/")


def test_pages_of_signing_in_have_no_findings(
    new_page: Callable[..., Page], complaints: list[str], live_server: LiveServer
) -> None:
    page = new_page()
    found: dict[str, list[str]] = {}
    user = make_user(HUB_LEAD, hub=HubFactory())

    for name in (*ENTRANCE, "reauthenticate/", *MANAGED):
        page.goto(f"{live_server.url}/account/{name}")
        assert page.url.endswith(name), page.url
        findings = [*look_at(page), *complaints]
        found |= {name: findings} if findings else {}
        complaints.clear()
        if name == ENTRANCE[-1]:
            page.goto(f"{live_server.url}/account/login/")
            page.fill("[name=login]", user.email)
            page.fill("[name=password]", PASSWORD)
            page.locator("form", has=page.locator("[name=password]")).get_by_role("button", name="Sign in").click()
        elif name == "reauthenticate/":
            page.fill("[name=password]", PASSWORD)
            page.get_by_role("button", name="Continue").click()

    assert found == {}


def _open(page: Page, site: str, path: str, session: str) -> None:
    page.context.clear_cookies()
    if session:
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])
    response = page.goto(site + path)
    assert response is not None
    assert response.status == 200, f"{path}: {response.status}"


AXE = Axe()


def look_at(page: Page) -> list[str]:
    """What axe finds at both sizes, and what is wider than them; its script is carried to the page once."""
    page.evaluate(AXE.axe_script)
    return [finding for size in (DESKTOP, NARROW) for finding in _look(page, size)]


def _look(page: Page, size: Any) -> list[str]:
    page.set_viewport_size(size)
    axe = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    found = [f"{size['width']}: {one['id']} {one['nodes'][0]['html'][:150]}" for one in axe]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{size['width']}: {wide} px wide"] if wide > size["width"] else [])
