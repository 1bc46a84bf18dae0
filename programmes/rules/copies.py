"""What may have been sent twice, and whom the one that stays names. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schools.rules import is_person
from schools.rules.duplicates import Known, Pair
from schools.rules.duplicates import pairs as people_pairs

SAME_SCHOOL = "Same school, same programme"
SENT_AFTER = "Sent after you had decided"


@dataclass(frozen=True, slots=True)
class Sent:
    """One that stands by itself, as far as comparing goes."""

    pk: int
    school: int
    phase: int
    year: int
    name: str
    email: str
    for_person: bool
    is_application: bool


def pairs(sent: Sequence[Sent], *, apart: frozenset[Pair] = frozenset()) -> list[tuple[Pair, str]]:
    """What may be the same, the one that came first before the other, in the order of ``sent``; never one told apart.

    Of interest that schools told of, each beside the earliest; of people who applied for themselves, those who may be
    one person. A second copy is found already: it stands on the page of its first.
    """
    told: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    people: dict[tuple[int, int], list[Known]] = defaultdict(list)
    for one in sent:
        if one.for_person:
            known = Known(one.pk, one.name, one.email, frozenset({one.school}))
            people[one.phase, one.year].append(known)
        elif not one.is_application:
            told[one.school, one.phase, one.year].append(one.pk)
    found = [((first, other), SAME_SCHOOL) for first, *others in told.values() for other in others]
    for group in people.values():
        found += people_pairs(group)
    place = {one.pk: number for number, one in enumerate(sent)}
    seen = [(pair, why) for pair, why in found if _ordered(pair) not in apart]
    return sorted(seen, key=lambda each: (place[each[0][0]], place[each[0][1]]))


def _ordered(pair: Pair) -> Pair:
    return min(pair), max(pair)


def distinct(named: Iterable[tuple[int, str, str]]) -> list[int]:
    """The keys of these teachers (key, name, address), each person once, those without a name left out."""
    kept: list[tuple[int, str, str]] = []
    for key, name, email in named:
        if name and not any(is_person((name, email), other[1:]) for other in kept):
            kept.append((key, name, email))
    return [key for key, _name, _email in kept]
