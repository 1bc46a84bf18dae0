"""Opens a file of Get Information About Schools (GIAS) as a table: encodings, quoting, damage, broken downloads."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

MAX_BYTES = 512 * 1024 * 1024
_ASCII_AS_SPACE = bytes([0x20] * 0x80) + bytes(range(0x80, 0x100))
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
UNREADABLE = "\ufffd"
_SEPARATORS = (";", "\t", "|")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xfe", "is in UTF-16, not in the encoding that GIAS uses. Save it as CSV (UTF-8) and try again"),
    (b"\xfe\xff", "is in UTF-16, not in the encoding that GIAS uses. Save it as CSV (UTF-8) and try again"),
    (b"PK\x03\x04", "is a zip archive or an Excel workbook. Unpack it, or save it as CSV, and try again"),
    (b"PK\x05\x06", "is an empty zip archive"),
    (b"\x1f\x8b", "is a gzip archive. Unpack it and try again"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook. Save it as CSV and try again"),
    (b"%PDF", "is a PDF, not a CSV file"),
)


class UnreadableFile(Exception):
    """The file as a whole cannot be trusted; `str()` says why in plain words."""


@dataclass(frozen=True, slots=True)
class Record:
    """One CSV record with the line on which it starts; `problem` says why it has no cells."""

    line: int
    cells: list[str]
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether its line says nothing."""
        return not (self.cells or self.problem) or (len(self.cells) == 1 and not self.cells[0].strip())


class Table:
    """Decoded CSV with a header; knows how the file shows that it is cut short."""

    def __init__(self, data: bytes, encoding: str, has_unreadable: bool) -> None:
        self._data = data
        self.encoding = encoding
        self.has_unreadable = has_unreadable
        self._has_end = data.endswith((b"\n", b"\r"))
        self._lines = _Lines(io.TextIOWrapper(io.BytesIO(data), encoding, errors="replace", newline=""))
        # Typeshed's name for what csv.reader returns is no public class.
        self._reader: Any = csv.reader(self._lines, strict=True)
        try:
            self.header = [name.strip() for name in next(self._reader, [])]
        except csv.Error as problem:
            raise UnreadableFile("The first line does not name columns separated by commas.") from problem
        self._by_name: dict[str, int] = {}
        for position, name in enumerate(self.header):
            self._by_name.setdefault(name.casefold(), position)

    @property
    def lines(self) -> int:
        """How many lines it has, about as many as records: to say how far one is."""
        return self._data.count(b"\n")

    @property
    def encoding_label(self) -> str:
        """The encoding as people name it."""
        return "UTF-8" if self.encoding.startswith("utf") else "Windows-1252"

    @property
    def unreadable(self) -> str:
        """Why a row with the sign for a letter that cannot be read is not taken."""
        if self.has_unreadable:
            return f"has characters that are not {self.encoding_label}"
        return f"has {UNREADABLE} in place of letters, lost when it was saved in another encoding"

    def position(self, name: str) -> int | None:
        """Where the column of that name stands, whatever its case."""
        return self._by_name.get(name.casefold())

    def is_ambiguous(self, name: str) -> bool:
        """Whether two columns have that name."""
        return sum(1 for other in self.header if other.casefold() == name.casefold()) > 1

    def records(self) -> Iterator[Record]:
        """The records under the header, blank lines left out.

        A quotation mark that is never closed, or only some lines further on, would take in the rows below it: its
        own line comes back as a problem, the others as the rows that they are.

        :raises UnreadableFile: after the last record, if it is cut short or there was none.
        """
        last: Record | None = None
        ends: Counter[str] = Counter()
        while True:
            self._lines.taken.clear()
            record = self._next(self._lines.number + 1)
            if record is None:
                break
            if record.is_blank:
                continue
            if last is not None:
                yield last
                if not self._has_end and not last.problem:
                    ends[last.cells[-1]] += 1
            last = record
        yield from self._end(last, ends)

    def _next(self, line: int) -> Record | None:
        """One record, None after the last.

        :raises UnreadableFile: where the file ends inside a quoted value.
        """
        cells: list[str] = []
        problem: csv.Error | None = None
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as found:
            problem = found
        is_open = problem is not None and "unexpected end of data" in str(problem)
        if self._took_in_a_row(cells) or (is_open and self._is_a_whole_line()):
            return Record(
                line, _roughly(self._lines.give_back()), "has a quotation mark that is not closed on its line"
            )
        if is_open:
            raise UnreadableFile(_cut_short(line, "ends inside a quoted value")) from problem
        if problem is not None:
            return Record(line, [], f"is not CSV ({problem})")
        is_right = len(cells) in (0, len(self.header))
        return Record(line, cells, "" if is_right else _wrong_width(len(cells), len(self.header)))

    def _took_in_a_row(self, cells: list[str]) -> bool:
        """Whether a line below the first that was read for one record is a whole row of its own."""
        width, urn_at, lines = len(self.header), self.position("URN") or 0, self._lines.taken
        for number, line in enumerate(lines[1:], 2):
            own = next((found for found in (_alone(line), _roughly(line)) if len(found) == width), [])
            if not own or not own[urn_at].replace('"', "").strip().isdecimal():
                continue
            # A first value of several lines leaves the rest of its own row, which is as wide, on its last line.
            if number == len(lines) and len(cells) == width and own[1:] == cells[1:]:
                continue
            return True
        return False

    def _is_a_whole_line(self) -> bool:
        """Whether what was read is one line, with its end, that has every column but for a quotation mark."""
        first, *others = self._lines.taken
        return not others and first.endswith(("\n", "\r")) and len(_roughly(first)) == len(self.header)

    def _end(self, last: Record | None, ends: Counter[str]) -> Iterator[Record]:
        """The last record, once it is known to be whole."""
        if last is None:
            raise UnreadableFile("The file names its columns but has no rows below them.")
        if last.cells and len(last.cells) < len(self.header):
            raise UnreadableFile(
                _cut_short(last.line, f"has {len(last.cells)} columns where the header has {len(self.header)}")
            )
        if self._lost_its_last_quote():
            raise UnreadableFile(_cut_short(last.line, "has no end"))
        if not last.problem and self._may_lack_letters(last.cells[-1], ends):
            raise UnreadableFile(
                _cut_short(last.line, "has no line break at its end, and ends as no other row does")
                + " If the file is whole, add a line break at its end."
            )
        yield last

    def _lost_its_last_quote(self) -> bool:
        """Whether a file that quotes every last value stops, without a line end, before such a quote."""
        if self._has_end or self._data.endswith(b'"'):
            return False
        lines = io.BytesIO(self._data)
        lines.readline()
        return lines.readline().rstrip(b"\r\n").endswith(b'"')

    def _may_lack_letters(self, value: str, ends: Counter[str]) -> bool:
        """Whether the last value of a file that stops without quotation mark or line break may be cut.

        It counts as whole where it says what the last value of another row says, and where a third of the other rows
        end in a value of the same shape: as many letters, digits and signs in the same order, as in dates, codes and
        most coordinates, or nothing at all. A value that is new and of a rare shape, as a word that is cut, does not;
        nor does nothing where the others say something. A file of one row has nothing to compare, and is whole.
        """
        if self._has_end or self._data.endswith(b'"') or not ends or (value and ends[value]):
            return False
        alike = sum(count for other, count in ends.items() if _shape(other) == _shape(value))
        return alike * 3 < ends.total()


class _Lines:
    """The lines of a file, which csv takes one after the other while a quoted value is open; they can be given back."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._back: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._text)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self) -> str:
        """All that were taken last but the first, which is the answer."""
        first, *others = self.taken
        self._back.extend(reversed(others))
        self.number -= len(others)
        return first


def _alone(line: str) -> list[str]:
    """The cells of a line that is read by itself."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return _roughly(line)


def _roughly(line: str) -> list[str]:
    """The cells of a line whose quotation marks mean nothing."""
    return line.rstrip("\r\n").replace('"', "").split(",")


def _shape(text: str) -> str:
    return _LETTER.sub("a", _DIGIT.sub("9", text))


def _wrong_width(found: int, wanted: int) -> str:
    return f"has {found} columns where the header has {wanted}"


def _cut_short(line: int, how: str) -> str:
    return f"The last row is cut short: line {line} {how}. The download probably broke off; fetch the file again."


def open_table(source: Path | str | BinaryIO, needed: Mapping[str, tuple[str, ...]]) -> Table:
    """:raises UnreadableFile: for anything but a CSV file with the needed columns."""
    data = _bytes_of(source)
    _refuse_other_kinds(data)
    encoding, has_unreadable = _recognise(data)
    table = Table(data, encoding, has_unreadable)
    missing = [names[0] for names in needed.values() if all(table.position(name) is None for name in names)]
    if missing:
        raise UnreadableFile(_missing_columns(missing, len(needed), table.header))
    doubled = [name for names in needed.values() for name in names if table.is_ambiguous(name)]
    if doubled:
        raise UnreadableFile(f"Two columns are called {doubled[0]}.")
    return table


def _missing_columns(missing: list[str], wanted: int, header: list[str]) -> str:
    first = header[0] if header else ""
    if len(missing) == wanted and not any(separator in first for separator in _SEPARATORS):
        return "This is not a GIAS file: its first line names none of the columns " + ", ".join(missing) + "."
    hint = ""
    if len(header) == 1 and any(separator in first for separator in _SEPARATORS):
        hint = " Its values do not seem to be separated by commas."
    noun = "column" if len(missing) == 1 else "columns"
    return f"The file lacks the {noun} {', '.join(missing)}.{hint}"


def _bytes_of(source: Path | str | BinaryIO) -> bytes:
    """:raises UnreadableFile: when there is nothing to read."""
    if not isinstance(source, Path | str):
        data = source.read(MAX_BYTES + 1)
    else:
        try:
            with Path(source).open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise UnreadableFile(f"The file cannot be opened: {reason}.") from problem
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    return data


def _refuse_other_kinds(data: bytes) -> None:
    """:raises UnreadableFile: for an empty file and for files that are no text."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableFile("The file is empty.")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UnreadableFile(f"The file {what}.")
    if b"\x00" in data:
        where = data.count(b"\n", 0, data.index(b"\x00")) + 1
        raise UnreadableFile(f"The file has NUL bytes (first on line {where}): it is damaged, or in UTF-16.")
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise UnreadableFile("The file is a web page, not CSV: the download gave a page (perhaps an error) instead.")


def _recognise(data: bytes) -> tuple[str, bool]:
    """The encoding, and whether some bytes do not fit it.

    GIAS writes cp1252; spreadsheets save it again as UTF-8. Bytes that are whole UTF-8 sequences hardly ever occur in
    cp1252, so the kind of which there is more wins, and a UTF-8 file with one damaged row stays a UTF-8 file.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", not _is_clean(data, "utf-8")
    if data.isascii() or _is_clean(data, "utf-8"):
        return "utf-8", False
    runs = b" ".join(data.translate(_ASCII_AS_SPACE).split())
    text = runs.decode("utf-8", errors="replace")
    damaged = text.count(UNREADABLE)
    whole = len(text) - text.count(" ") - damaged
    if whole > damaged:
        return "utf-8", True
    return "cp1252", not _is_clean(runs, "cp1252")


def _is_clean(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
