"""Which day a visit may have, and what a late place is still due."""

from datetime import date, time

import pytest

from programmes.rules.calendar import HalfTermDates, school_days
from tests.factories.programmes import HALF_TERMS
from workgroups.forms.visits import LENGTHS
from workgroups.rules import visits as rules

pytestmark = pytest.mark.once

YEAR = [HalfTermDates(number, (number + 1) // 2, *dates) for number, dates in enumerate(HALF_TERMS, start=1)]
MAY_DAY = date(2027, 5, 3)
DAYS = school_days(YEAR, {MAY_DAY})
SPRING, SUMMER = 2, 3


@pytest.mark.parametrize(
    ("day", "term", "today", "said"),
    [
        (date(2027, 1, 12), SPRING, date(2027, 1, 11), ""),
        (date(2027, 1, 11), SPRING, date(2027, 1, 11), ""),
        (date(2027, 3, 25), SPRING, date(2027, 1, 11), ""),
        (date(2027, 1, 8), SPRING, date(2027, 1, 11), "That day has passed. If the visit took place, log it instead."),
        (date(2027, 1, 16), SPRING, date(2027, 1, 11), "That day is at a weekend. Choose a school day."),
        (date(2027, 2, 16), SPRING, date(2027, 1, 11), "That day is outside term. Choose a school day."),
        (MAY_DAY, SUMMER, date(2027, 1, 11), "That day is a bank holiday. Choose a school day."),
        (
            date(2027, 4, 20),
            SPRING,
            date(2027, 1, 11),
            "This is the visit of the spring term. Choose a day in that term.",
        ),
        (date(2027, 4, 20), SPRING, date(2027, 4, 12), ""),
        (
            date(2027, 1, 12),
            SUMMER,
            date(2027, 1, 11),
            "This is the visit of the summer term. Choose a day in that term.",
        ),
    ],
)
def test_booking_problem_names_the_reason(day: date, term: int, today: date, said: str) -> None:
    """A school day of the visit's term; once that term is over, any later school day."""
    problem = rules.booking_problem(day, term=term, today=today, half_terms=YEAR, bank_holidays={MAY_DAY})

    assert problem == said


@pytest.mark.parametrize(
    ("first", "last", "today", "expected"),
    [
        (date(2027, 1, 4), date(2027, 1, 8), date(2026, 9, 1), date(2027, 1, 6)),  # the middle of its days
        (date(2027, 1, 4), date(2027, 3, 25), date(2026, 9, 1), date(2027, 2, 10)),  # not the break in its middle
        (date(2027, 5, 3), date(2027, 5, 4), date(2026, 9, 1), date(2027, 5, 4)),  # no bank holiday
        (date(2027, 1, 4), date(2027, 1, 15), date(2027, 1, 12), date(2027, 1, 14)),  # nothing that has passed
        (date(2027, 1, 4), date(2027, 1, 8), date(2027, 1, 9), date(2027, 1, 11)),  # late: the next school day
        (date(2027, 1, 4), date(2027, 1, 8), date(2027, 8, 30), date(2027, 1, 8)),  # the year is over
    ],
)
def test_likely_day_can_still_be_booked(first: date, last: date, today: date, expected: date) -> None:
    """An unbooked visit is drawn on a school day, and not before today while that is possible."""
    assert rules.likely_day(first, last, today=today, school_days=DAYS) == expected


def test_booking_warning_only_outside_the_stretch() -> None:
    """Allowed, but said."""
    stretch = {"book_from": date(2027, 1, 4), "book_by": date(2027, 2, 12)}

    inside = rules.booking_warning(date(2027, 1, 12), term=SPRING, **stretch)
    outside = rules.booking_warning(date(2027, 3, 2), term=SPRING, **stretch)

    assert inside == ""
    assert outside == (
        "This day is outside the visit's own part of the year. It still counts as the spring term visit."
    )


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (time(6, 59), "Choose a start between 7am and 6pm."),
        (time(7), ""),
        (time(18), ""),
        (time(18, 1), "Choose a start between 7am and 6pm."),
    ],
)
def test_time_problem_keeps_to_the_school_day(start: time, said: str) -> None:
    """Seven to six."""
    assert rules.time_problem(start) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 1, 11), ""),
        (date(2026, 9, 1), ""),
        (date(2027, 1, 12), "That day is still to come. A visit is logged when it has taken place."),
        (date(2026, 8, 31), "That day is not in the school year 2026/27."),
    ],
)
def test_log_problem_names_the_reason(day: date, said: str) -> None:
    """Today or before, in the visit's school year."""
    assert rules.log_problem(day, year=2026, today=date(2027, 1, 11)) == said


def test_still_due_leaves_out_what_had_ended() -> None:
    """A place that joins in January has no autumn visit; the day a stretch ends still counts."""
    autumn = rules.Stretch(1, 1, date(2026, 9, 1), date(2026, 12, 18))
    spring = rules.Stretch(2, 2, date(2027, 1, 4), date(2027, 3, 25))

    assert rules.still_due([autumn, spring], date(2026, 12, 18)) == [autumn, spring]
    assert rules.still_due([autumn, spring], date(2026, 12, 19)) == [spring]


def test_length_of_a_visit_is_read_as_it_is_chosen() -> None:
    chosen = {half_days: words.lower() for half_days, words in LENGTHS}

    assert {half_days: rules.length_words(half_days) for half_days in chosen} == chosen
    assert (rules.length_words(2), rules.length_words(5)) == ("a full day", "5 half-days")
