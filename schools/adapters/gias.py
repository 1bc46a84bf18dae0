"""Reads the daily files of Get Information About Schools (GIAS): schools and their links.

The files are cp1252 or UTF-8, 139 columns that come and go, dates `dd-mm-yyyy`. A file that cannot be trusted as a
whole raises `UnreadableFile`; a single row that cannot be read comes back as `Rejected`, the others as usual.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from hubportal.core.letters import unseen_in, without_unseen
from schools.adapters.gias_fields import FACTS, NEEDED, Facts, Refused, SchoolFacts, read_date, read_urn
from schools.adapters.gias_table import UNREADABLE, Record, Table, open_table

HASH_VERSION = "3"
"""Part of every row's hash: raise it when a value is read differently, and the next import looks at every row again."""

_LINK_COLUMNS = ("URN", "LinkURN", "LinkType", "LinkEstablishedDate")


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


class GiasFile:
    """An opened file of schools; `fields` names the facts that its columns speak of."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = _choose_columns(table)
        self._facts = Facts(self._columns)
        self.encoding = table.encoding
        self.lines = table.lines
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
                yield _rejected(record, urn_at, problem)

    def _read(self, record: Record, text: str, row_hash: bytes) -> SchoolRow:
        """:raises Refused: for a value that cannot be read."""
        if UNREADABLE in text:
            raise Refused(self._table.unreadable)
        self._check_letters(record)
        return SchoolRow(**self._facts.of(record.cells), line=record.line, row_hash=row_hash)

    def _check_letters(self, record: Record) -> None:
        """:raises Refused: for a letter that nobody sees."""
        for columns in self._columns.values():
            for position in columns:
                letter = unseen_in(record.cells[position])
                if letter:
                    raise Refused(f"{self._table.header[position]} has a character that nobody sees ({letter})")


def _rejected(record: Record, urn_at: int, problem: Refused) -> Rejected:
    urn = record.cells[urn_at].strip()[:20] if len(record.cells) > urn_at else ""
    return Rejected(record.line, without_unseen(urn), without_unseen(str(problem)))


def read_schools(source: Path | str | BinaryIO) -> GiasFile:
    """Opens `edubasealldata*.csv`.

    :raises UnreadableFile: for a file that is not such a file.
    """
    return GiasFile(open_table(source, NEEDED))


def read_links(source: Path | str | BinaryIO) -> Iterator[Link | Rejected]:
    """The predecessors and successors in `links_edubasealldata*.csv`; other kinds of link are passed over.

    :raises UnreadableFile: for a file that is not such a file, or that is cut short.
    """
    needed = {name: (name,) for name in ("URN", "LinkURN", "LinkType")}
    table = open_table(source, needed)
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
            yield _rejected(record, 0, problem)
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


def _choose_columns(table: Table) -> dict[str, tuple[int, ...]]:
    """For every fact the columns that it is read from; a fact whose columns are all missing is left out."""
    chosen: dict[str, tuple[int, ...]] = {}
    for fact in FACTS:
        positions = [table.position(name) for name in fact.columns]
        found = tuple(position for position in positions if position is not None)
        if found:
            chosen[fact.field] = found
    return chosen
