"""In which rows the headings of a sheet stand: guessed, corrected once, and found there again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.rules.headings import find_headings
from hubportal.dashboards.rules.kinds import ATTENDANCE, PAST, PEOPLE, Kind
from tests import factories as make
from tests.dashboards.records.bringing import Table, as_csv, as_workbook, done
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.once

UPPER = ["School", "", "What they did", "", "", "", "", ""]
LOWER = ["Name", "Place", "Prog", "When", "How it went", "Left on", "Who", "Mail"]
RECORDS = [
    ["Huncote Primary School", "Leicester", "TfM Yr 1", "2023/24", "Completed", "", "Pat Green", "pat@e.org"],
    ["Gaddesby Primary School", "Leicester", "TfM Yr 2", "2023/24", "Withdrawn", "12/01/2024", "Kit Moss", ""],
]
BLURRED = ["Setting", "Place", "What", "When", "How", "Left", "Who", "Mail"]


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        side = make_side()
        make.SchoolFactory(name="Huncote Primary School", authority=side.school.authority)
        yield side


def _workbook(*rows: list[str]) -> SimpleUploadedFile:
    table = [["Our schools", *[""] * 7], UPPER, *rows]
    return as_workbook([[cell or None for cell in row] for row in table], "A1:H1", "A2:B2", "C2:H2")


def _take_in(side: Side, file: SimpleUploadedFile, *, later: int = 0) -> Upload:
    now = NOW + timedelta(minutes=later)
    return uploads.take_in(owner=side.hub, kind="past", upload=file, by=side.users["hub_lead"], now=now)


@pytest.mark.parametrize(
    ("kind", "rows", "place"),
    [
        (PAST, [["Our schools"] * 8, ["School"] * 2 + ["What they did"] * 6, LOWER, *RECORDS], (1, 2)),
        (PAST, [LOWER, *RECORDS], (0, 1)),
        (PAST, [["Who and where"], *RECORDS], (0, 1)),
        (PAST, [["School", "2023/24"], ["Oak Primary School", "x"]], (0, 1)),
        (PAST, [["Our list", ""], ["School", "2023/24"], ["Oak Primary School", "x"]], (1, 1)),
        (PEOPLE, [["Setting", "Person", "How to reach"], ["Hill School", "Jo Hill", "jo@e.org"]], (0, 1)),
        (PEOPLE, [["Place", "No"], ["Hill School", "123456"]], (0, 1)),
        (ATTENDANCE, [["Name", "Group", "24/09/2026", "12/11/2026"], ["Ann Able", "North", "y", ""]], (0, 1)),
        (ATTENDANCE, [["Register", ""], ["Name", "24/09/2026"], ["Ann", "y"], ["Bo", ""]], (1, 1)),
    ],
)
def test_row_with_what_no_heading_is_is_not_taken_for_headings(kind: Kind, rows: Table, place: tuple[int, int]) -> None:
    found = find_headings(rows, kind, {"huncote primary school"})

    assert (found.first, found.rows) == place


@pytest.mark.django_db
def test_two_rows_of_headings_under_a_title_are_found_in_a_workbook(side: Side) -> None:
    upload = _take_in(side, _workbook(LOWER, *RECORDS))

    assert upload.headings["numbers"] == [2, 3]
    assert "record" not in upload.headings
    assert {upload.columns[at] for at in "01245"} == {"school", "town", "programme", "outcome", "ended"}


def _correct(browser: Client, upload: Upload, first: int, many: int) -> str:
    where = {"sheet": upload.sheet, "first": first, "many": many}
    return browser.post(reverse("dashboards:record-headings", args=[upload.pk]), where, follow=True).text


@pytest.mark.django_db
def test_place_of_headings_that_was_corrected_is_remembered_for_the_next_file_of_the_same_shape(side: Side) -> None:
    rows = [["Our schools"], *RECORDS, BLURRED, *RECORDS[1:]]
    browser = side.browser("hub_lead")
    first = _take_in(side, as_csv(rows))
    _correct(browser, first, 3, 1)
    first.refresh_from_db()
    columns = {0: "school", 2: "programme", 3: "year", 6: "teacher"}
    uploads.map_columns(upload=first, columns=columns, constants={}, by=side.users["hub_lead"], now=NOW)
    done(work.READ)

    again = _take_in(side, as_csv([["Our schools 2027"], ["", "x"], *rows[1:], RECORDS[0]]), later=1)

    assert again.headings["numbers"] == [5]
    assert again.columns == {str(at): key for at, key in columns.items()}


@pytest.mark.django_db
def test_page_of_columns_warns_where_the_row_of_headings_looks_like_a_record(side: Side) -> None:
    browser, upload = side.browser("hub_lead"), _take_in(side, as_csv([LOWER, *RECORDS]))
    page = reverse("dashboards:record-columns", args=[upload.pk])

    before = browser.get(page).text
    wrong = _correct(browser, upload, 1, 1)
    right = _correct(browser, upload, 0, 1)

    said = "Row 2 was taken as the headings, but looks like a record: “Huncote Primary School” stands in it."
    assert [said in text for text in (before, wrong, right)] == [False, True, False]
    assert ['<details class="govuk-details" open>' in text for text in (before, wrong, right)] == [False, True, False]
