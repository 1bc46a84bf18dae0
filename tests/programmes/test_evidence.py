"""What shows how something came, on paper or by e-mail, is kept as long as what it shows counts, and goes with it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hubportal.core import clock, files
from hubportal.core.models import StoredFile
from programmes.actions import heads, interest, receipts
from programmes.models import Interest, Offer, Receipt
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = pytest.mark.django_db


def entered(about: Interest, what: Receipt.What) -> Receipt:
    """As it came on paper."""
    letter = files.keep(SimpleUploadedFile("a.pdf", b"%PDF-1.7"), kinds=files.DOCUMENTS, by=None, now=NOW)
    given: dict[str, Any] = {"how": "paper", "came_on": NOW.date(), "entered_at": NOW, "evidence": letter}
    return Receipt.objects.create(interest=about, what=what, **given)


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory()
    return made


@pytest.fixture
def told(offer: Offer) -> Interest:
    """What a school had told the hub of its interest."""
    light: Interest = make.LightInterestFactory(phase=offer.phase, year=offer.year)
    entered(light, Receipt.What.SENT)
    return light


def kept() -> tuple[int, int]:
    return Receipt.objects.count(), StoredFile.objects.count()


@pytest.mark.parametrize("status", ["interested", "second"])
def test_evidence_of_an_interest_goes_once_its_school_applies_itself(told: Interest, offer: Offer, status: str) -> None:
    first = make.InterestFactory(school=told.school, offer=offer) if status == "second" else None
    Interest.objects.filter(pk=told.pk).update(status=status, duplicate_of=first)

    sent = make_application(school=told.school, offer=offer, reference=told.reference, completes=told)
    completed = interest.submit(application=sent, by=None, now=NOW)

    assert (completed.pk, *kept()) == (told.pk, 0, 0)


def test_interest_that_was_withdrawn_meanwhile_keeps_how_it_came(told: Interest, offer: Offer) -> None:
    Interest.objects.filter(pk=told.pk).update(status="withdrawn")

    sent = make_application(school=told.school, offer=offer, reference=told.reference, completes=told)
    made = interest.submit(application=sent, by=None, now=NOW)

    assert (made.pk != told.pk, *kept()) == (True, 1, 1)


@pytest.fixture
def answered(offer: Offer) -> Interest:
    """An application whose headteacher's no came on paper."""
    made: Interest = make.InterestFactory(offer=offer, head_asked_at=NOW, head_refused_at=NOW, head_refusal="No.")
    entered(made, Receipt.What.HEAD)
    return made


def lead_of(one: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=one.hub)


def test_evidence_goes_where_the_headteacher_answers_with_the_link(answered: Interest) -> None:
    interest.confirm_as_head(interest=answered, asked=answered.head_asked, by=None, now=NOW)

    assert kept() == (0, 0)


def test_evidence_goes_where_another_headteacher_is_named(answered: Interest) -> None:
    with clock.fixed(NOW):
        heads.correct_head(interest=answered, name="Kim New", email="kim@people.example.org", by=None, now=NOW)

    assert kept() == (0, 0)


def test_evidence_of_an_earlier_answer_goes_where_the_hub_enters_another(answered: Interest) -> None:
    came = receipts.Came(how="phone", on=NOW.date(), note="Yes after all.")

    receipts.enter_head(interest=answered, asked=answered.head_asked, came=came, by=lead_of(answered), now=NOW)

    assert kept() == (1, 0)
