"""A list as a file: one line a row, safe to open in a spreadsheet, dates and amounts as such."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from openpyxl import load_workbook

from hubportal.core.exports import export, safe_cell
from hubportal.core.sheets.lines import FORMULA_SIGNS, tidy

pytestmark = pytest.mark.once


class Named:
    """Something that is written by its name."""

    def __str__(self) -> str:
        return "=HYPERLINK(1)"


def lines_of(response: HttpResponse, kind: str) -> list[list[Any]]:
    if kind == "csv":
        text = response.content.decode("utf-8-sig")
        return [list(line) for line in csv.reader(io.StringIO(text))]
    sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
    return [["" if cell is None else cell for cell in line] for line in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Ashby Hill", "Ashby Hill"),
        ('St Mary’s, ‘Infant’ "school"', 'St Mary’s, ‘Infant’ "school"'),
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("+44 116 496 0000", "'+44 116 496 0000"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a\x00b\x0bc", "abc"),
        ("\x00=1", "'=1"),
        (Named(), "'=HYPERLINK(1)"),
        (None, ""),
        (True, "Yes"),
    ],
)
def test_export_writes_texts_that_no_spreadsheet_runs(kind: str, value: object, cell: str) -> None:
    response = export([value], [("What", lambda row: row)], name="list", kind=kind)

    assert lines_of(response, kind) == [["What"], [cell]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("x;=1+1", "x;'=1+1"),
        ("x;- 1+1", "x;'- 1+1"),
        ("x\t@SUM(A1)\n-1", "x\t'@SUM(A1)\n'-1"),
        ("Mornings;\n- Monday\n- Tuesday; a=b", "Mornings;\n- Monday\n- Tuesday; a=b"),
    ],
)
def test_no_part_of_a_text_is_run_where_lines_are_split_elsewhere(value: str, cell: str) -> None:
    text = lines_of(export([value], [("What", str)], name="list", kind="csv"), "csv")
    book = lines_of(export([value], [("What", str)], name="list", kind="xlsx"), "xlsx")

    assert (text[1], book[1]) == ([cell], [safe_cell(value)])


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_what_a_file_of_the_portal_keeps_from_being_run_is_read_back_as_it_was(sign: str) -> None:
    written = safe_cell(f"{sign}44 7700 900123")

    assert written == f"'{sign}44 7700 900123"
    assert tidy(written) == f"{sign}44 7700 900123"


def test_export_writes_figures_and_dates_as_such() -> None:
    summer = dt.datetime(2027, 7, 1, 12, 30, 59, 229_112, tzinfo=dt.UTC)
    columns = [
        ("Pupils", lambda row: 210),
        ("Amount", lambda row: Decimal("-12.50")),
        ("Day", lambda row: dt.date(2027, 1, 12)),
        ("Moment", lambda row: summer),
    ]

    book = lines_of(export([1], columns, name="list", kind="xlsx"), "xlsx")
    text = lines_of(export([1], columns, name="list", kind="csv"), "csv")

    assert book[1] == [210, -12.5, dt.datetime(2027, 1, 12), dt.datetime(2027, 7, 1, 13, 30, 59, 229_000)]  # noqa: DTZ001 - a spreadsheet knows no zones
    assert text[1] == ["210", "-12.50", "2027-01-12", "2027-07-01 13:30"]


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_export_is_a_file_to_keep(kind: str, content_type: str) -> None:
    response = export([], [("What", str)], name="claims", kind=kind)

    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="claims.{kind}"'
