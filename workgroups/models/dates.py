"""Which schools have still to say that they have the dates of their year, or those that have changed since."""

from datetime import datetime
from typing import Any

from django.db import models

from workgroups.models.groups import Group, PlaceQuerySet
from workgroups.models.meetings import Meeting


def with_to_accept(places: PlaceQuerySet, now: datetime) -> PlaceQuerySet:
    """With ``is_to_accept``: held, in a running group with a meeting ahead, and the school never accepted its dates.

    Or one of them has changed since it did.
    """
    ahead = Meeting.objects.filter(group=models.OuterRef("group"), status=Meeting.Status.PLANNED, starts_at__gt=now)
    changed = _changed_after(models.OuterRef("dates_accepted_at"), now)
    is_open = models.Q(models.Exists(ahead), left_on=None, group__status=Group.Status.RUNNING)
    asks = is_open & (models.Q(dates_accepted_at=None) | models.Q(models.Exists(changed)))
    return places.annotate(is_to_accept=models.ExpressionWrapper(asks, output_field=models.BooleanField()))


def dates_to_accept(places: PlaceQuerySet, now: datetime) -> PlaceQuerySet:
    """Those of which it is so."""
    asked: Any = with_to_accept(places, now)
    found: PlaceQuerySet = asked.filter(is_to_accept=True)
    return found


def changed_since(places: PlaceQuerySet, moment: datetime, now: datetime) -> PlaceQuerySet:
    """Places in groups of which a date that lies ahead was added, moved, cancelled or brought back after a moment."""
    return places.filter(models.Exists(_changed_after(models.Value(moment), now)))


def _changed_after(moment: models.OuterRef | models.Value, now: datetime) -> models.QuerySet[Meeting]:
    changed = models.Q(changed_at__gt=moment) | models.Q(added_at__gt=moment)
    was_ahead = models.Q(starts_at__gt=now) | models.Q(was_at__gt=now)
    return Meeting.objects.filter(changed & was_ahead, group=models.OuterRef("group"))
