"""A headteacher who is asked about what the hub has accepted reads that the school takes part already."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions.asking import ask_head_again
from programmes.actions.decisions import accept
from programmes.actions.heads import correct_head
from programmes.actions.interest import submit
from programmes.models import Interest
from programmes.notices.interest import asking_letter
from programmes.notices.links import head_path
from schools.models import Role
from schools.roles import HEADTEACHER
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=20)


@pytest.fixture
def interest() -> Iterator[Interest]:
    """Accepted while the headteacher was silent."""
    with clock.fixed(NOW):
        sent = submit(application=make_application(school=make.SchoolFactory(name="Hill School")), by=None, now=NOW)
        accept(interest=sent, by=None, now=NOW)
    with clock.fixed(LATER):
        yield sent


def _asked() -> EmailMessage:
    mail.outbox.clear()
    delivery.deliver_due()
    (sent,) = [one for one in mail.outbox if "please confirm" in one.subject]
    return sent


def test_email_says_that_the_school_takes_part_and_asks_whether_what_was_agreed_stands(interest: Interest) -> None:
    ask_head_again(interest=interest, by=None, now=LATER)

    sent = _asked()

    subject = f"Hill School: please confirm what your school has agreed to in {interest.programme_title}"
    words = " ".join(str(sent.body).split())
    assert sent.subject == subject
    assert f"Hill School takes part in {interest.programme}: {interest.hub} has accepted it." in words
    assert "Robin Contact applied, and named you as the headteacher." in words
    assert "Please read what your school has agreed to, and confirm on this page that it stands:" in words
    assert "has applied to" not in words
    assert asking_letter(interest, LATER)[0] == subject


def test_another_headteacher_reads_the_same_as_soon_as_they_are_named(interest: Interest) -> None:
    correct_head(interest=interest, name="Ann Right", email="ann@people.example.com", by=None, now=LATER)

    sent = _asked()

    assert sent.to == ["Ann Right <ann@people.example.com>"]
    assert "takes part in" in str(sent.body)
    assert "has applied to" not in str(sent.body)


def test_page_says_so_too(interest: Interest) -> None:
    ask_head_again(interest=interest, by=None, now=LATER)

    page = " ".join(Visitor().get(head_path(interest)).text.split())

    assert f"Confirm what your school has agreed to in {interest.programme_title}" in page
    assert f"Hill School takes part in {interest.programme}: {interest.hub} has accepted it." in page
    assert "would like to take part" not in page
    assert "What your school has agreed to" in page


def test_headteacher_who_is_signed_in_reads_it_on_their_page(interest: Interest) -> None:
    Role.objects.filter(kind=HEADTEACHER).delete()
    client = Client()
    client.force_login(make.make_user(HEADTEACHER, school=interest.school))

    page = client.get(reverse("programmes:interest-confirm", args=[interest.pk])).content.decode()

    assert f"Confirm what your school has agreed to in {interest.programme_title}" in page
    assert "would like to take part" not in page


def test_of_two_that_one_form_asked_for_the_one_accepted_is_told_from_the_other(interest: Interest) -> None:
    other = submit(application=make_application(school=interest.school), by=None, now=LATER)
    asked = {"head_asked": 1, "head_asked_at": LATER, "head_name": "Jo Head", "head_email": "jo@people.example.com"}
    Interest.objects.update(**asked)
    Interest.objects.filter(pk=other.pk).update(sent_with=interest)
    other.refresh_from_db()

    subject, body = asking_letter(other, LATER)

    words = " ".join(body.split())
    assert subject.startswith("Hill School: please confirm your school's applications for ")
    assert f"for Hill School to take part in {other.programme}, and named you as the headteacher." in words
    assert f"It takes part in {interest.programme} already: {interest.hub} has accepted it." in words


def test_application_that_waits_is_asked_about_as_before() -> None:
    with clock.fixed(NOW):
        sent = submit(application=make_application(), by=None, now=NOW)
        delivery.deliver_due()

    (asked,) = [one for one in mail.outbox if "please confirm" in one.subject]
    assert asked.subject == f"{sent.school}: please confirm your school's application for {sent.programme_title}"
    assert "has applied to" in str(asked.body)
