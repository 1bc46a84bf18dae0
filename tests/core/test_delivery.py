"""Sending: claimed once, checked again, marked after; what cannot be sent is shown, never lost."""

import smtplib
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from hubportal.core import clock, delivery, notices
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
    assert message.extra_headers["Message-ID"] == f"<notice-{row.pk}@hubportal.invalid>"


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


def test_delivery_frees_what_a_dead_worker_held(planned: Hub) -> None:
    Notice.objects.update(state="sending", lease="dead", lease_until=clock.real_now() - timedelta(seconds=1))

    sent = deliver()

    assert (sent, Notice.objects.get().state) == (1, "sent")


def test_delivery_leaves_what_a_living_worker_holds(planned: Hub) -> None:
    Notice.objects.update(state="sending", lease="busy", lease_until=clock.real_now() + timedelta(minutes=1))

    sent = deliver()

    assert (sent, Notice.objects.get().state) == (0, "sending")
