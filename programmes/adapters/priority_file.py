"""A priority list as hubs have it: a spreadsheet with a column URN and, if they like, one with the reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from hubportal.core.sheets.lines import Book, Line, UnreadableFile
from hubportal.core.sheets.opening import open_book
from hubportal.core.sheets.separated import Separated
from hubportal.core.sheets.workbook import NO_WORKBOOK
from programmes.rules.priority_list import Entry

MOST_LINES = 5000
WORD = re.compile(r"[a-z]+")
HEADER_WITHIN = 10
LONGEST_REASON = 200
# How the columns are called, alone or among other words of a heading: “URN of the school”, “Reason for priority”.
URN_COLUMNS = ("urn", "school urn", "unique reference number", "urns")
# What says so most plainly comes first: beside a reason, “Priority” is a number.
REASON_COLUMNS = (("reason", "reasons", "why"), ("note", "notes", "comment", "comments"), ("priority",))
NO_COLUMN = "There is no column called URN. Name the columns in the first row: URN, and Reason if you like."


class BadList(Exception):
    """A file that no list can be read from, said in words for people; another one is asked for."""

    field = "file"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where URN and reason stand (from 0), and in which row that is said last."""

    urn: int
    reason: int | None
    row: int


def read_list(file: BinaryIO) -> list[Entry]:
    """The lines under the headings of the first sheet that has a column URN; empty ones are left out.

    :raises BadList: where there is no such column, too much, or no table at all.
    """
    try:
        book = open_book(file)
        for sheet in book.sheets:
            columns = _columns(book, sheet)
            if columns is not None:
                return list(_entries(book, sheet, columns))
    except UnreadableFile as problem:
        raise BadList(str(problem)) from problem
    # A list that is only called a workbook is read; what holds none is rather something else than short of a column.
    is_misnamed = isinstance(book, Separated) and str(getattr(file, "name", "")).lower().endswith(".xlsx")
    raise BadList(NO_WORKBOOK if is_misnamed else NO_COLUMN)


def _columns(book: Book, sheet: str) -> _Columns | None:
    """By the rows of headings, one or two, which may follow a title or two."""
    found: _Columns | None = None
    for line in islice(book.lines(sheet), HEADER_WITHIN):
        names = [" ".join(cell.lower().split()) for cell in line.cells]
        urn = _urn(names)
        if urn is None or (found is not None and line.number != found.row + 1):
            continue
        above = found.reason if found is not None else None
        reason = _reason(["" if at == urn else name for at, name in enumerate(names)])
        reason = above if reason is None else reason
        found = _Columns(urn, reason, line.number)
    return found


def _urn(names: list[str]) -> int | None:
    """Where the URN stands; a title that has the word stands alone in its row."""
    is_alone = sum(map(bool, names)) == 1
    return _whole(names, URN_COLUMNS) if is_alone else _named(names, URN_COLUMNS)


def _reason(names: list[str]) -> int | None:
    """Where the reason stands, beside a URN."""
    places = (_named(names, known) for known in REASON_COLUMNS)
    return next((at for at in places if at is not None), None)


def _named(names: list[str], known: tuple[str, ...]) -> int | None:
    """Where a heading is one of these, or else has one of them among its words."""
    whole = _whole(names, known)
    if whole is not None:
        return whole
    return next((at for at, name in enumerate(names) if not set(known).isdisjoint(WORD.findall(name))), None)


def _whole(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((at for at, name in enumerate(names) if name in known), None)


def _entries(book: Book, sheet: str, columns: _Columns) -> Iterator[Entry]:
    under = (line for line in book.lines(sheet) if line.number > columns.row)
    for many, line in enumerate(under, start=1):
        if many > MOST_LINES:
            raise BadList(f"The file has more than {MOST_LINES:,} lines. A priority list is shorter than that.")
        yield _entry(line, columns)


def _entry(line: Line, columns: _Columns) -> Entry:
    written, reason = _cell(line, columns.urn), " ".join(_cell(line, columns.reason).split())
    trouble = line.troubles.get(columns.urn) or line.troubles.get(-1 if columns.reason is None else columns.reason)
    if trouble:
        return Entry(line.number, None, reason, written[:40], trouble)
    if not written:
        return Entry(line.number, None, reason, "", "There is no URN.")
    digits = written.removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return Entry(line.number, None, reason, written[:40], "A URN is a number of six figures.")
    if len(reason) > LONGEST_REASON:
        return Entry(line.number, int(digits), "", digits, f"The reason is longer than {LONGEST_REASON} characters.")
    return Entry(line.number, int(digits), reason, digits)


def _cell(line: Line, at: int | None) -> str:
    return line.cells[at] if at is not None and at < len(line.cells) else ""
