"""A school that somebody types into a box: its URN, or its name with the town or postcode."""

from typing import Any

from django.core.exceptions import ValidationError

from schools.models import School
from schools.models.places import SchoolQuerySet

# So many schools that fit what was typed are named, for one of them to be chosen.
MOST_NAMED = 5


def one_school(text: str, among: SchoolQuerySet, none_fits: str) -> School | None:
    """The one school that fits what was typed; None where nothing was.

    :raises ValidationError: where none fits (``none_fits``), or several do, which it names.
    """
    if not text.strip():
        return None
    found: list[Any] = list(among.matching(text).with_urn().order_by("name", "pk")[: MOST_NAMED + 1])
    exact = [one for one in found if one.name.casefold() == text.strip().casefold()]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]  # type: ignore[no-any-return]
    if not found:
        raise ValidationError(none_fits)
    names = "; ".join(f"{one.name}, {one.town} ({one.urn})" for one in found[:MOST_NAMED])
    more = " and others" if len(found) > MOST_NAMED else ""
    raise ValidationError(f"Several schools fit: {names}{more}. Type the URN of the right one.")
