"""The verbs of the outbox's page: have one e-mail that failed tried again, or give it up."""

from datetime import datetime

from django.db import transaction

from hubportal.core import journal, wake
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from schools.models import User


@transaction.atomic
def try_again(*, notice: Notice, by: User, now: datetime) -> None:
    """Send an e-mail that failed once more, to the address of the day, if it is not too late for it.

    :raises CannotMove: where it is too late, or it no longer stands as failed.
    """
    revived = Notice.objects.filter(pk=notice.pk).worth_another_try(now).update(**Notice.FRESH)
    if revived != 1:
        notice.refresh_from_db()
        if notice.state == Notice.State.FAILED:
            raise CannotMove("It is too late for this e-mail: it is not sent any more.")
        raise CannotMove(f"This e-mail is {notice.get_state_display().lower()}: only one that failed is tried again.")
    journal.record("E-mail tried again", on=notice, by=by, note=notice.problem)
    wake.wake()


@transaction.atomic
def settle(*, notice: Notice, by: User) -> None:
    """Give up an e-mail that failed: its recipient was told otherwise, or need not be. It says who settled it.

    :raises CannotMove: where it no longer stands as failed.
    """
    problem = f"{notice.problem} {by} settled it otherwise.".strip()
    failed = Notice.objects.filter(pk=notice.pk, state=Notice.State.FAILED)
    if failed.update(state=Notice.State.MISSED, problem=problem) != 1:
        notice.refresh_from_db()
        raise CannotMove(f"This e-mail is {notice.get_state_display().lower()}: only one that failed is given up.")
    journal.record("E-mail settled otherwise", on=notice, by=by, note=notice.problem)
