"""Waking the worker: a broker message is only a wake-up, all work is found again in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from hubportal.core import tasks

_held: ContextVar[bool] = ContextVar("held", default=False)


def wake() -> None:
    """Ask the worker to look for work once this transaction has committed."""
    if not _held.get():
        transaction.on_commit(_send)


@contextmanager
def held() -> Iterator[None]:
    """Send one wake-up at the end for many steps taken together."""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)
    wake()


def _send() -> None:
    tasks.ask(tasks.sweep)
