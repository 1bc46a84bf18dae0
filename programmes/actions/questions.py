"""Questions of the hub to a school about its interest, and the school's answers."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from hubportal.core import journal, locks, notices, wake
from hubportal.core.models import JournalEntry
from programmes.models import Interest, InterestMessage
from schools.models import User

CLOSED = "This {} is closed: it takes no more questions or answers."
# A button that is pressed twice says it once.
PRESSED_TWICE = timedelta(minutes=1)


LINK_DAYS = timedelta(days=30)


class CannotWrite(Exception):
    """A question or an answer that is not taken; said in words for people."""


def has_link_ended(interest: Interest, now: datetime) -> bool:
    """Whether the contact's link shows the thread no more: long after the end of it, and after the last question."""
    ended = interest.decided_at or _closed_at(interest)
    if ended is None:
        return False
    asked = interest.messages.filter(is_from_hub=True).aggregate(last=Max("at"))["last"]
    return now > max(ended, asked or ended) + LINK_DAYS


def _closed_at(interest: Interest) -> datetime | None:
    """When it was withdrawn or merged with another; None while it is not."""
    if interest.status not in (Interest.Status.WITHDRAWN, Interest.Status.MERGED):
        return None
    moves = JournalEntry.objects.about(interest).filter(moved_to=interest.status)
    return moves.values_list("at", flat=True).first()


@transaction.atomic
def ask(*, interest: Interest, text: str, by: User, now: datetime) -> InterestMessage:
    """Ask the school's contact, who gets an e-mail with a link to answer without an account.

    :raises CannotWrite: where the interest is closed.
    """
    return _write(interest, text, by=by, name=by.person.name, now=now, is_from_hub=True)


@transaction.atomic
def answer(*, interest: Interest, text: str, name: str, by: User | None, now: datetime) -> InterestMessage:
    """Answer for the school; whoever asked last is told by e-mail.

    :raises CannotWrite: where the interest is closed, or nothing was asked.
    """
    if not interest.messages.filter(is_from_hub=True).exists():
        raise CannotWrite("There is no question to answer.")
    return _write(interest, text, by=by, name=name, now=now, is_from_hub=False)


def _write(
    interest: Interest, text: str, *, by: User | None, name: str, now: datetime, is_from_hub: bool
) -> InterestMessage:
    # Whoever closes it at this moment is waited for.
    standing = locks.hold(interest)
    if not standing.takes_questions:
        raise CannotWrite(CLOSED.format(standing.noun))
    last = interest.messages.order_by("-at", "-pk").first()
    if last and (last.text, last.is_from_hub) == (text, is_from_hub) and last.at > now - PRESSED_TWICE:
        return last
    message = InterestMessage.objects.create(
        interest=interest, text=text, by=by, name=name, at=now, is_from_hub=is_from_hub
    )
    interest.question = Interest.Question.ASKED if is_from_hub else Interest.Question.ANSWERED
    Interest.objects.filter(pk=interest.pk).update(question=interest.question)
    journal.record("Asked the school" if is_from_hub else "The school answered", on=interest, by=by, note=text)
    notices.reconcile(message, now=now)
    wake.wake()
    return message
