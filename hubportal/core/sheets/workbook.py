"""Excel workbooks: merged cells filled, formulas read as their last result, old and locked files refused in words."""

import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH

from hubportal.core.sheets.bounds import DAMAGED, MOST_CELLS, TOO_LARGE, check_bounds
from hubportal.core.sheets.lines import (
    ERRORS,
    MOST_COLUMNS,
    MOST_LINES,
    Characters,
    EmptyRows,
    Line,
    UnreadableFile,
    as_text,
    check_gap,
    column_name,
    without_end,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MOST_MERGED = 20_000
MOST_FILLED = MOST_CELLS
MOST_SHEETS = 100
MOST_BLANK = 200_000
LONGEST_TITLE = 200
LOCKED = (
    "This workbook is protected with a password, so it cannot be read. Open it, take the password away "
    "(in Excel: File, Info, Protect Workbook, Encrypt with Password, empty the box), save it and upload it again."
)
OLD = (
    "This is a workbook of the old Excel format (.xls). Open it, choose Save As, Excel Workbook (.xlsx), "
    "and upload the new file."
)
TOO_BLANK = (
    f"This workbook has more than {MOST_BLANK:,} empty cells before anything stands in one. Delete the empty sheets, "
    "rows and columns, save the file and upload it again."
)
LONG_TITLE = f"A sheet of this workbook has a name of more than {LONGEST_TITLE} characters. Give it a shorter one."
NO_WORKBOOK = (
    "This file is not an Excel workbook. Save the list as an Excel Workbook (.xlsx) or as CSV, and upload that."
)
NO_RESULT = "Cell {cell} holds a formula without its result. Open the file, save it, or paste the values instead."
HOLDS_ERROR = "Cell {cell} holds an error ({error}). Type the value instead."

# No tag goes past the next one's beginning, and no two gaps of spaces touch: damaged files take no longer than others.
_FORMULA = re.compile(
    rb'<c\b(?=[^<>]*?\br="([A-Z]{1,3}[0-9]{1,7})")[^<>]*>\s*<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)'
    rb"\s*(?:<v\s*/>\s*|<v>\s*</v>\s*)?</c>"
)
_MERGED = re.compile(rb'<mergeCell\b[^<>]*?\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')


def refuse_old(head: bytes, everything: bytes) -> None:
    """:raises UnreadableFile: for a workbook with a password, or of the old format; both begin alike."""
    if not head.startswith(OLE):
        return
    raise UnreadableFile(LOCKED if "EncryptedPackage".encode("utf-16-le") in everything else OLD)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What the rows alone do not say: cells that take another's value, and formulas without a result."""

    filled: dict[tuple[int, int], tuple[int, int]]
    sources: frozenset[tuple[int, int]]
    # By row: how far to the right merged cells go, and the columns of formulas without a result.
    reach: dict[int, int]
    unworked: dict[int, list[int]]


class Workbook:
    """An .xlsx file."""

    def __init__(self, file: BinaryIO) -> None:
        """:raises UnreadableFile: where it is no workbook, or one that would fill the memory."""
        self._bytes, self._blank = file.read(), 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(self._bytes))
            _check_kind(set(self._zip.namelist()))
            check_bounds(self._zip)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book: Any = load_workbook(
                    io.BytesIO(self._bytes), read_only=True, data_only=True, keep_links=False
                )
            _check_sheets(self._book.worksheets)
        except UnreadableFile:
            raise
        except Exception as bad:  # a broken workbook fails in as many ways as it has parts
            raise UnreadableFile(DAMAGED) from bad

    @property
    def sheets(self) -> Sequence[str]:
        """Those that are seen and hold anything."""
        seen = [sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        return [title for title in seen if self._has_anything(title)]

    def _has_anything(self, title: str) -> bool:
        try:
            return next(self.lines(title), None) is not None
        except EmptyRows:
            return False

    @property
    def counts_from_1904(self) -> bool:
        """Whether dates that stand there as numbers count from 1904."""
        return bool(self._book.epoch == MAC_EPOCH)

    def lines(self, sheet: str) -> Iterator[Line]:
        """The rows that hold anything.

        :raises UnreadableFile: where there are too many, or the file is damaged.
        """
        found = self._book[sheet]
        try:
            marks = self._marks(found)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.reset_dimensions()
                characters = Characters()
                yield from _filled(self._rows(found, characters), marks, characters)
        except UnreadableFile:
            raise
        except Exception as bad:  # as above
            raise UnreadableFile(DAMAGED) from bad

    def _rows(self, sheet: Any, characters: Characters) -> Iterator[tuple[Any, ...]]:
        """The rows as they are, unless all sheets together have too many empty cells before anything else."""
        is_blank = True
        for row in sheet.iter_rows(values_only=True):
            characters.add(row[:MOST_COLUMNS])
            is_blank = is_blank and not any(map(as_text, row[:MOST_COLUMNS]))
            if is_blank:
                self._blank += len(row)
                if self._blank > MOST_BLANK:
                    raise UnreadableFile(TOO_BLANK)
            yield row

    def _marks(self, sheet: Any) -> _Marks:
        text = self._zip.read(sheet._worksheet_path.lstrip("/"))
        ranges = [one.decode() for one in _MERGED.findall(text)]
        if len(ranges) > MOST_MERGED:
            raise UnreadableFile(TOO_LARGE)
        unworked: defaultdict[int, list[int]] = defaultdict(list)
        for row, column in (_place(one.decode()) for one in _FORMULA.findall(text)):
            unworked[row].append(column)
        filled = _filling(ranges)
        reach: dict[int, int] = {}
        for row, column in filled:
            reach[row] = max(reach.get(row, 0), column + 1)
        return _Marks(filled, frozenset(filled.values()), reach, unworked)


def _check_sheets(sheets: Sequence[Any]) -> None:
    """Names that can be kept, and no part of the file as many sheets."""
    if len(sheets) > MOST_SHEETS:
        raise UnreadableFile(TOO_LARGE)
    if any(len(sheet.title) > LONGEST_TITLE for sheet in sheets):
        raise UnreadableFile(LONG_TITLE)
    if len({sheet._worksheet_path for sheet in sheets}) < len(sheets):
        raise UnreadableFile(DAMAGED)


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise UnreadableFile("This is a binary Excel workbook (.xlsb). Save it as an Excel Workbook (.xlsx) first.")
    if "xl/workbook.xml" not in names and "content.xml" in names:
        raise UnreadableFile("This is an OpenDocument file (.ods). Save it as an Excel Workbook (.xlsx) or CSV first.")
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(NO_WORKBOOK)


def _place(reference: str) -> tuple[int, int]:
    """A cell by row (from 1) and column (from 0)."""
    column, row, *_rest = range_boundaries(reference)
    return row, column - 1


def _filling(ranges: Sequence[str]) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell of a merged range, with the first cell of the range, which alone holds its value."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    many = 0
    for one in ranges:
        left, top, right, bottom = range_boundaries(one)
        rows, columns = range(top, min(bottom, top + MOST_LINES) + 1), range(left, min(right, left + MOST_COLUMNS) + 1)
        many += len(rows) * len(columns)
        if many > MOST_FILLED:
            raise UnreadableFile(TOO_LARGE)
        found |= {
            (row, column - 1): (top, left - 1) for row in rows for column in columns if (row, column) != (top, left)
        }
    return found


def _filled(rows: Iterator[tuple[Any, ...]], marks: _Marks, characters: Characters) -> Iterator[Line]:
    """Rows as lines; merged cells repeat the first one's value, as people see them."""
    first: dict[tuple[int, int], str] = {}
    kept = last = 0
    for number, row in enumerate(rows, start=1):
        check_gap(number, last)
        cells = [as_text(value) for value in row[:MOST_COLUMNS]]
        cells += [""] * (marks.reach.get(number, 0) - len(cells))
        above = _fill(number, cells, first, marks) if marks.filled else {}
        if number in marks.reach:
            characters.add(cells)
        line = Line(number, without_end(cells), _troubles(number, cells, marks), above)
        if not line.is_empty:
            kept, last = kept + 1, number
            if kept > MOST_LINES:
                raise UnreadableFile(f"This sheet has more than {MOST_LINES:,} rows. Split it into several files.")
            yield line


def _fill(number: int, cells: list[str], first: dict[tuple[int, int], str], marks: _Marks) -> dict[int, int]:
    """Repeat what ``first`` keeps of the rows so far, and keep more; for cells below, the row that it is from."""
    above: dict[int, int] = {}
    for at, text in enumerate(cells):
        source = marks.filled.get((number, at))
        if source is None:
            if (number, at) in marks.sources:
                first[number, at] = text
            continue
        cells[at] = first.get(source, "")
        if source[0] < number:
            above[at] = source[0]
    return above


def _troubles(number: int, cells: Sequence[str], marks: _Marks) -> dict[int, str]:
    found = {}
    for at, text in enumerate(cells):
        if text in ERRORS:
            found[at] = HOLDS_ERROR.format(cell=f"{column_name(at)}{number}", error=text)
    for at in marks.unworked.get(number, ()):
        found[at] = NO_RESULT.format(cell=f"{column_name(at)}{number}")
    return found
