"""Spreadsheets that people bring: what each line of one is to become or became, and what was said about its words."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models

from hubportal.core.access import scope_of
from hubportal.core.models.file import PREVIEW_KEPT, StoredFile
from hubportal.core.sheets.separated import Separated


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reading uploads."""

    def visible_to(self, user: Any) -> Self:
        """National all; those who may change what belongs to an owner, theirs: lines hold people's details."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(owner__in=scope.staff_hub_ids)

    def for_hub(self, owner: Any) -> Self:
        """One owner's, or all where none is chosen."""
        return self if owner is None else self.filter(owner=owner)

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("by__person", "owner", "file").order_by("-at", "-pk")


class Upload(models.Model):
    """One spreadsheet on its way into the portal; ``columns`` says what each of its columns is.

    ``headings`` holds where they stand and what they say; ``constants`` what holds for all lines; ``counts`` the
    number of lines of each outcome.
    """

    class State(models.TextChoices):
        """How far it came; what is being worked on is a job's state."""

        NEW = "new", "To be matched"
        READY = "ready", "Checked"
        DONE = "done", "Brought in"
        UNDONE = "undone", "Taken back"
        DROPPED = "dropped", "Dropped"

    OPEN = (State.NEW, State.READY)
    # What its lines are read by: another of these makes other records of them.
    READ_BY = ("sheet", "headings", "columns", "constants")

    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    kind = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.PORTAL_OWNER_MODEL, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sheets = models.JSONField(default=list)
    sheet = models.CharField(max_length=200, blank=True)
    counts_from_1904 = models.BooleanField(default=False)
    first_lines = models.JSONField(default=list, help_text="What the page of columns shows.")
    headings = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    constants = models.JSONField(default=dict, blank=True)
    unknown = models.JSONField(
        default=dict, blank=True, help_text="Words and schools that somebody must be asked about."
    )
    counts = models.JSONField(default=dict, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The page that wants what it brings, to go back to: its address.
    back = models.CharField(max_length=2000, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        # Read by the list of uploads.
        indexes = [models.Index(fields=("owner", "-at"), name="upload_owner")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def called(self) -> str:
        """Its file, with the sheet where that has several."""
        return f"{self.file_name}, {self.sheet}" if len(self.sheets) > 1 else self.file_name

    @property
    def sheet_named(self) -> str:
        """The sheet by the name that it has in the file; a CSV file has none."""
        return "" if self.sheets == [Separated.NAME] else self.sheet

    @property
    def came_to(self) -> str:
        """How many of its lines there are of each outcome, all of them: "6 new, 3 to decide, 2 to mend"."""
        said = {
            UploadLine.Outcome.CREATE: "new",
            UploadLine.Outcome.CHANGE: "changed",
            UploadLine.Outcome.SAME: "with nothing to do",
            UploadLine.Outcome.ASK: "to decide",
            UploadLine.Outcome.ERROR: "to mend",
        }
        found = [f"{many:,} {words}" for outcome, words in said.items() if (many := self.counts.get(outcome, 0))]
        return ", ".join(found) or ("no lines" if self.counts else "")

    @property
    def standing(self) -> str:
        """Its state in words; of what was taken back, how much of it was."""
        stays = self.counts.get("stays", 0) if self.state == self.State.UNDONE else 0
        if not stays:
            return self.get_state_display()
        words = f"{stays:,} {'line stays' if stays == 1 else 'lines stay'}"
        return f"Taken back in part: {words}" if self.counts.get("went") else f"Not taken back: {words}"

    @property
    def kept_until(self) -> datetime:
        """When it is dropped by itself, where nobody brings it in before."""
        return self.at + PREVIEW_KEPT

    @property
    def rows_below(self) -> list[list[str]]:
        """The first rows under the headings."""
        after = self.headings["first"] + self.headings["rows"]
        return [row for _number, row in self.first_lines[after:]]

    @property
    def titles(self) -> list[str]:
        """What stands above the headings."""
        return [cell for _number, row in self.first_lines[: self.headings["first"]] for cell in row if cell]

    @property
    def is_open(self) -> bool:
        """Whether nothing of it has been brought in yet, and it still may be."""
        return self.state in self.OPEN


class UploadLineQuerySet(models.QuerySet["UploadLine"]):
    """Reading lines."""

    def visible_to(self, user: Any) -> Self:
        """The lines of the uploads one sees."""
        return self.filter(upload__in=Upload.objects.visible_to(user).values("pk"))

    def for_list(self) -> Self:
        """As they stand in the file."""
        return self.order_by("number", "pk")


class UploadLine(models.Model):
    """One line of a spreadsheet, as it stands there; ``made`` and ``changed`` are what taking it back needs."""

    class Outcome(models.TextChoices):
        """What it is to become, or became."""

        CREATE = "create", "New"
        CHANGE = "change", "Changes"
        SAME = "same", "Already there"
        ASK = "ask", "To decide"
        ERROR = "error", "To mend"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    what = models.TextField(blank=True, help_text="What becomes of it, or what to mend.")
    made = models.JSONField(default=list, blank=True, help_text="Records it created, each with a digest of its fields.")
    changed = models.JSONField(default=list, blank=True, help_text="Records it changed: fields, old and new values.")
    kept = models.TextField(blank=True, help_text="What could not be taken back, and why.")

    objects = UploadLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("upload", "number"), name="upload_line_once")]
        # Read by the list of lines, filtered by what becomes of them.
        indexes = [models.Index(fields=("upload", "outcome", "number"), name="upload_line_outcome")]

    def __str__(self) -> str:
        return f"Line {self.number}"


class Remembered(models.Model):
    """What an owner once said that something in its spreadsheets means; asked for no second time."""

    owner = models.ForeignKey(settings.PORTAL_OWNER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    given = models.CharField(max_length=300)
    meant = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("owner", "topic", "given"), name="remembered_once")]
        verbose_name_plural = "remembered"

    def __str__(self) -> str:
        return f"{self.topic}: {self.given}"
