"""The school year: school days, spreading meetings, stretches for visits; over five years of dates."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from programmes.adapters.holidays import bank_holidays, easter_monday
from programmes.models import HalfTerm
from programmes.rules.calendar import (
    HALF_TERM,
    TERM,
    YEAR,
    CannotPlan,
    HalfTermDates,
    fill_gaps,
    half_term_of,
    is_school_day,
    national_half_terms,
    school_days,
    spread,
    stretches,
    term_of,
    why_not,
)
from tests import factories as make
from tests.factories.programmes import HALF_TERMS

pytestmark = pytest.mark.once

THIS_YEAR = [
    HalfTermDates(number, (number + 1) // 2, first, last) for number, (first, last) in enumerate(HALF_TERMS, start=1)
]
HOLIDAYS = bank_holidays(date(2026, 9, 1), date(2027, 8, 31))


def _year(start: int) -> list[HalfTermDates]:
    """The half-terms of 2026/27, moved by whole weeks to another year."""
    weeks = timedelta(weeks=round((date(start, 9, 1) - date(2026, 9, 1)).days / 7))
    return [HalfTermDates(one.number, one.term, one.starts_on + weeks, one.ends_on + weeks) for one in THIS_YEAR]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 9, 8), ""),
        (date(2026, 9, 12), "is at a weekend"),
        (date(2026, 9, 13), "is at a weekend"),
        (date(2026, 10, 28), "is outside term"),
        (date(2027, 5, 3), "is a bank holiday"),
        (date(2027, 7, 22), "is outside term"),
    ],
)
def test_school_day_says_why_not(day: date, reason: str) -> None:
    assert why_not(day, THIS_YEAR, HOLIDAYS) == reason
    assert is_school_day(day, THIS_YEAR, HOLIDAYS) == (not reason)


@pytest.mark.parametrize(
    ("day", "number", "term"),
    [
        (date(2026, 9, 1), 1, 1),
        (date(2026, 12, 18), 2, 1),
        (date(2026, 12, 19), None, None),
        (date(2027, 2, 12), 3, 2),
        (date(2027, 2, 15), None, None),
        (date(2027, 7, 21), 6, 3),
    ],
)
def test_day_has_its_half_term_and_term(day: date, number: int | None, term: int | None) -> None:
    found = half_term_of(day, THIS_YEAR)

    assert (found.number if found else None) == number
    assert term_of(day, THIS_YEAR) == term


def test_bank_holidays_are_those_of_england() -> None:
    assert bank_holidays(date(2027, 3, 1), date(2027, 5, 31)) == {
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 3),
        date(2027, 5, 31),
    }
    assert easter_monday(2028) == date(2028, 4, 17)


def test_spread_puts_one_meeting_in_each_half_term() -> None:
    found = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1)

    assert found == [
        date(2026, 9, 29),
        date(2026, 11, 24),
        date(2027, 1, 26),
        date(2027, 3, 9),
        date(2027, 5, 4),
        date(2027, 6, 29),
    ]


@pytest.mark.parametrize("start", range(2024, 2029))
@pytest.mark.parametrize("per", [HALF_TERM, TERM, YEAR])
@pytest.mark.parametrize("weekday", range(5))
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 7, 12, 40])
def test_spread_gives_as_many_school_days_evenly(start: int, per: str, weekday: int, n: int) -> None:
    half_terms = _year(start)
    closed = bank_holidays(date(start, 9, 1), date(start + 1, 8, 31))

    found = spread(n, per, half_terms, closed, weekday)

    assert found == sorted(set(found))
    assert len(found) == n
    assert [day for day in found if not is_school_day(day, half_terms, closed)] == []
    if n <= 12:
        assert {day.weekday() for day in found} == {weekday}
    terms = [sum(term_of(day, half_terms) == term for day in found) for term in (1, 2, 3)]
    if per != YEAR:
        assert max(terms) - min(terms) <= 2


def test_spread_for_a_late_group_uses_what_is_left() -> None:
    found = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, first=date(2027, 3, 1))

    assert len(set(found)) == 6
    assert min(found) >= date(2027, 3, 1)


def test_spread_for_a_late_group_puts_what_is_over_into_the_longest_half_term() -> None:
    """Autumn 1 is over; of the others Summer 1 and Summer 2 have the most school days, Spring 2 has five weeks."""
    dates = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, first=date(2026, 11, 28))

    there = [one.number for day in dates if (one := half_term_of(day, THIS_YEAR))]
    assert there == [2, 3, 4, 5, 5, 6]
    assert min((after - before).days for before, after in pairwise(dates)) >= 20


def test_spread_avoids_days_that_are_kept_free() -> None:
    kept = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1)

    found = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, avoid=kept)

    assert set(found).isdisjoint(kept)
    assert len(found) == 6


def test_spread_says_when_the_year_is_too_short() -> None:
    with pytest.raises(CannotPlan) as problem:
        spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, first=date(2027, 7, 20))

    assert str(problem.value) == "There are only 2 school days left for 6 meetings."


def test_spread_of_nothing_is_nothing() -> None:
    assert spread(0, TERM, THIS_YEAR, HOLIDAYS) == []


@pytest.mark.parametrize("per", [HALF_TERM, TERM, YEAR])
@pytest.mark.parametrize("n", [3, 4, 6, 7])
def test_meeting_that_is_lost_is_made_up_for_where_it_was(per: str, n: int) -> None:
    """Not between two others: the half-term (or term, or part of the year) that lacks its meeting gets it."""
    planned = spread(n, per, THIS_YEAR, HOLIDAYS, 1)
    parts = [(first, last) for _number, _term, first, last in stretches(n, per, THIS_YEAR)]

    for lost, (first, last) in zip(planned, parts, strict=True):
        held = [day for day in planned if day != lost]

        (found,) = fill_gaps(1, per, THIS_YEAR, HOLIDAYS, 1, held=held)

        assert first <= found <= last
        assert found not in held


def test_several_gaps_are_filled_each_in_its_half_term() -> None:
    planned = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1)

    found = fill_gaps(3, HALF_TERM, THIS_YEAR, HOLIDAYS, 3, held=[planned[0], planned[2], planned[5]])

    half_terms = [half_term_of(day, THIS_YEAR) for day in found]
    assert [one.number for one in half_terms if one] == [2, 4, 5]
    assert {day.weekday() for day in found} == {3}


def test_meeting_whose_half_term_is_over_is_made_up_for_soon_and_apart_from_the_others() -> None:
    planned = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1)
    today = date(2026, 11, 10)  # the second half-term; its meeting is on 24 November

    (found,) = fill_gaps(1, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, held=planned[1:], first=today)

    assert found == date(2026, 12, 15)


def test_gap_is_filled_on_a_day_that_is_not_kept_free() -> None:
    planned = spread(6, HALF_TERM, THIS_YEAR, HOLIDAYS, 1)
    (first,) = fill_gaps(1, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, held=planned[1:])

    (found,) = fill_gaps(1, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, held=planned[1:], avoid=[first])

    assert (found != first, half_term_of(found, THIS_YEAR)) == (True, half_term_of(first, THIS_YEAR))


def test_gaps_need_as_many_school_days() -> None:
    with pytest.raises(CannotPlan, match="only 2 school days left for 3 meetings"):
        fill_gaps(3, HALF_TERM, THIS_YEAR, HOLIDAYS, 1, held=[date(2027, 3, 9)], first=date(2027, 7, 20))


def test_stretches_of_one_visit_a_term_are_the_terms() -> None:
    assert stretches(3, TERM, THIS_YEAR) == [
        (1, 1, date(2026, 9, 1), date(2026, 12, 18)),
        (2, 2, date(2027, 1, 4), date(2027, 3, 25)),
        (3, 3, date(2027, 4, 12), date(2027, 7, 21)),
    ]


def test_stretches_of_two_visits_a_term_cut_it_in_the_middle() -> None:
    found = stretches(6, TERM, THIS_YEAR)

    assert [(number, term) for number, term, _first, _last in found] == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]
    assert found[0][2:] == (date(2026, 9, 1), date(2026, 10, 21))
    assert found[1][2:] == (date(2026, 10, 22), date(2026, 12, 18))


@pytest.mark.parametrize("start", range(2024, 2029))
@pytest.mark.parametrize("per", [HALF_TERM, TERM, YEAR])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 6, 8])
def test_stretches_follow_each_other_inside_the_year(start: int, per: str, n: int) -> None:
    half_terms = _year(start)

    found = stretches(n, per, half_terms)

    assert [number for number, _term, _first, _last in found] == list(range(1, n + 1))
    assert [first <= last for _number, _term, first, last in found] == [True] * n
    assert [before[3] < after[2] for before, after in pairwise(found)] == [True] * max(n - 1, 0)
    assert [term_of(last, half_terms) for _number, _term, _first, last in found] == [term for _, term, _, _ in found]


@pytest.mark.django_db
def test_half_terms_are_the_hubs_own_where_it_has_them() -> None:
    national = make.make_half_terms()
    hub, other = make.HubFactory(), make.HubFactory()
    own = make.make_half_terms(hub)

    assert HalfTerm.objects.for_hub_year(2026, hub) == own
    assert HalfTerm.objects.for_hub_year(2026, other) == national
    assert HalfTerm.objects.for_hub_year(2026, None) == national
    assert HalfTerm.objects.for_hub_year(2030, hub) == []


def test_national_half_terms_of_this_year_are_known() -> None:
    assert national_half_terms(2026, easter_monday(2027)) == THIS_YEAR


@pytest.mark.parametrize("start", range(2024, 2034))
def test_national_half_terms_make_a_school_year(start: int) -> None:
    found = national_half_terms(start, easter_monday(start + 1))
    closed = bank_holidays(date(start, 9, 1), date(start + 1, 8, 31))

    assert [(one.number, one.term) for one in found] == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]
    assert [before.ends_on < after.starts_on for before, after in pairwise(found)] == [True] * 5
    assert [one.starts_on for one in found if not is_school_day(one.starts_on, found, closed)] == []
    assert [one.ends_on for one in found if not is_school_day(one.ends_on, found, closed)] == []
    assert 180 <= len(school_days(found, closed)) <= 200
