"""Many interests decided with one press: each line for itself, so that one that is lost holds up no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from hubportal.core import notices, wake
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.models import Interest
from programmes.rules.bulk import Step
from schools.models import User

BECOMES = {
    Step.ACCEPT: Interest.Status.ACCEPTED,
    Step.WAIT: Interest.Status.WAITING,
    Step.DECLINE: Interest.Status.DECLINED,
}
AT_ONCE = "Somebody else has just enrolled this school. Nothing was done twice."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line; ``problem`` empty: it was done, now or by the same person's first press."""

    interest: Interest
    problem: str = ""


def decide_many(
    *, step: Step, interests: Sequence[Interest], by: User, now: datetime, reason: str = ""
) -> list[Outcome]:
    """Accept, put on the waiting list or decline each, in this order, and say what became of each."""
    with wake.held(), notices.together(now):
        return [Outcome(one, _decide(step, one, by, now, reason)) for one in interests]


def _decide(step: Step, interest: Interest, by: User, now: datetime, reason: str) -> str:
    if _is_done(step, interest, by):
        return ""
    try:
        with transaction.atomic():
            _take(step, interest, by, now, reason)
    except (CannotMove, decisions.CannotDecide) as problem:
        interest.refresh_from_db()
        return "" if _is_done(step, interest, by) else str(problem)
    except IntegrityError:
        return AT_ONCE
    return ""


def _take(step: Step, interest: Interest, by: User, now: datetime, reason: str) -> None:
    if step is Step.ACCEPT:
        decisions.accept(interest=interest, by=by, now=now)
    elif step is Step.WAIT:
        decisions.put_on_waiting_list(interest=interest, by=by, now=now, reason=reason)
    else:
        decisions.decline(interest=interest, by=by, now=now, reason=reason)


def _is_done(step: Step, interest: Interest, by: User) -> bool:
    """The first press of a button that was pressed twice."""
    return interest.status == BECOMES[step] and interest.decided_by_id == by.pk
