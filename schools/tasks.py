"""Background tasks of schools; safe to run twice."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from hubportal.core import clock
from hubportal.core.alone import alone
from schools.actions import bounces
from schools.adapters.bounces import read_mailbox, read_report

logger = logging.getLogger(__name__)


@shared_task(name="schools.bounces", ignore_result=True)
def read_bounces() -> None:
    """Read what came back into the mailbox; where it cannot be reached, the next time."""
    if not settings.BOUNCES_URL:
        return
    clock.refresh()
    with alone("bounces"):
        try:
            for content in read_mailbox(settings.BOUNCES_URL):
                _take_in(content)
        except (OSError, ValueError) as problem:
            logger.warning("The mailbox of bounces cannot be read: %s", problem)


def _take_in(content: bytes) -> None:
    """One that cannot be taken in is logged and has been read: all that came after it would wait behind it."""
    try:
        bounces.take_in(read_report(content), now=clock.now(), is_known=False)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A message in the mailbox of bounces cannot be taken in; the next ones are")
