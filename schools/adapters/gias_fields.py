"""The facts that the portal keeps of a GIAS row, the columns that they stand in, and how their cells are read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import Any, TypeAlias

from schools.rules import is_postcode, tidy_postcode

STATUS_CODES = MappingProxyType(
    {"open": 1, "closed": 2, "open, but proposed to close": 3, "open but proposed to close": 3, "proposed to open": 4}
)
PHASE_CODES = MappingProxyType(
    {
        "not applicable": 0,
        "nursery": 1,
        "primary": 2,
        "middle deemed primary": 3,
        "secondary": 4,
        "middle deemed secondary": 5,
        "16 plus": 6,
        "all-through": 7,
        "all through": 7,
    }
)
TRUST_FLAGS = MappingProxyType(
    {
        "not applicable": "0",
        "supported by a trust": "1",
        "supported by a multi-academy trust": "3",
        "supported by a single-academy trust": "5",
    }
)
MOST_URN = 9_999_999
OLDEST_PUPIL = 99
MOST_PUPILS = 50_000
MOST_EASTING = 800_000
MOST_NORTHING = 1_300_000
MOST_KEPT = 2_000

# Published in place of a figure that is withheld or has no meaning.
_NO_FIGURE = frozenset({"", "-", ".", "c", "n/a", "na", "ne", "not applicable", "not recorded", "supp", "x", "z"})
_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,6})?")
_WHOLE = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#][^\s<>\"']*)?")
_SHOWN = 30
# How the codes of those local authorities begin that stand for places overseas: 000, 702, 704.
_ABROAD = frozenset("07")


class Refused(Exception):
    """A value that cannot be read; `str()` says which and why."""


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What GIAS says about one school. Figures that it withholds are None, texts that it lacks are empty."""

    urn: int
    name: str
    la_code: str
    la_name: str
    establishment_number: int | None
    type_code: str
    type_name: str
    type_group_code: str
    gias_status: int
    phase_code: int
    low_age: int | None
    high_age: int | None
    gender: str
    pupils: int | None
    fsm_percent: Decimal | None
    trust_code: str
    trust_name: str
    trust_flag: str
    head_name: str
    street: str
    locality: str
    town: str
    county: str
    postcode: str
    website: str
    telephone: str
    region_code: str
    region_name: str
    urban_rural: str
    easting: int | None
    northing: int | None
    opened_on: date | None
    closed_on: date | None


Cells: TypeAlias = list[str]
Reader: TypeAlias = Callable[[Cells, str], Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its field, the columns in which a file may have it, its reader, and its value where a file has none."""

    field: str
    columns: tuple[str, ...]
    read: Reader
    empty: Any = ""


def read_urn(text: str, column: str = "URN") -> int:
    """:raises Refused: for anything but a whole number of up to seven digits."""
    stripped = text.strip()
    if not stripped:
        raise Refused(f"{column} is missing")
    if not (stripped.isascii() and stripped.isdecimal() and 0 < int(stripped[:20]) <= MOST_URN):
        raise Refused(f"{column} is not a number of up to seven digits: {_shown(stripped)}")
    return int(stripped)


def read_date(cells: Cells, column: str) -> date | None:
    """A date written `dd-mm-yyyy`; None where there is none.

    :raises Refused: for a day that is not in the calendar.
    """
    text = _first(cells)
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        if match and text.isascii():
            return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        pass  # Told below, in the same words as a date of another shape.
    raise Refused(f"{column} is not a date like 31-12-2026: {_shown(text)}")


class Facts:
    """Reads the facts of row after row from the columns that one file has for them."""

    def __init__(self, columns: Mapping[str, tuple[int, ...]]) -> None:
        self._empty = {fact.field: fact.empty for fact in FACTS}
        # Most columns say the same few things again and again: what was read once is kept.
        self._readers: list[tuple[str, Callable[[Cells], Any], bool, Fact, dict[Any, Any]]] = [
            (fact.field, itemgetter(*columns[fact.field]), len(columns[fact.field]) == 1, fact, {})
            for fact in FACTS
            if fact.field in columns
        ]

    def of(self, cells: Cells) -> dict[str, Any]:
        """The facts of a row.

        :raises Refused: for the first value that cannot be read.
        """
        facts = dict(self._empty)
        for field, pick, is_one, fact, kept in self._readers:
            raw = pick(cells)
            try:
                facts[field] = kept[raw]
            except KeyError:
                facts[field] = fact.read([raw] if is_one else list(raw), fact.columns[0])
                if len(kept) < MOST_KEPT:
                    kept[raw] = facts[field]
        low, high = facts["low_age"], facts["high_age"]
        if low is not None and high is not None and low > high:
            raise Refused(f"StatutoryLowAge {low} is above StatutoryHighAge {high}")
        postcode, is_abroad = facts["postcode"], facts["la_code"][0] in _ABROAD
        if postcode and not is_abroad and not is_postcode(postcode):
            raise Refused(f"Postcode is not a postcode: {_shown(postcode)}")
        return facts


def _text(limit: int) -> Reader:
    def read(cells: Cells, column: str) -> str:
        text = _first(cells)
        if len(text) > limit:
            raise Refused(f"{column} is longer than {limit} characters: {_shown(text)}")
        return text

    return read


def _required_text(limit: int) -> Reader:
    read_text = _text(limit)

    def read(cells: Cells, column: str) -> str:
        text: str = read_text(cells, column)
        if not text:
            raise Refused(f"{column} is missing")
        return text

    return read


def _joined(limit: int, glue: str) -> Reader:
    """Several columns as one text."""
    read_text = _text(limit)

    def read(cells: Cells, column: str) -> str:
        text: str = read_text([glue.join(filter(None, map(_tidy, cells)))], column)
        return text

    return read


def _whole(most: int, *, zero_is_none: bool = False) -> Reader:
    """A whole number; a fraction, as in an averaged number of pupils, is rounded."""

    def read(cells: Cells, column: str) -> int | None:
        text = _first(cells)
        if text.casefold() in _NO_FIGURE:
            return None
        if not (text.isascii() and _WHOLE.fullmatch(text)) or float(text) > most:
            raise Refused(f"{column} is not a number from 0 to {most}: {_shown(text)}")
        number = int(float(text) + 0.5)
        return None if zero_is_none and number == 0 else number

    return read


def _percent(cells: Cells, column: str) -> Decimal | None:
    text = _first(cells).removesuffix("%").strip()
    if text.casefold() in _NO_FIGURE:
        return None
    if not (text.isascii() and _PERCENT.fullmatch(text) and Decimal(text) <= 100):
        raise Refused(f"{column} is not a percentage from 0 to 100: {_shown(text)}")
    return Decimal(text).quantize(Decimal("0.1"))


def _code(limit: int) -> Reader:
    """A code without the zeros that some files pad it with."""

    def read(cells: Cells, column: str) -> str:
        text = _first(cells)
        if not text:
            return ""
        code = (text.lstrip("0") or "0") if text.isdecimal() else text.upper()
        if len(code) > limit or not (text.isascii() and text.isalnum()):
            raise Refused(f"{column} is not a code: {_shown(text)}")
        return code

    return read


def _la_code(cells: Cells, column: str) -> str:
    """The three digits of a local authority; 000 stands for none, as for schools overseas."""
    text = _first(cells)
    if not text:
        raise Refused(f"{column} is missing")
    if not (text.isascii() and text.isdecimal() and int(text[:10]) <= 999):
        raise Refused(f"{column} is not a number of three digits: {_shown(text)}")
    return f"{int(text):03d}"


def _coded(names: Mapping[str, int]) -> Reader:
    """A code, or in a file without the code its name."""
    codes = frozenset(names.values())

    def read(cells: Cells, column: str) -> int:
        text = _first(cells)
        if not text:
            raise Refused(f"{column} is missing")
        if text.isascii() and text.isdecimal() and int(text[:10]) in codes:
            return int(text[:10])
        if text.casefold() in names:
            return names[text.casefold()]
        raise Refused(f"{column} is none of the known codes: {_shown(text)}")

    return read


def _trust_flag(cells: Cells, column: str) -> str:
    text = _first(cells)
    flag: str = TRUST_FLAGS.get(text.casefold(), "") if not text.isdecimal() else _code(3)([text], column)
    return flag


def _website(cells: Cells, _column: str) -> str:
    """An address that a browser may open; anything else (`javascript:`, a remark) is no website."""
    text = _first(cells)
    if len(text) > 200:
        return ""
    if _WEB.fullmatch(text):
        return text
    return f"http://{text}" if _HOST.fullmatch(text) else ""


def _postcode(cells: Cells, column: str) -> str:
    text: str = _text(10)(cells, column)
    return tidy_postcode(text)


def _first(cells: Cells) -> str:
    """The first of the alternative columns that says something, on one line."""
    for cell in cells:
        text = _tidy(cell)
        if text:
            return text
    return ""


def _tidy(cell: str) -> str:
    return " ".join(cell.split())


def _shown(text: str) -> str:
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"


FACTS: tuple[Fact, ...] = (
    Fact("urn", ("URN",), lambda cells, column: read_urn(cells[0], column)),
    Fact("name", ("EstablishmentName",), _required_text(200)),
    Fact("la_code", ("LA (code)",), _la_code),
    Fact("la_name", ("LA (name)",), _text(100)),
    Fact("establishment_number", ("EstablishmentNumber",), _whole(9999), None),
    Fact("type_code", ("TypeOfEstablishment (code)",), _code(3)),
    Fact("type_name", ("TypeOfEstablishment (name)",), _text(100)),
    Fact("type_group_code", ("EstablishmentTypeGroup (code)",), _code(3)),
    Fact(
        "gias_status",
        ("EstablishmentStatus (code)", "EstablishmentStatus (name)", "EstablishmentStatus"),
        _coded(STATUS_CODES),
    ),
    Fact(
        "phase_code",
        ("PhaseOfEducation (code)", "PhaseOfEducation (name)", "PhaseOfEducation"),
        _coded(PHASE_CODES),
    ),
    Fact("low_age", ("StatutoryLowAge",), _whole(OLDEST_PUPIL), None),
    Fact("high_age", ("StatutoryHighAge",), _whole(OLDEST_PUPIL), None),
    Fact("gender", ("Gender (name)",), _text(30)),
    Fact("pupils", ("NumberOfPupils",), _whole(MOST_PUPILS), None),
    Fact("fsm_percent", ("PercentageFSM",), _percent, None),
    Fact("trust_code", ("Trusts (code)",), _code(20)),
    Fact("trust_name", ("Trusts (name)",), _text(200)),
    Fact("trust_flag", ("TrustSchoolFlag (code)", "TrustSchoolFlag (name)"), _trust_flag),
    Fact("head_name", ("HeadTitle (name)", "HeadFirstName", "HeadLastName"), _joined(150, " ")),
    Fact("street", ("Street",), _text(150)),
    Fact("locality", ("Locality", "Address3"), _joined(100, ", ")),
    Fact("town", ("Town",), _text(100)),
    Fact("county", ("County (name)",), _text(100)),
    Fact("postcode", ("Postcode",), _postcode),
    Fact("website", ("SchoolWebsite",), _website),
    Fact("telephone", ("TelephoneNum",), _text(30)),
    Fact("region_code", ("GOR (code)",), _code(2)),
    Fact("region_name", ("GOR (name)",), _text(60)),
    Fact("urban_rural", ("UrbanRural (name)",), _text(100)),
    Fact("easting", ("Easting",), _whole(MOST_EASTING, zero_is_none=True), None),
    Fact("northing", ("Northing",), _whole(MOST_NORTHING, zero_is_none=True), None),
    Fact("opened_on", ("OpenDate",), read_date, None),
    Fact("closed_on", ("CloseDate",), read_date, None),
)

NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        fact.field: fact.columns
        for fact in FACTS
        if fact.field in {"urn", "name", "la_code", "gias_status", "phase_code"}
    }
)
