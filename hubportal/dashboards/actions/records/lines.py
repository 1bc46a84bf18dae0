"""A line of an uploaded sheet with its columns named: what one kind of records reads of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from hubportal.core.models import Upload
from hubportal.dashboards.rules.headings import heading_day, heading_year, year_of
from hubportal.dashboards.rules.kinds import KINDS, Field, Kind
from hubportal.dashboards.rules.moments import read_moments, read_span
from hubportal.dashboards.rules.names import read_name
from hubportal.dashboards.rules.reading import (
    Misread,
    day_within,
    folded,
    in_full,
    is_sum,
    read_day,
    read_year,
)
from schools.rules import year_label

# What a line is known by; one that only sums up others says none of these.
NAMING = ("school", "urn", "town", "postcode", "name", "first_name", "last_name", "email", "teacher", "teacher_email")


class Undecided(Exception):
    """A line that waits for somebody to say what a word, or a school, of it means."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the columns of an upload are, ready to read many lines by."""

    kind: Kind
    # By field: its columns (from 0), each with the heading's own day or year where that says which one it is.
    columns: Mapping[str, tuple[tuple[int, str], ...]]
    constants: Mapping[str, str]
    from_1904: bool
    # Fields that a line does without, where their cell cannot be read.
    spare: frozenset[str] = frozenset()
    # The years that headings name beside what is of one year.
    years: tuple[str, ...] = ()
    _of_year: dict[int, "Reading"] = field(default_factory=dict, compare=False)

    def of_year(self, year: int) -> "Reading":
        """How what is of one school year is read: without the columns of others."""
        if year not in self._of_year:
            kept = {
                key: tuple(
                    (at, said) for at, said in found if not self.kind.field(key).yearly or said in ("", str(year))
                )
                for key, found in self.columns.items()
            }
            self._of_year[year] = replace(self, columns=kept) if self.years else self
        return self._of_year[year]


def mapping_of(upload: Upload) -> Reading:
    """How the lines of an upload are read."""
    kind = KINDS[upload.kind]
    texts: Sequence[str] = upload.headings.get("texts", [])
    columns: dict[str, list[tuple[int, str]]] = {}
    for at, key in ((int(at), key) for at, key in upload.columns.items()):
        columns.setdefault(key, []).append((at, _said(kind, key, texts[at] if at < len(texts) else "")))
    ordered = {key: tuple(sorted(found)) for key, found in columns.items()}
    spare = frozenset(one.key for one in kind.fields if one.spare)
    years = {said for key, found in ordered.items() if kind.field(key).yearly for _at, said in found if said}
    return Reading(kind, ordered, upload.constants, upload.counts_from_1904, spare, tuple(sorted(years)))


def _said(kind: Kind, key: str, heading: str) -> str:
    """The heading that names a day, or the school year that one is, as text."""
    one = kind.field(key)
    if one.heading == "day":
        return heading_day(heading)
    year = heading_year(heading) if one.heading == "year" else year_of(heading) if one.yearly else None
    return "" if year is None else str(year)


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    number: int
    cells: Sequence[str]
    troubles: Mapping[int, str]
    mapping: Reading
    # What was typed, and what it was taken to mean: whoever looks can see a mistake.
    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # What is wrong with cells that are left out, as the line does without them.
    lost: dict[int, str] = field(default_factory=dict)

    def of_year(self, year: int) -> "Row":
        """What it says of one school year."""
        return replace(self, mapping=self.mapping.of_year(year))

    def by_years(self) -> "list[Row]":
        """The same of each of the years that have columns of their own; where none has, all of it."""
        return [self.of_year(int(year)) for year in self.mapping.years] or [self]

    def note(self, typed: str, *meant: str) -> None:
        """What something that was typed was taken to mean."""
        self.taken[typed] = meant

    def taken_as(self, words: str) -> list[str]:
        """The same of all that does not go without saying, and that the words about the line do not say."""
        words = folded(words)
        parts = [
            f"“{typed}” is {', '.join(meant)}"
            for typed, meant in self.taken.items()
            if not all(folded(one) in (folded(typed), "") or folded(one) in words for one in meant)
        ]
        return [f"As it was read: {'; '.join(parts)}."] if parts else []

    @property
    def sums_up(self) -> bool:
        """Whether it stands for nobody and no school, but for all above it."""
        columns = self.mapping.columns
        named = [at for key in NAMING for at, _said in columns.get(key, ())]
        said = [self.cells[at] for at in named if at < len(self.cells) and self.cells[at]]
        return all(map(is_sum, said)) and any(map(is_sum, self.cells))

    @property
    def left_out(self) -> list[str]:
        """Which of its cells are left out, and why."""
        return [f"Left out: {trouble[:1].lower()}{trouble[1:]}" for _at, trouble in sorted(self.lost.items())]

    @property
    def says(self) -> tuple[str, ...]:
        """What stands in its columns, as it is compared with other lines."""
        return tuple(
            folded(self.cells[at]) if at < len(self.cells) else ""
            for found in self.mapping.columns.values()
            for at, _said in found
        )

    def texts(self, key: str) -> list[str]:
        """What stands in the columns of a field; else what holds for all lines.

        :raises Misread: where such a cell cannot be read at all, and the line cannot do without it.
        """
        columns = [at for at, _said in self.mapping.columns.get(key, ())]
        if key in self.mapping.spare:
            self.lost.update({at: self.troubles[at] for at in columns if at in self.troubles})
        found = [self._cell(at) for at in columns if at not in self.lost]
        found = [text for text in found if text]
        constant = self.mapping.constants.get(key, "")
        return found or ([constant] if constant else [])

    def beside(self, key: str, other: str) -> list[tuple[str, str]]:
        """The cells of the columns of one field, each with that of the column of another that belongs to it.

        :raises Misread: where such a cell cannot be read at all.
        """
        found, others = ([self._cell(at) for at, _said in self.mapping.columns.get(one, ())] for one in (key, other))
        if len(found) == len(others):
            return list(zip(found, others, strict=True))
        if not others:
            return [(one, "") for one in found]
        return [("; ".join(filter(None, found)), "; ".join(filter(None, others)))]

    def text(self, key: str) -> str:
        """The same of a field that is one column; empty where it holds nothing."""
        return next(iter(self.texts(key)), "")

    def needed(self, key: str) -> str:
        """The same of a field that must hold something.

        :raises Misread: where it does not.
        """
        found = self.text(key)
        if not found:
            raise Misread(f"{self.mapping.kind.field(key).label} is empty.")
        return found

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """The cells of columns whose headings say which day or year each belongs to, as (day or year, cell)."""
        found = [(said, self._cell(at)) for at, said in self.mapping.columns.get(key, ())]
        return [(said, text) for said, text in found if said and text]

    def day(self, key: str, year: int | None = None) -> date | None:
        """A day; None where it is empty.

        :raises Misread: where it is no day.
        """
        text = self.text(key)
        if not text:
            return None
        found = read_day(text, from_1904=self.mapping.from_1904, year=year)
        self.note(text, in_full(found))
        return found

    def heading_days(self, key: str, year: int) -> list[tuple[date, str]]:
        """The cells of columns whose headings name a day, with that day.

        :raises Misread: where such a heading names none.
        """
        found = [(said, day_within(said, year=year), text) for said, text in self.pairs(key)]
        for said, day, _text in found:
            self.note(said, in_full(day))
        return [(day, text) for _said, day, text in found]

    def year(self, key: str) -> int:
        """A school year.

        :raises Misread: where it is empty or none.
        """
        text = self.needed(key)
        found = read_year(text)
        self.note(text, year_label(found))
        return found

    def span(self, key: str) -> tuple[time | None, time | None]:
        """A time of day, and the one until when, where they are said.

        :raises Misread: where it is none.
        """
        text = self.text(key)
        if not text:
            return None, None
        found = read_span(text)
        self.note(text, " to ".join(f"{one:%H:%M}" for one in found if one))
        return found

    def days(self, key: str, year: int | None = None) -> list[date]:
        """All days of a field of several columns.

        :raises Misread: where one is no day.
        """
        return list(self.moments(key, year))

    def moments(self, key: str, year: int | None = None) -> dict[date, time | None]:
        """The same, each with the time of day that stands behind it.

        :raises Misread: where one is no day.
        """
        found: dict[date, time | None] = {}
        for text in self.texts(key):
            days = read_moments([text], from_1904=self.mapping.from_1904, year=year)
            self.note(text, *(f"{in_full(day)}{f', {at:%H:%M}' if at else ''}" for day, at in days.items()))
            found |= {day: found.get(day) or at for day, at in days.items()}
        return dict(sorted(found.items()))

    def words_in(self, one: Field) -> list[str]:
        """The cells of a field, with or without a heading that says something.

        :raises Misread: where one cannot be read at all.
        """
        return [text for _said, text in self.pairs(one.key)] if one.heading else self.texts(one.key)

    def name(self) -> str:
        """Somebody's name, from one column or two.

        :raises Misread: where there is none.
        """
        whole = self.text("name") or f"{self.text('first_name')} {self.text('last_name')}".strip()
        if not whole:
            raise Misread("The name is empty.")
        return read_name(whole)

    def _cell(self, at: int) -> str:
        if at in self.troubles:
            raise Misread(self.troubles[at])
        return self.cells[at] if at < len(self.cells) else ""


def row_of(line: Any, mapping: Reading) -> Row:
    """A line as it is kept: its cells are texts; one that cannot be read is a list of what is wrong with it."""
    troubles = {at: str(cell[0]) for at, cell in enumerate(line.cells) if isinstance(cell, list)}
    return Row(line.number, ["" if at in troubles else cell for at, cell in enumerate(line.cells)], troubles, mapping)
