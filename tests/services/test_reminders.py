"""The reminder path on real parts: PostgreSQL, Redis, Celery workers, an SMTP sink; workers killed on the way."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Heartbeat, Notice
from tests import factories as make
from tests.running import free_port
from tests.services.parts import Sink, Workers, wait_for
from workgroups.models import Group, Meeting

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MANY_GROUPS, TEACHERS = 20, 9


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


def _wait(what: Callable[[], object]) -> None:
    wait_for(what, said=lambda: Counter(Notice.objects.values_list("state", flat=True)))


def test_worker_sends_each_due_reminder_once(workers: Workers, sink: tuple[Sink, int]) -> None:
    total = plan(groups=3)
    workers.start()
    workers.start()

    for _wake_up in range(6):
        workers.wake()
    _wait(lambda: due().filter(state="sent").count() == total)
    workers.wake("core.reconcile")
    workers.wake("core.beat")
    _wait(Heartbeat.objects.exists)

    ours = {notice.message_id for notice in due()}
    ids = Counter(message_id for message_id, _to in sink[0].taken if message_id in ours)
    assert ids == Counter(dict.fromkeys(ours, 1))
    assert Notice.objects.filter(kind="meeting_reminder", state="planned").count() == total


def test_hands_of_one_worker_send_very_many_reminders_once(workers: Workers, sink: tuple[Sink, int]) -> None:
    total = plan(groups=delivery.BATCH * 2 // (TEACHERS + 1))
    workers.start("--pool", "threads", "--concurrency", "4", "--loglevel", "info")

    workers.wake()
    _wait(lambda: due().filter(state="sent").count() == total)

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
        _wait(lambda: sink[0].holds)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        sink[0].holds_at = None
        # Time passes until the dead worker's lease has run out.
        Notice.objects.filter(state="sending").update(lease_until=clock.real_now() - timedelta(seconds=1))

    workers.start()
    workers.wake()
    _wait(lambda: due().filter(state="sent").count() == total)

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
    _wait(lambda: due().filter(state="planned", attempts=0).exclude(problem="").count() == total)
    broken.kill()
    broken.wait()

    Notice.objects.update(next_try_at=clock.real_now())
    workers.environment["EMAIL_URL"] = good
    workers.start()
    workers.wake()
    _wait(lambda: due().filter(state="sent").count() == total)

    assert len(sink[0].taken) == total
