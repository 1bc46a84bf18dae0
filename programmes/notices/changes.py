"""E-mails about what whoever applied has done themselves: withdrawn it, or given another e-mail address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind, mail_key
from hubportal.core.telling import address_recipient, each_address_once, news_to_each
from programmes.models import Interest
from programmes.notices.loading import interests
from programmes.notices.sent_links import hub_email


def _withdrawn(interest: Interest) -> Sequence[Desired]:
    """Whoever withdrew it has it in writing; the headteacher hears of it who was asked, or told, or has answered."""
    at = interest.withdrawn_at
    if at is None or interest.status != Interest.Status.WITHDRAWN:
        return []
    to_tell = [address_recipient(interest.contact_name, interest.contact_email)]
    if _has_heard(interest):
        to_tell.append(address_recipient(interest.head_name, interest.head_email))
    return news_to_each(each_address_once(to_tell), f"withdrawn@{at.isoformat()}", at)


def _has_heard(interest: Interest) -> bool:
    """Whether its headteacher knows of it: nobody asks, or tells, that of a second copy."""
    was_told = interest.only_tells_head and interest.duplicate_of_id is None
    return was_told or any((interest.head_asked_at, interest.head_confirmed_at, interest.head_refused_at))


def _lately_withdrawn(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(withdrawn_at__gt=now - WORTH_KNOWING)


def _withdrawn_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    is_contact = notice.recipient == mail_key(interest.contact_email)
    return {"interest": interest, "name": notice.name, "is_contact": is_contact}


def _address_changed(interest: Interest) -> Sequence[Desired]:
    """Nothing more goes to the old address; it is not told which the new one is, nor called by a name."""
    at, old = interest.email_changed_at, interest.former_email
    return news_to_each([address_recipient(old, old)], f"old@{at.isoformat()}", at) if at and old else []


def _lately_changed(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(email_changed_at__gt=now - WORTH_KNOWING)


def _changed_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    return {"interest": interest}


WITHDRAWN = Kind(
    key="interest-withdrawn",
    label="Withdrawal confirmed",
    model="programmes.Interest",
    template="programmes/emails/interest_withdrawn.txt",
    desired=_withdrawn,
    load=interests,
    live=_lately_withdrawn,
    context=_withdrawn_context,
    reply_to=hub_email,
    is_news=True,
)
OLD_ADDRESS = Kind(
    key="interest-old-address",
    label="Old address told that it was changed",
    model="programmes.Interest",
    template="programmes/emails/interest_old_address.txt",
    desired=_address_changed,
    load=interests,
    live=_lately_changed,
    context=_changed_context,
    reply_to=hub_email,
    is_news=True,
)
