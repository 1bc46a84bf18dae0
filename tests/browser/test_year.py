"""The main job in one year, lived by everybody in it: the same steps for every programme, led by the offer's numbers.

Web, worker and beat run as ``make run`` starts them, in DEMO, so that the date can be moved; mails are read from files.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import PHONE
from tests.browser.year_data import FOURTH
from tests.running import RunningPortal

PHASES = ("primary-development", "secondary-development", "primary-readiness", FOURTH)
HEAD, TEACHER, CONTACT, OFFICE = (f"{name}@demo.example" for name in ("school", "teacher", "contact", "office"))
SEEN, PRIVATE = "Pupils explained why the rule works.", "Ask again how the staffing is."
THURSDAY = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal's data before the year begins; every journey gets a copy."""
    found = tmp_path_factory.mktemp("year")
    portal = RunningPortal(found, DEMO="true")
    portal.manage("shell", "--command", "from tests.browser.year_data import prepare; prepare()")
    return found


@pytest.fixture
def portal(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningPortal]:
    """The portal of one journey, running."""
    own = tmp_path / "var"
    shutil.copytree(folder, own)
    portal = RunningPortal(own, DEMO="true")
    phase = request.node.callspec.params["phase"]
    portal.manage("shell", "--command", f"from tests.browser.year_data import fill; fill({phase!r})")
    with portal:
        yield portal


class Journey:
    """One school's year: what each person does, in their own browser."""

    def __init__(self, portal: RunningPortal, new_page: Callable[..., Page]) -> None:
        self.portal, self.new_page = portal, new_page
        self.facts: dict[str, Any] = json.loads((portal.folder / "journey.json").read_text())
        self.year: int = self.facts["year"]
        self.leader_mail = f"{'specialist' if self.facts['is_led_by_specialist'] else 'readiness'}@demo.example"
        self.desk = self.signed_in("Hub lead")
        self.group_url = ""
        self.first_meeting = date.min

    def signed_in(self, role: str, **options: Any) -> Page:
        """A browser of somebody's own, signed in by one press."""
        page = self.new_page(**options)
        steps.sign_in_as(page, self.portal, role)
        return page

    def go(self, page: Page, path: str) -> None:
        """Open a page of the portal."""
        page.goto(f"{self.portal.url}{path}")

    def be_on(self, day: date) -> None:
        """Move the portal's date."""
        steps.move_date(self.desk, day)

    def express(self) -> str:
        """Somebody from the school, without an account, expresses an interest; returns the reference."""
        page = self.new_page()
        self.go(page, "/programmes/express/")
        page.get_by_role("link", name="Apply", exact=True).click()
        # The browser's own search box, which the picker takes the place of, is emptied by Escape.
        page.locator("#q.autocomplete__input").fill(self.facts["postcode"])
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Search").click()
        page.locator(".school-list button").filter(has_text=self.facts["name"]).first.click()

        steps.answer_public_form(
            page,
            {
                "who": _filling(name="Leila Teacher", email=TEACHER, job_title="Head of mathematics"),
                "teachers": _choose_teacher,
                "start": _leave_out,
                "programme": lambda page: page.locator(f"#offer-{self.facts['offer']}").check(),
                "contact": _filling(name="Connie Contact", email=CONTACT, job_title="Maths lead"),
                "head": _filling(name="Henry Head", email=HEAD),
                "lead-role": lambda page: page.get_by_role("checkbox").first.check(),
                "message": _filling(message="We look forward to it."),
                "agree": _tick_all,
                "check": lambda page: steps.press(page, "Send application"),
            },
        )
        reference = page.locator(".govuk-panel strong").inner_text()
        steps.wait_for_mail(self.portal, to=CONTACT, subject=reference)
        return reference

    def confirm_as_head(self) -> None:
        """The headteacher presses the button of the mailed link, which works once."""
        mail = steps.wait_for_mail(self.portal, to=HEAD, subject="please confirm")
        page = self.new_page()
        page.goto(steps.link_in(mail, "/express/confirm/"))
        steps.press(page, "I am the headteacher and I confirm")
        expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
        page.goto(steps.link_in(mail, "/express/confirm/"))
        expect(page.get_by_role("button", name="I am the headteacher and I confirm")).to_have_count(0)

    def accept(self, reference: str) -> None:
        """The hub lead finds it on the work list and accepts; school and teacher hear of it."""
        self.go(self.desk, "/")
        self.desk.get_by_role("link", name="Decide").first.click()
        self.desk.get_by_role("row").filter(has_text=reference).get_by_role("link").first.click()
        # Their address is not one of the school's own domain, so the portal does not vouch for it.
        expect(self.desk.locator("main")).to_contain_text("The headteacher's link was used to confirm")
        self.desk.get_by_role("link", name="Accept", exact=True).click()
        self.desk.get_by_role("button", name="Accept", exact=True).click()
        expect(self.desk.locator("main")).to_contain_text("Accepted.")
        steps.wait_for_mail(self.portal, to=CONTACT, subject="has a place")
        steps.wait_for_mail(self.portal, to=TEACHER, subject="You are invited")

    def form_group(self) -> None:
        """A group with a leader, and every accepted school in it."""
        desk = self.desk
        self.go(desk, "/groups/new/")
        desk.locator(f"input[name=offer][value='{self.facts['offer']}']").check()
        steps.press(desk, "Continue")
        desk.locator("input[name=leader]").first.check()
        steps.press(desk, "Make the group")
        boxes = desk.locator("input[name=enrolments]")
        expect(boxes).to_have_count(self.facts["schools"])
        for box in boxes.all():
            box.check()
        steps.press(desk, "Place them")
        found = re.search(r"/groups/(\d+)/", desk.url)
        assert found, desk.url
        self.group_url = f"/groups/{found.group(1)}/"

    def plan_and_start(self) -> None:
        """As many meetings as the offer says; at the start everybody gets all dates at once."""
        desk = self.desk
        self.go(desk, f"{self.group_url}plan/")
        expect(desk.locator(".plan-line")).to_have_count(self.facts["meetings"])
        steps.press(desk, "Keep these dates")
        self.go(desk, f"{self.group_url}start/")
        desk.get_by_role("button", name="Start the group").click()
        expect(desk.locator("main")).to_contain_text("The group has started")
        for person in (HEAD, TEACHER, CONTACT, OFFICE, self.leader_mail):
            mail = steps.wait_for_mail(self.portal, to=person, subject="all dates of")
            days = re.findall(r"^ +\d+\. \w+ (\d+ \w+ \d{4}),", steps.text_of(mail), re.MULTILINE)
            assert len(days) == self.facts["meetings"], steps.text_of(mail)
            self.first_meeting = _day(days[0])

    def book_first_visit(self, leader: Page) -> date:
        """The leader books the school's first visit, on a Thursday two weeks into its term."""
        self.go(leader, f"{self.group_url}visits/")
        row = leader.get_by_role("row").filter(has_text=self.facts["name"]).filter(has_text="Visit 1")
        row.get_by_role("link").filter(has_text="Visit 1").first.click()
        leader.get_by_role("link", name="Book", exact=True).click()
        term = leader.locator(".facts dd").filter(has_text=" to ").first.inner_text()
        start = _day(" ".join(term.split()[1:4]))
        day = start + timedelta(days=14 + (THURSDAY - start.weekday()) % 7)
        for place, part in enumerate((day.day, day.month, day.year)):
            leader.locator(f"[name=day_{place}]").fill(str(part))
        leader.locator("[name=starts]").fill("9.30am")
        steps.press(leader, "Book the visit")
        steps.wait_for_mail(self.portal, to=HEAD, subject=f"^A visit to .*{day.day} {day:%B}")
        return day

    def remind_first(self) -> None:
        """A fortnight before the first meeting, its people are reminded; the teacher answers with one press."""
        self.be_on(self.first_meeting - timedelta(days=13))
        meets = f"meets on .*{self.first_meeting.day} {self.first_meeting:%B %Y}"
        steps.wait_for_mail(self.portal, to=self.leader_mail, subject=meets)
        mail = steps.wait_for_mail(self.portal, to=TEACHER, subject=meets)
        page = self.new_page(viewport=PHONE)
        links = re.findall(r"https?://\S+/groups/answer/\S+", steps.text_of(mail))
        page.goto(links[0])
        steps.press(page, "I can’t come")
        expect(page.locator("main")).to_contain_text("You said that you can’t come")

    def remind_again(self) -> None:
        """Two days before, once more; not who cannot come."""
        self.be_on(self.first_meeting - timedelta(days=1))
        meets = f"meets on .*{self.first_meeting.day} {self.first_meeting:%B %Y}"
        steps.wait_for_mail(self.portal, to=self.leader_mail, subject=meets, besides=1)
        assert len(steps.mails_to(self.portal, TEACHER, meets)) == 1
        assert len(steps.mails_to(self.portal, self.leader_mail, meets)) == 2

    def take_register(self) -> None:
        """On the day, on a phone: who said that they cannot come is down as apologies, the rest are present."""
        self.be_on(self.first_meeting)
        leader = self.leader_on_phone()
        self.go(leader, f"{self.group_url}meetings/")
        leader.get_by_role("link", name="Meeting 1", exact=True).click()
        steps.press(leader, "Open the register")
        expect(leader.locator("fieldset.person").filter(has_text="Leila Teacher")).to_contain_text("said: can’t come")
        steps.press(leader, "Rest present")
        expect(leader.locator("#register-count")).to_contain_text("marked")
        steps.press(leader, "Done")
        self.go(leader, f"{self.group_url}meetings/")
        expect(leader.get_by_role("row").filter(has_text="Meeting 1")).to_contain_text("Held")

    def remind_of_visit(self, day: date) -> None:
        """A week before a booked visit, school and leader are reminded."""
        self.be_on(day - timedelta(days=6))
        for person in (HEAD, TEACHER, self.leader_mail):
            steps.wait_for_mail(self.portal, to=person, subject="^Reminder: visit to")

    def log_visit(self, day: date) -> None:
        """On a phone, in the school's corridor."""
        self.be_on(day)
        leader = self.leader_on_phone()
        self.go(leader, f"{self.group_url}visits/")
        row = leader.get_by_role("row").filter(has_text=self.facts["name"]).filter(has_text="Visit 1")
        row.get_by_role("link").filter(has_text="Visit 1").first.click()
        visit_url = leader.url
        steps.press(leader, "Log")
        leader.locator("#id_when label.chip").filter(has_text="Today").click()
        leader.locator("#id_half_days label.chip").first.click()
        leader.locator("#id_others").fill("The headteacher")
        leader.locator("#id_tags label.chip").first.click()
        leader.locator("#id_shared").fill(SEEN)
        leader.locator("details.private-note summary").click()
        leader.locator("#id_private").fill(PRIVATE)
        leader.locator("input[name$=-text]").first.fill("Plan the next unit together")
        leader.locator("button[name=send]").click()
        expect(leader.locator("main")).to_contain_text(SEEN)
        head = self.signed_in("Headteacher")
        head.goto(visit_url)
        expect(head.locator("main")).to_contain_text(SEEN)
        expect(head.locator("main")).to_contain_text("Plan the next unit together")
        expect(head.locator("main")).not_to_contain_text(PRIVATE)

    def leader_on_phone(self) -> Page:
        """The leader's phone."""
        role = "Mastery Specialist" if self.facts["is_led_by_specialist"] else "Mastery Readiness Lead"
        return self.signed_in(role, viewport=PHONE, has_touch=True, is_mobile=True)

    def fund(self) -> None:
        """The school claims its award; somebody else approves it; it is paid."""
        head = self.signed_in("Headteacher")
        self.go(head, "/funding/")
        row = head.get_by_role("row").filter(has_text=self.facts["amount"])
        row.get_by_role("link").first.click()
        steps.press(head, "Claim")
        head.locator("[name=invoice]").fill("INV-1")
        steps.press(head, "Send the claim")
        expect(head.locator("main")).to_contain_text("Claim sent")
        self.go(self.desk, "/")
        self.desk.get_by_role("link", name="Approve").first.click()
        self.desk.locator("main table a").first.click()
        self.desk.get_by_role("button", name=f"Approve {self.facts['amount']}").click()
        expect(self.desk.locator("main")).to_contain_text("Claim approved.")
        self.desk.get_by_role("link", name="Mark as paid").click()
        self.desk.get_by_role("button", name="Mark as paid").click()
        expect(self.desk.locator("main")).to_contain_text("Claim marked as paid.")

    def see(self) -> None:
        """In July the group's year is completed, and the school's journey shows it."""
        self.be_on(date(self.year + 1, 7, 29))
        self.go(self.desk, self.group_url)
        self.desk.get_by_role("link", name="Complete the group").click()
        expect(self.desk.get_by_role("heading", level=1)).to_contain_text("Complete ")
        # The journey holds one meeting and makes one visit: where the offer gives more, the page asks why.
        why = self.desk.locator("[name=reason]")
        if why.count():
            why.fill("The rest of the year was held outside the portal.")
        self.desk.get_by_role("button", name="Complete the group").click()
        expect(self.desk.locator("main")).to_contain_text("Completed")
        head = self.signed_in("Headteacher")
        self.go(head, f"/programmes/schools/{self.facts['school']}/journey/")
        expect(head.locator("main")).to_contain_text(f"{self.year}/{(self.year + 1) % 100:02d}")
        expect(head.locator("main")).to_contain_text("Completed")
        expect(head.locator("main svg").first).to_be_visible()
        national = self.signed_in("National")
        self.go(national, "/hubs/")
        expect(national.locator("main tbody tr")).to_have_count(40)


def _day(text: str) -> date:
    """A day as mails and pages write it: 22 January 2027."""
    return datetime.strptime(f"{text} +0000", "%d %B %Y %z").date()


def _filling(**typed: str) -> Callable[[Page], None]:
    def fill(page: Page) -> None:
        for name, text in typed.items():
            page.locator(f"[name={name}]").fill(text)

    return fill


def _leave_out(page: Page) -> None:
    """Where the school is now need not be said."""
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def _tick_all(page: Page) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()


def _choose_teacher(page: Page) -> None:
    """The first place is named, the others are to be named."""
    page.get_by_label("Another teacher" if "/teachers/1/" in page.url else "To be named later").check()


@pytest.mark.parametrize("phase", PHASES)
def test_school_lives_a_year(phase: str, portal: RunningPortal, new_page: Callable[..., Page]) -> None:
    journey = Journey(portal, new_page)
    journey.be_on(date(journey.year, 2, 10))
    reference = journey.express()
    journey.confirm_as_head()
    journey.accept(reference)
    journey.be_on(date(journey.year, 6, 24))
    journey.form_group()
    journey.plan_and_start()
    first = journey.first_meeting
    then: list[tuple[date, Callable[[], None]]] = [
        (first - timedelta(days=13), journey.remind_first),
        (first - timedelta(days=1), journey.remind_again),
        (first, journey.take_register),
    ]
    if journey.facts["visits"]:
        visit_on = journey.book_first_visit(journey.leader_on_phone())
        then.append((visit_on - timedelta(days=6), lambda: journey.remind_of_visit(visit_on)))
        then.append((visit_on, lambda: journey.log_visit(visit_on)))

    for _day, live in sorted(then, key=lambda one: one[0]):
        live()
    if journey.facts["amount"]:
        journey.fund()
    journey.see()
