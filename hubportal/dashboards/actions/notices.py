"""The verb of the outbox's page: have one e-mail tried again."""

from datetime import datetime

from django.db import transaction

from hubportal.core import wake
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove


@transaction.atomic
def try_again(*, notice: Notice, now: datetime) -> None:
    """Send an e-mail that failed once more, to the address of the day, if it is not too late for it.

    :raises CannotMove: where it is too late, or it no longer stands as failed.
    """
    revived = Notice.objects.filter(pk=notice.pk).worth_another_try(now).update(**Notice.FRESH)
    if revived != 1:
        notice.refresh_from_db()
        if notice.state == Notice.State.FAILED:
            raise CannotMove("It is too late for this e-mail: it is not sent any more.")
        raise CannotMove(f"This e-mail is {notice.get_state_display().lower()}: only one that failed is tried again.")
    wake.wake()
