"""E-mails about questions to a school: to its contact, and back to whoever asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind, mail_key
from hubportal.core.telling import person_recipient
from programmes.models import InterestMessage
from programmes.notices.links import question_path

# A message that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)


def _asked(message: InterestMessage) -> Sequence[Desired]:
    """The contact, where they have an address, while the interest still takes answers and none has come since."""
    interest = message.interest
    is_answered = any(not one.is_from_hub and one.at >= message.at for one in interest.messages.all())
    if not message.is_from_hub or not interest.contact_email or not interest.takes_questions or is_answered:
        return []
    return [_desired(message, mail_key(interest.contact_email), interest.contact_name, interest.contact_email)]


def _answered(message: InterestMessage) -> Sequence[Desired]:
    """Whoever asked last; the hub's own address where they no longer sign in."""
    if message.is_from_hub:
        return []
    interest = message.interest
    asked = [one for one in interest.messages.all() if one.is_from_hub and one.at <= message.at]
    asker = asked[-1].by if asked else None
    if asker is not None and asker.is_active:
        return [_desired(message, person_recipient(asker.person).key, asker.person.name, asker.email)]
    hub = interest.hub
    return [_desired(message, mail_key(hub.email), hub.name, hub.email)] if hub and hub.email else []


def _desired(message: InterestMessage, recipient: str, name: str, email: str) -> Desired:
    return Desired(
        recipient=recipient,
        occurrence=f"said@{message.at.isoformat()}",
        due_at=message.at,
        until=message.at + WORTH_KNOWING,
        name=name,
        email=email,
    )


def _load() -> QuerySet[InterestMessage]:
    thread = InterestMessage.objects.select_related("by__person").order_by("at", "pk")
    about = ("interest__hub", "interest__school", "interest__offer", "interest__phase")
    return InterestMessage.objects.select_related(*about).prefetch_related(
        Prefetch("interest__messages", queryset=thread)
    )


def _live(rows: QuerySet[InterestMessage], now: datetime) -> QuerySet[InterestMessage]:
    return rows.filter(at__gt=now - SWEPT_FOR)


def _context(message: InterestMessage, notice: Notice) -> dict[str, Any]:
    interest = message.interest
    path = question_path(interest) if message.is_from_hub else interest.get_absolute_url()
    return {"message": message, "interest": interest, "name": notice.name, "path": path}


def _hub_email(message: InterestMessage) -> str:
    return message.interest.hub.answered_at() if message.interest.hub else ""


def _contact_email(message: InterestMessage) -> str:
    return message.interest.contact_email


ASKED = Kind(
    key="interest-question",
    label="Question to a school about its interest",
    model="programmes.InterestMessage",
    template="programmes/emails/interest_question.txt",
    desired=_asked,
    load=_load,
    live=_live,
    context=_context,
    thread=lambda message: message.interest,
    reply_to=_hub_email,
)
ANSWERED = Kind(
    key="interest-answer",
    label="A school's answer about its interest",
    model="programmes.InterestMessage",
    template="programmes/emails/interest_answer.txt",
    desired=_answered,
    load=_load,
    live=_live,
    context=_context,
    thread=lambda message: message.interest,
    reply_to=_contact_email,
)
