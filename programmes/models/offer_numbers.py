"""The numbers and days of an offer: what they may be, and what is said where they are not."""

from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator, StepValueValidator
from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

CODE_TAKEN = "There is an offer of this code in that year already."
CODE_OF_ANOTHER = "{code} is another offer's code in {year}. Choose another one."
LARGEST_TOO_SMALL = "The largest group cannot be smaller than the smallest."
CLOSES_TOO_SOON = "Applications cannot close before they open."
HALVES_ONLY = "Enter days in halves, for example 3 or 2.5."

# The least and the most that each number of an offer may be.
_BOUNDS: dict[str, tuple[int, int]] = {
    "group_min": (1, 100),
    "group_max": (1, 500),
    "teachers_per_school": (1, 20),
    "meetings": (0, 40),
    "meeting_half_days": (1, 10),
    "visits": (0, 40),
    "visit_half_days": (1, 10),
    "support_days": (0, 60),
    "release_days": (0, 60),
    "start_term": (1, 3),
    "priority_fsm": (1, 100),
}
_MAY_BE_EMPTY = ("group_max", "priority_fsm")


def bounds(name: str) -> list[BaseValidator]:
    """A number of an offer as forms check it, field by field; the database checks all of them at once."""
    least, most = _BOUNDS[name]
    return [MinValueValidator(least), MaxValueValidator(most)]


class DaysField(models.DecimalField):  # type: ignore[type-arg]
    """Days, in halves: a meeting can last half a day. Whole ones are read as people write them, without a point."""

    default_validators = [StepValueValidator(Decimal("0.5"))]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 4, "decimal_places": 1, **kwargs})

    def from_db_value(self, value: Decimal | None, *_how: Any) -> Decimal | None:
        """3, not 3.0."""
        return _without_point(value)

    def to_python(self, value: Any) -> Decimal | None:
        """3, not 3.0.

        :raises ValidationError: for what is no number.
        """
        return _without_point(super().to_python(value))


def _without_point(days: Decimal | None) -> Decimal | None:
    is_whole = days is not None and days.is_finite() and days == days.to_integral_value()
    return days.to_integral_value() if days is not None and is_whole else days


def in_halves(name: str) -> Exact:
    """Whether a number of days is one of halves."""
    twice = models.F(name) * 2
    return Exact(twice, Cast(twice, models.IntegerField()))


def within_bounds() -> models.Q:
    """Every number of an offer within its bounds; one that is empty is."""
    each = (
        models.Q(**{f"{name}__range": within}) | models.Q(**{name: None})
        if name in _MAY_BE_EMPTY
        else models.Q(**{f"{name}__range": within})
        for name, within in _BOUNDS.items()
    )
    return reduce(and_, each)
