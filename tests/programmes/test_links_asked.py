"""Links to all that was sent with an address: asked for by anybody, sent in one e-mail, telling nobody who applied."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from hubportal.core import clock, delivery, notices, tasks
from hubportal.core.models import Notice
from programmes.actions.links import MOST_A_DAY, answer_asked, ask_for_links, forget_old
from programmes.models import Interest, LinkRequest
from programmes.notices.links import contact_path
from tests import factories as make
from tests.programmes.express import NOW, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]
MIA = "mia_lead@trust.example.org"


def _sent(many: int = 1, **given: str) -> list[Interest]:
    return [make.InterestFactory(**{"contact_email": MIA, **given}) for _ in range(many)]


def _ask(minutes: int = 0, email: str = MIA) -> None:
    """Somebody asks some minutes later, and the sweep follows."""
    now = NOW + timedelta(minutes=minutes)
    ask_for_links(email=email, now=now)
    _sweep(minutes)


def _sweep(minutes: int = 0) -> None:
    with clock.fixed(NOW + timedelta(minutes=minutes)):
        answer_asked(now=clock.now())
        delivery.deliver_due()


def _done(email: str, capture: DjangoCaptureOnCommitCallbacks) -> tuple[str, list[str], list[object]]:
    """What whoever asks reads, what their request does with the tables, and what once that is written."""
    with CaptureQueriesContext(connection) as captured, capture() as then:
        text = Visitor().post(reverse("programmes:express-link"), reference="", email=email).text
    does = [re.sub(r'"s\d+_x\d+"', "", query["sql"].partition(" VALUES")[0]) for query in captured]
    return text.partition("<main")[2].replace(email, MIA), does, [*then]


def test_request_does_the_same_for_an_address_that_applied_as_for_any_other(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    _sent(3)

    known = _done(MIA, django_capture_on_commit_callbacks)
    unknown = _done("else@trust.example.org", django_capture_on_commit_callbacks)
    tasks.sweep()
    known_again = _done(MIA, django_capture_on_commit_callbacks)
    unknown_again = _done("else@trust.example.org", django_capture_on_commit_callbacks)

    page, does, then = known
    assert known == unknown == known_again == unknown_again
    assert ("an e-mail is on its way there" in page, len(then), len(mail.outbox)) == (True, 1, 1)
    assert [sql.split('"')[1] for sql in does if '"programmes_' in sql] == ["programmes_linkrequest"]
    assert not [sql for sql in does if "core_notice" in sql]


def test_one_email_lists_all_that_stands_however_many() -> None:
    light: Interest = make.LightInterestFactory(contact_email=MIA.upper())
    sent = [*_sent(25), light]
    others = [*_sent(status="withdrawn"), *_sent(contact_email="miaXlead@trust.example.org")]

    _ask()

    (one,) = mail.outbox
    assert one.to == [f'"{MIA}" <{MIA}>']
    for interest in sent:
        told = f"{interest.who}: {interest.programme}\nReference: {interest.reference}\n"
        assert told + f"http://localhost:8000{contact_path(interest, NOW.date())}\n" in one.body
    assert not [interest for interest in others if interest.reference in one.body]


def test_asked_again_within_ten_minutes_or_too_often_in_a_day_nothing_more_is_sent() -> None:
    _sent()
    counts = []
    for minutes in (0, 9, 10, 19, *range(20, 200, 10), 24 * 60):
        _ask(minutes)
        counts.append(len(mail.outbox))

    assert counts == [1, 1, 2, 2, 3, 4, *[MOST_A_DAY] * 16, MOST_A_DAY + 1]


def test_what_waits_for_the_worker_or_the_mail_server_is_one_email_and_not_lost() -> None:
    _sent()
    for minutes in (0, 1, 20):
        ask_for_links(email=MIA.title(), now=NOW + timedelta(minutes=minutes))
        answer_asked(now=NOW + timedelta(minutes=minutes))  # nothing leaves
    ask_for_links(email=MIA, now=NOW + timedelta(minutes=40))  # nobody is woken

    with clock.fixed(NOW + timedelta(minutes=60)):
        notices.sweep(clock.now())
    _sweep(60)
    _sweep(61)

    assert [one.to for one in mail.outbox] == [[f'"{MIA}" <{MIA}>']]
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "sent"]


def test_address_at_which_nothing_stands_is_forgotten_at_once_and_any_other_after_a_day() -> None:
    _sent()
    _sent(contact_email="gone@trust.example.org", status="declined")
    for email in ("else@trust.example.org", "gone@trust.example.org", MIA, MIA):
        ask_for_links(email=email, now=NOW)

    _sweep()

    assert list(LinkRequest.objects.values_list("email", "is_answered")) == [(MIA, True)]
    forget_old(now=NOW + timedelta(hours=23))
    assert LinkRequest.objects.count() == 1
    forget_old(now=NOW + timedelta(days=1))
    assert LinkRequest.objects.count() == 0
    assert len(mail.outbox) == 1


def test_what_is_withdrawn_before_the_email_leaves_is_not_linked_to() -> None:
    (one,) = _sent()
    ask_for_links(email=MIA, now=NOW)
    answer_asked(now=NOW)
    Interest.objects.filter(pk=one.pk).update(status="withdrawn")

    _sweep()

    assert (mail.outbox, Notice.objects.get().state) == ([], "cancelled")
