"""Background tasks of the core; each is safe to run twice and at the same time as itself."""

import logging
from importlib import import_module
from threading import Lock
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError
from kombu.pools import producers

from hubportal.core import clock, delivery, files, jobs, notices
from hubportal.core.models import Heartbeat

logger = logging.getLogger(__name__)

# Somebody waits for the page while a wake-up is sent. Not for workers, which must wait for their broker.
AT_ONCE = {"max_retries": 0, "socket_connect_timeout": 0.5, "socket_timeout": 0.5}

# Threads of one process take turns: a third hand beside a sweep's and this one would slow both down, look what stands
# for itself every second, and keep long work and sweeps from their threads.
SECOND_HAND = Lock()


@shared_task(name="core.sweep", ignore_result=True)
def sweep() -> None:
    """Let the upper apps follow what changed below, then send what is due."""
    clock.refresh()
    _each(settings.RECONCILERS)
    delivery.deliver_due(many=_another_hand)
    if jobs.has_waiting():
        ask(work)


@shared_task(name="core.work", ignore_result=True)
def work() -> None:
    """Do the long work that waits, apart from sweeps: nobody's e-mail waits for an import."""
    clock.refresh()
    jobs.work()


@shared_task(name="core.deliver", ignore_result=True)
def deliver() -> None:
    """Another hand, where a sweep finds very many e-mails: each claims its own; one in each process."""
    if not SECOND_HAND.acquire(blocking=False):
        return  # the one that is at it goes on until nothing is due
    try:
        clock.refresh()
        delivery.deliver_due(many=_another_hand)
    finally:
        SECOND_HAND.release()


def ask(task: Any) -> None:
    """Send a wake-up; where the broker does not take it at once, the next sweep finds the work."""
    try:
        broker = task.app.connection_for_write(transport_options=AT_ONCE)
        with producers[broker].acquire(block=True) as producer:
            task.apply_async(retry=False, producer=producer)
    except (OperationalError, OSError):
        logger.exception("The broker did not take a wake-up; the next sweep finds the work.")


def _another_hand() -> None:
    ask(deliver)


def _each(paths: list[str]) -> None:
    for path in paths:
        try:
            import_string(path)(now=clock.now())
        except Exception:  # what one app cannot follow now must not hold up everybody's e-mails
            logger.exception("%s did not go through; the next sweep tries it again", path)


@shared_task(name="core.reconcile", ignore_result=True)
def reconcile() -> None:
    """Compare the whole outbox with what is desired; forget what is over: sessions, forms, previews, files."""
    clock.refresh()
    notices.sweep(clock.now())
    _each(settings.FORGETTERS)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    files.sweep(clock.real_now())


@shared_task(name="core.beat", ignore_result=True)
def beat() -> None:
    """Show that beat and worker live, for ``/readyz``."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": clock.real_now()})
