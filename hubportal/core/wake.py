"""Waking the worker: a broker message is only a wake-up, all work is found again in the database."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from hubportal.core import tasks

logger = logging.getLogger(__name__)


def wake() -> None:
    """Ask the worker to look for work once this transaction has committed."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        tasks.sweep.apply_async(retry=False)
    except (OperationalError, OSError):
        logger.exception("The broker did not take a wake-up; the next sweep finds the work.")
