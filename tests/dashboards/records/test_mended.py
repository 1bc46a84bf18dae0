"""Lines that are handed back to be mended: all that is wrong with each, in words that are true of any file."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hubportal.core.models import Upload
from hubportal.dashboards.rules.reading import read_phone
from tests import factories as make
from tests.dashboards.records.bringing import as_csv, as_workbook, look_at, outcomes
from tests.world import Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LINE = "Line of the first file"


def _handed_back(side: Side, upload: Upload) -> list[list[str]]:
    page = reverse("dashboards:record-mend", args=[upload.pk]) + "?export=csv"
    return list(csv.reader(io.StringIO(side.browser("hub_lead").get(page).content.decode("utf-8-sig"))))


def test_all_that_is_wrong_with_a_line_is_said_at_once(side: Side) -> None:
    table = [
        ["School", "Programme", "Year", "Amount", "Paid on"],
        ["URN 999999", "", "soon", "much", "31/02/2026"],
        [side.school.name, "What", "2026/27", "100", "then"],
    ]

    upload = look_at("payments", table, hub=side.hub, by=side.users["hub_lead"])

    (first, wrong), (second, asked) = outcomes(upload)
    assert (first, second) == ("error", "ask")
    assert wrong.splitlines() == [
        "No school has the URN 999999.",
        "“soon” is not a school year. Write it as 2021/22.",
        "“much” is not an amount of money. Write it as 1000 or 1,000.00.",
        "There is no such date as “31/02/2026”. Write the day first: 12/01/2027.",
        "Programme is empty.",
    ]
    assert asked.splitlines() == ["Say what “What” means.", "“then” is not a date. Write it as 12/01/2027."]


def test_what_is_wrong_with_a_year_in_which_nothing_was_done_is_not_said(side: Side) -> None:
    heads = ["School", "2022/23", "2022/23 Ended", "2023/24", "2023/24 Ended"]
    line = [side.school.name, "", "no idea", side.offer.phase.name, "some day"]

    upload = look_at("past", [heads, line], hub=side.hub, by=side.users["hub_lead"])

    assert outcomes(upload) == [("error", "“some day” is not a date. Write it as 12/01/2027.")]


def test_handed_back_line_names_the_line_of_the_first_file_and_its_cells_by_their_heading(side: Side) -> None:
    phase = side.offer.phase.name
    table = [
        ["School", "Programme", "Year", "Outcome"],
        [side.school.name, phase, "2024/25", "Completed"],
        [side.school.name, phase, "=A1", "Completed"],
    ]
    lead = side.users["hub_lead"]
    upload = look_at("past", as_workbook(table), hub=side.hub, by=lead)

    heads, line = _handed_back(side, upload)
    again = look_at("past", as_csv([heads, [*line[:2], "later", *line[3:]]]), hub=side.hub, by=lead)
    after = _handed_back(side, again)

    assert heads == [*table[0], LINE, "What to mend"]
    assert line[4] == "3"
    assert line[5].startswith("The cell under “Year” holds a formula without its result. Open the file, save it")
    assert again.columns == upload.columns
    assert after == [heads, [side.school.name, phase, "later", "Completed", "3", after[1][-1]]]


def test_line_that_is_named_in_a_mended_file_is_that_of_the_first_one(side: Side) -> None:
    upload = make.UploadFactory(owner=side.hub, headings={"texts": ["Name", LINE], "numbers": [1]})
    make.UploadLineFactory(upload=upload, number=2, cells=["Jo", "14"], outcome="create")
    make.UploadLineFactory(upload=upload, number=3, cells=["Jo", "20"], what="Line 2 has Jo with another address.")

    assert _handed_back(side, upload)[1:] == [["Jo", "20", "Line 14 has Jo with another address."]]


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("past", [["No", "School", "Programme", "Year"], ["Total", "", "12", ""]]),
        ("people", [["Name", "School", "Role"], ["Total", "", ""], ["Total: 14", "", "3"]]),
        ("groups", [["Work Group", "Programme", "Year", "Leader", "School"], ["Total", "", "", "", ""]]),
        (
            "attendance",
            [["Name", "Group", "Year", "6 Oct 2026"], ["Total present", "North", "", "12"], ["TOTALS", "", "", "5"]],
        ),
        ("visits", [["School", "Date", "Length"], ["", "Total", "12"]]),
        ("payments", [["School", "Programme", "Year", "Amount", "Paid on"], ["", "", "", "4,000", "Grand total"]]),
    ],
)
def test_row_of_totals_is_nothing_to_mend(side: Side, kind: str, table: list[list[str]]) -> None:
    upload = look_at(kind, table, hub=side.hub, by=side.users["hub_lead"])

    assert {words for _outcome, words in outcomes(upload)} == {"This row sums up others, and is left out."}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1162345000", "01162345000"),
        ("7700 900123", "07700 900123"),
        ("01162345000", "01162345000"),
        ("441162345000", "441162345000"),
        ("+44 116 234 5000", "+44 116 234 5000"),
        ("2345000", "2345000"),
        ("", ""),
    ],
)
def test_nought_that_a_spreadsheet_took_of_a_telephone_number_comes_back(typed: str, kept: str) -> None:
    assert read_phone(typed) == kept


def test_file_that_was_refused_is_not_kept(side: Side) -> None:
    chosen = {"kind": "people", "hub": side.hub.pk}
    page, browser = reverse("dashboards:record-create"), side.browser("hub_lead")
    refused, short = (
        browser.post(page, chosen | {"file": file} | more).text
        for file, more in (
            (SimpleUploadedFile("u2_pw.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), {}),
            (as_csv([["Name"]]), {"kind": ""}),
        )
    )

    assert "This is a workbook of the old Excel format (.xls)." in refused
    assert ["is kept. Choose another file" in one for one in (refused, short)] == [False, True]
    assert 'id="id_file_1_error"' in refused
    # The same of a priority list.
    listed = browser.post(
        reverse("programmes:priority-fill"), {"how": "whole", "file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")}
    ).text
    assert "This file is a PDF" in listed
    assert "is kept. Choose another file" not in listed


@pytest.mark.parametrize(
    ("sheet", "title", "proposed"),
    [
        ("North Work Group", [], "North Work Group"),
        ("Sheet1", ["north work group"], "North Work Group"),
        ("Sheet1", ["Register – North Work Group – 2026/27"], "North Work Group"),
        ("Sheet1", ["North"], ""),
        ("North Work Group", ["Other Group"], ""),
    ],
)
def test_group_that_the_sheet_or_a_title_names_is_proposed_for_a_register(
    side: Side, sheet: str, title: list[str], proposed: str
) -> None:
    for name in ("North Work Group", "Other Group"):
        make.GroupFactory(name=name, offer=side.offer, hub=side.hub)
    table = [*([title] if title else []), ["Name", "School", "6 Oct 2026"], ["Ann Able", side.school.name, "y"]]
    browser, page = side.browser("hub_lead"), reverse("dashboards:record-create")

    answer = browser.post(
        page, {"kind": "attendance", "hub": side.hub.pk, "file": as_workbook(table, sheet=sheet)}, follow=True
    )

    assert Upload.objects.get().constants.get("group", "") == proposed
    assert ("The group of all lines, North Work Group, is that in the name of the sheet" in answer.text) == bool(
        proposed
    )
