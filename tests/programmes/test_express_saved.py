"""The public form is kept on the server: save and come back later, on another device, until its time is over."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions.drafts import forget_drafts
from programmes.models import FormDraft
from programmes.notices.links import draft_path
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun() -> Iterator[Visitor]:
    with clock.fixed(NOW):
        make_privacy()
        school, offer = make.SchoolFactory(name="Hill Primary School"), make.OfferFactory()
        visitor = Visitor().choose(school, offer)
        yield visitor.post(**CONTACT)


def _saved(visitor: Visitor) -> str:
    """The link from the e-mail."""
    visitor.post(reverse("programmes:express-save", args=[visitor.draft]), email="robin@hill.example.org")
    delivery.deliver_due()
    (sent,) = mail.outbox
    return re.findall(r"/programmes/express/back/\S+", str(sent.body))[0]


def test_saved_form_is_gone_on_with_on_another_device(begun: Visitor) -> None:
    link = _saved(begun)
    other = Visitor()

    opened = other.get(link).text
    before = other.get(f"/programmes/express/{begun.draft}/contact/").path
    other.post(link)

    assert [word in opened for word in ("Robin", "Hill Primary", "robin@")] == [False] * 3
    assert (before, other.page) == (reverse("programmes:express-start"), "head")
    assert 'value="Robin Contact"' in other.get(f"/programmes/express/{other.draft}/contact/").text
    assert "Go on with what Robin Contact began" in other.get(reverse("programmes:express-start")).text


def test_form_is_kept_for_weeks_after_the_last_answer_and_then_deleted(begun: Visitor) -> None:
    link = _saved(begun)
    with clock.fixed(NOW + timedelta(days=20)):
        other = Visitor().post(link)
        other.post(name="Jo Head", email="head@hill.example.org")
        forget_drafts(now=clock.now())
    kept = FormDraft.objects.get().kept_until
    with clock.fixed(NOW + timedelta(days=51)):
        late = Visitor().get(link)
        forget_drafts(now=clock.now())

    assert kept == NOW + timedelta(days=50)
    assert (late.status, "no longer kept" in late.text) == (404, True)
    assert FormDraft.objects.count() == 0


def test_form_without_a_link_is_deleted_after_a_day(begun: Visitor) -> None:
    forget_drafts(now=NOW + timedelta(hours=23))
    left = FormDraft.objects.count()

    forget_drafts(now=NOW + timedelta(hours=25))

    assert (left, FormDraft.objects.count()) == (1, 0)


def test_link_is_sent_to_a_right_address_and_once_in_a_moment(begun: Visitor) -> None:
    save = reverse("programmes:express-save", args=[begun.draft])

    wrong = begun.post(save, email="robin").text
    for _again in range(2):
        begun.post(save, email="robin@hill.example.org")
    delivery.deliver_due()

    assert "Enter an e-mail address like" in wrong
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("token", ["x", "x.y", "\u20ac.z"])
def test_forged_link_opens_no_form(begun: Visitor, token: str) -> None:
    assert Visitor().get(reverse("programmes:express-back", args=[token])).status == 404


def test_link_of_a_form_that_was_sent_says_so(begun: Visitor) -> None:
    row = FormDraft.objects.get()
    FormDraft.objects.update(data={"sent": {}})

    assert "This form was sent." in Visitor().get(draft_path(row)).text
