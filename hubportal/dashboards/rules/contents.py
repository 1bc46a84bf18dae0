"""Which column is what by what stands under its heading, and what is to be known of columns before lines are read."""

import re
from collections.abc import Mapping, Sequence

from hubportal.dashboards.rules import headings
from hubportal.dashboards.rules.choices import meant_by, split_roles
from hubportal.dashboards.rules.kinds import Kind
from hubportal.dashboards.rules.moments import read_days
from hubportal.dashboards.rules.reading import NOBODY, Misread, folded, lacks_year

# A count, or a tick: what stands under "Visit" where that says which, or whether, and not when.
_COUNT_OR_TICK = re.compile(r"\d{1,3}|y|n|yes|no|x|✓|✔|✗|✘")
# All that a heading says where it only numbers dates.
_DATES = frozenset({"date", "dates", "day", "days", "term", "half", "autumn", "spring", "summer"})
_NAMES = frozenset({"name", "names", "full name"})
# All that a heading says where it is about addresses, and what these are, in whatever list they stand.
_MAIL, _ADDRESSES = frozenset({"mail", "mails"}), frozenset({"mail", "mails", "address", "addresses"})
_EMAILS = ("email", "teacher_email")
# Anything that says which year a day belongs to.
YEAR = 2000


def guess(texts: Sequence[str], below: Sequence[Sequence[str]], kind: Kind, own: Sequence[str] = ()) -> dict[int, str]:
    """What each column is, by its heading (of two rows the lower one is its ``own``) and the cells ``below``."""
    dated = [one for one in kind.fields if one.dated]
    refused = {(at, one.key) for at in range(len(texts)) if _are_counts(cells(below, at)) for one in dated}
    found = headings.guess(texts, kind, refused, own)
    days = [one.key for one in dated if one.many]
    left = [at for at in range(len(texts)) if at not in found]
    if len(days) == 1:
        found |= {at: days[0] for at in left if _numbers_dates(texts[at]) and is_full_of_days(cells(below, at))}
    left = [at for at in left if at not in found]
    for key in (one.key for one in kind.fields if one.key in _EMAILS and (one.many or one.key not in found.values())):
        found |= {at: key for at in left if _says_mail(texts[at]) and is_full_of_addresses(cells(below, at))}
    if "role" not in found.values():
        found |= {at: "role" for at, key in found.items() if key == "job" and _are_roles(cells(below, at))}
    if {"school", "urn"} & {*found.values()}:
        for at in left:
            if at not in found and _plain(texts[at]) in _NAMES and _is_beside_address(at, found):
                found[at] = "teacher"
    return dict(sorted(found.items()))


def cells(below: Sequence[Sequence[str]], at: int) -> list[str]:
    """What stands in a column, without what stands for nothing."""
    found = [row[at] for row in below if at < len(row)]
    return [cell for cell in found if folded(cell) and folded(cell) not in NOBODY]


def is_full_of_days(said: Sequence[str]) -> bool:
    """Whether every cell holds a day, or several; a bare number is none here."""
    try:
        return all(not cell.isdigit() and read_days([cell], year=YEAR) for cell in said) and bool(said)
    except Misread:
        return False


def is_full_of_addresses(said: Sequence[str]) -> bool:
    """Whether every cell holds an e-mail address, or several."""
    return bool(said) and all("@" in part for cell in said for part in re.split(r"[;,\s]+", cell.strip(" ;,")))


def left_out_days(columns: Mapping[int, str], texts: Sequence[str], below: Sequence[Sequence[str]]) -> list[int]:
    """The columns that are full of days and left out."""
    return [at for at in range(len(texts)) if at not in columns and is_full_of_days(cells(below, at))]


def without_year(
    columns: Mapping[int, str],
    constants: Mapping[str, str],
    texts: Sequence[str],
    below: Sequence[Sequence[str]],
    kind: Kind,
) -> str:
    """A day by which the school year of lines would have to be known, and which does not say it; else empty."""
    by_key = {key: at for at, key in sorted(columns.items(), reverse=True)}
    is_said = "year" in by_key or bool(constants.get("year"))
    if is_said or not any(one.heading == "day" for one in kind.fields):
        return ""
    at, wide = by_key.get("date"), by_key.get("by_day")
    said = cells(below, at) if at is not None else []
    said = said or ([constants["date"]] if constants.get("date") else [])
    said = said or ([texts[wide]] if wide is not None else [])
    return said[0] if said and all(map(lacks_year, said)) else ""


def _are_counts(said: Sequence[str]) -> bool:
    return bool(said) and all(_COUNT_OR_TICK.fullmatch(folded(cell)) for cell in said)


def _are_roles(said: Sequence[str]) -> bool:
    """Whether most of what stands under a heading for jobs is the word for a role, as a letter to it asks for one."""
    known = [cell for cell in said if all(meant_by("role", part) for part in split_roles(cell))]
    return len(known) * 2 > len(said)


def _plain(text: str) -> str:
    return " ".join(word for word in headings.heading_words(text).split() if not word.isdigit())


def _says_mail(text: str) -> bool:
    said = set(_plain(text).split()) - headings.EMPTY_WORDS
    return bool(said & _MAIL) and said <= _ADDRESSES


def _numbers_dates(text: str) -> bool:
    said = set(_plain(text).split()) - headings.EMPTY_WORDS
    return bool(said) and said <= _DATES


def _is_beside_address(at: int, found: Mapping[int, str]) -> bool:
    """Whether the address of who takes part stands beside, and nobody's name on its other side."""
    return any(found.get(at + step) == "teacher_email" and found.get(at + 2 * step) != "teacher" for step in (1, -1))
