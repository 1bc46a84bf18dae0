"""All that is wrong with the cells of a line, each by itself: whoever mends it is not to find one after the other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from hubportal.dashboards.actions.records.lines import Row, Undecided
from hubportal.dashboards.actions.records.people import taking_part
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import NOTHING
from hubportal.dashboards.rules.kinds import Field
from hubportal.dashboards.rules.moments import read_days, read_span
from hubportal.dashboards.rules.reading import (
    LeftOut,
    Misread,
    folded,
    read_email,
    read_half_days,
    read_money,
    read_trn,
    read_year,
)

# Any school year that a day without one may be of, with a 29 February.
ANY_YEAR = 1999
READERS: Mapping[str, Callable[[str], object]] = {
    "email": read_email,
    "leader_email": read_email,
    "year": read_year,
    "amount": read_money,
    "half_days": read_half_days,
    "trn": read_trn,
    "starts": read_span,
    "ends": read_span,
}
# What is said to be empty by its own name, where a line needs it.
NEEDED = frozenset({"programme", "year", "group", "leader", "amount"})


def faults_of(world: World, row: Row) -> list[str]:
    """What is wrong with a line, but for what only all of it together shows."""
    found = [*_of_cells(row), *_missing(row)]
    needs_school = any("school" in keys for keys, _words in row.mapping.kind.needs)
    if needs_school or any(_filled(row, key) for key in ("school", "urn")):
        found += _wrong(world.likely_school, row)
    for one in row.by_years():
        found += _wrong(taking_part, one)
    return list(dict.fromkeys(found))


def _wrong(look: Callable[..., object], *args: object) -> list[str]:
    """Why something cannot be read; nothing where it can, or somebody is asked about it."""
    try:
        with suppress(Undecided, LeftOut):
            look(*args)
    except Misread as problem:
        return [str(problem)]
    return []


def _filled(row: Row, key: str) -> dict[int, str]:
    """The columns of a field that hold anything that can be read, each with what its heading says of a year or day."""
    columns = row.mapping.columns.get(key, ())
    return {at: said for at, said in columns if at < len(row.cells) and row.cells[at]}


def _of_cells(row: Row) -> Iterator[str]:
    done = {said for at, said in _filled(row, "by_year").items() if folded(row.cells[at]) not in NOTHING}
    for one in row.mapping.kind.fields:
        for at, said in row.mapping.columns.get(one.key, ()):
            # Of a year in which nothing was done, nothing is read.
            if not one.spare and (not one.yearly or not said or said in done):
                yield from [row.troubles[at]] if at in row.troubles else _of_cell(row, one, at)


def _of_cell(row: Row, one: Field, at: int) -> list[str]:
    text = row.cells[at] if at < len(row.cells) else ""
    if text and one.dated:
        return _wrong(lambda: read_days([text], from_1904=row.mapping.from_1904, year=ANY_YEAR))
    return _wrong(READERS[one.key], text) if text and one.key in READERS else []


def _missing(row: Row) -> Iterator[str]:
    for (key, *others), _words in row.mapping.kind.needs:
        if key in NEEDED and not any(other in row.mapping.columns for other in others):
            yield from _wrong(row.needed, key)
