"""The public form, page by page, as somebody without an account sees it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, tasks
from programmes.models import Interest, Offer
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, SAM, Visitor, make_privacy

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _in_september() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    make_privacy()
    return make.SchoolFactory(name="Hill Primary School", town="Loughborough", website="www.hill.example.org")


@pytest.fixture
def offer() -> Offer:
    return make.OfferFactory()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_answers_of_a_visitor_are_cleared_after_a_day(visitor: Visitor, school: School, offer: Offer) -> None:
    signed_in = Client()
    signed_in.force_login(make.make_user("maths_lead", school=school))
    signed_in.post(reverse("programmes:express-school"), {"school": school.pk})
    visitor.choose(school, offer)
    visitor.post(**CONTACT)
    left = [session.get_expiry_age() for session in (visitor.client.session, signed_in.session)]
    session = visitor.client.session
    session.set_expiry(clock.real_now() - timedelta(minutes=1))
    session.save()

    tasks.reconcile()

    assert 23 * 3600 < left[0] <= 24 * 3600 < left[1]
    assert list(Session.objects.values_list("pk", flat=True)) == [signed_in.session.session_key]


def test_form_goes_from_start_to_reference(visitor: Visitor, school: School, offer: Offer) -> None:
    pages = []
    steps: list[Callable[[], Visitor]] = [
        lambda: visitor.post(reverse("programmes:express-school"), school=school.pk),
        lambda: visitor.post(offer=offer.pk),
        lambda: visitor.post(**CONTACT),
        lambda: visitor.post(**HEAD),
        lambda: visitor.post(who="other"),
        lambda: visitor.post(**SAM),
        lambda: visitor.post(who="later"),
        lambda: visitor.post(message="We can only do Tuesdays."),
        visitor.agree,
        visitor.post,
    ]

    visitor.get(reverse("programmes:express-start"))
    for step in steps:
        step()
        pages.append(visitor.page)

    interest = Interest.objects.get()
    assert pages == [
        "programme",
        "contact",
        "head",
        "teachers/1",
        "teachers/1/who",
        "teachers/2",
        "message",
        "agree",
        "check",
        "done",
    ]
    assert interest.reference in visitor.text
    assert (interest.contact_name, interest.head_name, interest.message) == (
        "Robin Contact",
        "Jo Head",
        "We can only do Tuesdays.",
    )
    assert [str(teacher) for teacher in interest.teachers.all()] == ["Sam Teacher", "To be named"]
    assert interest.agreed_at == NOW


def test_form_does_not_ask_the_headteacher_for_the_headteacher(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).post(**CONTACT, is_head="on")

    assert visitor.page == "teachers/1"
    assert "the headteacher</label>" not in visitor.text.replace("\n", "")


def test_form_asks_who_holds_a_lead_role_where_the_offer_wants_one(visitor: Visitor, school: School) -> None:
    offer = make.OfferFactory(needs_lead_role=True, lead_role_label="Head of department", teacher_label="Advocate")

    visitor.choose(school, offer).answer_people()
    asked = visitor.page
    visitor.post()
    refused = visitor.text
    visitor.post(holders=["2"])
    visitor.post(message="")
    visitor.agree().post()

    assert asked == "lead-role"
    assert "At least one must be head of department." in refused
    assert list(Interest.objects.get().teachers.values_list("name", "has_lead_role")) == [
        ("Sam Teacher", False),
        ("", True),
    ]


def test_form_does_not_ask_for_a_lead_role_while_nobody_is_named(visitor: Visitor, school: School) -> None:
    offer = make.OfferFactory(needs_lead_role=True, lead_role_label="head of department")
    visitor.choose(school, offer).post(**CONTACT)
    visitor.post(**HEAD)
    before_the_names = visitor.text

    visitor.post(who="later")
    visitor.post(who="later")

    assert "At least one of them is to be head of department." in before_the_names
    assert visitor.page == "message"


def test_form_asks_for_as_many_teachers_as_the_offer_has(visitor: Visitor, school: School) -> None:
    visitor.choose(school, make.OfferFactory(teachers_per_school=1)).post(**CONTACT)
    visitor.post(**HEAD)

    visitor.post(who="contact")

    assert visitor.page == "message"


def test_form_gives_one_person_one_place(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).post(**CONTACT)
    visitor.post(**HEAD)
    visitor.post(who="contact")
    offered = visitor.text

    visitor.post(who="contact")

    assert ("Me, " in offered, HEAD["name"] in offered) == (False, True)
    assert (visitor.page, "This person already has the other place" in visitor.text) == ("teachers/2", True)


def test_form_keeps_answers_when_one_goes_back(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people()

    visitor.get(reverse("programmes:express-contact", args=[visitor.draft]))

    assert 'value="robin@hill.example.org"' in visitor.text


def test_form_sends_back_who_jumps_ahead(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer)

    visitor.get(reverse("programmes:express-check", args=[visitor.draft]))

    assert visitor.page == "contact"


def test_form_keeps_two_tabs_apart(visitor: Visitor, school: School, offer: Offer) -> None:
    other = make.SchoolFactory(name="Dale Primary School")
    visitor.choose(school, offer).answer_people()
    first = visitor.path
    visitor.choose(other, offer).answer_people(is_head="on")

    visitor.get(first).post(message="")
    visitor.agree().post()

    assert (Interest.objects.get().school, Interest.objects.get().contact_is_head) == (school, False)


@pytest.mark.parametrize("page", ["programme", "contact", "head", "message", "agree", "check"])
def test_form_that_is_not_kept_starts_again(visitor: Visitor, page: str) -> None:
    visitor.get(reverse(f"programmes:express-{page}", args=["forged"]))

    assert visitor.path == reverse("programmes:express-start")
    assert "no longer kept" in visitor.text


def test_form_sent_twice_shows_the_same_reference(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people().post(message="")
    check = visitor.agree().path
    visitor.post()

    visitor.post(check)

    assert (visitor.page, Interest.objects.count()) == ("done", 1)
    assert Interest.objects.get().reference in visitor.text


def test_second_sender_sees_the_same_confirmation_and_nothing_of_the_first(school: School, offer: Offer) -> None:
    pages = []
    for person in ({}, {"name": "Kim Second", "email": "kim@hill.example.org"}):
        visitor = Visitor()
        visitor.choose(school, offer)
        visitor.post(**{**CONTACT, **person})
        visitor.post(**HEAD)
        visitor.post(who="later")
        visitor.post(who="later")
        visitor.post(message="")
        visitor.agree().post()
        pages.append(visitor.text)

    first, second = Interest.objects.order_by("pk")
    assert (first.status, second.status) == ("submitted", "second")
    assert "robin@" not in pages[1]
    assert _without_token(pages[0]) == _without_token(
        pages[1].replace(second.reference, first.reference).replace("kim@hill", "robin@hill")
    )


def _without_token(page: str) -> str:
    before, _, rest = page.partition("X-CSRFToken")
    return before + rest.partition("}")[2]


def test_form_asks_to_agree_again_when_the_text_changed(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people().post(message="")
    visitor.agree()
    make_privacy(version="2", published_on=date(2026, 9, 2))

    visitor.post()

    assert (visitor.page, Interest.objects.count()) == ("agree", 0)
    assert "The text has changed since you read it" in visitor.text
    visitor.agree().post()
    assert Interest.objects.get().privacy.version == "2"


def test_form_takes_no_agreement_to_a_text_that_was_not_shown(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people().post(message="")
    make_privacy(version="2", published_on=date(2026, 9, 2))

    visitor.post(texts="1-1", commitments="on", privacy="on")

    assert visitor.page == "agree"
    assert "The text has changed since you read it" in visitor.text


def test_form_says_when_the_offer_closed_meanwhile(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people().post(message="")
    visitor.agree()
    Offer.objects.update(closes_on=date(2026, 9, 7))

    visitor.post()

    assert (visitor.page, Interest.objects.count()) == ("programme", 0)
    assert "Please look at what is open now" in visitor.text


def test_form_survives_an_offer_that_is_withdrawn_meanwhile(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).answer_people()
    Offer.objects.update(is_published=False)

    visitor.post(message="")

    assert visitor.page == "programme"


def test_changing_the_school_asks_for_the_programme_and_keeps_the_people(
    visitor: Visitor, school: School, offer: Offer
) -> None:
    other = make.SchoolFactory(name="Dale Primary School")
    visitor.choose(school, offer).answer_people().post(message="")
    visitor.agree()
    draft = visitor.draft

    visitor.post(reverse("programmes:express-school"), school=other.pk, draft=draft)

    assert (visitor.page, visitor.draft) == ("programme", draft)
    visitor.post(offer=offer.pk)
    assert visitor.page == "agree"


def test_becoming_the_headteacher_frees_the_place_that_was_the_headteachers(
    visitor: Visitor, school: School, offer: Offer
) -> None:
    visitor.choose(school, offer).post(**CONTACT)
    visitor.post(**HEAD)
    visitor.post(who="contact")
    visitor.post(who="head")
    contact = reverse("programmes:express-contact", args=[visitor.draft])

    visitor.post(contact, **CONTACT, is_head="on")

    assert visitor.page == "teachers/2"


def test_address_of_the_contact_is_the_headteachers_only_where_they_share_it(
    visitor: Visitor, school: School, offer: Offer
) -> None:
    visitor.choose(school, offer).post(**CONTACT)

    visitor.post(name="Jo Head", email=CONTACT["email"].upper())
    asked, words = visitor.page, visitor.text
    visitor.post(name="Jo Head", email=CONTACT["email"], is_shared="on")

    assert (asked, visitor.page) == ("head", "teachers/1")
    assert "This is your own address. If you are the headteacher, go back and say so" in words
    assert ('value="Jo Head"' in words, "They share this address" in words) == (True, True)


def test_teacher_with_somebody_elses_address_is_named_only_where_they_share_it(
    visitor: Visitor, school: School, offer: Offer
) -> None:
    visitor.choose(school, offer).post(**CONTACT)
    visitor.post(**HEAD)
    visitor.post(who="other")

    visitor.post(**{**SAM, "email": HEAD["email"]})
    asked, words = visitor.page, visitor.text
    visitor.post(**{**SAM, "email": HEAD["email"]}, is_shared="on")

    assert (asked, visitor.page) == ("teachers/1/who", "teachers/2")
    assert "Jo Head has this address already." in words


def test_two_teachers_have_one_address_only_where_they_share_it(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).post(**CONTACT)
    visitor.post(**HEAD)
    visitor.post(who="other")
    visitor.post(**SAM)
    visitor.post(who="other")

    other = {**SAM, "name": "Kim Other", "email": SAM["email"].upper()}
    visitor.post(**other)
    asked, words = visitor.page, visitor.text
    visitor.post(**other, is_shared="on")

    assert (asked, visitor.page) == ("teachers/2/who", "message")
    assert "Sam Teacher has this address already." in words


def test_tick_about_a_shared_address_is_not_asked_for_before(visitor: Visitor, school: School, offer: Offer) -> None:
    visitor.choose(school, offer).post(**CONTACT)

    assert "They share this address" not in visitor.text
