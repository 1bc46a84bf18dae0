"""What years of a programme can be entered under: its offers, and the one that a year of the past is made like."""

from collections import defaultdict
from typing import Any

from django.db.models import Q

from programmes.actions.offer_years import copy_of
from programmes.models import Offer, Phase
from programmes.rules.years import code_in_year, day_in_year, free_code
from schools.models import Hub

LONGEST_CODE = 20


class Offered:
    """The offers of one hub and of the national team, those that the upload makes among them."""

    def __init__(self, hub: Hub) -> None:
        rows = Offer.objects.filter(Q(hub=None) | Q(hub=hub)).with_is_asked_for().order_by("pk")
        # By phase: those that a school does in the years before it.
        self._first: dict[int | None, set[int]] = defaultdict(set)
        for phase, after in Phase.objects.exclude(prepares_for=None).values_list("pk", "prepares_for"):
            self._first[after].add(phase)
        self._codes = set[tuple[int, str]]()
        self._in_year: dict[tuple[int, int], list[Offer]] = defaultdict(list)
        self._of_phase: dict[int, list[Offer]] = defaultdict(list)
        for offer in rows.prefetch_related("follows"):
            self._codes.add((offer.year, offer.code))
            self._of_phase[offer.phase_id].append(offer)
            self._first[offer.phase_id] |= {phase.pk for phase in offer.follows.all()}
            if _has_stood(offer):
                self._in_year[offer.phase_id, offer.year].append(offer)

    def of(self, phase: Phase, year: int) -> list[Offer]:
        """What can have been enrolled in of a phase in a year: for schools, what is published, the hub's own first.

        Nobody enters anything under a draft.
        """
        return sorted(self._in_year.get((phase.pk, year), []), key=_rank)

    def like(self, phase: Phase, year: int) -> Offer | None:
        """What a year of the past is made like: a national offer before the hub's own, one that stood before a draft.

        The examples that come with the portal are drafts. Of several the nearest year.
        """
        found = [one for one in self._of_phase[phase.pk] if one.stands_for_id is None]
        return min(
            found,
            key=lambda one: (one.hub_id is not None, not _has_stood(one), abs(one.year - year), one.pk or 0),
            default=None,
        )

    def goes_before(self, phase: Phase, other: Phase) -> bool:
        """Whether a school does one of two phases in the years before the other."""
        return phase != other and phase.pk in self._first[other.pk]

    def is_for_persons(self, phase: Phase, year: int) -> bool:
        """Whether single persons enrol in a phase in a year, not schools; as in other years where none is offered."""
        found = next(iter(self.of(phase, year)), None) or self.like(phase, year)
        return found is not None and found.enrols == Offer.Enrols.PERSONS

    def make_like(self, offer: Offer, year: int) -> Offer:
        """One of a year of the past, as another is."""
        moved: dict[str, Any] = {
            name: day_in_year(getattr(offer, name), year - offer.year) for name in ("opens_on", "closes_on")
        }
        code = self._code(offer.code, year)
        made = copy_of(offer, year=year, code=code, copied_from_id=None, is_published=True, **moved)
        self._of_phase[made.phase_id].append(made)
        self._in_year[made.phase_id, year].append(made)
        return made

    def _code(self, code: str, year: int) -> str:
        wanted, taken = code_in_year(code, year), {one for at, one in self._codes if at == year}
        if wanted in taken:
            # Numbers move: those of several programmes were the same one, each in a year of its own.
            wanted = free_code(f"{wanted[: LONGEST_CODE - 6]}-{year}", taken)
        self._codes.add((year, wanted))
        return wanted


def _has_stood(offer: Any) -> bool:
    return bool(offer.is_published or offer.is_asked_for)


def _rank(offer: Offer) -> tuple[bool, bool, bool, int]:
    is_for_persons = offer.enrols == Offer.Enrols.PERSONS
    return (is_for_persons, not offer.is_published, offer.hub_id is None, offer.pk or 0)
