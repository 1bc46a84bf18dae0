"""How many places each offer has in a hub, and how many of them are taken."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from programmes.models import Enrolment, HubOffer, Interest, Offer, OfferQuerySet, Target
from programmes.models.room import TAKES_PLACE


@dataclass(frozen=True, slots=True)
class Room:
    """Places of one offer in one hub; ``places`` None: neither the hub nor a target says how many.

    ``waiting``: how many are in line for them, without those that are not proposed: passed over, or with a no.
    """

    places: int | None
    taken: int
    waiting: int = 0

    @property
    def left(self) -> int | None:
        """How many are free; none where more are taken than there are."""
        return None if self.places is None else max(self.places - self.taken, 0)


def room_in(hub_id: int, bases: Iterable[int]) -> dict[int, Room]:
    """The room of these offers (by the key of the national one) in one hub; two queries for all."""
    wanted = set(bases)
    of_hub = {"hub": hub_id, "offer": OuterRef("pk")}
    own = Subquery(HubOffer.objects.filter(**of_hub).values("places")[:1])
    target = Subquery(Target.objects.filter(**of_hub).values("schools")[:1])
    in_line = Interest.objects.filter(hub=hub_id).in_line().order_by()
    same = in_line.annotate(base=Coalesce("offer__stands_for", "offer")).filter(base=OuterRef("pk"))
    waiting = Subquery(same.values("base").annotate(n=Count("pk")).values("n"))
    offers = Offer.objects.filter(pk__in=wanted).annotate(places=Coalesce(own, target), waiting=Coalesce(waiting, 0))
    found = {pk: (places, waits) for pk, places, waits in offers.values_list("pk", "places", "waiting")}
    taking = Enrolment.objects.filter(hub=hub_id, status__in=TAKES_PLACE)
    held = taking.filter(offer__in=wanted) | taking.filter(offer__stands_for__in=wanted)
    taken = Counter(stands_for or offer for offer, stands_for in held.values_list("offer", "offer__stands_for"))
    return {base: Room(places, taken[base], waits) for base, (places, waits) in found.items()}


def with_follows(rows: OfferQuerySet) -> OfferQuerySet:
    """Annotate what of a hub's version its page says.

    ``follows_it``: the applications that wait for a decision and follow it when it is published, or go back when it is
    a draft again; ``stays``: those accepted under the national offer; ``is_used``: whether somebody is enrolled in it.
    """
    named = Case(When(is_published=True, then="pk"), default="stands_for")
    waiting = Interest.objects.filter(hub=OuterRef("hub"), offer=OuterRef("named")).undecided()
    stays = Enrolment.objects.filter(hub=OuterRef("hub"), offer=OuterRef("stands_for"))
    stays = stays.exclude(status=Enrolment.Status.WITHDRAWN)
    is_used = Exists(Enrolment.objects.filter(offer=OuterRef("pk")))
    counted = rows.annotate(named=named, is_used=is_used)
    return counted.annotate(follows_it=_how_many(waiting), stays=_how_many(stays))


def _how_many(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("hub").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
