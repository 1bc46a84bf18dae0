"""A spreadsheet as people keep it: any file that somebody uploads, opened as sheets of lines of text.

Every cell is text: a date is written 2027-01-12, and shown to people as 12/01/2027; a number without needless noughts,
nothing at all as an empty text.
Formulas are never worked out: what the spreadsheet program kept as their result is read, or the cell is in trouble.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, Protocol

LARGEST_FILE = 20 * 1024 * 1024
MOST_LINES = 25_000
MOST_COLUMNS = 200
LONGEST_CELL = 4_000
# Of a longer text no more is looked at: what cannot be seen is taken out of it letter by letter.
LOOKED_AT = 2 * LONGEST_CELL
# 10,000 rows of 40 columns have some 10 million; each is gone through as often as its cells say that text.
MOST_CHARACTERS = 50_000_000
# From here on a number is written as 1e+21, not as hundreds of figures.
LARGEST_NUMBER = 1e21
LAST_ROW = 200_000
MOST_EMPTY = 10_000
TOO_FAR = f"This sheet has rows below row {LAST_ROW:,}. Delete the empty rows, or split it into several files."
TOO_LONG = (
    f"This sheet has more than {MOST_CHARACTERS // 1_000_000} million characters. Keep only the columns with the "
    "records in them, or split it into several files."
)
TOO_EMPTY = (
    f"This sheet has {MOST_EMPTY:,} empty rows in a row. Select the empty rows, delete them, save the file and "
    "upload it again."
)
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})

# With what a text begins that a spreadsheet would run as a formula; how the portal's own files keep it from that.
FORMULA_SIGNS = "=+-@＝＋－＠"
_ESCAPED = re.compile(f"^'(?=[{re.escape(FORMULA_SIGNS)}])")

_YEAR_FIRST = re.compile(r"(?<![\w-])([12]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w-])")
_DAY_FIRST = re.compile(r"(?<![\w/])(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/([12]\d{3})(?![\w/])")


class UnreadableFile(Exception):
    """A file that is no spreadsheet the portal can read, said in words for people."""


class EmptyRows(UnreadableFile):
    """A sheet with so many empty rows that nobody can mean them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: its number there (from 1), its cells, and what is wrong with which of them (from 0).

    ``above``: of a cell that is merged with one above, the number of that one's row.
    """

    number: int
    cells: tuple[str, ...]
    troubles: Mapping[int, str] = field(default_factory=dict)
    above: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells) and not self.troubles


class Book(Protocol):
    """An opened file."""

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets that hold anything, in their order."""

    @property
    def counts_from_1904(self) -> bool:
        """Whether a date that stands there as a number counts its days from 1904, as old Macs did."""

    def lines(self, sheet: str) -> Iterator[Line]:
        """The rows of a sheet, empty ones left out.

        :raises UnreadableFile: where it is too large, or damaged.
        """


def as_text(value: object) -> str:
    """A cell's value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        moment = value.replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float):
        return _number(value)
    return tidy(str(value))


def day_first(text: str) -> str:
    """A cell, or what is said of one, as people are shown it: its dates are 12/01/2027, as they are told to write."""
    return _YEAR_FIRST.sub(r"\3/\2/\1", text)


def year_first(text: str) -> str:
    """What somebody looks for in cells, as these are kept."""
    return _DAY_FIRST.sub(r"\3-\2-\1", text)


def _number(value: float) -> str:
    if abs(value) >= LARGEST_NUMBER:
        return repr(value)
    return f"{value:.0f}" if value.is_integer() else f"{round(value, 10):.10f}".rstrip("0")


def tidy(text: str) -> str:
    """Text without what cannot be seen: no spaces around it, line breaks as one character, no control characters."""
    text = text[:LOOKED_AT].replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("_x000D_", "")
    kept = "".join(one for one in text if one in "\n\t" or one.isprintable())
    return _ESCAPED.sub("", kept.strip())[:LONGEST_CELL]


def column_name(at: int) -> str:
    """What a spreadsheet calls its column (from 0): A, B … Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def size_of(file: BinaryIO) -> int:
    """How many bytes a file has; it is left at its start."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def check_gap(number: int, last: int) -> None:
    """A row may say that it is the thousand-millionth: all before it would be gone through.

    :param last: the last row that held anything.
    :raises UnreadableFile: where it is too far down, or too far from that.
    """
    if number > LAST_ROW:
        raise UnreadableFile(TOO_FAR)
    if number - last > MOST_EMPTY:
        raise EmptyRows(TOO_EMPTY)


class Characters:
    """How many characters the cells of a sheet have so far: one long text may stand in each of them."""

    def __init__(self) -> None:
        self._many = 0

    def add(self, texts: Iterable[object]) -> None:
        """Count those of some more cells.

        :raises UnreadableFile: where they are too many.
        """
        self._many += sum(len(text) for text in texts if isinstance(text, str))
        if self._many > MOST_CHARACTERS:
            raise UnreadableFile(TOO_LONG)


def without_end(cells: list[str]) -> tuple[str, ...]:
    """A row without the empty cells at its end."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
