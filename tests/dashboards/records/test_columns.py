"""What columns are guessed to be by their headings and cells, and what their page says before lines are read."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads
from hubportal.dashboards.rules import contents
from hubportal.dashboards.rules.headings import sheet_year
from hubportal.dashboards.rules.kinds import ATTENDANCE, GROUPS, PAST, PAYMENTS, PEOPLE, VISITS, Kind
from hubportal.dashboards.rules.reading import Misread, day_within, lacks_year
from tests.dashboards.records.bringing import Table, as_csv, as_workbook, look_at, outcomes
from tests.world import NOW, Side

pytestmark = pytest.mark.once

OF_TEACHERS, OF_GROUP = ("school", "teacher"), ("group", "leader")
DAY, OTHER = "2026-09-24", "12/11/2026"


@pytest.mark.parametrize(
    ("kind", "table", "guessed"),
    [
        (GROUPS, [["School", "Date 1", "Autumn"], ["Oak", DAY, OTHER]], ["school", "meeting", "meeting"]),
        (GROUPS, [["School", "Date 1", "Date joined"], ["Oak", "1", OTHER]], ["school", "", ""]),
        (GROUPS, [["School", "Meeting 1"], ["Oak", "w/c 5 Oct"]], ["school", "meeting"]),
        (VISITS, [["School", "Visit", "Date"], ["Oak", "1", DAY], ["Elm", "2", "5.11.26"]], ["school", "", "date"]),
        (VISITS, [["School", "Visit", "Visited"], ["Oak", DAY, "Y"]], ["school", "date", ""]),
        (VISITS, [["School", "Visit 1"], ["Oak", ""]], ["school", "date"]),
        (VISITS, [["Works at", "Visit", "What was seen"], ["Oak", DAY, "Bar models"]], ["school", "date", "notes"]),
        (PAST, [["School", "Lead Participants"], ["Oak", "A B; C D"]], ["school", "teacher"]),
        (PAST, [["School", "Name", "E-mail"], ["Oak", "A B", "a@e.org"]], ["school", "teacher", "teacher_email"]),
        (PAST, [["School", "E-mail", "Notes", "Name"], ["Oak"]], ["school", "teacher_email", "", ""]),
        (PAST, [["Name", "E-mail"], ["A B", "a@e.org"]], ["", "teacher_email"]),
        (
            GROUPS,
            [["School", "Teacher", "E-mail", "Name 2", "E-mail 2", "Name"], ["Oak"]],
            ["school", "teacher", "teacher_email", "teacher", "teacher_email", ""],
        ),
        (
            GROUPS,
            [["School", "Lead", "Lead e-mail", "Teachers", "E-mail"], ["Oak"]],
            ["school", "leader", "leader_email", "teacher", "teacher_email"],
        ),
        (GROUPS, [["Specialist", "Specialist E-mail address"], ["A B"]], ["leader", "leader_email"]),
        (GROUPS, [["Lead", "Lead teacher email"], ["A B"]], ["leader", "teacher_email"]),
        (VISITS, [["School", "Lead", "Lead e-mail"], ["Oak"]], ["school", "leader", "leader_email"]),
        (PEOPLE, [["Name", "Mail"], ["A B", "a@e.org"], ["C D", ""]], ["name", "email"]),
        (PEOPLE, [["Name", "E-mail", "Mail"], ["A B", "a@e.org", "b@e.org"]], ["name", "email", ""]),
        (PEOPLE, [["Name", "Mail"], ["A B", "12 High Street"]], ["name", ""]),
        (
            GROUPS,
            [["School", "Teachers", "Mail"], ["Oak", "A; B", "a@e.org; b@e.org"]],
            [*OF_TEACHERS, "teacher_email"],
        ),
        (PAYMENTS, [["School", "Financial year", "Amount"], ["Oak", "2025-26"]], ["school", "", "amount"]),
        (
            GROUPS,
            [["WG", "WG lead", "Mtg 1", "Mtg 2"], ["North", "A B", DAY, OTHER]],
            [*OF_GROUP, "meeting", "meeting"],
        ),
        (GROUPS, [["WG name", "WG meeting dates"], ["North", DAY]], ["group", "meeting"]),
    ],
)
def test_column_is_guessed_by_what_stands_in_it_and_beside_it(kind: Kind, table: Table, guessed: list[str]) -> None:
    found = contents.guess(table[0], table[1:], kind)

    assert [found.get(at, "") for at in range(len(table[0]))] == guessed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "upper", "lower", "guessed"),
    [
        (
            GROUPS,
            ["School", "", "Programme", "Programme", "Programme", "Leader", "Leader"],
            ["Name", "Town", "Name", "Year", "Work Group", "Name", "E-mail"],
            ["school", "town", "programme", "year", "group", "leader", "leader_email"],
        ),
        (
            PAST,
            ["School", "Programme", "Programme", "Programme", "Headteacher", "Notes"],
            ["School", "Programme", "Year", "Work Group", "E-mail", ""],
            ["school", "programme", "year", "", "", ""],
        ),
        (PAST, ["School", "Programme", "Programme"], ["URN", "2023/24", "2024/25"], ["urn", "by_year", "by_year"]),
    ],
)
def test_column_under_a_heading_of_several_is_what_its_own_says(
    side: Side, kind: Kind, upper: list[str], lower: list[str], guessed: list[str]
) -> None:
    upload, _shown = _page(side, kind.key, as_csv([upper, lower, ["Oak", *["Elm"] * (len(lower) - 1)]]))
    uploads.set_headings(upload=upload, first=0, many=2)

    assert [upload.columns.get(str(at), "") for at in range(len(lower))] == guessed


@pytest.mark.parametrize(
    ("name", "year"),
    [
        *((one, 2024) for one in ("2024-25", "2024-2025", "24-25", "AY24_25", "AY 2024.25", "202425", "20242025")),
        *((one, 2024) for one in ("Past 2024 to 2025", "Paid 2024-25", "AY2425")),
        *((one, None) for one in ("Sheet1", "2021", "2024-26", "Years 5-6", "Term 1 2024")),
    ],
)
def test_sheet_is_called_after_a_school_year(name: str, year: int | None) -> None:
    assert sheet_year(name) == year


def test_day_without_its_year_is_found_beside_other_words_too() -> None:
    assert [
        text for text in ("24 Sep", "Meeting 1 (24 sept)", "1st meeting 21/01/2027", "Mark") if lacks_year(text)
    ] == [
        "24 Sep",
        "Meeting 1 (24 sept)",
    ]
    assert day_within("Meeting 1 (24 sept)", year=2026) == date(2026, 9, 24)
    with pytest.raises(Misread, match="no such date"):
        day_within("12 children")


@pytest.mark.parametrize(
    ("table", "constants", "said"),
    [
        ([["Name", "Group", "24 Sep", "12 Nov"], ["A", "G", "y", "y"]], {}, "24 Sep"),
        ([["Name", "Group", "24 Sep", "12 Nov"], ["A", "G", "y", "y"]], {"year": "2026/27"}, ""),
        ([["Name", "Group", "24 Sep 2026", "12 Nov"], ["A", "G", "y", "y"]], {}, ""),
        ([["Name", "Group", "Date", "Mark"], ["A", "G", "24 Sep", "y"]], {}, "24 Sep"),
        ([["Name", "Group", "Date", "Mark"], ["A", "G", "24 Sep", "y"], ["A", "G", OTHER, "y"]], {}, ""),
        ([["Name", "Group", "Year", "24 Sep"], ["A", "G", "2026/27", "y"]], {}, ""),
    ],
)
def test_year_of_a_register_is_missed_where_no_date_says_it(table: Table, constants: dict[str, str], said: str) -> None:
    columns = contents.guess(table[0], table[1:], ATTENDANCE)

    assert contents.without_year(columns, constants, table[0], table[1:], ATTENDANCE) == said


def _page(side: Side, kind: str, file: SimpleUploadedFile) -> tuple[Upload, str]:
    upload = uploads.take_in(owner=side.hub, kind=kind, upload=file, by=side.users["hub_lead"], now=NOW)
    return upload, reverse("dashboards:record-columns", args=[upload.pk])


@pytest.mark.django_db
def test_page_of_columns_asks_for_the_year_that_dates_do_not_say(side: Side) -> None:
    browser, table = side.browser("hub_lead"), [["Name", "Group", "24 Sep"], ["Ann Able", side.group.name, "y"]]
    _upload, page = _page(side, "attendance", as_csv(table))
    chosen = {"column_0": "name", "column_1": "group", "column_2": "by_day"}

    shown = browser.get(page).text
    refused = browser.post(page, chosen)
    taken = browser.post(page, chosen | {"all_year": "2026/27"})

    assert "The dates do not say which year, as “24 Sep”: say the school year for all lines below." in shown
    assert "Say it for all lines under “School year, the same for all lines”" in refused.text
    assert (refused.status_code, taken.status_code) == (200, 302)


@pytest.mark.django_db
def test_line_whose_date_does_not_say_the_year_leads_to_the_columns(side: Side) -> None:
    line = ["Ann Able", side.group.name, "y"]
    table = [["Name", "Group", "Mark", "Date"], [*line, "24 Sep"], [*line, "12/11/2026"]]

    upload = look_at("attendance", table, hub=side.hub, by=side.users["hub_lead"])

    outcome, words = outcomes(upload)[0]
    assert outcome == "error"
    assert words.startswith("“24 Sep” does not say which year. Say the school year for all lines, on the page where")


@pytest.mark.django_db
def test_page_of_columns_says_what_is_left_out_and_what_holds_where_nothing_is_said(side: Side) -> None:
    browser = side.browser("hub_lead")
    table = [["School", "Amount", "Paid on", "Approved"], [side.school.name, "5", DAY, DAY]]

    shown = browser.get(_page(side, "payments", as_csv(table))[1]).text

    assert "Column D: full of dates, and left out." in shown
    assert "No column is “What it was for”: the first of what the programme pays for, Teacher release where" in shown


@pytest.mark.django_db
def test_sheet_called_after_a_year_says_it_of_all_lines_where_no_column_does(side: Side) -> None:
    browser, table = side.browser("hub_lead"), [["School", "Programme"], [side.school.name, "Mastery"]]
    upload, page = _page(side, "past", as_workbook(table, sheet="2024-25"))
    wide, _ = _page(side, "past", as_workbook([["School", "2022/23", "2023/24"], ["Oak", "x", "x"]], sheet="2024-25"))

    assert [one.constants for one in (upload, wide)] == [{"year": "2024/25"}, {}]
    assert "The school year of all lines, 2024/25, is that in the name of the sheet." in browser.get(page).text
    # Whoever says another year, or none, is taken at their word when the sheet comes again.
    browser.post(page, {"column_0": "school", "column_1": "programme", "all_year": "2023/24"})
    again, _ = _page(side, "past", as_workbook(table, sheet="2024-25"))
    later, _ = _page(side, "past", as_workbook(table, sheet="2025-26"))
    assert [one.constants for one in (again, later)] == [{"year": "2023/24"}, {"year": "2025/26"}]


@pytest.mark.django_db
def test_page_of_a_file_names_the_columns_that_are_left_out_where_something_stands_in_them(side: Side) -> None:
    table = [["School", "Programme", "Year", "Lead 1", "Empty"]]
    table.append([side.school.name, side.offer.phase.name, "2024/25", "Ann Able", ""])

    upload = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])
    page = side.browser("hub_lead").get(f"/records/{upload.pk}/").text

    assert "<dt>Columns left out</dt><dd>D Lead 1</dd>" in page
