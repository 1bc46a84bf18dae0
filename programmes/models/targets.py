"""How many schools hubs are asked to recruit."""

from typing import Any, Self

from django.db import models

from hubportal.core.access import scope_of
from programmes.models.offers import Offer
from schools.models import Hub


class TargetQuerySet(models.QuerySet["Target"]):
    """Reading targets."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs their own."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(hub__in=scope.hub_ids)


class Target(models.Model):
    """How many schools a hub is asked to recruit to an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="targets")
    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="targets")
    schools = models.PositiveSmallIntegerField(help_text="Or people, where an offer enrols single persons.")
    # A hub sets its own where the national team has not.
    is_national = models.BooleanField(default=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("offer", "hub"), name="target_once")]

    def __str__(self) -> str:
        return f"{self.hub}: {self.schools} for {self.offer}"
