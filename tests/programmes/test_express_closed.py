"""A programme closes while a form for two is open: the other stays ticked, and which has closed is said."""

from datetime import date

import pytest
from django.urls import reverse

from programmes.models import FormDraft, Interest, Offer
from programmes.notices.links import contact_path
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]

SAID = "Number Fun 2026/27 is no longer open. What else you chose is still ticked. Please look at what is open now."
GONE = "Number Fun 2026/27 is no longer open. Please look at what is open now."


@pytest.fixture
def school() -> School:
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def offers() -> list[Offer]:
    return [make.OfferFactory(title=title, teachers_per_school=1) for title in ("Good Maths", "Number Fun")]


def _close(offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(closes_on=date(2026, 9, 7))


def _answer_all(visitor: Visitor, school: School, offers: list[Offer]) -> Visitor:
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    visitor.post(offer=[one.pk for one in offers]).post(**CONTACT).post(**HEAD)
    return visitor.post(who="later").post(who="later").post(message="")


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_programme_that_closes_leaves_the_other_ticked(
    school: School, offers: list[Offer], *, is_signed_in: bool
) -> None:
    visitor = Visitor()
    if is_signed_in:
        visitor.client.force_login(make.make_user(roles.MATHS_LEAD, school=school))
    _answer_all(visitor, school, offers).agree()
    _close(offers[1])

    visitor.post()
    shown = (visitor.page, SAID in visitor.text, f'value="{offers[0].pk}" checked' in visitor.text)
    visitor.post(offer=offers[0].pk)

    assert (shown, visitor.page, Interest.objects.count()) == (("programme", True, True), "agree", 0)
    visitor.agree().post()
    assert [one.offer for one in Interest.objects.all()] == [offers[0]]


def test_programme_that_is_withdrawn_leaves_the_other_ticked(school: School, offers: list[Offer]) -> None:
    visitor = _answer_all(Visitor(), school, offers)
    Offer.objects.filter(pk=offers[1].pk).update(is_published=False)

    visitor.agree()

    assert (visitor.page, SAID in visitor.text) == ("programme", True)
    assert f'value="{offers[0].pk}" checked' in visitor.text


def test_interest_that_can_no_longer_be_told_of_leaves_the_other_ticked(school: School, offers: list[Offer]) -> None:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk, **{"for": "tell"})
    wishes = [f"{one.phase_id}-{one.year}" for one in offers]
    visitor.post(wish=wishes).post(**CONTACT).agree()
    _close(offers[1])

    visitor.post()

    assert (visitor.page, f"{offers[1].phase.name} 2026/27 is no longer open." in visitor.text) == ("wish", True)
    assert f'value="{wishes[0]}" checked' in visitor.text


@pytest.mark.parametrize("is_sent", [False, True])
def test_programme_that_closes_is_said_at_the_next_step(school: School, offers: list[Offer], *, is_sent: bool) -> None:
    """Opened or sent: what was typed in it is kept for the programme that is chosen instead."""
    visitor = Visitor().choose(school, offers[1])
    _close(offers[1])

    visitor.post(**CONTACT) if is_sent else visitor.get(visitor.path)

    assert (visitor.page, GONE in visitor.text) == ("programme", True)
    visitor.post(offer=offers[0].pk)
    assert (visitor.page, CONTACT["name"] in visitor.text) == ("contact", is_sent)


def test_programme_that_closes_among_others_is_said_before_the_last_button(school: School, offers: list[Offer]) -> None:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    visitor.post(offer=[one.pk for one in offers]).post(**CONTACT).post(**HEAD)
    first = visitor.page
    _close(offers[1])

    visitor.post(who="later")

    assert (first, visitor.page, SAID in visitor.text) == ("teachers/1", "programme", True)
    assert f'value="{offers[0].pk}" checked' in visitor.text
    assert visitor.post(offer=offers[0].pk).post(who="later").page == "message"


def test_what_was_sent_is_changed_once_its_programme_has_closed(school: School, offers: list[Offer]) -> None:
    interest = make.InterestFactory(school=school, offer=offers[1])
    _close(offers[1])
    visitor = Visitor().post(contact_path(interest, NOW.date()) + "change/")

    visitor.get(visitor.path.replace("check", "message"))

    assert visitor.page == "message"


@pytest.mark.parametrize("others", [0, 1])
def test_programme_that_closes_as_it_is_ticked_is_named(school: School, offers: list[Offer], *, others: int) -> None:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    _close(offers[1])

    visitor.post(offer=[one.pk for one in offers[1 - others :]])

    assert (visitor.page, (SAID if others else GONE) in visitor.text) == ("programme", True)
    assert (f'value="{offers[0].pk}" checked' in visitor.text) is bool(others)


def test_contact_is_filled_in_where_an_interest_is_told_of_instead(school: School, offers: list[Offer]) -> None:
    visitor = Visitor().choose(school, offers[1]).post(**CONTACT, is_head="on")
    for one in offers:
        _close(one)
    visitor.get(visitor.path)
    begun = visitor.draft

    visitor.post(reverse("programmes:express-school"), instead=begun, **{"for": "tell"})
    later = make.OfferFactory(phase=offers[0].phase, opens_on=date(2026, 10, 1), year=2027)
    visitor.post(wish=f"{later.phase_id}-{later.year}")

    assert (visitor.page, visitor.draft != begun) == ("contact", True)
    assert all(f'value="{value}"' in visitor.text for value in CONTACT.values())
    assert "checked" in visitor.text.partition('name="is_head"')[2].partition(">")[0]


def test_contact_of_a_form_whose_link_has_ended_is_not_filled_in(school: School, offers: list[Offer]) -> None:
    visitor = Visitor().choose(school, offers[1]).post(**CONTACT)
    FormDraft.objects.update(interest=make.LightInterestFactory(school=school))

    visitor.post(reverse("programmes:express-school"), instead=visitor.draft, **{"for": "tell"})
    visitor.post(wish=f"{offers[0].phase_id}-{offers[0].year}")

    assert (visitor.page, CONTACT["name"] in visitor.text) == ("contact", False)
