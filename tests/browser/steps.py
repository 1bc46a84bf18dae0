"""What people do in the portal, for the journeys: each function is something that somebody would say they did."""

import re
import time
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running import RunningPortal

PATIENCE_SECONDS = 60.0


def wait_for_mail(portal: RunningPortal, *, to: str, subject: str, having: str = "", besides: int = 0) -> EmailMessage:
    """The newest mail to somebody under a subject; waits for it, after ``besides`` earlier ones."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found := mails_to(portal, to, subject, having)) <= besides:
        assert time.monotonic() < deadline, [(mail["To"], mail["Subject"]) for mail in portal.mails()][-20:]
        time.sleep(0.3)
    return found[-1]


def mails_to(portal: RunningPortal, to: str, subject: str, having: str = "") -> list[EmailMessage]:
    """The mails to somebody whose subject fits, oldest first."""
    return [
        mail
        for mail in portal.mails()
        if to in str(mail["To"]) and re.search(subject, str(mail["Subject"])) and having in text_of(mail)
    ]


def text_of(mail: EmailMessage) -> str:
    """What a mail says."""
    body = mail.get_body()
    return body.get_content() if body else ""


def link_in(mail: EmailMessage, part: str) -> str:
    """The link of a mail whose address has this part."""
    found = [link for link in re.findall(r"https?://\S+", text_of(mail)) if part in link]
    assert found, text_of(mail)
    return found[0]


def move_date(page: Page, to: date) -> None:
    """Move the demo's date by the banner."""
    page.locator("#demo-date").fill(to.isoformat())
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".demo-banner")).to_contain_text(f"{to:%A} {to.day} {to:%B %Y}")


def sign_in_as(page: Page, portal: RunningPortal, role: str) -> None:
    """One press on the demo's sign-in page."""
    page.goto(f"{portal.url}/account/login/")
    page.locator(".demo-people button").filter(has_text=role).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good ")


def press(page: Page, name: str) -> None:
    """Press a button or follow a link of this name."""
    button = page.get_by_role("button", name=name)
    (button if button.count() else page.get_by_role("link", name=name)).first.click()


def leave(page: Page, where: str) -> None:
    """Wait until another page is there as a whole: its address changes before its boxes can be counted."""
    expect(page).not_to_have_url(where)
    page.wait_for_load_state()


def axe_finds_nothing(page: Page) -> None:
    """No finding, and nothing wider than the screen; the page asked for must be the one that is there."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def answer_public_form(page: Page, answers: dict[str, Callable[[Page], None]]) -> None:
    """Answer each question by the first word that is in its address, whichever the offer asks, up to the check."""
    for _ in range(20):
        where = page.url
        word = next(word for word in answers if f"/{word}/" in where)
        if word == "check":
            answers[word](page)
            return
        answers[word](page)
        press(page, "Continue")
        leave(page, where)
    raise AssertionError(f"The form did not come to its end: {page.url}")
