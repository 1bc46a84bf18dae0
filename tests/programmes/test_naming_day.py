"""By when teachers who were not named with the application are to be named, said wherever they may be."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.models import HubOffer, Interest, Offer
from programmes.notices.links import contact_path, head_path
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_privacy

pytestmark = pytest.mark.django_db

DAY = "by Friday 23 October 2026"


@pytest.fixture
def offer() -> Offer:
    make_privacy()
    made: Offer = make.OfferFactory(names_by=date(2026, 9, 30))
    return made


@pytest.fixture
def school(offer: Offer) -> School:
    """Of a hub with a day of its own."""
    made: School = make.SchoolFactory()
    HubOffer.objects.create(offer=offer, hub_id=made.hub_id or 0, names_by=date(2026, 10, 23))
    return made


def _apply(school: School, offer: Offer) -> dict[str, str]:
    """Every page that says that teachers may be named later."""
    visitor = Visitor().choose(school, offer)
    pages: dict[str, Any] = {}
    pages["form"] = visitor.post(**CONTACT).post(name="Jo Head", email="head@hill.example.org").text
    visitor.post(who="later").post(who="later").post(message="").agree()
    pages["check"], pages["done"] = visitor.text, visitor.post().text
    interest = Interest.objects.get()
    found = {"reference": interest.reference, "email": interest.contact_email}
    pages["status"] = visitor.post(reverse("programmes:express-status"), **found).text
    pages["own"] = visitor.get(contact_path(interest, NOW.date())).text
    pages["head"] = visitor.get(head_path(interest)).text
    delivery.deliver_due()
    pages["mail"] = next(str(one.body) for one in mail.outbox if CONTACT["email"] in one.to[0])
    return pages


def test_hubs_day_for_naming_teachers_is_said_wherever_they_may_be_named_later(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        pages = _apply(school, offer)

    assert {name: DAY in text for name, text in pages.items()} == dict.fromkeys(pages, True)


def test_day_that_is_over_is_not_said(school: School, offer: Offer) -> None:
    HubOffer.objects.update(names_by=date(2026, 9, 1))

    with clock.fixed(NOW):
        pages = _apply(school, offer)

    assert {name: "as soon as you know" in text for name, text in pages.items()} == dict.fromkeys(pages, True)


def test_offers_own_day_counts_where_the_hub_has_none(school: School, offer: Offer) -> None:
    HubOffer.objects.all().delete()

    with clock.fixed(NOW):
        pages = _apply(school, offer)

    assert all("by Wednesday 30 September 2026" in text for text in pages.values())
