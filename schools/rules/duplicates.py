"""Who may be the same person: by address, by name at one school, or by a name that is nearly the same. Pure."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from schools.rules import name_key

# Two names are nearly the same from here on (0 to 1, as difflib counts it).
NEARLY = 0.86
# More people than this share an address or a school's office, and say nothing about each other.
MOST_ALIKE = 12
SAME_ADDRESS, SAME_NAME, NEAR_NAME = (
    "Same e-mail address",
    "Same name at the same school",
    "Similar names at one school",
)
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A person as far as comparing goes; ``schools``: where they are based or hold a role."""

    pk: int
    name: str
    email: str
    schools: frozenset[int]


def pairs(people: Sequence[Known], *, without: frozenset[Pair] = frozenset()) -> list[tuple[Pair, str]]:
    """Who may be the same, the smaller key first, with the weightiest reason; pairs in ``without`` never."""
    found: dict[Pair, str] = {}
    for reason, groups in (
        (SAME_ADDRESS, _by_address(people)),
        (SAME_NAME, _by_name(people)),
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


def _all_of(groups: Iterable[list[int]]) -> Iterator[Pair]:
    for group in groups:
        if len(group) <= MOST_ALIKE:
            yield from combinations(sorted(set(group)), 2)


def _near(people: Iterable[Known]) -> Iterator[Pair]:
    at: dict[int, list[Known]] = defaultdict(list)
    for one in people:
        for school in one.schools:
            at[school].append(one)
    for group in at.values():
        for one, other in combinations(group, 2):
            if is_near(one.name, other.name):
                yield one.pk, other.pk


def is_near(one: str, other: str) -> bool:
    """Whether two names are nearly the same: a slip of the pen, or a first name of which one has the initial only."""
    first, second = name_key(one), name_key(other)
    if first == second:
        return False
    if difflib.SequenceMatcher(None, first, second).ratio() >= NEARLY:
        return True
    mine, theirs = first.split(), second.split()
    if len(mine) < 2 or len(theirs) < 2 or mine[-1] != theirs[-1]:
        return False
    short, long = sorted((mine[0], theirs[0]), key=len)
    return len(short) == 1 and long.startswith(short)
