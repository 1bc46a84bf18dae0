"""How an import of schools from the browser ended, to whoever started it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import person_recipient
from schools.models import GiasImport, GiasUpload


def _ended(upload: GiasUpload) -> Sequence[Desired]:
    record = upload.record
    if record is None or record.by is None or upload.ended_at is None or record.state == GiasImport.State.RUNNING:
        return []
    return [
        Desired(
            recipient=person_recipient(record.by.person).key,
            occurrence=f"ended@{upload.ended_at.isoformat()}",
            due_at=upload.ended_at,
            until=upload.ended_at + WORTH_KNOWING,
            name=str(record.by),
            email=record.by.email,
        )
    ]


def _uploads() -> models.QuerySet[GiasUpload]:
    return GiasUpload.objects.select_related("record__by__person")


def _lately(uploads: models.QuerySet[GiasUpload], now: datetime) -> models.QuerySet[GiasUpload]:
    return uploads.filter(ended_at__gt=now - WORTH_KNOWING, record__isnull=False)


def _context(upload: GiasUpload, notice: Notice) -> dict[str, Any]:
    record = upload.record
    path = record.get_absolute_url() if record else upload.get_absolute_url()
    return {"record": record, "url": f"{settings.SITE_URL}{path}", "portal": settings.PORTAL_NAME}


GIAS_IMPORT = Kind(
    key="gias_import",
    label="Import of schools ended",
    model="schools.GiasUpload",
    template="schools/emails/gias_import.txt",
    desired=_ended,
    load=_uploads,
    live=_lately,
    context=_context,
)
