"""What a hub adds to an offer: how many places it has, until when teachers are named, who looks after it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from hubportal.core.access import scope_of
from programmes.models.offers import Offer
from schools.models import Hub


class HubOfferQuerySet(models.QuerySet["HubOffer"]):
    """Reading what hubs add to offers."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs their own."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(hub__in=scope.hub_ids)


class HubOffer(models.Model):
    """One offer in one hub; without a number of places the hub's target counts."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="in_hubs")
    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="+")
    names_by = models.DateField(null=True, blank=True)
    places = models.PositiveSmallIntegerField(null=True, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = HubOfferQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("offer", "hub"), name="hub_offer_once")]

    def __str__(self) -> str:
        return f"{self.offer} in {self.hub}"


def naming_day(path: str, hub: Any) -> Coalesce:
    """Until when teachers are to be named for the offer at this path (ending in ``__``): the hub's own day first."""
    offer = Coalesce(models.OuterRef(f"{path}stands_for"), models.OuterRef(f"{path}pk"))
    own = HubOffer._base_manager.filter(offer=offer, hub=hub)
    return Coalesce(models.Subquery(own.values("names_by")[:1]), f"{path}names_by")
