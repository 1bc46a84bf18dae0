"""Long work as rows: who asked for what, how far it is, how it ended. Found again after a restart."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.access import scope_of
from hubportal.core.models.file import StoredFile


class JobQuerySet(models.QuerySet["Job"]):
    """Reading long work."""

    def visible_to(self, user: Any) -> Self:
        """One's own, and that of the hubs one works for; national sees all."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(models.Q(by=user) | models.Q(owner__in=scope.hub_ids))

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("by__person", "owner").order_by("-created_at", "-pk")

    def open(self) -> Self:
        """Waiting or running."""
        return self.filter(state__in=Job.OPEN)

    def waiting(self) -> Self:
        """Not taken by a worker yet, longest waiting first."""
        return self.filter(state=Job.State.WAITING).order_by("pk")

    def stuck(self, real_now: datetime) -> Self:
        """Running, but its worker has shown no sign of life for the length of a lease."""
        return self.filter(state=Job.State.RUNNING, lease_until__lt=real_now)


class Job(models.Model):
    """One piece of long work; ``lease_until`` is real time, the other moments the portal's."""

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField(max_length=40)
    # The record that it works on; of one kind only one at a time works on it.
    about = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.PORTAL_OWNER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    params = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "about"),
                condition=models.Q(state__in=("waiting", "running")),
                name="job_one_at_a_time",
                violation_error_message="This is being worked on already.",
            ),
        ]
        # Read by every sweep: what waits or is stuck; done work is most of the table.
        indexes = [
            models.Index(fields=("state", "id"), name="job_open", condition=models.Q(state__in=("waiting", "running"))),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> bool:
        """Waiting or running."""
        return self.state in self.OPEN

    def may_be_stopped_by(self, user: Any) -> bool:
        """Whether somebody may stop it while it is open: who only reads a hub does not."""
        scope = scope_of(user)
        if scope is None:
            return False
        return scope.is_national or self.by_id == user.pk or self.owner_id in scope.staff_hub_ids

    @property
    def percent(self) -> int | None:
        """How far the present stage is; None where nobody knows how long it is."""
        return min(100, self.done * 100 // self.total) if self.total else None
