"""Fields of one line: times, amounts and days as people type them, and letters that nobody sees."""

import datetime as dt
from decimal import Decimal

import pytest

from hubportal.core.forms import CalendarDay, Lines, MoneyField, OneLine, PortalForm, TimeOfDayField

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1.30pm", dt.time(13, 30)),
        ("13:30", dt.time(13, 30)),
        ("9am", dt.time(9)),
        ("12am", dt.time(0)),
        ("12.15 PM", dt.time(12, 15)),
        ("13pm", None),
        ("25:00", None),
        ("10.75", None),
        ("soon", None),
    ],
)
def test_time_is_read_as_people_write_it(typed: str, expected: dt.time | None) -> None:
    class When(PortalForm):
        at = TimeOfDayField()

    form = When({"at": typed})

    assert (form.cleaned_data["at"] if form.is_valid() else None) == expected


NO_AMOUNTS = (
    *("£10,50", "1,0,0", "1,00", ",100", "1000,000", "1,000,", "10,500.5,0"),
    *(
        "1_0",
        "1e3",
        "£££5",
        "5£",
        "+5",
        "-5",
        "1.005",
        "1.2.3",
        ".",
        "1 000",
        "٣",
        "１２",
        "lots",
        "NaN",
        "Infinity",
        "0x1",
    ),
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1000", Decimal(1000)),
        ("£1,000.50", Decimal("1000.50")),
        (" £ 1,234,567 ", Decimal(1234567)),
        ("12.5", Decimal("12.5")),
        ("12.", Decimal(12)),
        ("0", "Enter an amount of at least 1p."),
        ("", "Enter the pounds."),
        *((typed, "Type the amount in pounds, for example 1,000 or 1000.50.") for typed in NO_AMOUNTS),
        ("9" * 30, "This number is too long."),
    ],
)
def test_money_is_read_as_people_write_it(typed: str, expected: Decimal | str) -> None:
    class Claim(PortalForm):
        pounds = MoneyField()

    form = Claim({"pounds": typed})

    assert (form.cleaned_data["pounds"] if form.is_valid() else form.errors["pounds"][0]) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2027-02-05", dt.date(2027, 2, 5)),
        ("0001-01-01", "Enter a year from 2000 to 2100."),
        ("9999-12-31", "Enter a year from 2000 to 2100."),
        ("soon", "Enter a date, for example 12/01/2027."),
    ],
)
def test_day_in_one_box_is_of_this_century(typed: str, expected: dt.date | str) -> None:
    class When(PortalForm):
        day = CalendarDay()

    form = When({"day": typed})

    assert (form.cleaned_data["day"] if form.is_valid() else form.errors["day"][0]) == expected


@pytest.mark.parametrize("letter", ["\x1b", "\u202e", "\u2066", "\u200f", "\ufffd"])
def test_letters_that_turn_a_name_round_are_refused(letter: str) -> None:
    class Named(PortalForm):
        name = OneLine()
        message = Lines()

    form = Named({"name": f"Jo{letter}Hill", "message": f"Dear{letter}hub"})

    assert list(form.errors.values()) == [["This contains a character that cannot be stored. Type it again."]] * 2
