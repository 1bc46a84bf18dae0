"""Leaders: Mastery Specialists and Mastery Readiness Leads as a hub knows them."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from schools.models import Hub, Person, School
from schools.roles import LABELS, READINESS_LEAD, SPECIALIST
from schools.rules.namesakes import told_apart
from schools.scope import reach


def called_apart(leaders: Iterable["Leader"]) -> dict[int, str]:
    """What leaders are called in a list, by person: two of one name with the school they are based at, or address."""
    return told_apart(
        (one.person_id, one.person.name, one.school.name if one.school else "", one.person.email) for one in leaders
    )


class LeaderQuerySet(models.QuerySet["Leader"]):
    """Reading leaders."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs theirs; leaders themselves."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(models.Q(hub__in=scope.hub_ids) | models.Q(person=scope.person_id))

    def current(self, today: date) -> Self:
        """Leaders whose time with the hub has not ended."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=today), starts_on__lte=today)

    def not_ended(self, today: date) -> Self:
        """Leaders whose time with the hub has not ended, begun or not."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=today))

    def for_hub(self, hub: Hub | None) -> Self:
        """Leaders of one hub, or of all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_list(self) -> Self:
        """Leaders by name."""
        return self.select_related("person", "school", "hub").order_by("person__name", "pk")


class Leader(models.Model):
    """A person who leads groups for a hub; based in their own school."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leaderships")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="leaders")
    kind = models.CharField(max_length=20, choices=[(kind, LABELS[kind]) for kind in (SPECIALIST, READINESS_LEAD)])
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="leaders")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    max_groups = models.PositiveSmallIntegerField(default=1, help_text="Groups this person can lead in a year.")
    # What of their groups fell away with the last day, as workgroups keeps it: given back where that is taken back.
    fell = models.JSONField(default=dict, blank=True)

    objects = LeaderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("person", "hub", "kind"), condition=models.Q(ends_on=None), name="leader_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")), name="leader_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.person.name

    def get_absolute_url(self) -> str:
        """The person's page."""
        return reverse("schools:person-detail", args=[self.person_id])
