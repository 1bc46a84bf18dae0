"""Sending: claimed once, checked again, marked after; what cannot be sent is shown, never lost."""

import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock, delivery, notices, tasks
from hubportal.core.models import Notice
from hubportal.core.notices import Desired
from schools.models import Hub
from tests.core.test_notices import reminder
from tests.factories import HubFactory

pytestmark = pytest.mark.django_db

MEETING = date(2027, 1, 22)
ON_TIME = clock.at_london(date(2027, 1, 8), 9)
Plans = dict[int, list[Desired]]


class Refusing(BaseEmailBackend):
    """A mail server that answers with the error it is given."""

    problem: Exception = OSError("connection refused")

    def send_messages(self, email_messages: Any) -> int:
        """Refuse."""
        raise self.problem


class Away(BaseEmailBackend):
    """A mail server that cannot be reached."""

    opened = 0

    def open(self) -> bool:
        """Try in vain."""
        type(self).opened += 1
        raise OSError("no route")


class Slow(BaseEmailBackend):
    """A mail server so slow that meanwhile the lease ran out and another worker took the row."""

    sent: ClassVar[list[str]] = []

    def open(self) -> bool:
        """Let the lease run out."""
        Notice.objects.update(lease="another")
        return True

    def send_messages(self, email_messages: Any) -> int:
        """Take it, a second time."""
        self.sent.extend(message.to[0] for message in email_messages)
        return len(email_messages)


class Changing(BaseEmailBackend):
    """A mail server during whose first e-mail something happens in the portal."""

    sent: ClassVar[list[str]] = []
    happens: ClassVar[Callable[[], object]]

    def send_messages(self, email_messages: Any) -> int:
        """Take it."""
        self.sent.extend(message.to[0] for message in email_messages)
        if len(self.sent) == 1:
            type(self).happens()
        return len(email_messages)


def cannot_follow(*, now: datetime) -> None:
    """A reconciler that fails."""
    raise ValueError("cannot follow")


@pytest.fixture
def planned(plans: Plans) -> Hub:
    """A hub with one reminder that is due on Friday 8 January at 8.00."""
    hub = HubFactory(name="Example Hub", email="hub@example.org")
    plans[hub.pk] = [reminder(MEETING)]
    notices.reconcile(hub, now=ON_TIME - timedelta(days=3))
    return hub


def deliver(when: Any = ON_TIME) -> int:
    with clock.fixed(when):
        return delivery.deliver_due()


def test_delivery_sends_what_is_due_once(planned: Hub) -> None:
    sent = [deliver(), deliver()]

    row = Notice.objects.get()
    message = mail.outbox[0]
    assert sent == [1, 0]
    assert (row.state, row.subject, row.sent_at) == ("sent", "News of Example Hub", ON_TIME)
    assert message.to == ["Alex Example <a@example.org>"]
    assert message.reply_to == ["hub@example.org"]
    assert message.extra_headers["Message-ID"] == row.message_id


def test_what_comes_back_goes_to_its_own_mailbox(planned: Hub, settings: Any) -> None:
    settings.BOUNCE_EMAIL = "returns@example.org"

    deliver()

    message = mail.outbox[0]
    assert (message.from_email, message.message()["From"]) == ("returns@example.org", settings.DEFAULT_FROM_EMAIL)


def test_delivery_asks_for_another_hand_where_there_is_very_much(planned: Hub, monkeypatch: Any) -> None:
    asked: list[int] = []
    monkeypatch.setattr(delivery, "BATCH", 1)

    with clock.fixed(ON_TIME):
        delivery.deliver_due(many=lambda: asked.append(1))

    assert asked == ([1] if connection.features.has_select_for_update_skip_locked else [])


def test_a_process_gives_one_hand_beside_its_sweep(planned: Hub) -> None:
    with clock.fixed(ON_TIME):
        with tasks.SECOND_HAND:
            tasks.deliver()
            while_busy = len(mail.outbox)
        tasks.deliver()

    assert (while_busy, len(mail.outbox)) == (0, 1)


def test_delivery_reads_what_it_claimed_by_key(planned: Hub) -> None:
    """The outbox keeps a hub's e-mails of ten years: no batch reads them all."""
    with CaptureQueriesContext(connection) as queries:
        deliver()

    reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT") and '"lease" = ' in query["sql"]]
    assert len(reads) == 1
    assert f'"core_notice"."id" IN ({Notice.objects.get().pk})' in reads[0]


def test_delivery_waits_until_it_is_due(planned: Hub) -> None:
    sent = deliver(clock.at_london(date(2027, 1, 8), 7, 59))

    assert (sent, Notice.objects.get().state) == (0, "planned")


def test_delivery_marks_missed_and_never_sends_late(planned: Hub) -> None:
    sent = deliver(clock.at_london(MEETING, 13, 30))

    assert (sent, Notice.objects.get().state, mail.outbox) == (0, "missed", [])


def test_delivery_checks_again_that_it_still_stands(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = []

    sent = deliver()

    assert (sent, Notice.objects.get().state, mail.outbox) == (0, "cancelled", [])


def test_delivery_uses_the_address_of_the_day(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = [reminder(MEETING, email="new@example.org")]

    deliver()

    assert mail.outbox[0].to == ["Alex Example <new@example.org>"]
    assert Notice.objects.get().email == "new@example.org"


def test_delivery_tries_again_after_a_broken_server(planned: Hub, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Refusing"
    refused = deliver()
    row = Notice.objects.get()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    at_once = deliver()
    Notice.objects.update(next_try_at=clock.real_now())
    later = deliver()

    assert (refused, at_once, later) == (0, 0, 1)
    assert (row.state, row.attempts, row.problem) == ("planned", 1, "connection refused")


def test_delivery_shows_a_refused_address_as_failed(planned: Hub, settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Refusing"
    refusal = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such user")})
    monkeypatch.setattr(Refusing, "problem", refusal)

    deliver()

    row = Notice.objects.get()
    assert (row.state, "no such user" in row.problem) == ("failed", True)


def test_delivery_without_an_address_fails_visibly(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = [reminder(MEETING, email="")]

    deliver()

    row = Notice.objects.get()
    assert (row.state, row.problem) == ("failed", "There is no e-mail address for this person.")


def test_delivery_keeps_the_address_that_failed_and_sends_once_it_is_mended(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = [reminder(MEETING, email="jörg@example.org")]
    deliver()
    failed = Notice.objects.get()
    notices.sweep(ON_TIME)
    at_once = deliver()

    plans[planned.pk] = [reminder(MEETING, email="joerg@example.org")]
    notices.sweep(ON_TIME)
    later = deliver()

    assert (failed.state, failed.email) == ("failed", "jörg@example.org")
    assert (at_once, later) == (0, 1)
    assert mail.outbox[0].to == ["Alex Example <joerg@example.org>"]


def test_delivery_frees_what_a_dead_worker_held(planned: Hub) -> None:
    Notice.objects.update(state="sending", lease="dead", lease_until=clock.real_now() - timedelta(seconds=1))

    sent = deliver()

    assert (sent, Notice.objects.get().state) == (1, "sent")


def test_delivery_leaves_what_a_living_worker_holds(planned: Hub) -> None:
    Notice.objects.update(state="sending", lease="busy", lease_until=clock.real_now() + timedelta(minutes=1))

    sent = deliver()

    assert (sent, Notice.objects.get().state) == (0, "sending")


def test_delivery_marks_what_cannot_be_addressed_and_sends_the_others(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = [
        reminder(MEETING, recipient="person:1", email="jörg@example.org"),
        reminder(MEETING, recipient="person:2", email="no-domain"),
        reminder(MEETING, recipient="person:3", email="a@example.org"),
        reminder(MEETING, recipient="person:4", email="a@" + "é" * 60 + ".example"),
    ]
    notices.reconcile(planned, now=ON_TIME - timedelta(days=3))

    sent = deliver()

    rows = {row.recipient: row for row in Notice.objects.all()}
    assert (sent, [message.to for message in mail.outbox]) == (1, [["Alex Example <a@example.org>"]])
    assert [rows[f"person:{n}"].state for n in (1, 2, 3, 4)] == ["failed", "failed", "sent", "failed"]
    assert "jörg@example.org" in rows["person:1"].problem
    assert "check what follows the @" in rows["person:4"].problem


def test_delivery_writes_to_a_domain_beyond_ascii(planned: Hub, plans: Plans) -> None:
    plans[planned.pk] = [reminder(MEETING, email="head@schöol.example")]

    deliver()

    assert mail.outbox[0].to == ["Alex Example <head@xn--schol-lua.example>"]


def test_delivery_keeps_a_name_of_two_lines_out_of_the_headers(planned: Hub, plans: Plans) -> None:
    Hub.objects.update(name="Example\rHub")
    plans[planned.pk] = [replace(reminder(MEETING), name="Alex\r\nBcc: b@example.org")]
    notices.reconcile(planned, now=ON_TIME - timedelta(days=3))

    sent = deliver()

    message = mail.outbox[0].message()
    assert (sent, message["Bcc"], message["Subject"]) == (1, None, "News of Example Hub")
    assert message["To"] == '"Alex Bcc: b@example.org" <a@example.org>'


def test_delivery_marks_what_its_thing_cannot_say_and_sends_the_others(planned: Hub, plans: Plans) -> None:
    other = HubFactory(name="Other Hub")
    plans[other.pk] = [reminder(MEETING)]
    notices.reconcile(other, now=ON_TIME - timedelta(days=3))
    plans[planned.pk] = [None]  # type: ignore[list-item]

    sent = deliver()

    states = dict(Notice.objects.values_list("owner__name", "state"))
    assert (sent, states) == (1, {"Example Hub": "failed", "Other Hub": "sent"})


def test_delivery_marks_a_kind_that_is_no_more(planned: Hub) -> None:
    Notice.objects.update(kind="gone")

    sent = deliver()

    row = Notice.objects.get()
    assert (sent, row.state, row.problem) == (0, "failed", delivery.NO_KIND)


def test_delivery_opens_a_dead_mail_server_once_a_sweep(planned: Hub, plans: Plans, settings: Any) -> None:
    plans[planned.pk] = [reminder(MEETING, recipient=f"person:{number}") for number in range(1, 4)]
    notices.reconcile(planned, now=ON_TIME - timedelta(days=3))
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Away"
    Away.opened = 0

    sent = deliver()

    assert (sent, Away.opened) == (0, 1)
    assert set(Notice.objects.values_list("state", "problem", "lease")) == {("planned", "no route", "")}
    assert not Notice.objects.filter(next_try_at=None).exists()


def test_delivery_tries_soon_again_however_long_the_mail_server_was_away(planned: Hub, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Away"
    for _sweep in range(8):
        Notice.objects.update(next_try_at=None)
        deliver()

    row = Notice.objects.get()
    assert row.next_try_at is not None
    assert row.next_try_at - clock.real_now() <= delivery.FIRST_PAUSE
    assert row.attempts == 0


def test_delivery_leaves_a_row_that_another_worker_took_over(planned: Hub, settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Slow"
    monkeypatch.setattr(delivery, "LEASE", timedelta(0))
    monkeypatch.setattr(Slow, "sent", [])

    sent = deliver()

    assert (sent, Slow.sent, Notice.objects.get().lease) == (0, [], "another")


@pytest.fixture
def changing(planned: Hub, plans: Plans, settings: Any, monkeypatch: Any) -> type[Changing]:
    """Three reminders are due, and what stands is looked at again for each."""
    plans[planned.pk] = [reminder(MEETING, recipient=f"person:{number}") for number in range(1, 4)]
    notices.reconcile(planned, now=ON_TIME - timedelta(days=3))
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Changing"
    monkeypatch.setattr(delivery, "FRESH", timedelta(0))
    monkeypatch.setattr(Changing, "sent", [])
    return Changing


def test_nobody_is_reminded_of_what_was_cancelled_while_others_were(
    planned: Hub, plans: Plans, changing: type[Changing]
) -> None:
    changing.happens = lambda: plans.update({planned.pk: []})

    sent = deliver()

    assert (sent, len(changing.sent)) == (1, 1)
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "sent"]


def test_what_becomes_too_late_while_others_are_sent_is_missed(changing: type[Changing]) -> None:
    with clock.fixed(ON_TIME), ExitStack() as later:
        changing.happens = lambda: later.enter_context(clock.fixed(clock.at_london(MEETING, 14)))
        sent = delivery.deliver_due()

    assert (sent, len(changing.sent)) == (1, 1)
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["missed", "missed", "sent"]


def test_delivery_finds_the_one_target_that_cannot_be_loaded(planned: Hub, plans: Plans) -> None:
    other = HubFactory(name="Other Hub")
    plans[other.pk] = [reminder(MEETING)]
    notices.reconcile(other, now=ON_TIME - timedelta(days=3))
    Notice.objects.filter(owner=planned).update(target="schools.hub:x")

    sent = deliver()

    states = dict(Notice.objects.values_list("owner__name", "state"))
    assert (sent, states) == (1, {"Example Hub": "failed", "Other Hub": "sent"})


def test_sweep_of_notices_goes_on_past_one_that_cannot_be_reconciled(plans: Plans) -> None:
    bad, good = HubFactory(), HubFactory()
    plans.update({bad.pk: [None], good.pk: [reminder(MEETING)]})

    notices.sweep(ON_TIME - timedelta(days=3))

    assert Notice.objects.get().owner == good


def test_sweep_delivers_though_an_app_cannot_follow(planned: Hub, settings: Any) -> None:
    settings.RECONCILERS = ["tests.core.test_delivery.cannot_follow"]

    with clock.fixed(ON_TIME):
        tasks.sweep()

    assert Notice.objects.get().state == "sent"
