"""The journal: who did what, on which record, when. Append-only; the History tab of every page."""

import re
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from hubportal.core.access import scope_of
from hubportal.core.records import record_key


class JournalQuerySet(models.QuerySet["JournalEntry"]):
    """Reading the journal."""

    def visible_to(self, user: Any) -> Self:
        """Entries of the hubs a person works for; national sees all."""
        scope = scope_of(user)
        if scope is None or isinstance(user, AnonymousUser):
            return self.none()
        return self if scope.is_national else self.filter(owner__in=scope.hub_ids)

    def about(self, *records: models.Model) -> Self:
        """The history of some records (a page's own and those shown on it), newest first."""
        keys = [record_key(record) for record in records]
        return self.filter(record__in=keys).select_related("by__person").order_by("-at", "-pk")


class JournalEntry(models.Model):
    """One thing that somebody (or the portal itself, ``by`` empty) did."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seen_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    what = models.CharField(max_length=80)
    record = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    moved_from = models.CharField(max_length=30, blank=True)
    moved_to = models.CharField(max_length=30, blank=True)
    changed = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.PORTAL_OWNER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name_plural = "journal entries"
        # Read by the History tab: one record's entries, newest first.
        indexes = [models.Index(fields=("record", "-at"), name="journal_record")]

    def __str__(self) -> str:
        return f"{self.what}: {self.label}"

    @property
    def who(self) -> str:
        """Who did it, as a sentence begins with them."""
        return str(self.by) if self.by else "The portal"

    @property
    def moved(self) -> tuple[str, str] | None:
        """From and to which status, in the words that pages use for them; None where nothing moved."""
        if not self.moved_to:
            return None
        labels = _status_labels(self.record.partition(":")[0])
        return labels.get(self.moved_from, self.moved_from), labels.get(self.moved_to, self.moved_to)

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What changed, from what to what, in the words that pages use: no name of a column, no stored value."""
        model = self.record.partition(":")[0]
        return [_change(model, name, *values) for name, values in self.changed.items()]


STORED_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _change(model: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    field = _field(model, name)
    if field is None:
        return name, _plain(str(old)), _plain(str(new))
    labels = _labels(field)
    before, after = (labels.get(str(value), _plain(str(value))) for value in (old, new))
    return str(field.verbose_name), before, after


def _plain(value: str) -> str:
    """A stored day as people write it; everything else as it stands."""
    if not STORED_DAY.fullmatch(value):
        return {"True": "yes", "False": "no"}.get(value, value)
    day = date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"


def _status_labels(model: str) -> dict[str, str]:
    field = _field(model, "status")
    return _labels(field) if field else {}


def _labels(field: "models.Field[Any, Any]") -> dict[str, str]:
    return {str(value): str(label) for value, label in field.flatchoices}


def _field(model: str, name: str) -> "models.Field[Any, Any] | None":
    """A model's own field; None for other words, and for things that the portal knows no more."""
    try:
        field = apps.get_model(model)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return field if isinstance(field, models.Field) else None
