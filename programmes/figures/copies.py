"""What a hub may have been sent twice, in pairs to be looked at."""

from dataclasses import dataclass
from typing import Any

from programmes.models import Interest, InterestApart
from programmes.rules.copies import SENT_AFTER, Sent, pairs
from schools.models import Hub


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be the same, the one that came first before the other, and why."""

    first: Interest
    second: Interest
    reason: str


def sent_after_decision(user: Any, hub: Hub, *, since: int) -> list[Pair]:
    """What was sent again, for the years from one on, when the hub had decided about the first; one query."""
    rows = Interest.objects.visible_to(user).for_hub(hub).filter(year__gte=since).sent_after_decision()
    found = rows.select_related("school", "offer", "phase", "duplicate_of__school", "duplicate_of__offer")
    return [Pair(one.duplicate_of, one, SENT_AFTER) for one in found if one.duplicate_of is not None]


def pairs_in(user: Any, hub: Hub, *, since: int) -> list[Pair]:
    """What stands in a hub for the years from one on and may be the same; two queries."""
    rows = Interest.objects.visible_to(user).for_hub(hub).filter(year__gte=since).may_be_copies()
    by_key = {one.pk: one for one in rows.for_list()}
    sent = [
        Sent(
            pk=one.pk,
            school=one.school_id,
            phase=one.phase_id,
            year=one.year,
            name=one.contact_name,
            email=one.contact_email,
            for_person=one.for_person,
            is_application=not one.is_light or one.is_apart,
        )
        for one in by_key.values()
    ]
    apart = frozenset(InterestApart.objects.visible_to(user).values_list("first", "second"))
    return [Pair(by_key[one], by_key[other], why) for (one, other), why in pairs(sent, apart=apart)]
