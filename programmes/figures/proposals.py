"""Who would be next: the waiting list of each offer in a hub, in its order, beside the places that are free."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from programmes.figures.line import Wants, claims_of
from programmes.figures.places import Room, room_in
from programmes.models import Interest, Offer
from programmes.rules.priority import reasons
from schools.models import Hub


@dataclass(frozen=True, slots=True)
class Waiting:
    """A school on the waiting list, with why it comes before others (empty: it came first), and who looks after it."""

    interest: Interest
    why: str
    keeper: int | None = None
    keeper_name: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One offer in one hub: its places, who waits in order, and who is passed over for now."""

    offer: Offer
    room: Room
    waiting: Sequence[Waiting]
    passed_over: Sequence[Waiting]

    @property
    def next(self) -> Waiting | None:
        """Who is proposed: the first in line while a place is free; nobody is accepted by itself."""
        return self.waiting[0] if self.room.left and self.waiting else None


def queues(hub: Hub, *, since: int, offers: Sequence[Offer] = ()) -> list[Queue]:
    """The waiting lists of a hub for the years from ``since``; of these offers also where nobody waits."""
    waiting = list(Interest.objects.on_waiting_list(hub, since))
    by_base = {offer.base_id: offer for offer in offers}
    of_offer: dict[int, list[Interest]] = defaultdict(list)
    for one in waiting:
        offer = one.applied_offer
        of_offer[offer.base_id].append(one)
        by_base.setdefault(offer.base_id, offer)
    if not by_base:
        return []
    rooms = room_in(hub.pk, by_base)
    claims = claims_of([wants_of(one) for one in waiting])
    found = []
    for base, offer in by_base.items():
        lines = [_line(one, ", ".join(reasons(claims[one.pk]))) for one in of_offer[base]]
        passed = [line for line in lines if line.interest.passed_over_at]
        found.append(Queue(offer, rooms[base], [line for line in lines if line not in passed], passed))
    return found


def _line(one: Any, why: str) -> Waiting:
    """Of one that is read with its keeper."""
    return Waiting(one, why, one.keeper, one.keeper_name or "")


def wants_of(one: Interest) -> Wants:
    """What is compared of an interest whose school and offer are loaded."""
    fsm_from = one.offer.priority_fsm if one.offer else None
    return Wants(
        one.pk, one.hub_id, one.school_id, one.offer_id, one.school.fsm_percent, fsm_from, one.school.succeeded_by_id
    )
