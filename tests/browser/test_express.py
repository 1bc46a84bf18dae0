"""The public form in a real browser: with JavaScript, without it, by keyboard, on a phone, and for axe."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import clock
from programmes.actions.interest import submit
from programmes.models import FormDraft, Interest, Offer
from programmes.notices.links import draft_path, head_path
from schools.models import School
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.steps import axe_finds_nothing
from tests.programmes.express import make_application, make_privacy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school() -> School:
    make_privacy()
    for name in ("Dale Primary School", "Hilltop School"):
        make.SchoolFactory(name=name, town="Leicester")
    return make.SchoolFactory(name="Hill Primary School", town="Loughborough", website="www.hill.example.org")


@pytest.fixture
def offer() -> Offer:
    today = clock.today()
    return make.OfferFactory(
        year=today.year if today.month >= 9 else today.year - 1,
        opens_on=today.replace(day=1),
        closes_on=today.replace(year=today.year + 1, day=1),
        title="Good Maths",
        needs_lead_role=True,
        lead_role_label="head of department or similar",
        teacher_label="Advocate",
    )


class Form:
    """Walks through the form; looks at every page on its way."""

    def __init__(self, page: Page, look: Callable[[Page], None]) -> None:
        self.page, self._look = page, look

    def go_on(self, button: str = "Continue", **typed: str) -> None:
        """Look, fill in, press the button, and be on the page that answers, though its address may be the same."""
        self._look(self.page)
        for name, value in typed.items():
            self.page.locator(f"[name={name}]").fill(value)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()

    def fill_in(self, offer: Offer) -> None:
        """From the choice of the programme to the confirmation."""
        page = self.page
        page.get_by_label(str(offer)).check()
        self.go_on()
        self.go_on(name="Robin Contact", email="robin@hill.example.org", job_title="Maths lead")
        self.go_on(name="Jo Head", email="head@hill.example.org")
        page.get_by_label("Another teacher").check()
        self.go_on()
        self.go_on(name="Sam Teacher", email="sam@hill.example.org", job_title="Head of maths")
        page.get_by_label("To be named later").check()
        self.go_on()
        page.get_by_label("Sam Teacher").check()
        self.go_on()
        self.go_on(message="We look forward to it.")
        for box in page.get_by_role("checkbox").all():
            box.check()
        self.go_on()
        self.go_on("Send application")
        self._look(page)


def not_at_all(page: Page) -> None:
    """Where no script runs, axe does not either."""


def _reference(page: Page) -> str:
    text = page.locator(".govuk-panel strong").inner_text()
    assert re.fullmatch(r"HP-[2-9A-Z]{6}", text)
    return text


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desktop", "phone"])
def test_interest_is_expressed_and_confirmed(
    options: dict[str, Any], new_page: Callable[..., Page], live_server: LiveServer, school: School, offer: Offer
) -> None:
    page = new_page(**options)
    form = Form(page, axe_finds_nothing)

    page.goto(f"{live_server.url}/programmes/express/")
    axe_finds_nothing(page)
    page.get_by_role("link", name="Apply", exact=True).click()
    page.get_by_label("Find your school").press_sequentially("hill lough", delay=20)
    expect(page.get_by_role("option", name="Hill Primary School")).to_be_visible()
    axe_finds_nothing(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    form.fill_in(offer)

    interest = Interest.objects.get(reference=_reference(page))
    assert (interest.school, interest.offer, interest.head_confirmed_at) == (school, offer, None)
    head = new_page(**options)
    head.goto(live_server.url + head_path(interest))
    axe_finds_nothing(head)
    head.get_by_role("button", name="I am the headteacher and I confirm").click()
    expect(head.get_by_role("heading", name="Confirmed")).to_be_visible()
    axe_finds_nothing(head)
    interest.refresh_from_db()
    assert interest.head_confirmed_at is not None


def test_interest_is_expressed_without_javascript(
    new_page: Callable[..., Page], live_server: LiveServer, school: School, offer: Offer
) -> None:
    page = new_page(java_script_enabled=False)

    page.goto(f"{live_server.url}/programmes/express/school/")
    page.get_by_label("Find your school").fill("loughborough")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Hill Primary School").click()
    Form(page, not_at_all).fill_in(offer)

    assert Interest.objects.get().reference == _reference(page)


def test_enter_searches_when_no_suggestion_is_picked(page: Page, live_server: LiveServer, school: School) -> None:
    page.goto(f"{live_server.url}/programmes/express/school/")
    page.get_by_label("Find your school").press_sequentially("primary", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="2 schools")).to_be_visible()
    axe_finds_nothing(page)


def test_picker_takes_what_was_searched_for_as_words(page: Page, live_server: LiveServer, school: School) -> None:
    """What was typed is an option of the picker while nothing else is typed: no school, and no error of the script."""
    page.goto(f"{live_server.url}/programmes/express/school/?q=primary")
    box = page.get_by_role("combobox", name="Find your school")

    box.focus()
    page.get_by_role("button", name="Search").focus()
    box.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="2 schools")).to_be_visible()
    assert page.url.endswith("?q=primary")
    expect(page.get_by_role("combobox", name="Find your school")).to_have_value("primary")


def test_picker_says_that_it_searches_until_the_answer_comes(
    page: Page, live_server: LiveServer, school: School
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/schools.json*", hold)
    page.goto(f"{live_server.url}/programmes/express/school/")

    page.get_by_label("Find your school").press_sequentially("hill", delay=20)

    expect(page.get_by_text("Searching …")).to_be_visible()
    expect(page.get_by_text("No school found")).to_have_count(0)
    page.wait_for_timeout(400)
    for route in held:
        route.continue_()
    expect(page.get_by_role("option", name="Hill Primary School")).to_be_visible()


def test_browsers_back_button_finds_the_answers_and_sends_once(
    page: Page, live_server: LiveServer, school: School, offer: Offer
) -> None:
    page.goto(f"{live_server.url}/programmes/express/school/?q=hill+primary")
    page.get_by_role("button", name="Hill Primary School").click()
    form = Form(page, not_at_all)
    page.get_by_label(str(offer)).check()
    form.go_on()
    form.go_on(name="Robin Contact", email="robin@hill.example.org", job_title="Maths lead")
    page.go_back()
    expect(page.get_by_label("Your full name")).to_have_value("Robin Contact")
    page.goto(f"{live_server.url}/programmes/express/school/?q=hill+primary")
    page.get_by_role("button", name="Hill Primary School").click()
    form.fill_in(offer)
    reference = _reference(page)

    page.go_back()

    expect(page.locator(".govuk-panel strong")).to_have_text(reference)
    assert Interest.objects.count() == 1


def test_errors_are_read_first(page: Page, live_server: LiveServer, school: School, offer: Offer) -> None:
    page.goto(f"{live_server.url}/programmes/express/school/?q=hill+primary")
    page.get_by_role("button", name="Hill Primary School").click()
    form = Form(page, axe_finds_nothing)
    form.go_on()
    axe_finds_nothing(page)
    page.get_by_label(str(offer)).check()
    form.go_on()

    form.go_on(email="robin")

    axe_finds_nothing(page)
    expect(page.get_by_label("Your work e-mail address")).to_have_value("robin")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter an e-mail address like name@school.sch.uk.").click()
    expect(page.get_by_label("Your work e-mail address")).to_be_focused()


def test_status_and_privacy_pages(page: Page, live_server: LiveServer, school: School, offer: Offer) -> None:
    application = make_application(school=school, offer=offer, contact_email="robin@hill.example.org")
    interest = submit(application=application, by=None, now=clock.now())

    page.goto(f"{live_server.url}/programmes/express/status/")
    axe_finds_nothing(page)
    Form(page, axe_finds_nothing).go_on("Check", reference="HP-WRONG", email="robin@hill.example.org")
    axe_finds_nothing(page)
    Form(page, axe_finds_nothing).go_on("Check", reference=interest.reference, email="robin@hill.example.org")

    expect(page.get_by_text("Received.")).to_be_visible()
    axe_finds_nothing(page)
    page.goto(f"{live_server.url}/programmes/privacy/")
    axe_finds_nothing(page)


def test_form_for_two_programmes_is_saved_and_gone_on_with_on_a_phone(
    new_page: Callable[..., Page], live_server: LiveServer, school: School, offer: Offer
) -> None:
    second = make.OfferFactory(
        year=offer.year, opens_on=offer.opens_on, closes_on=offer.closes_on, title="Number Fun", teachers_per_school=1
    )
    page, phone = new_page(), new_page(viewport=PHONE, java_script_enabled=False)
    page.goto(f"{live_server.url}/programmes/express/school/?q=hill+primary")
    page.get_by_role("button", name="Hill Primary School").click()
    form = Form(page, axe_finds_nothing)
    page.get_by_label(str(offer)).check()
    page.get_by_label(str(second)).check()
    form.go_on()
    form.go_on(name="Robin Contact", email="robin@hill.example.org", job_title="Maths lead")

    page.get_by_role("button", name="Save and come back later").click()
    form.go_on("Send me the link")
    expect(page.get_by_role("heading", name="Your answers are saved")).to_be_visible()
    phone.goto(live_server.url + draft_path(FormDraft.objects.get()))
    phone.get_by_role("button", name="Go on").click()

    later = Form(phone, not_at_all)
    later.go_on(name="Jo Head", email="head@hill.example.org")
    for _place in range(3):
        phone.get_by_label("To be named later").check()
        later.go_on()
    later.go_on(message="")
    for box in phone.get_by_role("checkbox").all():
        box.check()
    later.go_on()
    later.go_on("Send application")
    expect(phone.locator(".govuk-panel strong")).to_have_count(2)
    assert {interest.offer for interest in Interest.objects.all()} == {offer, second}
