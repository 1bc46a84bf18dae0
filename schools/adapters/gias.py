"""Reads the daily files of Get Information About Schools (GIAS): schools and their links.

The files are cp1252 or UTF-8, 139 columns that come and go, dates `dd-mm-yyyy`. A file that cannot be trusted as a
whole raises `UnreadableFile`; a single row that cannot be read comes back as `Rejected`, the others as usual.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from schools.adapters.gias_fields import FACTS, NEEDED, Facts, Refused, SchoolFacts, read_date, read_urn

HASH_VERSION = "1"
"""Part of every row's hash: raise it when a value is read differently, and the next import looks at every row again."""

MAX_BYTES = 512 * 1024 * 1024
_ASCII_AS_SPACE = bytes([0x20] * 0x80) + bytes(range(0x80, 0x100))
_UNREADABLE = "\ufffd"
_LINK_COLUMNS = ("URN", "LinkURN", "LinkType", "LinkEstablishedDate")
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
class SchoolRow(SchoolFacts):
    """What one line of the file says about one school, and a hash of the cells that it was read from."""

    line: int
    row_hash: bytes


@dataclass(frozen=True, slots=True)
class Same:
    """A line whose cells are those of the last import."""

    line: int
    urn: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that could not be read, with the number that an editor shows for it."""

    line: int
    urn: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """One school follows another: `new_urn` came after `old_urn`; `is_merger` where more than two are involved."""

    line: int
    old_urn: int
    new_urn: int
    is_merger: bool
    since: date | None


@dataclass(frozen=True, slots=True)
class _Record:
    """One CSV record with the line on which it starts; `problem` says why it has no cells."""

    line: int
    cells: list[str]
    problem: str = ""


class GiasFile:
    """An opened file of schools; `fields` names the facts that its columns speak of."""

    def __init__(self, table: "_Table") -> None:
        self._table = table
        self._columns = _choose_columns(table)
        self._facts = Facts(self._columns)
        self.encoding = table.encoding
        self.fields: tuple[str, ...] = tuple(fact.field for fact in FACTS if fact.field in self._columns)

    def rows(self, known: Mapping[int, bytes] = MappingProxyType({})) -> Iterator[SchoolRow | Same | Rejected]:
        """Every line once. `known` maps a URN to the hash of the last import: those lines come back as `Same`, unread.

        :raises UnreadableFile: at the end, if the last row is cut short: write nothing before the last row has come.
        """
        positions = [position for columns in self._columns.values() for position in columns]
        pick = itemgetter(*positions)
        salt = "\x1f".join((HASH_VERSION, *self.fields, ""))
        urn_at = self._columns["urn"][0]
        seen: dict[int, int] = {}
        blake = hashlib.blake2b
        for record in self._table.records():
            try:
                if record.problem:
                    raise Refused(record.problem)
                urn = read_urn(record.cells[urn_at])
                first_line = seen.setdefault(urn, record.line)
                if first_line != record.line:
                    raise Refused(f"URN {urn} is already on line {first_line} of this file")
                text = salt + "\x1f".join(pick(record.cells))
                row_hash = blake(text.encode(), digest_size=16).digest()
                if known.get(urn) == row_hash:
                    yield Same(record.line, urn)
                    continue
                yield self._read(record, text, row_hash)
            except Refused as problem:
                yield Rejected(record.line, self._urn_text(record, urn_at), str(problem))

    def _read(self, record: _Record, text: str, row_hash: bytes) -> SchoolRow:
        """:raises Refused: for a value that cannot be read."""
        if self._table.has_unreadable and _UNREADABLE in text:
            raise Refused(f"has characters that are not {self._table.encoding_label}")
        return SchoolRow(**self._facts.of(record.cells), line=record.line, row_hash=row_hash)

    @staticmethod
    def _urn_text(record: _Record, urn_at: int) -> str:
        return record.cells[urn_at].strip()[:20] if len(record.cells) > urn_at else ""


def read_schools(source: Path | str | BinaryIO) -> GiasFile:
    """Opens `edubasealldata*.csv`.

    :raises UnreadableFile: for a file that is not such a file.
    """
    return GiasFile(_open(source, NEEDED))


def read_links(source: Path | str | BinaryIO) -> Iterator[Link | Rejected]:
    """The predecessors and successors in `links_edubasealldata*.csv`; other kinds of link are passed over.

    :raises UnreadableFile: for a file that is not such a file, or that is cut short.
    """
    needed = {name: (name,) for name in ("URN", "LinkURN", "LinkType")}
    table = _open(source, needed)
    at = {name: table.position(name) for name in _LINK_COLUMNS}
    for record in table.records():
        try:
            if record.problem:
                raise Refused(record.problem)
            link = _read_link(
                record.line,
                {name: "" if where is None else record.cells[where].strip() for name, where in at.items()},
            )
        except Refused as problem:
            yield Rejected(record.line, record.cells[0].strip()[:20] if record.cells else "", str(problem))
        else:
            if link is not None:
                yield link


def _read_link(line: int, cells: Mapping[str, str]) -> Link | None:
    """`URN` has a link to `LinkURN`: "Successor" means that the latter came after.

    :raises Refused: for a URN or a date that cannot be read.
    """
    kind = cells["LinkType"].casefold()
    if not kind.startswith(("predecessor", "successor")):
        return None
    urn, other = read_urn(cells["URN"]), read_urn(cells["LinkURN"], "LinkURN")
    if urn == other:
        raise Refused(f"URN {urn} is linked to itself")
    is_successor = kind.startswith("successor")
    return Link(
        line=line,
        old_urn=urn if is_successor else other,
        new_urn=other if is_successor else urn,
        is_merger=any(word in kind for word in ("amalgam", "merge", "split")),
        since=read_date([cells["LinkEstablishedDate"]], "LinkEstablishedDate"),
    )


class _Table:
    """Decoded CSV with a header; knows how the file shows that it is cut short."""

    def __init__(self, data: bytes, encoding: str, has_unreadable: bool) -> None:
        self._data = data
        self.encoding = encoding
        self.has_unreadable = has_unreadable
        self._lines = self._reader()
        try:
            self.header = [name.strip() for name in next(self._lines, [])]
        except csv.Error as problem:
            raise UnreadableFile("The first line does not name columns separated by commas.") from problem
        self._by_name: dict[str, int] = {}
        for position, name in enumerate(self.header):
            self._by_name.setdefault(name.casefold(), position)

    @property
    def encoding_label(self) -> str:
        """The encoding as people name it."""
        return "UTF-8" if self.encoding.startswith("utf") else "Windows-1252"

    def position(self, name: str) -> int | None:
        """Where the column of that name stands, whatever its case."""
        return self._by_name.get(name.casefold())

    def is_ambiguous(self, name: str) -> bool:
        """Whether two columns have that name."""
        return sum(1 for other in self.header if other.casefold() == name.casefold()) > 1

    def records(self) -> Iterator[_Record]:
        """The records under the header, blank lines left out.

        :raises UnreadableFile: after the last record, if it is cut short or there was none.
        """
        reader, width = self._lines, len(self.header)
        last: _Record | None = None
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as problem:
                if "unexpected end of data" in str(problem):
                    raise UnreadableFile(_cut_short(line, "ends inside a quoted value")) from problem
                record = _Record(line, [], f"is not CSV ({problem})")
            else:
                if not cells or (len(cells) == 1 and not cells[0].strip()):
                    continue
                record = _Record(line, cells, "" if len(cells) == width else _wrong_width(len(cells), width))
            if last is not None:
                yield last
            last = record
        yield from self._end(last)

    def _end(self, last: _Record | None) -> Iterator[_Record]:
        """The last record, once it is known to be whole."""
        if last is None:
            raise UnreadableFile("The file names its columns but has no rows below them.")
        if last.cells and len(last.cells) < len(self.header):
            raise UnreadableFile(
                _cut_short(last.line, f"has {len(last.cells)} columns where the header has {len(self.header)}")
            )
        if self._lost_its_last_quote():
            raise UnreadableFile(_cut_short(last.line, "has no end"))
        yield last

    def _lost_its_last_quote(self) -> bool:
        """Whether a file that quotes every last value stops, without a line end, before such a quote."""
        if self._data.endswith((b"\n", b"\r", b'"')):
            return False
        lines = io.BytesIO(self._data)
        lines.readline()
        return lines.readline().rstrip(b"\r\n").endswith(b'"')

    def _reader(self) -> Any:
        # Typeshed's name for what csv.reader returns is no public class.
        text = io.TextIOWrapper(io.BytesIO(self._data), self.encoding, errors="replace", newline="")
        return csv.reader(text, strict=True)


def _wrong_width(found: int, wanted: int) -> str:
    return f"has {found} columns where the header has {wanted}"


def _cut_short(line: int, how: str) -> str:
    return f"The last row is cut short: line {line} {how}. The download probably broke off; fetch the file again."


def _open(source: Path | str | BinaryIO, needed: Mapping[str, tuple[str, ...]]) -> _Table:
    """:raises UnreadableFile: for anything but a CSV file with the needed columns."""
    data = _bytes_of(source)
    _refuse_other_kinds(data)
    encoding, has_unreadable = _recognise(data)
    table = _Table(data, encoding, has_unreadable)
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
    damaged = text.count(_UNREADABLE)
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


def _choose_columns(table: _Table) -> dict[str, tuple[int, ...]]:
    """For every fact the columns that it is read from; a fact whose columns are all missing is left out."""
    chosen: dict[str, tuple[int, ...]] = {}
    for fact in FACTS:
        positions = [table.position(name) for name in fact.columns]
        found = tuple(position for position in positions if position is not None)
        if found:
            chosen[fact.field] = found
    return chosen
