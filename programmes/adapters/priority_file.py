"""A priority list as hubs have it: a CSV or XLSX file with a column URN and, if they like, one with the reason."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from openpyxl import load_workbook

MOST_LINES = 5000
MOST_EMPTY = 10_000
TOO_EMPTY = f"The file has {MOST_EMPTY:,} empty lines in a row. Delete them, save it and upload it again."
MOST_UNPACKED = 60 * 1024 * 1024
HEADER_WITHIN = 10
LONGEST_REASON = 200
URN_COLUMNS = frozenset({"urn", "school urn", "unique reference number"})
REASON_COLUMNS = frozenset({"reason", "why", "note", "notes", "comment", "priority"})
Row = Sequence[object]


class BadList(Exception):
    """A file that no list can be read from, said in words for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file: its number there, the URN (None: none could be read), the reason, and what is wrong."""

    line: int
    urn: int | None
    reason: str
    written: str = ""
    problem: str = ""


def read_list(content: bytes, kind: str) -> list[Entry]:
    """The lines under the heading row; empty ones are left out. Formulas are not worked out: their last value counts.

    :raises BadList: where there is no column URN, too much, or no table at all.
    """
    rows = _xlsx(content) if kind == "xlsx" else _csv(content)
    numbered = enumerate(rows, start=1)
    urn_at, reason_at = _columns(numbered)
    found: list[Entry] = []
    empty = 0
    for line, row in numbered:
        if not any(_text(cell) for cell in row):
            empty += 1
            if empty > MOST_EMPTY:
                raise BadList(TOO_EMPTY)
            continue
        empty = 0
        if len(found) == MOST_LINES:
            raise BadList(f"The file has more than {MOST_LINES:,} lines. A priority list is shorter than that.")
        found.append(_entry(line, row, urn_at, reason_at))
    return found


def _columns(numbered: Iterator[tuple[int, Row]]) -> tuple[int, int | None]:
    """Where URN and reason stand, by the heading row, which may follow a title or two."""
    for _line, row in islice(numbered, HEADER_WITHIN):
        names = [" ".join(_text(cell).lower().split()) for cell in row]
        urn = next((at for at, name in enumerate(names) if name in URN_COLUMNS), None)
        if urn is not None:
            return urn, next((at for at, name in enumerate(names) if name in REASON_COLUMNS), None)
    raise BadList("There is no column called URN. Name the columns in the first row: URN, and Reason if you like.")


def _entry(line: int, row: Row, urn_at: int, reason_at: int | None) -> Entry:
    written = _text(row[urn_at]) if urn_at < len(row) else ""
    reason = _text(row[reason_at]) if reason_at is not None and reason_at < len(row) else ""
    reason = " ".join(reason.split())
    if not written:
        return Entry(line, None, reason, "", "There is no URN.")
    digits = written.removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
        return Entry(line, None, reason, written[:40], "A URN is a number of six figures.")
    if len(reason) > LONGEST_REASON:
        return Entry(line, int(digits), "", digits, f"The reason is longer than {LONGEST_REASON} characters.")
    return Entry(line, int(digits), reason, digits)


def _text(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return "".join(letter for letter in text if letter.isprintable() or letter.isspace()).strip()


def _csv(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    heading = next((line for line in text.splitlines()[:HEADER_WITHIN] if "urn" in line.lower()), "")
    separator = max(",;\t", key=heading.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as problem:
        raise BadList("This is no table that can be read. Save it as CSV or XLSX once more.") from problem


def _xlsx(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise BadList("This workbook is too large. Keep only the sheet with the list.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows: Iterable[Row] = book.worksheets[0].iter_rows(values_only=True)
        yield from rows
    except BadList:
        raise
    except Exception as problem:  # a broken workbook fails in as many ways as it has parts
        raise BadList("This workbook cannot be read. Save it as XLSX once more, without a password.") from problem
