"""Lists, tried on schools: whatever the address says, a page; what is filtered is what is exported."""

import csv
import io
import re

import pytest
from django.test import Client, RequestFactory
from openpyxl import load_workbook

from hubportal.core.tabs import tabs
from hubportal.core.views import back_to
from schools import roles
from schools.models import Hub
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = "/schools/"


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory()


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return client


def make_schools(hub: Hub, *names: str, town: str = "Exampleton") -> None:
    authority = make.AuthorityFactory(hub=hub)
    for name in names:
        make.SchoolFactory(name=name, authority=authority, town=town)


def names_on(client: Client, query: str) -> list[str]:
    """What the list links to, row for row."""
    html = client.get(f"{LIST}{query}").content.decode()
    return re.findall(r'<td><a href="/schools/\d+/">([^<]+)</a>', html)


@pytest.mark.parametrize(
    "query",
    [
        "?page=abc",
        "?page=999",
        "?page=-1",
        "?page=0",
        "?page=9999999999999999999999",
        "?page=%00",
        "?sort=zzz",
        "?sort=-",
        "?sort=name%00",
        "?sort=--name",
        "?sort=pk",
        "?q=%00",
        "?q=a%00b",
        "?q=%FF%FE",
        "?q=%F0%9F%8F%AB",
        "?q=%25_%5C'",
        "?phase=zzz",
        "?phase=%00",
        "?engaged=maybe",
        "?export=pdf",
        "?export=",
        "?nothing=known",
        f"?q={'a' * 5000}",
    ],
)
def test_list_gives_a_page_whatever_the_address_says(lead: Client, hub: Hub, query: str) -> None:
    make_schools(hub, "Ashby")

    answer = lead.get(f"{LIST}{query}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "number"), [("", 1), ("?page=2", 2), ("?page=abc", 1), ("?page=-1", 2), ("?page=999", 2)]
)
def test_list_turns_to_a_page_that_there_is(lead: Client, hub: Hub, query: str, number: int) -> None:
    make_schools(hub, *(f"School {n:02}" for n in range(51)))

    page = lead.get(f"{LIST}{query}")

    assert page.context["page_obj"].number == number
    assert [len(page.context["rows"]), page.context["total"]] == [50 if number == 1 else 1, 51]


def test_list_is_sorted_both_ways_and_keeps_its_own_order_otherwise(lead: Client, hub: Hub) -> None:
    make_schools(hub, "Birch", "Ash", "Cedar")

    up, down, unknown = (names_on(lead, f"?sort={sort}") for sort in ("name", "-name", "zzz"))

    assert (up, down) == (["Ash", "Birch", "Cedar"], ["Cedar", "Birch", "Ash"])
    assert unknown == names_on(lead, "")


def test_list_filters_sorts_and_turns_pages_by_its_address(lead: Client, hub: Hub) -> None:
    make_schools(hub, *(f"Oak {n:02}" for n in range(60)))
    make_schools(hub, "Elm")

    query = "?q=oak&sort=-name&page=2"

    assert names_on(lead, query) == [f"Oak {n:02}" for n in range(9, -1, -1)]
    html = lead.get(f"{LIST}{query}").content.decode()
    assert 'href="?q=oak&amp;sort=-name&amp;page=1"' in html
    assert 'href="?q=oak&amp;sort=name"' in html
    assert '<input type="hidden" name="sort" value="-name">' in html


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (1, ["Next", "Last"]),
        (2, ["Previous", "Next", "Last"]),
        (3, ["First", "Previous", "Next"]),
        (4, ["First", "Previous"]),
    ],
)
def test_long_list_leads_to_its_ends(lead: Client, hub: Hub, page: int, words: list[str]) -> None:
    """Each end once: not beside a neighbour that is the same page."""
    make_schools(hub, *(f"Oak {n:03}" for n in range(151)))

    html = lead.get(f"{LIST}?page={page}").content.decode().partition('class="pagination"')[2].partition("</nav>")[0]

    assert re.findall(r">(\w+)<span", html) == words


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_holds_what_is_filtered_on_all_pages_in_its_order(lead: Client, hub: Hub, kind: str) -> None:
    make_schools(hub, *(f"Oak {n:02}" for n in range(60)))
    make_schools(hub, "Elm")
    make_schools(make.HubFactory(), "Oak of another hub")

    answer = lead.get(f"{LIST}?q=oak&sort=-name&page=2&export={kind}")

    if kind == "csv":
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        lines = [[str(cell or "") for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert lines[0][:2] == ["URN", "School"]
    assert [line[1] for line in lines[1:]] == [f"Oak {n:02}" for n in range(59, -1, -1)]


def test_export_links_keep_the_filter_and_leave_the_page_number_out(lead: Client, hub: Hub) -> None:
    make_schools(hub, *(f"Oak {n:02}" for n in range(60)))

    html = lead.get(f"{LIST}?q=oak&page=2").content.decode()

    assert 'href="?q=oak&amp;export=csv"' in html
    assert 'href="?q=oak&amp;export=xlsx"' in html


def test_empty_list_says_whether_the_filter_emptied_it(lead: Client, hub: Hub) -> None:
    make_schools(hub, "Ash")

    filtered = lead.get(f"{LIST}?q=nowhere").content.decode()

    assert "Nothing fits this filter." in filtered
    assert "Clear the filter" in filtered


def test_filter_that_is_not_a_choice_says_so(lead: Client, hub: Hub) -> None:
    make_schools(hub, "Ash")

    html = lead.get(f"{LIST}?phase=zzz").content.decode()

    assert "Select a valid choice" not in html
    assert "Choose one of the answers shown." in html


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/groups/?page=2", "/groups/?page=2"),
        ("", "/home/"),
        ("groups/", "/home/"),
        ("//evil.example/", "/home/"),
        ("/\\evil.example/", "/home/"),
        ("https://evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("/\n/evil.example/", "/home/"),
        ("///evil.example", "/home/"),
    ],
)
def test_back_to_stays_on_the_portal(target: str, expected: str) -> None:
    request = RequestFactory().post("/", {"next": target})

    assert back_to(request, "/home/").url == expected


def test_tabs_leave_out_pages_that_are_not_there_or_not_for_ones_role(hub: Hub, settings: object) -> None:
    settings.TRIED_TABS = (  # type: ignore[attr-defined]
        ("Facts", "schools:school-detail"),
        ("Gone", "schools:no-such-page"),
        ("History", "schools:school-history"),
    )
    school = make.SchoolFactory(authority__hub=hub)
    teacher, lead = make.make_user(roles.TEACHER, school=school), make.make_user(roles.HUB_LEAD, hub=hub)

    seen = {user: tabs("TRIED_TABS", school.pk, "schools:school-detail", user) for user in (teacher, lead)}

    assert [tab["label"] for tab in seen[teacher]] == ["Facts"]
    assert [(tab["label"], tab["current"]) for tab in seen[lead]] == [("Facts", True), ("History", False)]
