"""A programme closes while a form for two is open: the other stays ticked, and which has closed is said."""

from datetime import date

import pytest
from django.urls import reverse

from programmes.models import Interest, Offer
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]

SAID = "Number Fun 2026/27 is no longer open. What else you chose is still ticked. Please look at what is open now."


@pytest.fixture
def school() -> School:
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def offers() -> list[Offer]:
    return [make.OfferFactory(title=title, teachers_per_school=1) for title in ("Good Maths", "Number Fun")]


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
    Offer.objects.filter(pk=offers[1].pk).update(closes_on=date(2026, 9, 7))

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
    Offer.objects.filter(pk=offers[1].pk).update(closes_on=date(2026, 9, 7))

    visitor.post()

    assert (visitor.page, f"{offers[1].phase.name} 2026/27 is no longer open." in visitor.text) == ("wish", True)
    assert f'value="{wishes[0]}" checked' in visitor.text
