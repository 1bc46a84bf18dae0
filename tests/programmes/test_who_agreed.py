"""Who agreed to what was sent stays who it was, whoever is its contact by now."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions.changes import Change, change_sent, seen_of
from programmes.actions.copies import TakenOver, merge
from programmes.actions.corrections import contact_of, correct_contact
from programmes.actions.interest import submit
from programmes.actions.light import tell_interest
from programmes.actions.light_changes import ToldChange, change_told
from programmes.models import Enrolment, Interest
from programmes.notices.interest import who_applied
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_privacy, make_telling
from tests.programmes.test_receipts import enter
from tests.world import Side

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=30)
THEN = "Robin Contact, Maths lead"
ZED = {"contact_name": "Zed Zebra", "contact_job": "Deputy head"}


@pytest.fixture
def interest() -> Interest:
    with clock.fixed(NOW):
        return submit(application=make_application(), by=None, now=NOW)


def _tell(like: Interest) -> Interest:
    """Another school tells of an interest in the same."""
    return tell_interest(telling=make_telling(like, school=make.SchoolFactory()), by=None, now=NOW)[0]


def _correct(interest: Interest, **contact: str) -> None:
    given: dict[str, Any] = {"everywhere": True, "how": "The office phoned.", "by": None}
    with clock.fixed(LATER):
        correct_contact(interest=interest, contact=replace(contact_of(interest), **contact), now=LATER, **given)
    interest.refresh_from_db()


def _change(interest: Interest, **contact: str) -> None:
    given = {name: getattr(interest, name) for name in Change.__slots__ if name != "teachers"}
    change = Change(**{**given, **contact}, teachers=())
    change_sent(interest=interest, change=change, seen=seen_of(interest), by=None, now=LATER)
    interest.refresh_from_db()


def _change_told(told: Interest, **contact: str) -> None:
    change = ToldChange(**{name: getattr(told, name) for name in ToldChange.__slots__} | contact)
    change_told(interest=told, change=change, seen=seen_of(told), by=None, now=LATER)
    told.refresh_from_db()


def test_pages_say_who_agreed_then_after_the_contact_was_corrected(side: Side) -> None:
    interest, agreed = side.interest, side.interest.who_agreed
    Enrolment.objects.filter(pk=side.enrolment.pk).update(interest=interest)
    pages = [
        interest.get_absolute_url(),
        reverse("programmes:interest-commitments", args=[interest.pk]),
        reverse("programmes:enrolment-commitments", args=[side.enrolment.pk]),
    ]

    _correct(interest, **ZED)
    _correct(interest, contact_name="Yan Yak")

    read = [side.browser(HUB_LEAD).get(page).content.decode() for page in pages]
    assert f"<p>By {agreed}, " in read[0]
    for body in read[1:]:
        assert f"<dt>For the school</dt><dd>{agreed}<br>" in body
        assert "Yan Yak" not in body
    assert interest.contact_name == "Yan Yak"


@pytest.mark.parametrize(
    ("name", "changed", "applied"),
    [
        ("Jo Hill, NPQH", {"contact_job": "Deputy head"}, ("Jo Hill, NPQH", "Deputy head")),
        ("Jo Hill, NPQH", {"contact_name": "Jo Hill"}, ("Jo Hill", "Maths lead")),
        ("Hill, Jo", {"contact_name": "HILL, Jo", "contact_job": ""}, ("HILL, Jo", "")),
        ("Jo Hill", {"contact_name": "Mrs Jo Hill"}, ("Mrs Jo Hill", "Maths lead")),
        ("Jo Hill", {"contact_name": "Jo Hillman"}, ("Jo Hill", "Maths lead")),
        ("Jo Hill", ZED, ("Jo Hill", "Maths lead")),
    ],
)
def test_whoever_is_named_with_a_comma_stays_who_applied(
    interest: Interest, name: str, changed: dict[str, str], applied: tuple[str, str]
) -> None:
    Interest.objects.filter(pk=interest.pk).update(contact_name=name)
    interest.refresh_from_db()

    _correct(interest, **changed)

    assert (interest.who_agreed, who_applied(interest)) == (f"{name}, Maths lead", applied)


def test_another_address_or_number_alone_leaves_the_contact_as_who_agreed(interest: Interest) -> None:
    _correct(interest, contact_email="robin@people.example.com", contact_phone="01632 960009")

    assert (interest.agreed_by, interest.who_agreed) == ("", THEN)


@pytest.mark.parametrize("changed", [ZED, {"contact_name": "Robin Wed"}, {"contact_job": "Deputy head"}])
def test_who_sent_it_agreed_as_they_were_called_then(interest: Interest, changed: dict[str, str]) -> None:
    _change(interest, **changed)

    assert interest.who_agreed == THEN


def test_who_told_of_an_interest_stays_until_somebody_applies(interest: Interest) -> None:
    told = _tell(interest)
    _change_told(told, **ZED)
    by_then = told.who_agreed

    applied = submit(
        application=make_application(school=told.school, offer=interest.offer, completes=told), by=None, now=LATER
    )

    assert by_then == "Kim Colleague, Teacher"
    assert (applied.pk, applied.who_agreed) == (told.pk, THEN)


def test_contact_who_is_taken_over_from_a_copy_brings_who_had_agreed_to_it(interest: Interest) -> None:
    other = {"contact_name": "Kim Copy", "contact_email": "kim@people.example.org", "contact_job": ""}
    copies = [
        submit(application=make_application(school=interest.school, offer=interest.offer, **other), by=None, now=LATER)
        for _each in range(2)
    ]
    _correct(interest, **ZED)
    _correct(copies[1], contact_name="Kim Corrected")
    lead = make.make_user(HUB_LEAD, hub=interest.hub)

    said = []
    for copy, taken in ((copies[0], TakenOver()), (copies[1], TakenOver(contact=True))):
        merge(kept=interest, gone=copy, taken=taken, by=lead, now=LATER)
        interest.refresh_from_db()
        said.append((interest.contact_name, interest.who_agreed))

    assert said == [("Zed Zebra", THEN), ("Kim Corrected", "Kim Copy")]


def test_what_was_entered_is_read_back_as_agreed_by_who_agreed() -> None:
    make_privacy()
    school: School = make.SchoolFactory(website="www.people.example.org")
    lead: User = make.make_user(HUB_LEAD, hub=school.hub)
    enter(lead, school, make.OfferFactory())
    entered = Interest.objects.get()

    _correct(entered, **ZED, contact_email="zed@people.example.org")
    with clock.fixed(LATER):
        delivery.deliver_due()

    (body,) = [str(one.body) for one in mail.outbox if "zed@people.example.org" in one.to[0]]
    assert "Contact: Zed Zebra, Deputy head, zed@people.example.org" in body
    assert f"Recorded as agreed by {THEN}, by phone on " in body


def test_who_agreed_before_an_update_is_read_from_the_history(interest: Interest) -> None:
    told = _tell(interest)
    with clock.fixed(NOW):
        _change_told(told, **ZED)
    _correct(interest, contact_name="Zed Zebra")
    _correct(interest, **ZED)
    with clock.fixed(LATER):
        application = make_application(school=told.school, offer=interest.offer, completes=told)
        applied = submit(application=application, by=None, now=LATER)
    light = _tell(interest)
    _change_told(light, contact_name="Zed Zebra")
    Interest.objects.update(agreed_by="")

    import_module("programmes.migrations.0017_interest_agreed_by").read_from_history(apps, None)

    found = dict(Interest.objects.values_list("pk", "agreed_by"))
    assert found == {interest.pk: THEN, applied.pk: "", light.pk: "Kim Colleague, Teacher"}


def test_page_of_an_interest_says_who_told_of_it(interest: Interest) -> None:
    told = _tell(interest)
    browser = Client()
    browser.force_login(make.make_user(HUB_LEAD, hub=told.hub))

    _change_told(told, **ZED)

    assert "<p>By Kim Colleague, Teacher, " in browser.get(told.get_absolute_url()).content.decode()
