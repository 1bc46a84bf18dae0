"""Which schools have still to say that they have the dates of their year, or those that have changed since."""

from datetime import datetime

from django.db import models

from workgroups.models.groups import Group, PlaceQuerySet
from workgroups.models.meetings import Meeting


def dates_to_accept(places: PlaceQuerySet, now: datetime) -> PlaceQuerySet:
    """Places in running groups with a meeting ahead, whose dates the school never accepted, or that changed since."""
    ahead = Meeting.objects.filter(group=models.OuterRef("group"), status=Meeting.Status.PLANNED, starts_at__gt=now)
    held = places.taken().filter(models.Exists(ahead), group__status=Group.Status.RUNNING)
    changed = _changed_after(models.OuterRef("dates_accepted_at"), now)
    return held.filter(models.Q(dates_accepted_at=None) | models.Exists(changed))


def changed_since(places: PlaceQuerySet, moment: datetime, now: datetime) -> PlaceQuerySet:
    """Places in groups of which a date that lies ahead was added, moved, cancelled or brought back after a moment."""
    return places.filter(models.Exists(_changed_after(models.Value(moment), now)))


def _changed_after(moment: models.OuterRef | models.Value, now: datetime) -> models.QuerySet[Meeting]:
    changed = models.Q(changed_at__gt=moment) | models.Q(added_at__gt=moment)
    was_ahead = models.Q(starts_at__gt=now) | models.Q(was_at__gt=now)
    return Meeting.objects.filter(changed & was_ahead, group=models.OuterRef("group"))
