"""Copies that were looked at and found to be two things; what was merged points to what it became by itself."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from programmes.models.interest import Interest


class InterestApartQuerySet(models.QuerySet["InterestApart"]):
    """Reading what was told apart."""

    def visible_to(self, user: Any) -> Self:
        """Pairs of which one sees both."""
        seen = Interest.objects.visible_to(user).values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def others_of(self, interest: Interest) -> set[int]:
        """The keys of what this one was told apart from."""
        rows = self.filter(models.Q(first=interest) | models.Q(second=interest)).values_list("first", "second")
        return {key for pair in rows for key in pair} - {interest.pk}


class InterestApart(models.Model):
    """Two that a hub has looked at and found not to be the same; ``first`` has the smaller key."""

    first = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = InterestApartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("first", "second"), name="interest_apart_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="interest_apart_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first.reference} is not {self.second.reference}"
