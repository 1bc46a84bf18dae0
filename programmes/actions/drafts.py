"""The public form while it is being filled in: keeping answers, and deleting those whose time is over."""

from datetime import datetime, timedelta
from typing import Any

from programmes.models import FormDraft


class DraftChanged(Exception):
    """The answers were changed on another device since they were read."""


def save_answers(*, draft: FormDraft, data: dict[str, Any], now: datetime) -> None:
    """Keep what was answered, and the form for its time from now on.

    :raises DraftChanged: where somebody else has answered since, or it was deleted.
    """
    kept = FormDraft.objects.filter(pk=draft.pk, version=draft.version)
    values = {
        "data": data,
        "version": draft.version + 1,
        "name": draft.name,
        "email": draft.email,
        "saved_at": now,
        "kept_until": now + timedelta(days=draft.days_kept),
    }
    if kept.update(**values) != 1:
        raise DraftChanged
    for field, value in values.items():
        setattr(draft, field, value)


def forget_drafts(*, now: datetime) -> None:
    """Delete the forms whose time is over; for the sweep."""
    FormDraft.objects.out_of_time(now).delete()
