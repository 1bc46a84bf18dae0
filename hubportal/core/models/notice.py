"""The outbox: one notice is one e-mail to one person about one occurrence of one thing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.access import scope_of
from hubportal.core.records import record_key


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reading the outbox."""

    def visible_to(self, user: Any) -> Self:
        """Notices of the hubs a person works for; national sees all."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(owner__in=scope.hub_ids)

    def for_list(self) -> Self:
        """What a list of notices shows, next due first."""
        return self.select_related("owner").order_by("due_at", "pk")

    def about(self, records: Iterable[models.Model]) -> Self:
        """Notices whose page is one of these records (a group shows its meetings' and visits')."""
        return self.filter(thread__in=[record_key(record) for record in records])

    def due(self, now: datetime, real_now: datetime) -> Self:
        """What may be sent now: due, not past its last moment, not waiting after a failed try."""
        return self.filter(
            models.Q(until=None) | models.Q(until__gt=now),
            models.Q(next_try_at=None) | models.Q(next_try_at__lte=real_now),
            state=Notice.State.PLANNED,
            due_at__lte=now,
        ).order_by("due_at", "pk")

    def too_late(self, now: datetime) -> Self:
        """Planned, but its last moment has passed: to be shown as missed, never sent late."""
        return self.filter(state=Notice.State.PLANNED, until__lte=now)


class Notice(models.Model):
    """One e-mail: planned, claimed by a worker with a lease, then sent, failed, missed or cancelled.

    ``recipient`` is a stable key of the kind's choosing (``person:17``); ``occurrence`` is the offset and
    the date of the thing (``14d@2027-01-22``). ``lease_until`` and ``next_try_at`` are real time, the other
    moments the portal's.
    """

    class State(models.TextChoices):
        """Where an e-mail stands."""

        PLANNED = "planned", "Planned"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        MISSED = "missed", "Missed"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=60)
    recipient = models.CharField(max_length=100)
    occurrence = models.CharField(max_length=60)
    thread = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.PORTAL_OWNER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    due_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("kind", "target", "recipient", "occurrence"), name="notice_once"),
        ]
        indexes = [
            # Read by delivery: what is due, oldest first.
            models.Index(
                fields=("due_at", "id"), name="notice_due", condition=models.Q(state__in=("planned", "sending"))
            ),
            # Read by the hub's list of notices and by a group's Reminders tab.
            models.Index(fields=("owner", "due_at"), name="notice_owner"),
            models.Index(fields=("thread", "due_at"), name="notice_thread"),
            # Read by the reconciler: all rows of some targets.
            models.Index(fields=("target", "kind"), name="notice_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.name}"
