"""Every GIAS import, whether it went through, was refused, failed or broke off."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import StoredFile
from schools.scope import reach

# The largest file takes seconds: what still says "running" after this time was killed.
LONGEST_RUN = timedelta(hours=1)


class GiasImportQuerySet(models.QuerySet["GiasImport"]):
    """Reading imports."""

    def visible_to(self, user: Any) -> Self:
        """National only: imports concern every hub."""
        scope = reach(user)
        return self if scope is not None and scope.is_national else self.none()

    def for_list(self) -> Self:
        """Newest first."""
        return (
            self.select_related("by__person", "from_upload")
            .defer("rejected_rows", "without_hub", "closed_schools", "converted_schools", "closing_schools")
            .order_by("-started_at", "-pk")
        )


class GiasImport(models.Model):
    """Who loaded which file when, with its counts; ``problem`` says why a file was not loaded."""

    class State(models.TextChoices):
        """How far it came. The record stands before the first row is read, so that one which dies leaves a trace."""

        RUNNING = "running", "Running"
        DONE = "done", "Loaded"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"

    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ran_as = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField()
    is_dry_run = models.BooleanField(default=False)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rejected_rows = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)
    # Keys of the schools that the file closed or opened again: hubs with something open there are told.
    closed_schools = models.JSONField(default=list, blank=True)
    # What else hubs with something open there are told: of each school that goes on under another URN its key, the name
    # and URN that it had, and its URN; keys of those that are proposed to close.
    converted_schools = models.JSONField(default=list, blank=True)
    closing_schools = models.JSONField(default=list, blank=True)
    # Code, name and number of open schools of each local authority in the file that no hub has.
    without_hub = models.JSONField(default=list, blank=True)

    objects = GiasImportQuerySet.as_manager()

    class Meta:
        verbose_name = "GIAS import"

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%d %B %Y}"

    def get_absolute_url(self) -> str:
        """The import with its rejected rows."""
        return reverse("schools:import-detail", args=[self.pk])

    @property
    def who(self) -> str:
        """Who started it: somebody signed in, or a name that the server knows."""
        if self.by:
            return str(self.by)
        return f"{self.ran_as}, on the command line" if self.ran_as else "Command line"

    @property
    def has_broken_off(self) -> bool:
        """Whether its process ended without a word; what was handed in in the browser is taken up by another worker."""
        is_late = self.state == self.State.RUNNING and clock.now() - self.started_at > LONGEST_RUN
        return is_late and getattr(self, "from_upload", None) is None

    @property
    def outcome(self) -> str:
        """What came of it, in a word or two."""
        if self.has_broken_off:
            return "Broken off"
        is_dry = self.is_dry_run and self.state == self.State.DONE
        return "Dry run" if is_dry else self.get_state_display()

    @property
    def outcome_status(self) -> str:
        """The status whose colour the outcome takes."""
        return {"Refused": "failed", "Failed": "failed", "Broken off": "failed", "Loaded": "done"}.get(self.outcome, "")


class GiasUploadQuerySet(models.QuerySet["GiasUpload"]):
    """Reading uploads."""

    def visible_to(self, user: Any) -> Self:
        """National only, as imports are."""
        scope = reach(user)
        return self if scope is not None and scope.is_national else self.none()

    def for_list(self) -> Self:
        """With who sent it and what became of it."""
        return self.select_related("by__person", "file", "links", "record").order_by("-at", "-pk")


class GiasUpload(models.Model):
    """A file of schools handed in by the browser: looked at first, then applied or thrown away."""

    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    links = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200)
    links_name = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # What it is going to change, as ``import_preview`` says it; empty until the preview is done.
    preview = models.JSONField(default=dict, blank=True)
    record = models.OneToOneField(
        GiasImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="from_upload"
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was applied, refused or thrown away.")

    objects = GiasUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "uploaded file of schools"

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Its preview and how far it is."""
        return reverse("dashboards:gias-upload", args=[self.pk])

    @property
    def may_be_applied(self) -> bool:
        """Whether its preview is done and nothing has become of it yet."""
        return bool(self.preview) and self.file_id is not None and self.record_id is None and self.ended_at is None
