"""E-mails to a new headteacher about what the school has agreed to: asked, then reminded twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.urls import reverse

from hubportal.core.clock import LONDON, at_london
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import person_recipient, to_each
from programmes.models import HeadConfirmation
from programmes.models.confirming import LASTS

REMINDED_AFTER = (timedelta(days=7), timedelta(days=14))
_signer = Signer(sep=".", salt="programmes.confirmation")


def confirmation_token(asked: HeadConfirmation) -> str:
    """What the link carries."""
    return _signer.sign(str(asked.pk))


def read_confirmation_token(token: str) -> int | None:
    """The key of what is asked; None for what we have not signed."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def _desired(asked: HeadConfirmation) -> Sequence[Desired]:
    """At once, and again a week and two weeks later, until it is answered or nothing runs any more."""
    if not asked.is_open or not getattr(asked, "has_running", False) or asked.school.has_closed:
        return []
    day = asked.asked_at.astimezone(LONDON).date()
    due = [asked.asked_at, *(at_london(day + after) for after in REMINDED_AFTER)]
    ends = [*due[1:], asked.asked_at + LASTS]
    head = [person_recipient(asked.person)]
    each = enumerate(zip(due, ends, strict=True))
    return [one for number, (due_at, until) in each for one in to_each(head, f"ask{number}@{day}", due_at, until)]


def _live(rows: QuerySet[HeadConfirmation], now: datetime) -> QuerySet[HeadConfirmation]:
    return rows.filter(asked_at__gt=now - LASTS, closed_at=None)


def _load() -> QuerySet[HeadConfirmation]:
    return HeadConfirmation.objects.for_list().with_running()


def _context(asked: HeadConfirmation, notice: Notice) -> dict[str, Any]:
    running = list(asked.running())
    hubs = asked.answered_by(running)
    return {
        "hubs": hubs,
        "answered": [hub for hub in hubs if hub.answered_at()],
        "asked": asked,
        "running": running,
        "again": not notice.occurrence.startswith("ask0"),
        "path": reverse("programmes:confirmation", args=[confirmation_token(asked)]),
        "ends_at": (asked.asked_at + LASTS).astimezone(LONDON),
    }


def _answers(asked: HeadConfirmation) -> list[str]:
    """Where an answer goes: to each hub that runs what is asked about, as far as somebody there can be written to."""
    hubs = asked.answered_by(asked.running())
    return [address for hub in hubs if (address := hub.answered_at())]


NEW_HEAD = Kind(
    key="head-confirmation",
    label="New headteacher asked to confirm what runs",
    model="programmes.HeadConfirmation",
    template="programmes/emails/head_confirmation.txt",
    desired=_desired,
    load=_load,
    live=_live,
    context=_context,
    thread=lambda asked: asked.school,
    reply_to=lambda asked: next(iter(_answers(asked)), ""),
    reply_also=lambda asked: _answers(asked)[1:],
)
