"""Every GIAS import, whether it went through or was refused."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from schools.scope import reach


class GiasImportQuerySet(models.QuerySet["GiasImport"]):
    """Reading imports."""

    def visible_to(self, user: Any) -> Self:
        """National only: imports concern every hub."""
        scope = reach(user)
        return self if scope is not None and scope.is_national else self.none()

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("by__person").defer("rejected_rows").order_by("-started_at", "-pk")


class GiasImport(models.Model):
    """Who loaded which file when, with its counts; ``problem`` says why a file was refused."""

    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    is_dry_run = models.BooleanField(default=False)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rejected_rows = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)

    objects = GiasImportQuerySet.as_manager()

    class Meta:
        verbose_name = "GIAS import"

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%d %B %Y}"

    def get_absolute_url(self) -> str:
        """The import with its rejected rows."""
        return reverse("schools:import-detail", args=[self.pk])

    @property
    def outcome(self) -> str:
        """What came of it, in a word."""
        if self.problem:
            return "Refused"
        return "Dry run" if self.is_dry_run else "Loaded"

    @property
    def outcome_status(self) -> str:
        """The status whose colour the outcome takes."""
        return {"Refused": "failed", "Loaded": "done"}.get(self.outcome, "")
