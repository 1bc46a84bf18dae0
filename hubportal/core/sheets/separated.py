"""CSV files: commas, semicolons or tabs; UTF-8, UTF-16 or what Windows writes."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from hubportal.core.sheets.lines import MOST_COLUMNS, MOST_LINES, Line, UnreadableFile, check_gap, tidy, without_end

SEPARATORS = ",;\t|"
# How a text in UTF-16 begins, which Excel calls Unicode.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAMPLE_LINES = 30
NO_TEXT = (
    "This file is neither an Excel workbook nor a CSV file. Save the list as an Excel Workbook (.xlsx) or as CSV, "
    "and upload that."
)
BAD_CHARACTER = (
    "Line {} of this file holds a character that cannot be read. Save the list as CSV UTF-8 or as an Excel Workbook "
    "(.xlsx), and upload that."
)
WEB_PAGE = (
    "This file is a web page that only calls itself a spreadsheet, as some systems export. Open it in your "
    "spreadsheet program, save it as an Excel Workbook (.xlsx) and upload that."
)
# Bytes that no text has, in whatever letters it was saved.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
# What spreadsheets write so that 0123 keeps its nought: ="0123".
_KEPT_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)


class Separated:
    """A CSV file: one sheet."""

    NAME = "CSV"
    counts_from_1904 = False

    def __init__(self, file: BinaryIO) -> None:
        """:raises UnreadableFile: where it is no text."""
        self._text = _decoded(file.read())
        if self._text.lstrip()[:200].lower().startswith(("<html", "<!doctype html", "<table", "<?xml")):
            raise UnreadableFile(WEB_PAGE)
        self._separator = _separator_of(self._text)

    @property
    def sheets(self) -> Sequence[str]:
        """The one it is, unless it has nothing but separators.

        :raises UnreadableFile: where it begins with too many empty rows, or with what is no row.
        """
        return [self.NAME] if next(self.lines(self.NAME), None) is not None else []

    def lines(self, sheet: str) -> Iterator[Line]:
        """The rows that hold anything, numbered as a spreadsheet would number them.

        :raises UnreadableFile: where there are too many, or one is no row.
        """
        kept = last = 0
        try:
            rows = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._separator)
            for number, row in enumerate(rows, start=1):
                check_gap(number, last)
                line = Line(number, without_end([_plain(cell) for cell in row[:MOST_COLUMNS]]))
                if line.is_empty:
                    continue
                kept, last = kept + 1, number
                if kept > MOST_LINES:
                    raise UnreadableFile(f"This file has more than {MOST_LINES:,} rows. Split it into several files.")
                yield line
        except csv.Error as bad:
            raise UnreadableFile("This CSV file is damaged: check its quotation marks, or save it as .xlsx.") from bad


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith(UTF_16) else ("utf-8-sig", "cp1252")
    unread = 0
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as problem:
            # The encoding that it was saved in reads further than the other: to the character that is broken.
            unread = max(unread, problem.start)
            continue
        if "\x00" in text:
            break
        return text
    if data.startswith(UTF_16) or _BINARY.search(data):
        raise UnreadableFile(NO_TEXT)
    raise UnreadableFile(BAD_CHARACTER.format(len(data[: unread + 1].splitlines())))


def _separator_of(text: str) -> str:
    """The separator that most lines have equally often."""
    sample = [line for line in text.splitlines()[: SAMPLE_LINES * 2] if line.strip()][:SAMPLE_LINES]
    best, found = 0, ","
    for one in SEPARATORS:
        counts = Counter(_outside_quotes(line).count(one) for line in sample)
        counts.pop(0, None)
        weight = max((many * min(columns, 4) for columns, many in counts.items()), default=0)
        if weight > best:
            best, found = weight, one
    return found


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _plain(cell: str) -> str:
    kept = _KEPT_TEXT.match(cell.strip())
    return tidy(kept[1] if kept else cell)
