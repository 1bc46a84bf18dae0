"""Which programmes are open for a school, and why others are not. Pure; codes of schools are those of GIAS."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schools.rules import year_label

# Special schools, pupil referral units and others carry 0, all-through schools 7: their ages say more than the code.
BY_AGE = frozenset({0, 7})

# The ages that GIAS's phases of education teach: from, up to. A middle school counts for the years it is deemed to be.
AGES = {1: (2, 5), 2: (4, 11), 3: (8, 11), 4: (11, 16), 5: (11, 14), 6: (16, 19), 7: (2, 19)}


class Answer(StrEnum):
    """What a school is told about an offer."""

    OPEN = "open"
    OPEN_HUB_CHECKS = "open_hub_checks"
    NOT_STATE_FUNDED = "not_state_funded"
    WRONG_PHASE = "wrong_phase"
    ALREADY_IN = "already_in"
    DONE_ONCE = "done_once"
    NEEDS_FIRST = "needs_first"
    NOT_YET = "not_yet"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether the school may apply now."""
        return self in (Answer.OPEN, Answer.OPEN_HUB_CHECKS)

    @property
    def is_about_dates(self) -> bool:
        """Whether only the time is wrong: another year's offer may be open."""
        return self in (Answer.NOT_YET, Answer.CLOSED)

    @property
    def is_about_parts(self) -> bool:
        """Whether the school takes or took part already."""
        return self in (Answer.ALREADY_IN, Answer.DONE_ONCE)


class Standing(StrEnum):
    """How far a school came in a year of a phase that it did not leave."""

    ACCEPTED = "accepted"
    ACTIVE = "active"
    COMPLETED = "completed"
    PAUSED = "paused"


TAKES_PART = (Standing.ACCEPTED, Standing.ACTIVE)


@dataclass(frozen=True, slots=True)
class Part:
    """A year of a phase; ``school`` names the one that took part where it is a predecessor or successor."""

    phase: int
    year: int
    standing: Standing
    school: str = ""

    @property
    def is_own_to_come(self) -> bool:
        """Whether it is a place that the school itself has and that has not begun."""
        return self.standing is Standing.ACCEPTED and not self.school


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What eligibility reads of a school."""

    phase_code: int
    is_state_funded: bool
    low_age: int | None = None
    high_age: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What eligibility reads of an offer: whom it admits and when; no phases of education admits all.

    ``is_once``: a school does this phase once. ``after``: it must have done one of these phases; none: no matter.
    """

    school_phases: frozenset[int]
    state_funded_only: bool
    opens_on: date
    closes_on: date
    phase: int = 0
    year: int = 0
    is_once: bool = False
    after: frozenset[int] = frozenset()


def offer_eligibility(school: SchoolFacts, offer: OfferTerms, *, today: date) -> Answer:
    """Whether a school may apply for an offer today; what never changes is told before what is a matter of dates."""
    if offer.state_funded_only and not school.is_state_funded:
        return Answer.NOT_STATE_FUNDED
    fit = _phase_fits(school, offer.school_phases)
    if fit is Answer.WRONG_PHASE:
        return fit
    taken = _taken(school.parts, offer)
    if taken is not None:
        return taken
    if not _came_before(school.parts, offer):
        return Answer.NEEDS_FIRST
    if offer.opens_on <= today <= offer.closes_on:
        return fit
    return Answer.NOT_YET if today < offer.opens_on else Answer.CLOSED


def _taken(parts: Sequence[Part], offer: OfferTerms) -> Answer | None:
    """One place in a phase and year; a phase that is done once is not begun again, unless it was paused."""
    own = [part for part in parts if part.phase == offer.phase and not part.school]
    if offer.is_once and any(part.standing is not Standing.PAUSED for part in own):
        return Answer.DONE_ONCE
    return Answer.ALREADY_IN if any(part.year == offer.year for part in own) else None


def _came_before(parts: Sequence[Part], offer: OfferTerms) -> bool:
    """Done, or being done in an earlier year, by the school itself or the one that it follows or became."""
    return not offer.after or came_by(parts, offer.after, offer.year) is not None


def part_words(part: Part, *, this_year: int, whose: str = "your school", what: str = "this programme") -> str:
    """What a school is told beside a programme that it, its predecessor or its successor has taken part in.

    :param what: the programme, where it is another one.
    """
    who = f"{part.school}, which {whose} follows or became," if part.school else whose[:1].upper() + whose[1:]
    did = {Standing.COMPLETED: "did", Standing.PAUSED: "paused"}.get(
        part.standing, "is in" if part.year >= this_year else "was in"
    )
    return f"{who} {did} {what} in {year_label(part.year)}"


def came_by(parts: Sequence[Part], follows: Collection[int], year: int) -> Part | None:
    """What a school has completed, or does in a year before, of the phases (keys) that usually come before; the newest.

    ``programmes.models.coming`` says the same to the database.
    """
    return next((part for part in parts if part.phase in follows and _leads_on(part, year)), None)


def steps_between(phase: int, later: int, follows: Mapping[int, Collection[int]]) -> list[int]:
    """The phases (keys) that come after one and before a later one.

    :param follows: by phase, what usually comes before it.
    """
    return [one for one in follows.get(later, ()) if phase in follows.get(one, ())]


def _leads_on(part: Part, year: int) -> bool:
    """Places of a year are given in the spring before, when whoever finishes in summer still takes part."""
    return part.standing is Standing.COMPLETED or (part.standing in TAKES_PART and part.year < year)


def _phase_fits(school: SchoolFacts, admitted: frozenset[int]) -> Answer:
    """Admitted by its phase of education; by its ages where the phase says nothing; else the hub checks."""
    if not admitted or school.phase_code in admitted:
        return Answer.OPEN
    if school.phase_code not in BY_AGE:
        return Answer.WRONG_PHASE
    if school.low_age is None or school.high_age is None:
        return Answer.OPEN_HUB_CHECKS
    teaches = any(_overlap((school.low_age, school.high_age), AGES[code]) for code in admitted if code in AGES)
    return Answer.OPEN_HUB_CHECKS if teaches else Answer.WRONG_PHASE


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Leaving at 11 and starting at 11 do not meet."""
    return one[0] < other[1] and other[0] < one[1]


def next_open(answers: Sequence[tuple[int, Answer]], *, after: int) -> int | None:
    """The first later year of the same programme that takes applications now: (year, answer) in any order."""
    years = sorted(year for year, answer in answers if year > after and answer.is_open)
    return years[0] if years else None


@dataclass(frozen=True, slots=True)
class Wish:
    """A year of a phase that a school may tell of an interest in, and whether it may apply for it today."""

    year: int
    is_open: bool


# Whoever cannot apply this year, or would rather wait, tells of an interest in the next.
WISHES = 2


def wishes(answers: Sequence[tuple[int, Answer]], *, this_year: int) -> list[Wish]:
    """The first two years of a phase, from this one on, that are not closed: (year, answer) of its offers.

    A closed year always leads to the next, whether or not that has an offer yet; a phase that does not suit the
    school, or that it has done, has none.
    """
    known: dict[int, list[Answer]] = {}
    for year, answer in answers:
        known.setdefault(year, []).append(answer)
    never = (Answer.WRONG_PHASE, Answer.NOT_STATE_FUNDED, Answer.DONE_ONCE)
    if not known or all(answer in never for answer in known[max(known)]):
        return []
    first = min(known)
    years = range(max(first, this_year), this_year + 3)
    years_left = [year for year in years if _may_wish(known.get(year, []), is_later=year > this_year)]
    return [Wish(year, any(answer.is_open for answer in known.get(year, []))) for year in years_left[:WISHES]]


def _may_wish(answers: Sequence[Answer], *, is_later: bool) -> bool:
    """A year without an offer yet, one that is open or opens, and a later one for what the school may do first."""
    later = (Answer.NOT_YET, Answer.NEEDS_FIRST) if is_later else (Answer.NOT_YET,)
    return not answers or any(answer.is_open or answer in later for answer in answers)
