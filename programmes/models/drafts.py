"""The public form while it is being filled in: kept here, so that it can be gone on with on another device."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models

from programmes.models.interest import Interest


class FormDraftQuerySet(models.QuerySet["FormDraft"]):
    """Reading drafts; who may is whoever holds the key, so they start from it."""

    def kept(self, now: datetime) -> Self:
        """Those whose time has not run out."""
        return self.filter(kept_until__gt=now)

    def out_of_time(self, now: datetime) -> Self:
        """Those to be deleted."""
        return self.filter(kept_until__lte=now)

    def handed_on_from(self, key: str) -> Self:
        """Those that somebody else goes on with, who was sent another link than one that ended with this key."""
        return self.filter(data__handed_on__ended__has_key=key)


class FormDraft(models.Model):
    """The answers given so far; deleted when their time is over.

    Where a link was sent to come back by, they are kept for ``settings.DRAFT_DAYS`` after the last answer, else for
    a day: nobody but the browser they were typed in can open them.
    """

    key = models.CharField(max_length=32, unique=True)
    data = models.JSONField(default=dict)
    # Raised by every answer: of two devices that answer at the same moment the second is told.
    version = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    interest = models.ForeignKey(Interest, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    saved_at = models.DateTimeField()
    kept_until = models.DateTimeField(db_index=True)  # read by the sweep that deletes them
    link_asked_at = models.DateTimeField(null=True, blank=True)

    objects = FormDraftQuerySet.as_manager()

    def __str__(self) -> str:
        return "A form that is being filled in"

    @property
    def begun_by(self) -> str:
        """The name of whoever fills it in, as far as it was answered or only typed."""
        typed: list[str] = self.data.get("begun", {}).get("contact", {}).get("name", [])
        return self.name or " ".join(typed[:1])

    @property
    def handed(self) -> dict[str, Any] | None:
        """By whom and to whom it was handed, where its last link was sent for that."""
        handed: dict[str, Any] | None = self.data.get("handed_on")
        is_last = handed and self.link_asked_at and handed["at"] == self.link_asked_at.timestamp()
        return handed if is_last else None

    @property
    def days_kept(self) -> int:
        """For how long after an answer."""
        return int(settings.DRAFT_DAYS) if self.link_asked_at else 1
