"""E-mails about a headteacher's no: to the hub, which decides what follows, and to whoever applied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import Recipient, address_recipient, each_address_once, news_to_each
from programmes.models import Interest, Receipt
from programmes.notices.interest import entered
from programmes.notices.loading import interests
from programmes.notices.sent_links import hub_email
from schools.rules import is_person


def _desired(interest: Interest) -> Sequence[Desired]:
    """Once for each no, while it stands; of several that one press answered the first tells of all."""
    at = interest.head_refused_at
    is_there = interest.is_standing and not interest.school.has_closed
    if at is None or not is_there or getattr(interest, "is_refused_with_another", False):
        return []
    to_tell = each_address_once([*_hub(interest), *_contact(interest)])
    return news_to_each(to_tell, f"no@{at.isoformat()}", at)


def _hub(interest: Interest) -> list[Recipient]:
    """The hub, unless it entered the answer itself. The key stays when its address is corrected."""
    hub = interest.hub
    if hub is None or entered(interest, Receipt.What.HEAD):
        return []
    return [Recipient(_hub_key(interest), hub.name, hub.answered_at())]


def _hub_key(interest: Interest) -> str:
    return f"hub:{interest.hub_id}"


def _contact(interest: Interest) -> list[Recipient]:
    """Whoever applied, unless it is they who have said no."""
    contact = (interest.contact_name, interest.contact_email)
    return [] if is_person(contact, (interest.head_name, interest.head_email)) else [address_recipient(*contact)]


def _live(rows: QuerySet[Interest], now: datetime) -> QuerySet[Interest]:
    return rows.filter(head_refused_at__gt=now - WORTH_KNOWING, status__in=Interest.OPEN)


def _context(interest: Interest, notice: Notice) -> dict[str, Any]:
    with_it = Interest.objects.asked_with(interest).filter(head_refused_at=interest.head_refused_at)
    return {
        "interest": interest,
        "name": notice.name,
        "is_hub": notice.recipient == _hub_key(interest),
        "refused": list(with_it.for_link()) or [interest],
    }


REFUSED = Kind(
    key="interest-head-no",
    label="Headteacher has said no",
    model="programmes.Interest",
    template="programmes/emails/interest_head_no.txt",
    desired=_desired,
    load=interests,
    live=_live,
    context=_context,
    reply_to=hub_email,
    # The reason is the headteacher's, and whoever applied does not read it: the hub answers the one who gave it.
    reply_also=lambda interest: [interest.head_email],
    is_news=True,
)
