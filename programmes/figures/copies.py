"""What a hub may have been sent twice, in pairs to be looked at."""

from dataclasses import dataclass
from typing import Any

from programmes.models import Interest, InterestApart
from programmes.rules.copies import Sent, pairs
from schools.models import Hub


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be the same, the one that came first before the other, and why."""

    first: Interest
    second: Interest
    reason: str


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
