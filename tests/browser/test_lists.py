"""Lists in a browser: filtered in place, shared by address, cards on a phone; the same without JavaScript."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from schools import roles
from schools.models import LocalAuthority, Person, User
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.steps import axe_finds_nothing
from tests.factories.schools import LONG_AGO

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead() -> User:
    """A hub lead with three schools."""
    authority = make.AuthorityFactory(name="Exampleshire")
    for name in ("Ashby Hill", "Birchwood", "Cedars"):
        make.SchoolFactory(name=name, authority=authority)
    return make.make_user(roles.HUB_LEAD, hub=authority.hub)


@pytest.fixture
def signed_in(new_page: Callable[..., Page], live_server: LiveServer, lead: User) -> Callable[..., Page]:
    """A browser in which the lead is signed in."""

    def open_page(**options: object) -> Page:
        client = Client()
        client.force_login(lead)
        page = new_page(base_url=live_server.url, **options)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return open_page


def test_list_is_filtered_in_place_and_by_its_address(signed_in: Callable[..., Page]) -> None:
    page = signed_in()
    page.goto("/schools/")
    page.evaluate("document.body.dataset.same = 'yes'")

    page.get_by_label("Name, town, postcode or URN").fill("birch")
    page.get_by_label("Name, town, postcode or URN").press("Tab")

    expect(page.get_by_role("status")).to_have_text("1 school")
    expect(page).to_have_url(re.compile(r"/schools/\?q=birch"))
    assert page.evaluate("document.body.dataset.same") == "yes"
    page.reload()
    expect(page.get_by_role("link", name="Birchwood")).to_be_visible()
    expect(page.get_by_role("link", name="Cedars")).to_have_count(0)


def test_list_is_filtered_and_sorted_without_scripts(signed_in: Callable[..., Page]) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto("/schools/")

    page.get_by_label("Name, town, postcode or URN").fill("birch")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("status")).to_have_text("1 school")
    page.get_by_role("link", name="Clear", exact=True).click()
    page.get_by_role("link", name="School", exact=True).click()
    page.get_by_role("link", name="School", exact=True).click()

    expect(page).to_have_url(re.compile(r"sort=-name"))
    expect(page.locator("#results tbody tr").first).to_contain_text("Cedars")


def test_list_is_cards_on_a_phone_that_are_still_a_table(signed_in: Callable[..., Page]) -> None:
    page = signed_in(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/schools/")

    expect(page.get_by_label("Local authority")).to_be_hidden()
    expect(page.get_by_role("columnheader", name="Town")).to_have_count(1)
    expect(page.get_by_role("row", name=re.compile("Ashby Hill"))).to_have_count(1)
    axe_finds_nothing(page)

    page.get_by_text("Filter", exact=True).first.click()
    page.get_by_label("Name, town, postcode or URN").fill("cedar")
    page.get_by_role("button", name="Filter").click()

    expect(page.get_by_role("status")).to_have_text("1 school")
    expect(page.locator("#results table.stacks")).to_have_count(1)
    expect(page.locator(".filter-panel summary")).to_contain_text("Name, town, postcode or URN “cedar”")


def test_list_that_opens_filtered_begins_with_its_rows_on_a_phone(signed_in: Callable[..., Page]) -> None:
    page = signed_in(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/schools/?q=cedar")

    expect(page.get_by_label("Local authority")).to_be_hidden()
    expect(page.locator(".filter-panel summary")).to_contain_text("Filter Name, town, postcode or URN “cedar”")
    expect(page.get_by_role("link", name="Cedars")).to_be_in_viewport()


def test_buttons_stand_in_one_row_on_a_phone_and_the_first_school_is_on_the_screen(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in(viewport=PHONE, has_touch=True, is_mobile=True)
    for address, row, least in (
        ("/programmes/interest/", ".page-actions > *", 3),
        ("/schools/", ".bulk-steps > :not([hidden])", 3),
    ):
        page.goto(address)
        boxes = page.locator(row).evaluate_all("all => all.map(one => one.getBoundingClientRect().bottom)")
        assert len(boxes) >= least
        assert max(boxes) - min(boxes) < 12, boxes
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("link", name="Ashby Hill")).to_be_in_viewport()
    tick = page.get_by_role("checkbox", name="Ashby Hill").bounding_box()
    assert tick is not None
    assert min(tick["width"], tick["height"]) >= 22


def test_rows_ticked_on_one_page_go_along_to_the_next_and_the_steps_stay_in_sight(
    signed_in: Callable[..., Page], lead: User
) -> None:
    authority = LocalAuthority.objects.get(hub__roles__person=lead.person)
    for number in range(50):
        make.SchoolFactory(name=f"School {number:02}", authority=authority)
    page = signed_in()
    page.goto("/schools/")
    page.get_by_role("checkbox", name="School 40").check()
    page.get_by_role("checkbox", name="School 41").check()

    expect(page.get_by_role("button", name="Set the owner")).to_be_in_viewport()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("form#bulk")).to_contain_text("Ticked: 2, 2 on other pages")
    page.get_by_role("checkbox", name="School 49").check()
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator("form#bulk")).to_contain_text("Ticked: 3, 1 on other pages")
    expect(page.get_by_role("checkbox", name="School 41")).to_be_checked()
    page.get_by_role("button", name="Set the owner").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("3 schools")
    page.go_back()
    page.get_by_role("button", name="Untick all").click()
    expect(page.locator("form#bulk")).to_contain_text(re.compile(r"Ticked:\s*Set"))


def test_long_address_breaks_in_its_cell_where_a_list_stays_a_table(signed_in: Callable[..., Page], lead: User) -> None:
    hub = lead.person.roles.get().hub
    held = make.PlaceFactory(group__hub=hub, enrolment__school=make.SchoolFactory(authority__hub=hub))
    teacher = make.EnrolledTeacherFactory(enrolment=held.enrolment).person
    make.RoleFactory(person=teacher, kind=roles.TEACHER, school=held.enrolment.school)
    make.ParticipantFactory(place=held, person=teacher, since=LONG_AGO)
    double = make.PersonFactory(name=teacher.name, school=held.enrolment.school)
    make.RoleFactory(person=double, kind=roles.TEACHER, school=held.enrolment.school)
    Person.objects.update(email=f"{'somebody' * 5}@{'school' * 2}.sch.uk")
    page = signed_in(viewport=PHONE, java_script_enabled=False)

    widths = {}
    for at in (
        reverse("schools:person-list"),
        reverse("schools:hub-detail", args=[held.group.hub_id]),
        reverse("schools:duplicate-list"),
        reverse("workgroups:group-schools", args=[held.group_id]),
        held.enrolment.get_absolute_url(),
    ):
        page.goto(at)
        cells = page.locator("td:has-text('@school')")
        widths[at] = [cell.evaluate("one => one.clientWidth") for cell in cells.all()]

    assert all(found and max(found) <= PHONE["width"] * 0.7 for found in widths.values()), widths


def test_error_summary_is_read_first_and_leads_to_the_box(signed_in: Callable[..., Page], lead: User) -> None:
    hub = lead.person.roles.get().hub
    assert hub is not None
    page = signed_in()
    page.goto(f"/schools/people/invite/?hub={hub.pk}")

    page.get_by_role("button", name="Send the invitation").click()

    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter the name.").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_too_many_is_said_only_of_too_many(signed_in: Callable[..., Page], lead: User) -> None:
    hub = lead.person.roles.get().hub
    group = make.GroupFactory(hub=hub, places_max=1)
    for name in ("Dale", "Elms"):
        make.EnrolmentFactory(school=make.SchoolFactory(name=name, authority__hub=hub), offer=group.offer, hub=hub)
    page = signed_in()
    page.goto(f"/groups/{group.pk}/place/")

    expect(page.get_by_text("too many")).to_be_hidden()
    page.get_by_label("Dale").check()
    expect(page.get_by_text("too many")).to_be_hidden()
    page.get_by_label("Elms").check()
    expect(page.get_by_text("too many")).to_be_visible()
