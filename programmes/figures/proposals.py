"""Who would be next: the waiting list of each offer in a hub, in its order, beside the places that are free."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from programmes.figures.line import Wants, claims_of
from programmes.figures.places import Room, room_in
from programmes.models import Interest, Offer
from programmes.models.room import is_in_line
from programmes.rules.priority import reasons
from programmes.rules.standing import head_words
from schools.models import Hub


@dataclass(frozen=True, slots=True)
class Waiting:
    """A school on the waiting list, with why it comes before others (empty: it came first), and who looks after it.

    ``head``: what its headteacher has answered, in a word or two.
    """

    interest: Interest
    why: str
    head: str
    keeper: int | None = None
    keeper_name: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One offer in one hub: its places, who waits in order, and who is not proposed.

    That is who is passed over for now, and a school whose headteacher says no: once they confirm it is in line again.
    """

    offer: Offer
    room: Room
    waiting: Sequence[Waiting]
    not_proposed: Sequence[Waiting]

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
        in_line = [line for line in lines if is_in_line(line.interest)]
        found.append(Queue(offer, rooms[base], in_line, [line for line in lines if line not in in_line]))
    return found


def _line(one: Any, why: str) -> Waiting:
    """Of one that is read with its keeper."""
    head = head_words(
        is_confirmed=one.head_confirmed_at is not None,
        has_applied=one.contact_is_head,
        is_refused=one.head_refused_at is not None,
        is_told=one.only_tells_head,
        is_asked=one.head_ended_at is None,
    )
    return Waiting(one, why, head, one.keeper, one.keeper_name or "")


def wants_of(one: Interest) -> Wants:
    """What is compared of an interest whose school and offer are loaded."""
    fsm_from = one.offer.priority_fsm if one.offer else None
    return Wants(
        one.pk, one.hub_id, one.school_id, one.offer_id, one.school.fsm_percent, fsm_from, one.school.succeeded_by_id
    )
