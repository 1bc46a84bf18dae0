"""How any record is named in the journal and in notices: ``app.model:pk``."""

from django.db import models


def record_key(record: models.Model) -> str:
    """The record's name, for example ``workgroups.meeting:12``."""
    return f"{record._meta.label_lower}:{record.pk}"


def owner_id_of(record: models.Model) -> int | None:
    """The hub that a record belongs to, where it has one (``owner_id`` or ``hub_id``)."""
    found: int | None = getattr(record, "owner_id", None) or getattr(record, "hub_id", None)
    return found
