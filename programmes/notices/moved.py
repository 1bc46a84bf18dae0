"""An applicant hears that another hub decides: their school has gone to it, or their hub goes on in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import address_recipient, news_to_each
from programmes.models import Interest
from programmes.notices.loading import interests
from programmes.notices.sent_links import hub_email

WAITS = (Interest.Status.INTERESTED, *Interest.UNDECIDED)


def _waits(interest: Interest) -> bool:
    return interest.status in WAITS and interest.came_at is not None


def _went_with(interest: Interest, first: Interest) -> bool:
    """Whether what one form sent went to the same hub in the same step: then one e-mail tells of both."""
    return _waits(interest) and _waits(first) and (interest.came_at, interest.hub_id) == (first.came_at, first.hub_id)


def news_of(came_at: datetime) -> str:
    """What tells one such move from another."""
    return f"hub@{came_at.isoformat()}"


def _desired(interest: Interest) -> Sequence[Desired]:
    """Whoever sent it, once for each hub that it goes to, while that hub has not decided."""
    at, first = interest.came_at, interest.sent_with
    is_said = first is not None and _went_with(interest, first)
    if at is None or not _waits(interest) or is_said or not interest.contact_email or interest.school.has_closed:
        return []
    sender = address_recipient(interest.contact_name, interest.contact_email)
    return news_to_each([sender], news_of(at), at)


def _live(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(came_at__gt=now - WORTH_KNOWING, status__in=WAITS)


def _context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {
        "interest": interest,
        "sent": [interest, *(one for one in interest.sent_together.all() if _went_with(one, interest))],
    }


WENT_TO_HUB = Kind(
    key="interest-hub",
    label="Another hub decides about an application",
    model="programmes.Interest",
    template="programmes/emails/interest_hub.txt",
    desired=_desired,
    load=interests,
    live=_live,
    context=_context,
    reply_to=hub_email,
    is_news=True,
)
