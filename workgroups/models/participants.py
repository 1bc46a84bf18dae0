"""The teachers who take part from the places of groups."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models

from schools.models import Person
from workgroups.models.groups import Place


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Reading participants."""

    def visible_to(self, user: Any) -> Self:
        """The participants of the groups one sees."""
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def on(self, day: date) -> Self:
        """Who takes part on a day."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=day), since__lte=day)


class Participant(models.Model):
    """A teacher who takes part from a place, from when to when (both days included)."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True, help_text="When that was known: dates were sent then.")
    # When a file of records did it, which tells nobody.
    brought_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("place", "person"), condition=models.Q(until=None), name="participant_once"
            ),
        ]

    def __str__(self) -> str:
        return self.person.name

    def hears_of(self, moment: datetime) -> bool:
        """Whether they are told of what stands since a moment: no file brought them since, or they were reached."""
        return self.person.hears_of(moment, self.brought_at)
