"""What a headteacher has answered: what was answered since they read it, and telling whom it concerns."""

from collections.abc import Mapping
from datetime import datetime

from hubportal.core import locks, notices, wake
from programmes.models import Interest
from programmes.notices.refusals import REFUSED


class AnsweredMeanwhile(Exception):
    """The headteacher was answered for otherwise than the page had shown when they pressed."""


def answer_so_far(interest: Interest) -> str:
    """What a page shows of a headteacher's answer and carries: a yes or a no, and when; empty before there is one."""
    if interest.head_confirmed_at is not None:
        return f"yes {interest.head_confirmed_at.isoformat()}"
    return f"no {interest.head_refused_at.isoformat()}" if interest.head_refused_at is not None else ""


def check_seen(seen: Mapping[int, str]) -> None:
    """In the transaction that answers: hold what a page had shown (the answers so far, by the interests' keys).

    :raises AnsweredMeanwhile: where one of them has another answer by now.
    """
    for interest in locks.all_held(Interest.objects.filter(pk__in=seen)):
        if answer_so_far(interest) != seen[interest.pk]:
            raise AnsweredMeanwhile


def tell_answer(interest: Interest, now: datetime) -> None:
    """In the transaction of the answer: who has heard of a no hears of the yes, and no no leaves in between."""
    notices.hold((REFUSED.key, interest))
    notices.reconcile(interest, now=now)
    wake.wake()
