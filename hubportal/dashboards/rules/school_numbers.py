"""The numbers that schools go by: URN, or local authority and establishment, alone or beside the school's name."""

import re
from dataclasses import dataclass

from hubportal.dashboards.rules.reading import Misread

_ESTABLISHMENT = r"(?P<la>[0-9]{3})\s?[/-]?\s?(?P<school>[0-9]{4})"
_URN = r"(?:urn\b[:.\s]*)?(?P<urn>[0-9]{6})(?:\.0)?"
_GAP = r"[\s,;:()\[\]|–—-]+"
_ALONE = re.compile(rf"(?:{_ESTABLISHMENT}|{_URN})(?:\.0)?", re.IGNORECASE)
_BEFORE = re.compile(rf"[(\[]?(?:{_ESTABLISHMENT}|{_URN}){_GAP}(?P<name>.*?[a-z].*)", re.IGNORECASE)
_AFTER = re.compile(rf"(?P<name>.*?[a-z].*?){_GAP}(?:{_ESTABLISHMENT}|{_URN})[)\]]?", re.IGNORECASE)

# Most names hold none: they need not be looked at closely.
_FIGURES = re.compile("[0-9]{3}")
# Longer cells hold no name; comparing them would take time.
LONGEST = 200
# A URN, or the codes of authority and establishment.
Number = int | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Called:
    """What a cell calls a school: its number, its name, or both."""

    name: str = ""
    number: Number | None = None


def read_called(text: str) -> Called:
    """What a cell for a school's name says: 123456, 855/2001, 123456 Hill Primary and Hill Primary (123456) too."""
    said = text.strip()
    may_hold_one = len(said) <= LONGEST and _FIGURES.search(said)
    for pattern in (_ALONE, _BEFORE, _AFTER) if may_hold_one else ():
        match = pattern.fullmatch(said)
        if match:
            return Called(match.groupdict().get("name") or "", _number(match))
    return Called(said)


def read_number(text: str) -> Number:
    """A cell for a school's number.

    :raises Misread: for what is none.
    """
    match = _ALONE.fullmatch(text.strip())
    return _number(match) if match else read_urn(text)


def read_urn(text: str) -> int:
    """A school's URN.

    :raises Misread: for what is none.
    """
    plain = text.strip().removesuffix(".0")
    if not re.fullmatch(r"[0-9]{5,6}", plain):
        raise Misread(f"“{text}” is not a URN, which has six figures.")
    return int(plain)


def _number(match: re.Match[str]) -> Number:
    return int(match["urn"]) if match["urn"] else (match["la"], int(match["school"]))


def as_written(number: Number) -> str:
    """A number as people write it, with what it is."""
    if isinstance(number, int):
        return f"URN {number}"
    return f"number {number[0]}/{number[1]:04d}"
