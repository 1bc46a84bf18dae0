"""Links to all that was sent with an e-mail address, asked for by anybody who types it."""

from datetime import datetime

from django.db import transaction

from hubportal.core import locks, notices, wake
from hubportal.core.records import apart
from programmes.actions.interest import PAUSE_BETWEEN_LINKS
from programmes.models import LinkRequest

# E-mails to one address, from however many networks they are asked for.
MOST_A_DAY = 5


@transaction.atomic
def ask_for_links(*, email: str, now: datetime) -> None:
    """Have links sent to an address, where anything was sent with it.

    The same is done for every address: how long it takes tells nobody who has applied.
    """
    LinkRequest.objects.create(email=email.strip().lower(), asked_at=now)
    wake.wake()


@transaction.atomic
def answer_asked(*, now: datetime) -> int:
    """One e-mail for each address at which something stands, not too often; for the sweep. Returns how many."""
    locks.wait_for_turn("links asked for")  # of two sweeps at once the second counts what the first has answered
    answered = 0
    for asked in LinkRequest.objects.waiting().with_what_stands():
        with apart(asked):
            answered += _answer(asked, now)
    return answered


def _answer(asked: LinkRequest, now: datetime) -> bool:
    rows = LinkRequest.objects.filter(pk=asked.pk)
    before = LinkRequest.objects.answered_before(asked).values_list("asked_at", flat=True)
    is_soon = len(before) >= MOST_A_DAY or any(asked.asked_at < at + PAUSE_BETWEEN_LINKS for at in before)
    if is_soon or not getattr(asked, "stands", False):
        rows.delete()
        return False
    is_first = rows.update(is_answered=True) == 1
    if is_first:
        notices.reconcile(asked, now=now)
    return is_first


def forget_old(*, now: datetime) -> None:
    """Delete what is counted no more; for the sweep."""
    LinkRequest.objects.out_of_time(now).delete()
