"""The kinds of records that can be brought."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hubportal.dashboards.rules import columns


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a column may hold; see ``columns`` for what the rest means."""

    key: str
    label: str
    words: tuple[str, ...] = ()
    unless: frozenset[str] = frozenset()
    choice: str = ""
    many: bool = False
    heading: str = ""
    constant: bool = False
    spare: bool = False
    dated: bool = False
    yearly: bool = False
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of records: its fields, and what must be there (one of these fields; how that is said)."""

    key: str
    label: str
    what: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[tuple[str, ...], str], ...]

    @property
    def has_years(self) -> bool:
        """Whether it may have a column for each school year."""
        return any(one.heading == "year" for one in self.fields)

    def field(self, key: str) -> Field:
        """One of its fields."""
        return next(one for one in self.fields if one.key == key)


def _fields(*tables: str) -> tuple[Field, ...]:
    """The fields of some tables of ``columns``."""
    return tuple(_field(*block) for table in tables for block in _blocks(table))


def _blocks(table: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    head, said = "", list[tuple[str, str]]()
    for line in [*table.strip().splitlines(), ""]:
        if line.startswith("  "):
            what, _, rest = line.strip().partition(" ")
            said.append((what, rest))
            continue
        if head:
            yield head, said
        head, said = line, []


def _field(head: str, said: list[tuple[str, str]]) -> Field:
    key, _, label = head.partition(": ")
    words, unless = (
        [word.strip() for what, rest in said if what == of for word in rest.split(",") if word.strip()]
        for of in ("words", "unless")
    )
    rest = {what: text for what, text in said if what != "words"}
    flags = rest.get("is", "").split()
    return Field(
        key=key,
        label=label,
        words=tuple(words),
        unless=frozenset(unless),
        choice=rest.get("choice", ""),
        many="many" in flags,
        heading=next((flag for flag in flags if flag in ("day", "year")), ""),
        constant="constant" in flags,
        spare="spare" in flags,
        dated="dated" in flags,
        yearly="yearly" in flags,
        example=rest.get("example", ""),
        note=rest.get("note", ""),
    )


_SCHOOL = (("school", "urn"), "the school’s name or URN")
_NAME = (("name", "last_name"), "the person’s name")
_GROUP = (("group",), "the group’s name")
_PROGRAMME, _YEAR = (("programme",), "the programme"), (("year",), "the school year")

PAST = Kind(
    "past",
    "Past engagement",
    "Which schools, or who of them, took part in what, in which year, and how it ended.",
    _fields(columns.SCHOOL, columns.WHICH, columns.YEAR, columns.PAST, columns.TOOK_PART),
    (_SCHOOL, (("programme", "by_year"), "the programme"), (("year", "by_year"), "the school year")),
)
PEOPLE = Kind(
    "people",
    "People",
    "Who works at which school, with address and role.",
    _fields(columns.NAME, columns.SCHOOL, columns.PEOPLE),
    (_NAME, _SCHOOL),
)
GROUPS = Kind(
    "groups",
    "Groups",
    "Work Groups with leader, schools, teachers and meeting dates: a row for each school.",
    _fields(columns.GROUP, columns.WHICH, columns.YEAR, columns.LED, columns.SCHOOL, columns.GROUPS),
    (_GROUP, _PROGRAMME, _YEAR, (("leader",), "the leader"), _SCHOOL),
)
ATTENDANCE = Kind(
    "attendance",
    "Attendance",
    "Who came to which meeting: a row for each mark, or a column for each date.",
    _fields(columns.NAME, columns.SCHOOL, columns.GROUP, columns.YEAR, columns.ATTENDANCE),
    (_NAME, _GROUP, (("date", "by_day"), "the date of the meeting"), (("mark", "by_day"), "the mark")),
)
VISITS = Kind(
    "visits",
    "Visits",
    "Support visits that have been, with what was seen.",
    _fields(columns.SCHOOL, columns.WHICH, columns.VISITS),
    (_SCHOOL, (("date",), "the date of the visit")),
)
PAYMENTS = Kind(
    "payments",
    "Payments",
    "What schools were paid, so that nothing is paid again.",
    _fields(columns.SCHOOL, columns.WHICH, columns.YEAR, columns.PAYMENTS),
    (_SCHOOL, _PROGRAMME, _YEAR, (("amount",), "the amount"), (("paid_on",), "the day of the payment")),
)

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (PAST, PEOPLE, GROUPS, ATTENDANCE, VISITS, PAYMENTS)}
