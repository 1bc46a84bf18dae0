"""An interest that came by phone or in a hallway from somebody without an e-mail address: the hub tells them itself."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from programmes.actions.changes import ask_for_link
from programmes.actions.light import CannotInvite, invite_to_apply
from programmes.models import Interest, Offer
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_privacy
from tests.programmes.test_receipts import client_of, enter

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
BY_PHONE = {"kind": "interest", "name": "Hal Hallway", "email": "", "has_no_email": "on", "phone": "01632 960123"}
NO_HEAD = {"head_name": "", "head_email": "", "agreed": None}


@pytest.fixture
def school() -> School:
    make_privacy()
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def lead(school: School) -> User:
    return make.make_user(HUB_LEAD, hub=school.hub)


@pytest.fixture
def later() -> Offer:
    """Opens in March."""
    made: Offer = make.OfferFactory(opens_on=date(2027, 3, 1), closes_on=date(2027, 6, 1), year=2027)
    return made


def _home(lead: User, day: date) -> dict[str, str]:
    with clock.fixed(clock.at_london(day, 9)):
        return {item.title: item.url for item in client_of(lead).get("/").context["work"]}


def test_interest_without_an_address_is_entered_with_a_number(school: School, lead: User, later: Offer) -> None:
    without = enter(lead, school, later, **BY_PHONE | {"phone": ""}, **NO_HEAD).content.decode()
    before = Interest.objects.count()
    enter(lead, school, later, **BY_PHONE, **NO_HEAD)

    told = Interest.objects.get()
    assert ("Enter a telephone number: without an e-mail address, you ring them." in without, before) == (True, 0)
    assert (told.status, told.contact_email, told.contact_phone) == ("interested", "", "01632 960123")
    assert (bool(school.website), told.is_outside_domain) == (True, False)
    assert not Notice.objects.exists()


def test_two_people_without_an_address_are_two(school: School, lead: User, later: Offer) -> None:
    enter(lead, school, later, **BY_PHONE, **NO_HEAD)
    enter(lead, school, later, **BY_PHONE | {"name": "Kim Corridor"}, **NO_HEAD)
    again = enter(lead, school, later, **BY_PHONE | {"name": "hal hallway"}, **NO_HEAD).content.decode()

    assert [one.contact_name for one in Interest.objects.order_by("pk")] == ["Hal Hallway", "Kim Corridor"]
    assert "Hal Hallway has told of this already, as" in again


def test_once_they_can_apply_the_hub_is_told_to_tell_them_and_nobody_is_written_to(
    school: School, lead: User, later: Offer, client: Client
) -> None:
    told = make.LightInterestFactory(school=school, phase=later.phase, year=2027, contact_email="")
    before = [title for title in _home(lead, TODAY) if "to tell" in title]
    now = clock.at_london(date(2027, 3, 2), 9)
    client.force_login(lead)

    ((title, url),) = [one for one in _home(lead, date(2027, 3, 2)).items() if "to tell" in one[0]]
    with clock.fixed(now):
        notices.sweep(now)
        listed = client.get(url).content.decode()
        page = client.get(told.get_absolute_url()).content.decode()
        said = client.post(reverse("programmes:interest-invite", args=[told.pk]), follow=True).content.decode()
        left = client.get(url).content.decode()

    assert (before, title) == ([], "Interested schools to tell that they can apply: they have no e-mail address")
    assert (told.reference in listed, "no e-mail address" in listed) == (True, True)
    assert "No e-mail address is known: nobody is written to." in page
    assert "The e-mail addresses belong to" not in page
    assert ("I have told them that they can apply" in page, "Invite to apply" in page) == (True, False)
    assert "knows that they can apply. Enter their application here when it comes." in said
    assert told.reference not in left
    assert not Notice.objects.exists()


def test_who_could_apply_as_they_told_is_told_by_the_hub_at_once(school: School, lead: User) -> None:
    """Nobody else says so: others read it in the e-mail that confirms what they told."""
    offer = make.OfferFactory()

    enter(lead, school, offer, **BY_PHONE, **NO_HEAD)

    told = Interest.objects.get()
    ((_title, url),) = [one for one in _home(lead, TODAY).items() if "to tell" in one[0]]
    with clock.fixed(NOW):
        listed = client_of(lead).get(url).content.decode()
    assert (told.could_apply, told.reference in listed) == (True, True)


def test_hub_is_refused_in_words_while_nothing_is_open(school: School, later: Offer) -> None:
    told = make.LightInterestFactory(school=school, phase=later.phase, year=2027, contact_email="")

    with pytest.raises(CannotInvite, match="your home page says so, and you tell them"):
        invite_to_apply(interest=told, by=None, now=NOW)


@pytest.mark.parametrize("email", ["", "hal@people.example.org"])
def test_nobody_is_offered_to_invite_while_nothing_is_open(
    school: School, lead: User, later: Offer, email: str
) -> None:
    told = make.LightInterestFactory(school=school, phase=later.phase, year=2027, contact_email=email)
    step = reverse("programmes:interest-invite", args=[told.pk])

    with clock.fixed(NOW):
        before = client_of(lead).get(told.get_absolute_url()).text
    with clock.fixed(clock.at_london(date(2027, 3, 2), 9)):
        after = client_of(lead).get(told.get_absolute_url()).text

    assert (step in before, step in after) == (False, True)
    assert ("nobody is written to" in before, "the portal invites" in before) == (not email, bool(email))


def test_address_that_comes_later_is_invited_by_itself(school: School, later: Offer) -> None:
    told = make.LightInterestFactory(school=school, phase=later.phase, year=2027, contact_email="")
    Interest.objects.filter(pk=told.pk).update(contact_email="hal@people.example.org")
    now = clock.at_london(date(2027, 3, 2), 9)

    with clock.fixed(now):
        notices.sweep(now)

    assert [(one.kind, one.email) for one in Notice.objects.all()] == [("interest-invited", "hal@people.example.org")]


def test_link_is_sent_to_nobody(school: School, later: Offer) -> None:
    told = make.LightInterestFactory(school=school, phase=later.phase, year=2027, contact_email="")

    ask_for_link(interest=told, now=NOW)

    assert not Notice.objects.exists()
