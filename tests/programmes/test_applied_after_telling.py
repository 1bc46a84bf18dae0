"""A school that tells of an interest and then applies: each is confirmed by an e-mail of its own."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from programmes.actions.corrections import Contact, correct_contact
from programmes.actions.interest import submit
from programmes.actions.receipts import Came, enter
from programmes.figures.copies import pairs_in
from programmes.models import Interest, Offer
from schools.models import School
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, SAM, Visitor, make_application, make_telling

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]


@pytest.fixture
def school() -> School:
    made: School = make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")
    return made


def _tell(school: School, *offers: Offer) -> None:
    visitor = Visitor()
    visitor.client.post(reverse("programmes:express-school"), {"for": "tell", "school": school.pk})
    visitor.get(f"/programmes/express/{visitor.client.session['express'][-1]}/wish/")
    visitor.post(wish=[f"{one.phase_id}-{one.year}" for one in offers]).post(**CONTACT).agree().post()


def _apply(link: str) -> Visitor:
    visitor = Visitor().get(link)
    visitor.post(f"{link}apply/").post(**HEAD).post(who="other").post(**SAM).post(who="later").post(message="")
    return visitor.agree().post()


def _delivered() -> list[tuple[str, str]]:
    """Who has got what since this was asked last: address and subject."""
    delivery.deliver_due()
    found = [(one.to[0].partition("<")[2].rstrip(">"), str(one.subject)) for one in mail.outbox]
    mail.outbox.clear()
    return found


@pytest.mark.parametrize("days", [0, 3])
def test_application_that_follows_an_interest_has_a_receipt_of_its_own(school: School, days: int) -> None:
    offer = make.OfferFactory()
    _tell(school, offer)
    delivery.deliver_due()
    (link,) = re.findall(r"/programmes/express/mine/\S+", str(mail.outbox[0].body))
    light = Interest.objects.get()
    told = _delivered()

    with clock.fixed(NOW + timedelta(days=days)):
        _apply(link)
        applied = _delivered()

    assert told == [(CONTACT["email"], f"{light.reference}: we have noted your interest")]
    assert [one for one in applied if one[0] == CONTACT["email"]] == [
        (CONTACT["email"], f"{light.reference}: we have your application")
    ]
    assert len(applied) == 2


def test_each_of_two_interests_of_one_form_is_applied_for_by_itself(school: School) -> None:
    """The receipt of the one says nothing of the other, and each headteacher's link is sent."""
    first, second = make.OfferFactory(title="Number Fun"), make.OfferFactory(title="Shape Fun")
    _tell(school, first, second)
    delivery.deliver_due()
    links = re.findall(r"/programmes/express/mine/\S+", str(mail.outbox[0].body))
    mail.outbox.clear()

    for link in links:
        _apply(link)
        delivery.deliver_due()

    bodies = {one.subject.partition(": ")[0]: str(one.body) for one in mail.outbox if "have your app" in one.subject}
    to_head = [str(one.body) for one in mail.outbox if HEAD["email"] in one.to[0]]
    titles = {one.reference: one.applied_offer.title for one in Interest.objects.select_related("offer")}
    assert {reference: [title for title in titles.values() if title in body] for reference, body in bodies.items()} == {
        reference: [title] for reference, title in titles.items()
    }
    assert [[title for title in titles.values() if title in body] for body in to_head] == [
        ["Number Fun"],
        ["Shape Fun"],
    ]


@pytest.mark.parametrize("days", [3, 20])
def test_application_for_interests_of_a_corrected_contact_is_confirmed_as_any_other(school: School, days: int) -> None:
    offers = [make.OfferFactory(title="Number Fun"), make.OfferFactory(title="Shape Fun")]
    right = {"contact_name": CONTACT["name"], "contact_email": "right@hill.example.org"}
    _tell(school, *offers)
    told = list(Interest.objects.order_by("pk"))
    correct_contact(interest=told[0], contact=Contact(**right), everywhere=True, how="Phoned.", by=None, now=NOW)
    _delivered()

    now, first = NOW + timedelta(days=days), None
    with clock.fixed(now):
        for offer, light in zip(offers, told, strict=True):
            sent = make_application(school=school, offer=offer, completes=light, sent_with=first, **right)
            done = submit(application=sent, by=None, now=now)
            first = first or done
        delivery.deliver_due()

    (receipt,) = [one for one in mail.outbox if right["contact_email"] in one.to[0]]
    body = str(receipt.body)
    assert receipt.subject == f"{told[0].reference} and 1 more: we have your applications"
    assert ["Number Fun" in body, "Shape Fun" in body, "put it right" in body] == [True, True, False]


def test_interest_that_stays_beside_an_application_is_not_confirmed_anew(school: School) -> None:
    offers = [make.OfferFactory(), make.OfferFactory()]
    right = {"contact_name": CONTACT["name"], "contact_email": "right@hill.example.org"}
    _tell(school, *offers)
    first, other = Interest.objects.order_by("pk")
    correct_contact(interest=first, contact=Contact(**right), everywhere=True, how="Phoned.", by=None, now=NOW)
    _delivered()
    now = NOW + timedelta(days=3)

    submit(application=make_application(school=school, offer=offers[0], completes=first, **right), by=None, now=now)
    notices.reconcile(other, now=now)
    with clock.fixed(now):
        told = _delivered()

    assert [what for to, what in told if to == right["contact_email"]] == [
        f"{first.reference}: we have your application"
    ]


def test_application_after_the_contact_gave_another_address_is_confirmed_there(school: School) -> None:
    offer = make.OfferFactory()
    _tell(school, offer)
    light, own = Interest.objects.get(), "own@hill.example.org"
    Interest.objects.filter(pk=light.pk).update(contact_email=own, email_changed_at=NOW, former_email=CONTACT["email"])
    _delivered()

    now = NOW + timedelta(days=3)
    submit(
        application=make_application(school=school, offer=offer, completes=light, contact_email=own), by=None, now=now
    )
    with clock.fixed(now):
        told = _delivered()

    assert (own, f"{light.reference}: we have your application") in told


def test_what_the_hub_entered_of_an_interest_is_not_said_of_the_application(school: School) -> None:
    like = make.InterestFactory.build(school=school, phase=make.OfferFactory().phase, year=2026)
    lead = make.make_user(HUB_LEAD, hub=school.hub, name="Priya Lead")
    light = enter(what=make_telling(like), came=Came("phone", NOW.date()), by=lead, now=NOW)
    delivery.deliver_due()
    (link,) = re.findall(r"/programmes/express/mine/\S+", str(mail.outbox[0].body))
    mail.outbox.clear()

    _apply(link)
    delivery.deliver_due()

    (receipt,) = [one for one in mail.outbox if "we have your application" in one.subject]
    assert ("Priya Lead" in str(receipt.body), light.receipts.exists()) == (False, False)


def test_hub_is_asked_about_what_a_school_told_of_twice_until_the_school_applies(school: School) -> None:
    light = make.LightInterestFactory(school=school, submitted_at=NOW)
    make.LightInterestFactory(school=school, phase=light.phase, submitted_at=NOW + timedelta(days=1))
    lead, offer, client = make.make_user(HUB_LEAD, hub=light.hub), make.OfferFactory(phase=light.phase), Client()
    client.force_login(lead)
    (before,) = pairs_in(lead, light.hub, since=2026)

    first = submit(application=make_application(school=school, offer=offer), by=None, now=NOW)

    page = client.get(light.get_absolute_url()).text
    assert (before.first, pairs_in(lead, light.hub, since=2026)) == (light, [])
    assert f'The school has applied for this, with <a href="{first.get_absolute_url()}"' in page


def test_whoever_tells_beside_an_application_is_not_told_by_that_of_it(school: School) -> None:
    """Both programmes can be applied for: the e-mail says so of each, also where the school has applied for one."""
    applied, other = make.OfferFactory(), make.OfferFactory()
    colleague = {"contact_name": "Ann Other", "contact_email": "ann@hill.example.org"}
    submit(application=make_application(school=school, offer=applied, **colleague), by=None, now=NOW)
    _delivered()

    _tell(school, applied, other)
    delivery.deliver_due()

    (body,) = [str(one.body) for one in mail.outbox if CONTACT["email"] in one.to[0] and "interest" in one.subject]
    assert Interest.objects.filter(status="second").exists()
    assert body.count("You can apply today") == 2
    assert "When you can apply, you get one e-mail" not in body
