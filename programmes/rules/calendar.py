"""Rules about the school year: half-terms, school days, and how meetings and visits spread over them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from schools.rules import first_day, last_day

# How things spread; the values that an offer stores.
HALF_TERM = "half_term"
TERM = "term"
YEAR = "year"

SATURDAY = 5
TUESDAY = 1

TERM_NAMES = ("Autumn", "Spring", "Summer")


class CannotPlan(Exception):
    """There are not enough school days for what should be planned, said in words for people."""


@dataclass(frozen=True, slots=True)
class HalfTermDates:
    """One half-term: ``number`` 1 to 6, ``term`` 1 (autumn) to 3 (summer), both days included."""

    number: int
    term: int
    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        """Whether the day lies in this half-term."""
        return self.starts_on <= day <= self.ends_on


def half_term_of(day: date, half_terms: Sequence[HalfTermDates]) -> HalfTermDates | None:
    """The half-term in which a day lies; None in the holidays."""
    return next((one for one in half_terms if day in one), None)


def term_of(day: date, half_terms: Sequence[HalfTermDates]) -> int | None:
    """1 autumn, 2 spring, 3 summer; None in the holidays. The break inside a term belongs to no term."""
    found = half_term_of(day, half_terms)
    return found.term if found else None


def is_school_day(day: date, half_terms: Sequence[HalfTermDates], bank_holidays: Collection[date]) -> bool:
    """Whether schools are open: inside a half-term, Monday to Friday, no bank holiday."""
    return day.weekday() < SATURDAY and day not in bank_holidays and half_term_of(day, half_terms) is not None


def why_not(day: date, half_terms: Sequence[HalfTermDates], bank_holidays: Collection[date]) -> str:
    """Why schools are closed on a day, as the end of a sentence ("is a bank holiday"); empty where they are open."""
    if day.weekday() >= SATURDAY:
        return "is at a weekend"
    if day in bank_holidays:
        return "is a bank holiday"
    if half_term_of(day, half_terms) is None:
        return "is outside term"
    return ""


def school_days(
    half_terms: Sequence[HalfTermDates], bank_holidays: Collection[date], *, first: date | None = None
) -> list[date]:
    """Every school day of these half-terms in order, from ``first`` on where it is given."""
    days = [
        half_term.starts_on + timedelta(days=count)
        for half_term in sorted(half_terms, key=lambda one: one.starts_on)
        for count in range((half_term.ends_on - half_term.starts_on).days + 1)
    ]
    return [day for day in days if is_school_day(day, half_terms, bank_holidays) and (first is None or day >= first)]


def spread(
    n: int,
    per: str,
    half_terms: Sequence[HalfTermDates],
    bank_holidays: Collection[date],
    weekday: int = TUESDAY,
    *,
    first: date | None = None,
    avoid: Collection[date] = (),
) -> list[date]:
    """Dates for ``n`` meetings in the whole year, evenly over its half-terms, its terms, or the year as one.

    :param weekday: 0 Monday to 4 Friday; other days are taken only where a stretch has too few of it.
    :param first: nothing before this day (a group that starts late has all its meetings in what is left).
    :param avoid: days that are kept free (tests, the group's other meetings).
    :raises CannotPlan: where the year has fewer school days left than meetings.
    """
    open_days = [day for day in school_days(half_terms, bank_holidays, first=first) if day not in avoid]
    all_units = [_within(unit, open_days) for unit in _units(per, half_terms)]
    units = [unit for unit in all_units if unit]
    if len(open_days) < n:
        raise CannotPlan(f"There are only {len(open_days)} school days left for {n} meetings.")
    # Of a whole year each unit has its share; of what is left of one the longest units take what is over.
    shares = _counts(_evenly(n, len(units)), len(units))
    if len(units) < min(n, len(all_units)):
        shares = _longest_first(n, [len(unit) for unit in units])
    found = [day for unit, count in zip(units, shares, strict=True) for day in _pick(unit, count, weekday)]
    if len(found) < n:  # a stretch too short for its share: take the year as one
        found = _pick(open_days, n, weekday)
    return sorted(found)


def fill_gaps(
    n: int,
    per: str,
    half_terms: Sequence[HalfTermDates],
    bank_holidays: Collection[date],
    weekday: int = TUESDAY,
    *,
    held: Collection[date],
    first: date | None = None,
    avoid: Collection[date] = (),
) -> list[date]:
    """Dates for ``n`` more meetings beside those ``held``: each in the part of the year that lacks its own.

    A meeting whose part is over is made up for where there are fewest, soonest, as far from the others as can be.

    :raises CannotPlan: where the year has fewer school days left than meetings.
    """
    open_days = [day for day in school_days(half_terms, bank_holidays, first=first) if day not in (*held, *avoid)]
    if len(open_days) < n:
        raise CannotPlan(f"There are only {len(open_days)} school days left for {n} meetings.")
    parts = [(start, end) for _number, _term, start, end in stretches(n + len(held), per, half_terms)]
    found: list[date] = []
    for start, end in _without_any(parts, held):
        if len(found) < n:
            found += _pick([day for day in open_days if start <= day <= end and day not in found], 1, weekday)
    while len(found) < n:
        free = [day for day in open_days if day not in found]
        there = [*held, *found]
        choices = [[day for day in free if start <= day <= end] for start, end in parts]
        counts = [sum(start <= day <= end for day in there) for start, end in parts]
        rest = min((at for at, days in enumerate(choices) if days), key=counts.__getitem__, default=None)
        days = free if rest is None else choices[rest]
        wished = [day for day in days if day.weekday() == weekday] or days
        found.append(max(wished, key=lambda day: min(abs((day - other).days) for other in there)))
    return sorted(found)


def _without_any(parts: Sequence[tuple[date, date]], held: Collection[date]) -> list[tuple[date, date]]:
    """The parts of the year that lack their day; one held elsewhere counts for the nearest that does."""
    lacking = list(parts)
    elsewhere = []
    for day in sorted(held):
        own = next((part for part in lacking if part[0] <= day <= part[1]), None)
        if own is None:
            elsewhere.append(day)
        else:
            lacking.remove(own)
    for day in elsewhere:
        if lacking:
            lacking.remove(min(lacking, key=lambda part: min(abs((day - edge).days) for edge in part)))
    return lacking


def stretches(n: int, per: str, half_terms: Sequence[HalfTermDates]) -> list[tuple[int, int, date, date]]:
    """The stretches of the year in which ``n`` visits to a school fall: (number, term, first day, last day).

    One visit a unit takes the whole unit (its half-term, its term); several cut it into stretches of the
    same number of days. The term is the one in which the stretch ends, for that is when it must have been.
    """
    units = _units(per, half_terms)
    wanted = _counts(_evenly(n, len(units)), len(units))
    cut = [piece for unit, count in zip(units, wanted, strict=True) for piece in _cut(unit, count)]
    return [
        (number, term_of(last, half_terms) or half_terms[-1].term, first, last)
        for number, (first, last) in enumerate(cut, start=1)
    ]


def _units(per: str, half_terms: Sequence[HalfTermDates]) -> list[list[HalfTermDates]]:
    """The half-terms of each unit, in the order of the year."""
    ordered = sorted(half_terms, key=lambda one: one.starts_on)
    if per == HALF_TERM:
        return [[one] for one in ordered]
    if per == TERM:
        return [[one for one in ordered if one.term == term] for term in sorted({one.term for one in ordered})]
    return [ordered] if ordered else []


def _within(unit: Sequence[HalfTermDates], days: Sequence[date]) -> list[date]:
    return [day for day in days if half_term_of(day, unit) is not None]


def _evenly(n: int, units: int) -> list[int]:
    """Which of ``units`` each of ``n`` things falls in, the middle of its share: 4 over 6 are 0, 2, 3, 5."""
    return [(2 * index + 1) * units // (2 * n) for index in range(n)] if units else []


def _counts(indexes: Sequence[int], units: int) -> list[int]:
    """How often each of ``units`` is named."""
    return [indexes.count(unit) for unit in range(units)]


def _longest_first(n: int, lengths: Sequence[int]) -> list[int]:
    """How many of ``n`` things fall in each unit: as many in each, and one more in the longest where some are over."""
    each, over = divmod(n, len(lengths))
    longest = sorted(range(len(lengths)), key=lambda unit: -lengths[unit])[:over]
    return [each + (unit in longest) for unit in range(len(lengths))]


def _pick(days: Sequence[date], count: int, weekday: int) -> list[date]:
    """``count`` of these days, evenly, on the wished weekday where there are enough of it."""
    wished = [day for day in days if day.weekday() == weekday]
    from_days = wished if len(wished) >= count else list(days)
    if len(from_days) < count:
        return from_days
    return [from_days[index] for index in _evenly(count, len(from_days))]


def _cut(unit: Sequence[HalfTermDates], count: int) -> list[tuple[date, date]]:
    """Cut the weekdays of a unit into ``count`` stretches and return the first and last day of each."""
    days = school_days(unit, ())
    if count <= 1 or len(days) < count:
        return [(unit[0].starts_on, unit[-1].ends_on)] * count
    edges = [index * len(days) // count for index in range(count + 1)]
    return [(days[edges[index]], days[edges[index + 1] - 1]) for index in range(count)]


def why_no_school_year(year: int, half_terms: Sequence[HalfTermDates]) -> str:
    """Why these dates are no school year that starts in ``year``, in words for people; empty where they are one."""
    for one in half_terms:
        if one.ends_on <= one.starts_on:
            return f"{name_of(one.number)} must end after it starts."
    for before, after in pairwise(half_terms):
        if after.starts_on <= before.ends_on:
            return f"{name_of(after.number)} must start after {name_of(before.number)} has ended."
    if half_terms[0].starts_on < date(year, 8, 1) or half_terms[-1].ends_on > last_day(year):
        return f"The year runs from August {year} to August {year + 1}."
    return ""


def name_of(number: int) -> str:
    """1 is Autumn 1, 6 is Summer 2."""
    return f"{TERM_NAMES[(number - 1) // 2]} {(number - 1) % 2 + 1}"


def national_half_terms(year: int, easter_monday: date) -> list[HalfTermDates]:
    """The default half-terms of the school year that starts in ``year``; schools and hubs may differ.

    Breaks: the week of October's last Monday, two weeks at Christmas, the week of February's third Monday, two weeks
    at Easter (in March from Good Friday on, later the week before with it), the week of May's last Monday.
    """
    monday, friday = 0, 4
    good_friday = easter_monday - timedelta(days=3)
    october, may = _last(monday, date(year, 10, 31)), _last(monday, date(year + 1, 5, 31))
    february = _next(monday, date(year + 1, 2, 15))
    new_year = _next(monday, date(year + 1, 1, 3))
    if new_year.day == 3:  # the bank holiday of a New Year's Day at a weekend
        new_year += timedelta(days=1)
    if good_friday.month == 3:
        easter_from, easter_to = good_friday - timedelta(days=1), easter_monday + timedelta(days=14)
    else:
        easter_from, easter_to = good_friday - timedelta(days=7), easter_monday + timedelta(days=7)
    edges = [
        (_weekday_from(first_day(year)), october - timedelta(days=3)),
        (october + timedelta(days=7), _last(friday, date(year, 12, 22))),
        (new_year, february - timedelta(days=3)),
        (february + timedelta(days=7), easter_from),
        (easter_to, may - timedelta(days=3)),
        (may + timedelta(days=7), _weekday_until(date(year + 1, 7, 21))),
    ]
    return [
        HalfTermDates(number, (number + 1) // 2, first, last) for number, (first, last) in enumerate(edges, start=1)
    ]


def _next(weekday: int, day: date) -> date:
    """The first such weekday from ``day`` on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _last(weekday: int, day: date) -> date:
    """The last such weekday up to ``day``."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _weekday_from(day: date) -> date:
    return day if day.weekday() < SATURDAY else _next(0, day)


def _weekday_until(day: date) -> date:
    return day if day.weekday() < SATURDAY else _last(4, day)
