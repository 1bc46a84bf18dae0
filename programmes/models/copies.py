"""Copies that were looked at and found to be two things; what was merged points to what it became by itself."""

from typing import Any, Self

from django.db import models

from hubportal.core.models import FoundApart, FoundApartQuerySet, once_and_in_order
from programmes.models.interest import Interest


class InterestApartQuerySet(FoundApartQuerySet["InterestApart"]):
    """Reading what was told apart."""

    def visible_to(self, user: Any) -> Self:
        """Pairs of which one sees both."""
        seen = Interest.objects.visible_to(user).values("pk")
        return self.filter(first__in=seen, second__in=seen)


class InterestApart(FoundApart):
    """Two that a hub has looked at and found not to be the same."""

    first = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="+")

    objects = InterestApartQuerySet.as_manager()

    class Meta:
        constraints = once_and_in_order("interest_apart")

    def __str__(self) -> str:
        return f"{self.first.reference} is not {self.second.reference}"
