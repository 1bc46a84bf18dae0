"""Which rows at the beginning of a sheet are rather its first records than its headings."""

import re
from collections.abc import Container, Sequence

from hubportal.dashboards.rules.reading import Misread, folded, read_day, read_email, read_year

_YEAR = re.compile(r"(?:20)?\d{2} ?[/\-–—] ?(?:20)?\d{2}")
_NUMBER = re.compile(r"1\d{5}|\d{3}/\d{4}")
# Anything that says which year a day belongs to.
YEAR = 2000
Rows = Sequence[Sequence[str]]


def telling(rows: Rows, at: int, schools: Container[str] = ()) -> list[str]:
    """The cells of a row that no heading is: somebody's address, a school or its number, a year or day among others.

    A year or a day heads a column, too, as of a register: not where another one stands below it.

    :param schools: the names of schools that are known, folded.
    """
    said = {column: cell for column, cell in enumerate(rows[at]) if cell}
    found = [
        cell for column, cell in said.items() if _is_of_a_record(cell, schools) or _goes_on(rows, at, column, cell)
    ]
    return list(dict.fromkeys(found))


def _is_of_a_record(cell: str, schools: Container[str]) -> bool:
    return folded(cell) in schools or bool(_NUMBER.fullmatch(cell)) or _is_email(cell)


def _is_email(cell: str) -> bool:
    try:
        return " " not in cell and bool(read_email(cell))
    except Misread:
        return False


def _sort(cell: str) -> str:
    """Whether a cell is a school year or a day and nothing else; a bare number is neither."""
    for sort in ("year", "day"):
        try:
            if sort == "year" and _YEAR.fullmatch(cell) and read_year(cell):
                return sort
            if sort == "day" and not cell.replace(".", "").isdigit() and read_day(cell, year=YEAR):
                return sort
        except Misread:
            continue
    return ""


def _goes_on(rows: Rows, at: int, column: int, cell: str) -> bool:
    """Whether a cell is a year or a day, and so is what stands next in its column; the last row has nothing below."""
    if not (sort := _sort(cell)):
        return False
    below = rows[at + 1 :]
    return next((_sort(row[column]) == sort for row in below if column < len(row) and row[column]), not below)
