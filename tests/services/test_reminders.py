"""The reminder path on real parts: PostgreSQL, Redis, Celery workers, an SMTP sink; workers killed on the way."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from celery import Celery
from django.conf import settings
from django.db import connection

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Heartbeat, Notice
from tests import factories as make
from tests.running import free_port
from workgroups.models import Group, Meeting

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MANY_GROUPS, TEACHERS = 20, 9
PATIENCE = 90


class Sink:
    """Takes every mail and remembers its Message-ID and recipient; told so, it lets the sender wait for an answer."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.holds_at: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it has taken so many that it says nothing more."""
        return self.holds_at is not None and len(self.taken) >= self.holds_at

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Remember it."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((str(message["Message-ID"]), envelope.rcpt_tos[0]))
        while self.holds:  # noqa: ASYNC110 - let go by another thread
            await asyncio.sleep(0.01)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    """A mail server on a port of its own."""
    handler, port = Sink(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


class Workers:
    """Celery workers and beats on the test's own database, a Redis queue of its own and the sink."""

    def __init__(self, folder: Path, port: int) -> None:
        database = connection.settings_dict
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        self.broker = os.environ["REDIS_URL"]
        self.queue = f"test-{os.getpid()}-{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DEMO")},
            "DATABASE_URL": url,
            "SECRET_KEY": settings.SECRET_KEY,
            "VAR_DIR": str(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "QUEUE": self.queue,
        }
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *pool: str) -> subprocess.Popen[bytes]:
        """One more worker; it does one thing at a time unless told."""
        return self._celery("worker", *(pool or ("--pool", "solo")), "-n", f"{len(self.started)}@{self.queue}")

    def _celery(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"celery-{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "hubportal", *arguments],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def wake(self, task: str = "core.sweep") -> None:
        """What an action or beat sends."""
        with Celery(broker=self.broker) as app:
            app.send_task(task, queue=self.queue)

    def said(self) -> str:
        """What all have written."""
        return "".join(log.read_text() for log in sorted(self.folder.glob("celery-*.log")))

    def stop(self) -> None:
        """End all."""
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def workers(tmp_path: Path, sink: tuple[Sink, int]) -> Iterator[Workers]:
    """No worker yet."""
    crowd = Workers(tmp_path, sink[1])
    yield crowd
    crowd.stop()


def plan(groups: int = MANY_GROUPS) -> int:
    """Meetings in 13 days, whose first reminders are due now; returns how many reminders that is."""
    offer = make.OfferFactory(group_max=None)
    now = clock.now()
    start = clock.at_london(clock.today() + timedelta(days=13), 13, 30)
    meetings = []
    for number in range(groups):
        group = make.GroupFactory(offer=offer, name=f"Group {number}")
        Group.objects.filter(pk=group.pk).update(started_at=now - timedelta(days=60), status="running")
        place = make.PlaceFactory(group=group)
        for _teacher in range(TEACHERS):
            enrolled = make.EnrolledTeacherFactory(enrolment=place.enrolment)
            make.ParticipantFactory(place=place, person=enrolled.person, since=clock.today() - timedelta(days=60))
        meetings.append(Meeting(group=group, number=1, starts_at=start, ends_at=start + timedelta(hours=2)))
    Meeting.objects.bulk_create(meetings)
    notices.reconcile(*meetings, now=now)
    return groups * (TEACHERS + 1)


def due() -> Any:
    """The reminders that are due now."""
    return Notice.objects.filter(kind="meeting_reminder", occurrence__startswith="14d")


def wait_for(what: Any, *, seconds: float = PATIENCE) -> None:
    """Until it is so."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, Counter(Notice.objects.values_list("state", flat=True))
        time.sleep(0.05)


def test_worker_sends_each_due_reminder_once(workers: Workers, sink: tuple[Sink, int]) -> None:
    total = plan(groups=3)
    workers.start()
    workers.start()

    for _wake_up in range(6):
        workers.wake()
    wait_for(lambda: due().filter(state="sent").count() == total)
    workers.wake("core.reconcile")
    workers.wake("core.beat")
    wait_for(Heartbeat.objects.exists)

    ours = {notice.message_id for notice in due()}
    ids = Counter(message_id for message_id, _to in sink[0].taken if message_id in ours)
    assert ids == Counter(dict.fromkeys(ours, 1))
    assert Notice.objects.filter(kind="meeting_reminder", state="planned").count() == total


def test_hands_of_one_worker_send_very_many_reminders_once(workers: Workers, sink: tuple[Sink, int]) -> None:
    total = plan(groups=delivery.BATCH * 4 // (TEACHERS + 1))
    workers.start("--pool", "threads", "--concurrency", "4", "--loglevel", "info")

    workers.wake()
    wait_for(lambda: due().filter(state="sent").count() == total)

    ids = Counter(message_id for message_id, _to in sink[0].taken)
    assert (len(ids), set(ids.values())) == (total, {1})
    assert workers.said().count("Task core.deliver") > 1


def test_killed_workers_lose_nothing_and_repeat_only_with_the_same_id(workers: Workers, sink: tuple[Sink, int]) -> None:
    total, kills = plan(), 3
    for _kill in range(kills):
        # It waits for an answer to the tenth: so the kill is always in the middle.
        sink[0].holds_at = len(sink[0].taken) + 10
        worker = workers.start()
        workers.wake()
        wait_for(lambda: sink[0].holds)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        sink[0].holds_at = None
        # Time passes until the dead worker's lease has run out.
        Notice.objects.filter(state="sending").update(lease_until=clock.real_now() - timedelta(seconds=1))

    workers.start()
    workers.wake()
    wait_for(lambda: due().filter(state="sent").count() == total)

    by_recipient: dict[str, set[str]] = {}
    for message_id, to in sink[0].taken:
        by_recipient.setdefault(to, set()).add(message_id)
    repeats = len(sink[0].taken) - len({message_id for message_id, _to in sink[0].taken})
    assert len(by_recipient) == total
    assert {len(ids) for ids in by_recipient.values()} == {1}
    assert repeats == kills


def test_broken_mail_server_delays_and_loses_nothing(workers: Workers, sink: tuple[Sink, int]) -> None:
    total = plan(groups=1)
    good = workers.environment["EMAIL_URL"]
    workers.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"
    broken = workers.start()
    workers.wake()
    wait_for(lambda: due().filter(state="planned", attempts=0).exclude(problem="").count() == total)
    broken.kill()
    broken.wait()

    Notice.objects.update(next_try_at=clock.real_now())
    workers.environment["EMAIL_URL"] = good
    workers.start()
    workers.wake()
    wait_for(lambda: due().filter(state="sent").count() == total)

    assert len(sink[0].taken) == total
