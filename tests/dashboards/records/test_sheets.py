"""A workbook with a sheet for each year: what is said of one sheet is not taken for another, and none is forgotten."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.adapters.hand_out import NOTES
from hubportal.dashboards.rules.kinds import KINDS
from tests.dashboards.records.bringing import as_csv, bring_in, done, take_back
from tests.world import NOW, Side

pytestmark = pytest.mark.django_db
HEADINGS = ["School", "Programme"]


def _workbook(side: Side, *sheets: str) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet)
        for row in (HEADINGS, [side.school.name, side.offer.phase.name]):
            page.append(row)
    book.save(out)
    return out.getvalue()


def _take_in(side: Side, content: bytes) -> Upload:
    file = SimpleUploadedFile("years.xlsx", content)
    return uploads.take_in(owner=side.hub, kind="past", upload=file, by=side.users["hub_lead"], now=NOW)


def _look(upload: Upload, year: str) -> None:
    columns = {int(at): key for at, key in upload.columns.items()}
    uploads.map_columns(upload=upload, columns=columns, constants={"year": year}, by=upload.by, now=NOW)
    done(work.READ)
    upload.refresh_from_db()


def test_year_of_one_sheet_is_not_taken_for_another(side: Side) -> None:
    """It is that of its name; what was said of a sheet stands on that one, and in the lines of it that are mended."""
    content = _workbook(side, "2023-24", "2024-25")
    _look(_take_in(side, content), "2022/23")

    other = _take_in(side, content)
    same = other.sheet, dict(other.constants)
    uploads.choose_sheet(upload=other, sheet="2024-25")
    mended = uploads.take_in(
        owner=side.hub,
        kind="past",
        upload=as_csv([[*HEADINGS, "What to mend"], [side.school.name, side.offer.phase.name, ""]]),
        by=side.users["hub_lead"],
        now=NOW,
    )

    assert same == ("2023-24", {"year": "2022/23"})
    assert (other.sheet, other.columns) == ("2024-25", {"0": "school", "1": "programme"})
    assert other.constants == {"year": "2024/25"}
    assert mended.constants == {"year": "2022/23"}


def test_page_names_the_sheets_that_have_not_been_brought_in(side: Side) -> None:
    content = _workbook(side, "2023-24", "2024-25", NOTES)
    browser, pages = side.browser("hub_lead"), []
    made = []
    for sheet, year in (("2023-24", "2023/24"), ("2024-25", "2024/25")):
        upload = _take_in(side, content)
        uploads.choose_sheet(upload=upload, sheet=sheet)
        _look(upload, year)
        bring_in(upload)
        made.append(upload)
        pages.append(browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text)
    take_back(made[0])

    assert "This other sheet of the file has not been: “2024-25”." in pages[0]
    assert "has not been:" not in pages[1]
    assert uploads.sheets_left(made[1]) == ["2023-24"]


def test_sheets_of_one_file_are_told_apart_where_one_is_taken_back(side: Side) -> None:
    browser = side.browser("hub_lead")
    for sheet in ("2023-24", "2024-25"):
        upload = _take_in(side, _workbook(side, "2023-24", "2024-25"))
        uploads.choose_sheet(upload=upload, sheet=sheet)
        _look(upload, upload.constants["year"])
        bring_in(upload)
    uploads.take_in(
        owner=side.hub, kind="past", upload=as_csv([HEADINGS, ["Oak", "x"]]), by=side.users["hub_lead"], now=NOW
    )

    listed = browser.get(reverse("dashboards:record-list")).text
    page = browser.get(reverse("dashboards:record-detail", args=[upload.pk])).text

    assert all(f">{name}</a>" in listed for name in ("years.xlsx, 2023-24", "years.xlsx, 2024-25", "records.csv"))
    assert "Yes, take back what years.xlsx, 2024-25 brought in" in page


@pytest.mark.parametrize("is_csv", [True, False])
def test_sheet_is_named_of_a_workbook_only(side: Side, is_csv: bool) -> None:
    file = SimpleUploadedFile("past.xlsx", _workbook(side, "Last year"))
    given = as_csv([HEADINGS, [side.school.name, side.offer.phase.name]]) if is_csv else file
    upload = uploads.take_in(owner=side.hub, kind="past", upload=given, by=side.users["hub_lead"], now=NOW)
    browser, names = side.browser("hub_lead"), ("record-detail", "record-columns")

    detail, columns = (browser.get(reverse(f"dashboards:{name}", args=[upload.pk])).text for name in names)

    assert ("<dt>Sheet</dt><dd>Last year</dd>" in detail, "<dt>Sheet</dt>" in detail) == (not is_csv, not is_csv)
    assert ("Another sheet, or the headings stand in other rows" in columns) != is_csv
    assert ("The headings stand in other rows" in columns) == is_csv
    hidden = '<input type="hidden" name="sheet" value="CSV"'
    assert (hidden in columns) == is_csv


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_has_cells_and_no_words_is_refused_beside_the_field(side: Side, kind: str) -> None:
    data = {"kind": kind, "hub": side.hub.pk, "file": as_csv([["", "", "", ""]])}

    answer = side.browser("hub_lead").post(reverse("dashboards:record-create"), data)

    assert "There is nothing in this file." in answer.text
    assert not Upload.objects.exists()
