"""Money rules: which rate counts, who approves, what is left. Pounds as ``Decimal``."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RateFacts:
    """A rate as the rules see it; ``hub_id`` None is national."""

    offer_id: int
    hub_id: int | None
    label: str
    amount: Decimal


def rates_for(
    rates: Collection[RateFacts], *, offer_id: int, hub_id: int, stands_for: int | None = None
) -> dict[str, Decimal]:
    """What an offer pays a school of a hub, by label; the hub's own rate goes before the national one.

    :param stands_for: the national offer whose version it is: what that one pays counts while nothing else is set.
    """
    if stands_for is not None and all(rate.offer_id != offer_id for rate in rates):
        offer_id = stands_for
    chosen: dict[str, RateFacts] = {}
    for rate in rates:
        if rate.offer_id == offer_id and rate.hub_id in (None, hub_id):
            held = chosen.get(rate.label)
            if held is None or held.hub_id is None:
                chosen[rate.label] = rate
    return {label: rate.amount for label, rate in chosen.items() if rate.amount > 0}


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who wants to approve a claim; ``moved_raiser``: they lately moved the raiser's sign-in address."""

    user_id: int
    is_hub_staff: bool
    is_national: bool
    moved_raiser: bool = False


def why_not_decide(approver: Approver, *, raised_by: int, hub_staff: frozenset[int]) -> str:
    """Why this person may not send a claim back or mark it as paid, or an empty string.

    The staff of the hub that made the award do; national only where the hub has nobody but whoever raised it.
    """
    if approver.is_hub_staff:
        return ""
    if not approver.is_national:
        return "Only the staff of the hub that made this award can do this."
    if hub_staff - {raised_by}:
        return "The hub has somebody who can do this, so the national team does not."
    return ""


def why_not_approve(approver: Approver, *, raised_by: int, hub_staff: frozenset[int]) -> str:
    """Why this person may not approve, or an empty string: two people see every claim."""
    if approver.user_id == raised_by:
        return "You raised this claim, so somebody else must approve it."
    if approver.moved_raiser:
        return (
            "You changed the address with which whoever raised this claim signs in, so for four weeks somebody else "
            "must approve it."
        )
    return why_not_decide(approver, raised_by=raised_by, hub_staff=hub_staff)


def why_not_paid_on(day: date, *, approved_on: date, today: date) -> str:
    """Why a claim cannot have been paid on this day, or an empty string."""
    if day > today:
        return "The date of payment is in the future."
    if day < approved_on:
        return "The claim was approved later than this date."
    return ""
