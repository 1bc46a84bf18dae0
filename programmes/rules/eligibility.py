"""Which programmes are open for a school, and why others are not. Pure; codes are those of GIAS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What eligibility reads of a school."""

    phase_code: int
    is_state_funded: bool
    low_age: int | None = None
    high_age: int | None = None


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What eligibility reads of an offer: whom it admits and when; no phases of education admits all."""

    school_phases: frozenset[int]
    state_funded_only: bool
    opens_on: date
    closes_on: date


def offer_eligibility(school: SchoolFacts, offer: OfferTerms, *, today: date) -> Answer:
    """Whether a school may apply for an offer today; what never changes is told before what is a matter of dates."""
    if offer.state_funded_only and not school.is_state_funded:
        return Answer.NOT_STATE_FUNDED
    fit = _phase_fits(school, offer.school_phases)
    if fit is Answer.WRONG_PHASE or offer.opens_on <= today <= offer.closes_on:
        return fit
    return Answer.NOT_YET if today < offer.opens_on else Answer.CLOSED


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
