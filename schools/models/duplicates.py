"""Two records of one person: what was found not to be the same, and what was merged."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.models import FoundApart, FoundApartQuerySet, once_and_in_order
from schools.models.people import Person


class NotSameQuerySet(FoundApartQuerySet["NotSame"]):
    """Reading what was found not to be the same."""

    def visible_to(self, user: Any) -> Self:
        """Pairs of which one sees one at least."""
        seen = Person.objects.visible_to(user).values("pk")
        return self.filter(models.Q(first__in=seen) | models.Q(second__in=seen))


class NotSame(FoundApart):
    """Two people whom somebody has looked at and found to be two."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    objects = NotSameQuerySet.as_manager()

    class Meta:
        constraints = once_and_in_order("not_same")

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"


class MergedPersonQuerySet(models.QuerySet["MergedPerson"]):
    """Reading merges."""

    def visible_to(self, user: Any) -> Self:
        """Those into people whom one sees."""
        return self.filter(kept__in=Person.objects.visible_to(user).values("pk"))


class MergedPerson(models.Model):
    """A record that was merged into another one: its key, by which the journal knows it, and what it was called."""

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merged")
    number = models.BigIntegerField()
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = MergedPersonQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        # Read by the page of an address that was a person's before.
        indexes = [models.Index(fields=("number",), name="merged_person_number")]

    def __str__(self) -> str:
        return f"{self.name}, now {self.kept}"
