"""Who may be the same person: by address, by name at one school or of a leader, or by nearly the same name. Pure."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from schools.rules import name_key

# Two names are nearly the same from here on (0 to 1, as difflib counts it).
NEARLY = 0.86
# More people than this share an address or a school's office, and say nothing about each other.
MOST_ALIKE = 12
SAME_ADDRESS, SAME_NAME, LEADS_TOO, NEAR_NAME = (
    "Same e-mail address",
    "Same name at the same school",
    "Same name as somebody who leads for the hub",
    "Similar names at one school",
)
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A person as far as comparing goes; ``schools``: where they are based or hold a role.

    ``leads``: whether they lead, or led, groups for the hub: such people may teach at any of its schools.
    """

    pk: int
    name: str
    email: str
    schools: frozenset[int]
    leads: bool = False


def pairs(people: Sequence[Known], *, without: frozenset[Pair] = frozenset()) -> list[tuple[Pair, str]]:
    """Who may be the same, the smaller key first, with the weightiest reason; pairs in ``without`` never."""
    found: dict[Pair, str] = {}
    for reason, groups in (
        (SAME_ADDRESS, _by_address(people)),
        (SAME_NAME, _by_name(people)),
        (LEADS_TOO, _by_name_of_leaders(people)),
        (NEAR_NAME, _near(people)),
    ):
        for one, other in groups:
            pair = (min(one, other), max(one, other))
            if pair not in without:
                found.setdefault(pair, reason)
    return list(found.items())


def _by_address(people: Iterable[Known]) -> Iterator[Pair]:
    at: dict[str, list[int]] = defaultdict(list)
    for one in people:
        if one.email:
            at[one.email.lower()].append(one.pk)
    yield from _all_of(at.values())


def _by_name(people: Iterable[Known]) -> Iterator[Pair]:
    at: dict[tuple[str, int], list[int]] = defaultdict(list)
    for one in people:
        for school in one.schools:
            at[name_key(one.name), school].append(one.pk)
    yield from _all_of(at.values())


def _by_name_of_leaders(people: Sequence[Known]) -> Iterator[Pair]:
    leaders = {one.pk for one in people if one.leads}
    named = {key for one in people if one.leads and " " in (key := name_key(one.name))}
    at: dict[str, list[int]] = defaultdict(list)
    for one in people if named else ():
        if (one.leads or one.schools) and (key := name_key(one.name)) in named:
            at[key].append(one.pk)
    yield from (pair for pair in _all_of(at.values()) if not leaders.isdisjoint(pair))


def _all_of(groups: Iterable[list[int]]) -> Iterator[Pair]:
    for group in groups:
        if len(group) <= MOST_ALIKE:
            yield from combinations(sorted(set(group)), 2)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name prepared for comparing with many: ``letters`` has a bit for each first, second, ... of every letter."""

    pk: int
    key: str
    letters: int
    first: str
    last: str


def _near(people: Iterable[Known]) -> Iterator[Pair]:
    at: dict[int, list[_Name]] = defaultdict(list)
    bits: dict[tuple[str, int], int] = {}
    for one in people:
        name = _prepared(one.pk, one.name, bits)
        for school in one.schools:
            at[school].append(name)
    for group in at.values():
        for mine, theirs in combinations(group, 2):
            if _are_near(mine, theirs):
                yield mine.pk, theirs.pk


def is_near(one: str, other: str) -> bool:
    """Whether two names are nearly the same: a slip of the pen, or a first name of which one has the initial only."""
    bits: dict[tuple[str, int], int] = {}
    return _are_near(_prepared(0, one, bits), _prepared(0, other, bits))


def _prepared(pk: int, name: str, bits: dict[tuple[str, int], int]) -> _Name:
    key, seen, letters = name_key(name), Counter[str](), 0
    for letter in key:
        letters |= bits.setdefault((letter, seen[letter]), 1 << len(bits))
        seen[letter] += 1
    parts = key.split()
    return _Name(pk, key, letters, parts[0], parts[-1]) if len(parts) > 1 else _Name(pk, key, letters, "", "")


def _are_near(mine: _Name, theirs: _Name) -> bool:
    if mine.key == theirs.key:
        return False
    # As many letters as two names share are the most that may match: most pairs end here, at a hundredth of the price.
    most = 2.0 * (mine.letters & theirs.letters).bit_count() / (len(mine.key) + len(theirs.key))
    if most >= NEARLY and _ratio(mine.key, theirs.key) >= NEARLY:
        return True
    if not mine.first or not theirs.first or mine.last != theirs.last:
        return False
    short, long = sorted((mine.first, theirs.first), key=len)
    return len(short) == 1 and long.startswith(short)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
