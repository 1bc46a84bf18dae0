"""A list as a file, CSV or XLSX: exactly the rows that are filtered, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hubportal.core import clock
from hubportal.core.sheets.lines import FORMULA_SIGNS

Column = tuple[str, Callable[[Any], Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that starts like this would be run as a formula.
FORMULA_STARTS = (*FORMULA_SIGNS, "\t", "\r", "\n")
# Where a spreadsheet that splits a line elsewhere than at its commas begins another cell; lines with dashes are lists.
FORMULA_INSIDE = re.compile(r"(?<=[;\t])(?=[-=+@＝＋－＠])|(?<=[\r\n])(?=[=+@＝＋－＠]|-(?! ))")
# As long as the largest list takes on a busy machine: so long one waits where the portal was stopped on the way.
MAKING_SECONDS = 120


def one_at_a_time(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """What is made, or 429 while another file is being made for the same person.

    Making a long list takes a thread for many seconds: who presses again and again would keep everybody out.
    """
    who: Any = getattr(request, "real_user", request.user)
    key = f"download:{who.pk}"
    if not cache.add(key, 1, MAKING_SECONDS):
        return render(request, "generic/being_made.html", status=429)
    try:
        return make()
    finally:
        cache.delete(key)


def export(
    request: HttpRequest, rows: Iterable[Any], columns: Sequence[Column], *, name: str, kind: str
) -> HttpResponse:
    """An attachment ``name.csv`` or ``name.xlsx`` with one line a row; one at a time for each person."""
    return one_at_a_time(request, lambda: _made(rows, columns, name, kind))


def _made(rows: Iterable[Any], columns: Sequence[Column], name: str, kind: str) -> HttpResponse:
    table = [[heading for heading, _read in columns]]
    table += [[safe_cell(read(row)) for _heading, read in columns] for row in rows]
    if kind == "xlsx":
        response = HttpResponse(_xlsx(table), content_type=XLSX)
    else:
        response = HttpResponse(_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def safe_cell(value: Any) -> Any:
    """What a spreadsheet shows as it is: a text is never run as a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(clock.LONDON).replace(tzinfo=None)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float | Decimal) or hasattr(value, "isoformat"):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))  # a spreadsheet's file cannot hold them
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv(table: list[list[Any]]) -> str:
    out = io.StringIO()
    out.write("\ufeff")  # so that spreadsheets read it as UTF-8
    csv.writer(out).writerows([[_in_csv(cell) for cell in line] for line in table])
    return out.getvalue()


def _in_csv(cell: Any) -> Any:
    """Moments as people write them; a spreadsheet's own file keeps the moment and shows what its reader likes.

    Of a text no part is run as a formula where a spreadsheet takes other separators; quotes help none that does.
    """
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return FORMULA_INSIDE.sub("'", cell) if isinstance(cell, str) else cell


def _xlsx(table: list[list[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Portal")
    for line in table:
        # An empty cell takes as long to write as any; the first says that there is a line.
        sheet.append([*line[:1], *(None if cell == "" else cell for cell in line[1:])])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
