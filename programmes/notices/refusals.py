"""E-mails about a headteacher's no, and a yes that follows: to the hub, and to whoever applied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import Recipient, address_recipient, each_address_once, news_to_each
from programmes.models import Interest, Receipt
from programmes.models.asking import form_of
from programmes.notices.interest import entered
from programmes.notices.loading import CONTACT, HUB, NO, YES, interests, knew_no
from programmes.notices.sent_links import hub_email
from schools.rules import is_person


def _refused(interest: Interest) -> Sequence[Desired]:
    """Once for each no, while it stands; of several that one press answered the first tells of all.

    A hub to which it came since hears of it then.
    """
    at = interest.head_refused_at
    if at is None or not _is_there(interest):
        return []
    came_at = max(at, interest.came_at or at)
    hub = [] if getattr(interest, "is_refused_there_with_another", False) else _hub(interest)
    contact = [] if getattr(interest, "is_refused_with_another", False) else _contact(interest)
    return [
        told
        for one in each_address_once([*hub, *contact])
        for since in [came_at if one in hub else at]
        for told in news_to_each([one], f"no@{since.isoformat()}", since)
    ]


def _confirmed(interest: Interest) -> Sequence[Desired]:
    """Those whom a no was told before; one that has not left is cancelled, and then there is nothing to tell."""
    at = interest.head_confirmed_at
    if at is None or not _is_there(interest):
        return []
    hub = _hub(interest) if getattr(interest, "hub_is_told_yes", False) else []
    contact = _contact(interest) if getattr(interest, "contact_is_told_yes", False) else []
    return news_to_each(each_address_once([*hub, *contact]), f"yes@{at.isoformat()}", at)


def _is_there(interest: Interest) -> bool:
    return interest.is_standing and not interest.school.has_closed


def _hub(interest: Interest) -> list[Recipient]:
    """The hub, unless it entered the answer itself. The key stays when its address is corrected."""
    hub = interest.hub
    if hub is None or (entered(interest, Receipt.What.HEAD) and not _has_come(interest)):
        return []
    return [Recipient(_hub_key(interest), hub.name, hub.answered_at())]


def _has_come(interest: Interest) -> bool:
    """Whether a no was said to another hub than the one that has it now."""
    said_at, came_at = interest.head_refused_at, interest.came_at
    return said_at is not None and came_at is not None and said_at < came_at


def _hub_key(interest: Interest) -> str:
    return f"{HUB}{interest.hub_id}"


def _is_to_hub(interest: Interest, notice: Notice) -> bool:
    return notice.recipient == _hub_key(interest)


def _contact(interest: Interest) -> list[Recipient]:
    """Whoever applied, unless it is they who have answered."""
    contact = (interest.contact_name, interest.contact_email)
    return [] if is_person(contact, (interest.head_name, interest.head_email)) else [address_recipient(*contact)]


def _lately_refused(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    since = now - WORTH_KNOWING
    return rows.filter(
        Q(head_refused_at__gt=since) | Q(head_refused_at__isnull=False, came_at__gt=since), status__in=Interest.OPEN
    )


def _lately_confirmed(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(head_confirmed_at__gt=now - WORTH_KNOWING, status__in=Interest.OPEN)


def _context(interest: Interest, notice: Notice, answered: QuerySet[Interest]) -> dict[str, Any]:
    """What both e-mails need; a hub reads of what it has."""
    is_hub = _is_to_hub(interest, notice)
    with_it = answered.filter(hub=interest.hub_id) if is_hub else answered
    return {
        "interest": interest,
        "name": notice.name,
        "is_hub": is_hub,
        "answered": list(with_it.for_link()) or [interest],  # type: ignore[attr-defined]
    }


def _refused_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    with_it = Interest.objects.asked_with(interest).filter(head_refused_at=interest.head_refused_at)
    return {**_context(interest, notice, with_it), "has_come": _has_come(interest)}


def _confirmed_context(interest: Interest, notice: Notice) -> dict[str, Any]:
    side = HUB if _is_to_hub(interest, notice) else CONTACT
    with_it = Interest.objects.asked_with(interest).filter(head_confirmed_at=interest.head_confirmed_at)
    with_it = with_it.alias(form=form_of())
    # What one press confirmed beside it may never have had a no.
    found = _context(interest, notice, with_it.filter(knew_no(side)))
    return {**found, "is_to_decide": any(one.is_undecided for one in found["answered"])}


REFUSED = Kind(
    key=NO,
    label="Headteacher has said no",
    model="programmes.Interest",
    template="programmes/emails/interest_head_no.txt",
    desired=_refused,
    load=interests,
    live=_lately_refused,
    context=_refused_context,
    reply_to=hub_email,
    # The reason is the headteacher's, and whoever applied does not read it: the hub answers the one who gave it.
    reply_also=lambda interest: [interest.head_email],
    is_news=True,
)
CONFIRMED = Kind(
    key=YES,
    label="Headteacher confirms after a no",
    model="programmes.Interest",
    template="programmes/emails/interest_head_yes.txt",
    desired=_confirmed,
    load=interests,
    live=_lately_confirmed,
    context=_confirmed_context,
    reply_to=hub_email,
    # As of the no: the hub's answer goes to the headteacher.
    reply_also=lambda interest: [interest.head_email],
    is_news=True,
)
