"""How dates, money, counts and statuses are written."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from hubportal.core.templatetags import portal

pytestmark = pytest.mark.once

UTC = ZoneInfo("UTC")
WINTER = dt.datetime(2027, 1, 12, 13, 30, tzinfo=UTC)
SUMMER = dt.datetime(2027, 7, 1, 23, 30, tzinfo=UTC)  # already 2 July in London


def test_day_is_written_in_full() -> None:
    assert portal.day(dt.date(2027, 1, 12)) == "Tuesday 12 January 2027"


def test_days_of_moments_are_londons() -> None:
    today = dt.date(2027, 1, 12)

    assert (portal.day(SUMMER), portal.short_day(SUMMER, today), portal.long_day(SUMMER)) == (
        "Friday 2 July 2027",
        "2 Jul",
        "2 July 2027",
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 8, 31), "31 Aug 2026"),
        (dt.date(2026, 9, 1), "1 Sep"),
        (dt.date(2027, 8, 31), "31 Aug"),
        (dt.date(2027, 9, 1), "1 Sep 2027"),
    ],
)
def test_short_day_names_the_year_outside_the_present_school_year(day: dt.date, expected: str) -> None:
    assert portal.short_day(day, dt.date(2027, 1, 12)) == expected


def test_moment_has_day_and_time() -> None:
    assert portal.moment(WINTER) == "Tuesday 12 January 2027, 1.30pm"


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(0, 0, "12am"), (9, 0, "9am"), (9, 5, "9.05am"), (12, 0, "12pm"), (13, 30, "1.30pm"), (23, 59, "11.59pm")],
)
def test_clock_time_is_written_as_people_say_it(hour: int, minute: int, expected: str) -> None:
    assert portal.clock_time(WINTER.replace(hour=hour, minute=minute)) == expected


@pytest.mark.parametrize("filter_", [portal.day, portal.short_day, portal.long_day, portal.moment, portal.clock_time])
def test_dates_that_are_missing_show_nothing(filter_: object) -> None:
    assert callable(filter_)
    assert filter_(None) == ""


@pytest.mark.parametrize(
    ("value", "expected"), [(Decimal(2000), "£2,000.00"), (Decimal("0.5"), "£0.50"), (None, ""), (0, "£0.00")]
)
def test_money_has_commas_and_pence(value: Decimal | None, expected: str) -> None:
    assert portal.money(value) == expected


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "school", "1 school"),
        (3, "school", "3 schools"),
        (0, "school", "0 schools"),
        (None, "school", "0 schools"),
        (20880, "school", "20,880 schools"),
        (1, "person,people", "1 person"),
        (2, "person,people", "2 people"),
    ],
)
def test_count_agrees_with_its_noun(number: int | None, noun: str, expected: str) -> None:
    assert portal.count(number, noun) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        *((0, "today"), (-1, "yesterday"), (1, "tomorrow"), (-6, "6 days ago"), (3, "in 3 days")),
        *((-60, "60 days ago"), (-61, "2 months ago"), (-658, "22 months ago"), (-715, "23 months ago")),
        *((-731, "2 years ago"), (-1200, "3 years ago"), (100, "in 3 months")),
    ],
)
def test_ago_is_said_in_the_unit_that_people_use(days: int, expected: str) -> None:
    today = dt.date(2027, 1, 12)

    assert portal.ago(today + dt.timedelta(days=days), today) == expected


def test_year_label_is_the_academic_year() -> None:
    assert (portal.year_label(2026), portal.year_label(1999), portal.year_label(None)) == ("2026/27", "1999/00", "")


def test_thousands_have_their_comma() -> None:
    assert [portal.thousands(number) for number in (20880, 7, 0, None)] == ["20,880", "7", "0", ""]


def test_tag_is_coloured_by_status_and_escapes_its_label() -> None:
    assert portal.tag("paid", "Paid <b>") == '<span class="tag ok">Paid &lt;b&gt;</span>'


def test_qs_changes_some_parameters_and_keeps_the_others() -> None:
    request = RequestFactory().get("/", {"town": "Wells & Bath", "page": "2", "sort": "name"})
    template = Template("{% qs page=3 sort='' %}")

    assert template.render(Context({"request": request})) == "?town=Wells+%26+Bath&amp;page=3"
