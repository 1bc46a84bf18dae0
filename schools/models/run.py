"""What hubs run, or ran, for schools, as the app that holds it says: whose people a hub reads beside its own schools'.

A school that has gone to another hub stays in the history of the one before, which keeps reading who was there then;
who had left before, or came after, is for the hub to read that has the school.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string


def run_by(hubs: Iterable[int]) -> models.QuerySet[Any]:
    """What hubs run and ran: for which ``school``, since when (``accepted_on``), and when it ``ended_on``, or None."""
    found: models.QuerySet[Any] = import_string(settings.RUN_BY_HUBS)(hubs)
    return found


def took_part_with(hubs: Iterable[int]) -> models.QuerySet[Any, Any]:
    """The keys of those who take or took part in what hubs run or ran."""
    found: models.QuerySet[Any, Any] = import_string(settings.TOOK_PART_WITH_HUBS)(hubs)
    return found


def staff_when_run(hubs: Iterable[int]) -> models.Q:
    """Of roles: those held, be it for a day, while hubs ran something at their school."""
    ran = run_by(hubs)
    # Whoever has no last day is there still.
    had_begun = models.Q(accepted_on__lte=Coalesce(models.OuterRef("ends_on"), "accepted_on"))
    had_not_ended = models.Q(ended_on=None) | models.Q(ended_on__gte=models.OuterRef("starts_on"))
    # The schools first: they are few, and for the roles at others nothing more is asked.
    there = models.Q(school__in=ran.values("school"))
    return there & models.Q(models.Exists(ran.filter(had_begun, had_not_ended, school=models.OuterRef("school"))))
