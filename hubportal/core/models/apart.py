"""Two records that somebody has looked at and found to be two: they are not proposed as one again."""

from datetime import datetime
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models

Pair = TypeVar("Pair", bound="FoundApart")


class FoundApartQuerySet(models.QuerySet[Pair]):
    """Reading and remembering what was found to be two."""

    def naming(self, record: models.Model) -> Self:
        """Those in which a record is one of the two."""
        return self.filter(models.Q(first=record) | models.Q(second=record))

    def others_of(self, record: models.Model) -> set[int]:
        """The keys of what a record was found not to be."""
        return {key for pair in self.naming(record).values_list("first", "second") for key in pair} - {record.pk}

    def remember(self, one: int, other: int, *, by: Any, at: datetime) -> bool:
        """Keep that two (by their keys) are two, and return whether that is new."""
        first, second = sorted((one, other))
        return self.get_or_create(first_id=first, second_id=second, defaults={"by": by, "at": at})[1]


class FoundApart(models.Model):
    """Two of one kind that are not the same, ``first`` with the smaller key; who says so, and since when."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True


def once_and_in_order(name: str) -> list[models.BaseConstraint]:
    """Two are found apart once, and stand in one order."""
    return [
        models.UniqueConstraint(fields=("first", "second"), name=f"{name}_once"),
        models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name=f"{name}_ordered"),
    ]
