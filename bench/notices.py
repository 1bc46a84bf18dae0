"""How fast one worker delivers due notices to a local SMTP sink, against Django's SMTP backend alone.

2,000 reminders of real meetings, delivered by the portal's own delivery on PostgreSQL; the floor sends as many
messages of the same size over one open connection to the same sink, which runs in a process of its own.
"""

import logging
import multiprocessing
import socket
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Any

from bench import setting

from aiosmtpd.controller import Controller  # isort: skip - setting comes first
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from tests import factories as make
from workgroups.models import Group, Meeting

MANY = 2_000
TEACHERS = 14
LIMIT = 0.6
NOW = datetime(2027, 1, 8, 9, tzinfo=UTC)


class _Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take everything."""
        return "250 OK"


def _sink(port: int) -> None:
    logging.disable()
    Controller(_Sink(), hostname="127.0.0.1", port=port).start()
    while True:
        time.sleep(60)


def _start_sink() -> tuple[BaseProcess, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = multiprocessing.get_context("fork").Process(target=_sink, args=[port], daemon=True)
    process.start()
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return process, port


def _plan() -> None:
    """Meetings in two weeks, whose 14-day reminders are due today."""
    offer = make.OfferFactory(group_max=None)
    meetings = []
    for number in range(MANY // (TEACHERS + 1) + 1):
        group = make.GroupFactory(offer=offer, name=f"Group {number}")
        Group.objects.filter(pk=group.pk).update(started_at=NOW - timedelta(days=60), status="running")
        place = make.PlaceFactory(group=group)
        make.ParticipantFactory.create_batch(TEACHERS, place=place, since=date(2026, 9, 12))
        start = clock.at_london(date(2027, 1, 22), 13, 30)
        meetings.append(Meeting(group=group, number=1, starts_at=start, ends_at=start + timedelta(hours=2)))
    Meeting.objects.bulk_create(meetings)
    notices.reconcile(*meetings, now=NOW - timedelta(days=30))
    surplus = Notice.objects.filter(kind="meeting_reminder", due_at__lte=NOW).order_by("pk").values("pk")[MANY:]
    Notice.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()


def _floor() -> None:
    """Django's SMTP backend alone on one open connection; the same texts as the portal sent."""
    texts = list(Notice.objects.filter(state="sent").values_list("subject", "body", "name", "email"))
    connection = get_connection()
    connection.open()
    for number, (subject, body, name, email) in enumerate(texts):
        headers = {"Message-ID": f"<floor-{number}@hubportal.invalid>"}
        EmailMessage(subject, body, to=[f"{name} <{email}>"], headers=headers, connection=connection).send()
    connection.close()


def _deliver() -> None:
    with clock.fixed(NOW):
        delivery.deliver_due()


def measure() -> bool:
    """Three times in turn: the portal, then the floor."""
    process, port = _start_sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    _plan()
    rates, floors = [], []
    for _run in range(3):
        Notice.objects.update(state="planned", attempts=0, sent_at=None, subject="", body="")
        rates.append(MANY / setting.timed(_deliver))
        sent = Notice.objects.filter(state="sent").count()
        if sent != MANY:
            print(f"notices: {sent} of {MANY} were sent")
            return False
        floors.append(MANY / setting.timed(_floor))
    process.terminate()
    what = f"{MANY} notices to a local SMTP sink"
    return setting.judge(what, statistics.median(rates), statistics.median(floors), LIMIT, "a second", at_least=True)


if __name__ == "__main__":
    setting.run(measure)
