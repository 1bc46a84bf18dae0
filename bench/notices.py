"""How fast one worker delivers due notices to a local SMTP sink, against Django's SMTP backend alone.

2,000 reminders of real meetings, delivered by a Celery worker as `make run` starts it, on PostgreSQL and Redis,
from the wake-up until the last is marked as sent; the floor sends the same mails over one open connection to the
same sink, which runs in a process of its own.
"""

import logging
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

from bench import setting

from aiosmtpd.controller import Controller  # isort: skip - setting comes first
from celery import Celery
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.db.models import QuerySet

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from tests import factories as make
from workgroups.models import Group, Meeting

MANY = 2_000
TEACHERS = 15  # and the leader
RUNS = 5
LIMIT = 0.6
PATIENCE_SECONDS = 120
# Looking costs the database time that the worker needs; a late look counts against the worker.
LOOK_SECONDS = 0.1
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")


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
    """Meetings in thirteen days, whose 14-day reminders have been due since yesterday."""
    offer = make.OfferFactory(group_max=None)
    now = clock.now()
    meetings, began = [], now - timedelta(days=60)
    for number in range(MANY // (TEACHERS + 1)):
        group = make.GroupFactory(offer=offer, name=f"Group {number}")
        Group.objects.filter(pk=group.pk).update(started_at=began, status="running")
        place = make.PlaceFactory(group=group)
        for teacher in make.EnrolledTeacherFactory.create_batch(TEACHERS, enrolment=place.enrolment):
            make.ParticipantFactory(place=place, person=teacher.person, since=began.date())
        start = clock.at_london(now.date() + timedelta(days=13), 13, 30)
        meetings.append(Meeting(group=group, number=1, starts_at=start, ends_at=start + timedelta(hours=2)))
    Meeting.objects.bulk_create(meetings)
    notices.reconcile(*meetings, now=now - timedelta(days=30))


def _floor() -> None:
    """Django's SMTP backend alone on one open connection; the same mails as the portal sent."""
    texts = list(_mine().filter(state="sent").values_list("subject", "body", "name", "email"))
    reply_to = [f"leader@{settings.MAIL_DOMAIN}"]
    mail = get_connection()
    mail.open()
    for number, (subject, body, name, email) in enumerate(texts):
        headers = {"Message-ID": f"<floor-{number}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"}
        to = [f"{name} <{email}>"]
        EmailMessage(subject, body, to=to, reply_to=reply_to, headers=headers, connection=mail).send()
    mail.close()


class _Worker:
    """A Celery worker on the measurement's database, with a queue of its own."""

    def __init__(self, port: int) -> None:
        database = connection.settings_dict
        place = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        self.queue = f"bench-{os.getpid()}"
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{place}",
            "REDIS_URL": REDIS_URL,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "QUEUE": self.queue,
            "PYTHONWARNINGS": "ignore:You're running the worker",
        }
        command = [sys.executable, "-m", "celery", "--app", "hubportal", "--quiet", "worker"]
        pool = ["--pool", "threads", "--concurrency", "4", "--loglevel", "error", "--without-mingle"]
        self.process = subprocess.Popen([*command, *pool], env=environment)  # noqa: S603 - our own words

    def deliver(self) -> float:
        """Wake it; the seconds until every notice is marked as sent."""
        started = time.perf_counter()
        with Celery(broker=REDIS_URL) as app:
            app.send_task("core.sweep", queue=self.queue)  # with which whatever is done wakes it
        while _mine().exclude(state="sent").exists():
            if time.perf_counter() - started > PATIENCE_SECONDS:
                sys.exit(f"notices: {_mine().filter(state='sent').count()} of {MANY} were sent")
            time.sleep(LOOK_SECONDS)
        return time.perf_counter() - started

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def _mine() -> QuerySet[Notice]:
    """What is measured; the sweep finds a few more on the way."""
    return Notice.objects.filter(kind="meeting_reminder", occurrence__startswith="14d")


def _again() -> None:
    """The same reminders, as if none had been sent."""
    _mine().update(state="planned", attempts=0, sent_at=None, subject="", body="")


def measure() -> bool:
    """In turn: the worker, then the floor."""
    sink, port = _start_sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    _plan()
    worker = _Worker(port)
    try:
        _again()
        worker.deliver()  # the first time it has only just started
        rates, floors = [], []
        for _run in range(RUNS):
            _again()
            rates.append(MANY / worker.deliver())
            floors.append(MANY / setting.timed(_floor))
    finally:
        worker.stop()
        sink.terminate()
    what = f"{MANY} notices by one worker to a local SMTP sink"
    return setting.judge(what, statistics.median(rates), statistics.median(floors), LIMIT, "a second", at_least=True)


if __name__ == "__main__":
    setting.run(measure)
