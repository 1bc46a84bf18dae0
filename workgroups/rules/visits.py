"""Which day a visit may be booked for, and which days its reminders look at. Pure: dates in, sentences out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from programmes.rules.calendar import TERM_NAMES, HalfTermDates, why_not
from schools.rules import first_day, last_day, year_label

FIRST_START, LAST_START = time(7, 0), time(18, 0)
WARN_BEFORE_TERM_END = timedelta(weeks=3)
LOG_DUE_AFTER = timedelta(days=3)
LOG_WORTH_ASKING = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the year that one visit belongs to; the term is the one in which it ends."""

    number: int
    term: int
    first_day: date
    last_day: date


# How long a visit is, in half-days, as it is chosen and as it is read.
LENGTHS = {1: "half a day", 2: "a full day", 3: "a day and a half", 4: "two days"}


def length_words(half_days: int) -> str:
    """How long a visit is: a full day."""
    return LENGTHS.get(half_days, f"{half_days} half-days")


def term_name(term: int) -> str:
    """For example "spring term"."""
    return f"{TERM_NAMES[term - 1].lower()} term"


def still_due(stretches: Iterable[Stretch], joined_on: date) -> list[Stretch]:
    """The visits due to a place that joined on this day: those whose stretch has not ended before it."""
    return [stretch for stretch in stretches if stretch.last_day >= joined_on]


def term_end(term: int, half_terms: Iterable[HalfTermDates]) -> date | None:
    """The last day of a term, None where the year has no dates yet."""
    return max((one.ends_on for one in half_terms if one.term == term), default=None)


def likely_day(first: date, last: date, *, today: date, school_days: Sequence[date]) -> date:
    """Where a visit without a date stands in the year: the middle of the school days on which it can still be in time.

    Once it is late, the next school day; once the year is over, the last day it should have been.
    """
    open_days = [day for day in school_days if max(first, today) <= day <= last]
    if open_days:
        return open_days[len(open_days) // 2]
    return next((day for day in school_days if day >= today), last)


def booking_problem(
    day: date, *, term: int, today: date, half_terms: Sequence[HalfTermDates], bank_holidays: Collection[date]
) -> str:
    """Why a visit of this term cannot be booked for a day; empty where it can.

    A visit belongs into its term. Once that term is over, any later school day makes up for it.
    """
    if day < today:
        return "That day has passed. If the visit took place, log it instead."
    closed = why_not(day, half_terms, bank_holidays)
    if closed:
        return f"That day {closed}. Choose a school day."
    ends_on = term_end(term, half_terms)
    is_over = ends_on is not None and ends_on < today
    in_term = any(one.term == term and day in one for one in half_terms)
    if not in_term and not is_over:
        return f"This is the visit of the {term_name(term)}. Choose a day in that term."
    return ""


def booking_warning(day: date, *, term: int, book_from: date, book_by: date) -> str:
    """What to say of a day that is allowed but outside the visit's own stretch; empty inside it."""
    if book_from <= day <= book_by:
        return ""
    return f"This day is outside the visit's own part of the year. It still counts as the {term_name(term)} visit."


def time_problem(start: time) -> str:
    """Why a visit cannot start at this time; empty where it can."""
    return "" if FIRST_START <= start <= LAST_START else "Choose a start between 7am and 6pm."


def log_problem(day: date, *, year: int, today: date) -> str:
    """Why a visit of this academic year cannot have been on a day; empty where it can."""
    if day > today:
        return "That day is still to come. A visit is logged when it has taken place."
    if not first_day(year) <= day <= last_day(year):
        return f"That day is not in the school year {year_label(year)}."
    return ""
