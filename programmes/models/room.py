"""How many places an offer has in a hub, and how many of them are taken, as its applications tell."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from programmes.models.enrolment import Enrolment
from programmes.models.hub_offers import HubOffer
from programmes.models.interest import Interest
from programmes.models.targets import Target

# A school that pauses or withdraws gives its place back.
TAKES_PLACE = (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE, Enrolment.Status.COMPLETED)


def with_room(rows: QuerySet[Interest]) -> QuerySet[Interest]:
    """Annotate ``places`` and ``taken`` of the offer of each application in the hub that it came to, as ``room_in``."""
    base = Coalesce(OuterRef("offer__stands_for"), OuterRef("offer"))
    of_hub = {"hub": OuterRef("hub"), "offer": base}
    own = Subquery(HubOffer.objects.filter(**of_hub).values("places")[:1])
    target = Subquery(Target.objects.filter(**of_hub).values("schools")[:1])
    taking = Enrolment.objects.filter(hub=OuterRef("hub"), status__in=TAKES_PLACE).order_by()
    same = taking.annotate(base=Coalesce("offer__stands_for", "offer")).filter(base=base)
    taken = Subquery(same.values("hub").annotate(n=Count("pk")).values("n"))
    return rows.annotate(places=Coalesce(own, target), taken=Coalesce(taken, 0))


def is_full(interest: Any) -> bool:
    """Whether no place is free for one that was read ``with_room``; where nobody says how many there are, one is."""
    return interest.places is not None and interest.taken >= interest.places


def is_in_line(interest: Interest) -> bool:
    """Whether it waits and is proposed when a place frees; not while it is passed over, or its headteacher says no."""
    waits = interest.status == Interest.Status.WAITING
    return waits and interest.passed_over_at is None and interest.head_refused_at is None
