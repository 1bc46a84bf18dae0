"""Writing the journal: called by actions, in the transaction of what they do."""

from contextvars import ContextVar
from typing import Any

from django.db import models

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.records import owner_id_of, record_key

# The person whose view a member of staff has taken on, set by the middleware for the request.
seen_as: ContextVar[Any] = ContextVar("seen_as", default=None)


def record(
    what: str,
    *,
    on: models.Model,
    by: Any,
    note: str = "",
    changed: dict[str, Any] | None = None,
    moved: tuple[str, str] = ("", ""),
    owner_id: int | None = None,
) -> JournalEntry:
    """Write one entry: ``what`` in the past tense ("Accepted"), ``changed`` as {field: [old, new]}."""
    return JournalEntry.objects.create(
        at=clock.now(),
        by=by if getattr(by, "pk", None) else None,
        seen_as=seen_as.get(),
        what=what,
        record=record_key(on),
        label=str(on)[:200],
        moved_from=moved[0],
        moved_to=moved[1],
        changed=changed or {},
        note=note,
        owner_id=owner_id or owner_id_of(on),
    )


def who_last(*what: str, on: models.Model) -> str:
    """Who did one of these to a record last, for whoever comes second."""
    entry = JournalEntry.objects.about(on).filter(what__in=what).first()
    return entry.who if entry else "Somebody else"
