"""What is the same programme: a national offer and the versions of it that hubs have of their own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from programmes.models.offers import Offer


def of_offer(offer: Any) -> models.Q:
    """Rows that name an offer, or a hub's own version of it."""
    return models.Q(offer=offer) | models.Q(offer__stands_for=offer)


def of_programme(offer: "Offer") -> models.Q:
    """Rows that name an offer, the national one that it stands for, or another version of that."""
    return of_offer(offer.base_id)


def programme_at(path: str, *, outer: bool = False) -> Coalesce:
    """What stands for the programme of the offer at a path (of the query around, where ``outer``), to compare by."""
    at = models.OuterRef if outer else models.F
    return Coalesce(at(f"{path}__stands_for"), at(path))


def grouped_with(offer: "Offer") -> models.Q:
    """Rows that may meet in one group with those of an offer: of its programme, and run in groups as it does, or not.

    Meetings are the group's, so they are those of its offer; visits, teachers and money are each school's own.
    """
    in_groups = models.Q(offer__served_by__in=offer.IN_GROUPS)
    return of_programme(offer) & (in_groups if offer.runs_in_groups else ~in_groups)


def these_or_versions(offers: Iterable[int], hubs: Iterable[int | None]) -> models.Q:
    """Offers (by their keys), and what these hubs have published instead of them."""
    named = list(offers)
    versions = models.Q(stands_for__in=named, hub__in=[hub for hub in hubs if hub], is_published=True)
    return models.Q(pk__in=named) | versions


def which_offer(offer: "Offer") -> str:
    """Which of a programme's offers it is, in the hub that it is read in."""
    return "your hub’s version" if offer.stands_for_id else "the national offer"


def told_apart(offers: Iterable["Offer"]) -> dict[int, str]:
    """What offers are called beside each other, by their keys: of one programme it is said which is the hub's own."""
    rows = list(offers)
    bases = [one.base_id for one in rows]
    ends = {one.pk: " (your hub’s version)" if one.stands_for_id else " (national)" for one in rows}
    return {one.pk: f"{one}{ends[one.pk] if bases.count(one.base_id) > 1 else ''}" for one in rows}
