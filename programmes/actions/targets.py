"""Targets of several offers, hubs and years at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from hubportal.core import locks
from programmes.actions.next_year import copy_to_next_year
from programmes.actions.offers import set_targets, wait_for_codes
from programmes.models import Offer, Phase, Target
from schools.models import Hub, User
from schools.rules import year_label

MEANWHILE = (
    "Somebody else has changed the target of {hub} for {offer} meanwhile: it is {number} now. Nothing was changed. "
    "Press the button again to set yours all the same."
)


class CannotTarget(Exception):
    """A target that is not set, said in words for people."""


@dataclass(frozen=True, slots=True)
class Aim:
    """How many one hub is asked for in a phase and year, and what stood there when that was said.

    ``offer`` is None where nobody has made it yet.
    """

    phase: Phase
    year: int
    hub: Hub
    number: int | None
    was: int | None
    offer: Offer | None = None


@transaction.atomic
def set_aims(*, aims: Iterable[Aim], by: User, is_national: bool) -> int:
    """Set them and return how many changed; an offer that is missing is made as a draft like the year before's.

    A hub leaves what the national team has set.

    :raises CannotTarget: where that would change, somebody else has set another one meanwhile, or there is no offer of
        the phase to copy.
    """
    # Of two who set the same one, the second finds what the first has set.
    locks.wait_for_turn("targets")
    changed, aims = 0, list(aims)
    if any(aim.offer is None for aim in aims):
        # Before a target holds its offer: whoever changes that one's code has this turn and waits for it.
        wait_for_codes()
    made: dict[tuple[int, int], Offer] = {}
    for aim in aims:
        spot = (aim.phase.pk, aim.year)
        if aim.offer is None and spot not in made:
            made[spot] = _draft_of(aim, by)
        changed += _set(aim, aim.offer or made[spot], by=by, is_national=is_national)
    return changed


def _set(aim: Aim, offer: Offer, *, by: User, is_national: bool) -> bool:
    standing = Target.objects.filter(offer=offer, hub=aim.hub).first()
    number = standing.schools if standing else None
    if number == aim.number:
        return False
    if standing is not None and standing.is_national and not is_national:
        raise CannotTarget(f"The national team has set the target for {offer}. Ask it to change that.")
    if number != aim.was:
        raise CannotTarget(MEANWHILE.format(offer=offer, hub=aim.hub, number="none" if number is None else number))
    set_targets(offer=offer, by=by, schools={aim.hub.pk: aim.number}, is_national=is_national)
    return True


def _draft_of(aim: Aim, by: User) -> Offer:
    """A draft of the phase for that year, and for the years between."""
    national = Offer.objects.filter(phase=aim.phase, hub=None, year__lte=aim.year)
    offer = national.select_related("commitments").order_by("-year", "pk").first()
    while offer is not None and offer.year < aim.year:
        found = copy_to_next_year(offers=[offer], by=by, for_target=True)
        offer = found[0] if found else None
    if offer is None:
        raise CannotTarget(f"There is no offer of {aim.phase} to copy to {year_label(aim.year)}. Make it first.")
    return offer
