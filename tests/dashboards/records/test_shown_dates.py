"""Dates of a spreadsheet as the pages of an upload show them: as people are told to write them."""

from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from hubportal.core.sheets.lines import day_first, year_first
from tests.dashboards.records.bringing import look_at
from tests.world import Side


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("2023-02-10", "10/02/2023"),
        ("Autumn 2026-10-07", "Autumn 07/10/2026"),
        ("2026-10-07 13:30", "07/10/2026 13:30"),
        ("“2026-10-07” is 7 October 2026.", "“07/10/2026” is 7 October 2026."),
    ],
)
def test_date_is_shown_with_its_day_first_and_found_as_it_is_shown(kept: str, shown: str) -> None:
    assert (day_first(kept), year_first(shown)) == (shown, kept)


@pytest.mark.parametrize("text", ["2026-13-07", "12026-10-07", "AB-2026-10-07", "2026-10-07-2", "2026/27", "7/10/2026"])
def test_what_is_no_such_date_is_shown_as_it_is(text: str) -> None:
    assert (day_first(text), year_first(text)) == (text, text)


@pytest.mark.django_db
def test_pages_of_an_upload_show_dates_as_people_write_them(side: Side) -> None:
    book, out = Workbook(), BytesIO()
    for row in (
        ["Name", "Group", "Joined", "Autumn", ""],
        ["", "", "", date(2026, 10, 7), date(2026, 11, 4)],
        ["Ann Able", side.group.name, datetime(2023, 2, 10), "Y", "Y"],  # noqa: DTZ001 - a spreadsheet knows no zone
    ):
        book.active.append(row)
    book.save(out)
    file = SimpleUploadedFile("register.xlsx", out.getvalue())
    upload = look_at("attendance", file, hub=side.hub, by=side.users["hub_lead"], constants={"year": "2026/27"})
    browser, urls = side.browser("hub_lead"), ("record-columns", "record-lines")

    columns, lines = (browser.get(reverse(f"dashboards:{url}", args=[upload.pk])).text for url in urls)
    looked_for = browser.get(f"{reverse('dashboards:record-lines', args=[upload.pk])}?text=10/02/2023").text

    assert all(one in columns for one in ("Autumn 07/10/2026", "10/02/2023", "3: Ann Able"))
    assert not any(one in page for one in ("2026-10-07", "2023-02-10") for page in (columns, lines))
    assert "Ann Able" in looked_for
