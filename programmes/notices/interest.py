"""E-mails about an expression of interest: to whoever sent it, and to the headteacher."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from hubportal.core.clock import LONDON
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind, mail_key
from programmes.models import Interest
from programmes.notices.links import head_path
from programmes.rules import HEAD_LINK_LASTS

# A confirmation that could not be sent for so long only puzzles whoever gets it.
WORTH_SENDING = timedelta(days=7)


def received(interest: Interest) -> Sequence[Desired]:
    """Whoever sent it gets the reference at once; a second copy's sender the very same."""
    return [
        Desired(
            recipient=mail_key(interest.contact_email),
            occurrence=f"sent@{_day(interest.submitted_at)}",
            due_at=interest.submitted_at,
            until=interest.submitted_at + WORTH_SENDING,
            name=interest.contact_name,
            email=interest.contact_email,
        )
    ]


def head_asked(interest: Interest) -> Sequence[Desired]:
    """The headteacher is asked while the link lasts and until they answer; not for a second copy, not who applied."""
    answered_at = interest.head_confirmed_at or interest.head_refused_at
    if interest.head_asked_at is None or answered_at or not interest.is_standing:
        return []
    return [
        Desired(
            recipient=mail_key(interest.head_email),
            occurrence=f"ask{interest.head_asked}@{_day(interest.head_asked_at)}",
            due_at=interest.head_asked_at,
            until=interest.head_asked_at + HEAD_LINK_LASTS,
            name=interest.head_name,
            email=interest.head_email,
        )
    ]


def head_told(interest: Interest) -> Sequence[Desired]:
    """Where headteachers are only told: once, and again where another one is named; not who applied."""
    is_told = interest.only_tells_head
    if not is_told or interest.is_head_contact or not interest.is_standing:
        return []
    return [
        Desired(
            recipient=mail_key(interest.head_email),
            occurrence=f"tell{interest.head_asked}@{_day(interest.submitted_at)}",
            due_at=interest.submitted_at,
            until=interest.submitted_at + WORTH_SENDING,
            name=interest.head_name,
            email=interest.head_email,
        )
    ]


def _day(moment: datetime) -> str:
    return moment.astimezone(LONDON).date().isoformat()


def _load() -> QuerySet[Interest]:
    return Interest.objects.for_link().prefetch_related("teachers")


def _lately_sent(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(submitted_at__gt=now - WORTH_SENDING)


def _waits_for_head(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(head_confirmed_at=None, head_asked_at__gt=now - HEAD_LINK_LASTS, status__in=Interest.OPEN)


def _received_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {"interest": interest}


def _head_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    ends_at = (interest.head_asked_at or interest.submitted_at) + HEAD_LINK_LASTS
    return {"interest": interest, "path": head_path(interest), "ends_at": ends_at.astimezone(LONDON)}


def _hub_email(interest: Interest) -> str:
    return interest.hub.email if interest.hub else ""


RECEIVED = Kind(
    key="interest-received",
    label="Expression of interest received",
    model="programmes.Interest",
    template="programmes/emails/interest_received.txt",
    desired=received,
    load=_load,
    live=_lately_sent,
    context=_received_context,
    reply_to=_hub_email,
)
HEAD_TOLD = Kind(
    key="interest-head-told",
    label="Headteacher told of an application",
    model="programmes.Interest",
    template="programmes/emails/interest_head_told.txt",
    desired=head_told,
    load=_load,
    live=_lately_sent,
    context=_received_context,
    reply_to=_hub_email,
)
HEAD_ASKED = Kind(
    key="interest-head",
    label="Headteacher asked to confirm",
    model="programmes.Interest",
    template="programmes/emails/interest_head.txt",
    desired=head_asked,
    load=_load,
    live=_waits_for_head,
    context=_head_context,
    reply_to=_hub_email,
)
