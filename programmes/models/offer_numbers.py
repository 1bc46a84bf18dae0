"""The numbers and days of an offer: what they may be, and what is said where they are not."""

from functools import reduce
from operator import and_

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models

CODE_TAKEN = "There is an offer of this code in that year already."
CODE_OF_ANOTHER = "{code} is another offer's code in {year}. Choose another one."
LARGEST_TOO_SMALL = "The largest group cannot be smaller than the smallest."
CLOSES_TOO_SOON = "Applications cannot close before they open."

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


def within_bounds() -> models.Q:
    """Every number of an offer within its bounds; one that is empty is."""
    each = (
        models.Q(**{f"{name}__range": within}) | models.Q(**{name: None})
        if name in _MAY_BE_EMPTY
        else models.Q(**{f"{name}__range": within})
        for name, within in _BOUNDS.items()
    )
    return reduce(and_, each)
