"""A code is read once in a year; it is put right, and a draft taken away, until somebody has used them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import next_year, offer_years, offers
from programmes.actions.offer_versions import make_version
from programmes.actions.offers import CannotOffer, OfferInUse
from programmes.models import Offer, Target
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.programmes.test_staff_pages import _offer_data as typed
from tests.world import NOW

pytestmark = pytest.mark.django_db

TAKEN = "NCP26-11 is another offer's code in 2026/27. Choose another one."


@pytest.fixture
def hub() -> Hub:
    made: Hub = make.HubFactory(name="Trent Maths Hub")
    return made


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    """A lead of the hub at a browser."""
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return client


@pytest.fixture
def national() -> Client:
    """Somebody of the national team at a browser."""
    client = Client()
    client.force_login(make.make_user(roles.NATIONAL))
    return client


def _url(name: str, offer: Offer) -> str:
    return reverse(f"programmes:{name}", args=[offer.pk])


def _make(client: Client, like: Offer, code: str) -> Any:
    with clock.fixed(NOW):
        told = {**typed(like), "code": code, "title": "Evening group"}
        return client.post(reverse("programmes:offer-create", args=[2026, like.phase_id]), told)


@pytest.mark.parametrize("code", ["NCP26-11", "ncp26-11"])
def test_hubs_offer_has_no_national_offers_code(lead: Client, code: str) -> None:
    offer = make.OfferFactory(code="NCP26-11")

    page = _make(lead, offer, code)

    assert page.context["form"].errors["code"] == [TAKEN.replace("NCP26-11", code)]
    assert Offer.objects.count() == 1


def test_code_is_free_in_another_hub_and_in_another_year(lead: Client, hub: Hub) -> None:
    offer = make.OfferFactory(hub=make.HubFactory(), code="OURS")
    make.OfferFactory(year=2025, code="OURS")

    _make(lead, offer, "OURS")

    assert Offer.objects.get(hub=hub).code == "OURS"


def test_national_offer_is_not_held_up_by_a_code_of_a_hubs_own(national: Client, hub: Hub) -> None:
    offer = make.OfferFactory(hub=hub, code="NCP26-11")

    _make(national, offer, "NCP26-11")

    assert Offer.objects.filter(code="NCP26-11", hub=None).exists()


def test_code_of_a_new_offer_begins_free_of_national_ones(hub: Hub) -> None:
    offer = make.OfferFactory(code="TREN26-01")
    make.OfferFactory(hub=hub, code="TREN26-02")

    begun = offer_years.new_offer(phase=offer.phase, year=2026, hub=hub, like=offer, today=NOW.date())

    assert begun.code == "TREN26-03"


def test_copy_of_an_own_offer_has_a_letter_where_the_code_is_national(hub: Hub) -> None:
    own = make.OfferFactory(hub=hub, code="NCP26-11")
    make.OfferFactory(year=2027, code="NCP27-11")

    made = [next_year.copy_to_next_year(offers=[own], by=None) for _again in range(2)]

    assert [[one.code for one in copies] for copies in made] == [["NCP27-11a"], []]


def test_copies_of_own_offers_have_codes_of_their_own_however_they_are_written(hub: Hub) -> None:
    """The national code takes the first one's, and the letter that the first one gets would be the second one's."""
    own = [make.OfferFactory(hub=hub, code=f"NCP26-14{letter}") for letter in "ab"]
    make.OfferFactory(year=2027, code="NCP27-14A")

    made = [next_year.copy_to_next_year(offers=own, by=None) for _again in range(2)]

    assert [[one.code for one in copies] for copies in made] == [["NCP27-14b", "NCP27-14c"], []]


def test_code_that_is_written_otherwise_is_there_already(hub: Hub) -> None:
    offer, own = make.OfferFactory(code="NCP26-14a"), make.OfferFactory(hub=hub, code="TREN26-1a")
    make.OfferFactory(year=2027, code="NCP27-14A")
    make.OfferFactory(year=2027, code="TREN27-1A", hub=hub)

    assert [one.why_not for one in next_year.next_years_copies([offer, own])] == [next_year.IS_THERE] * 2


def test_code_of_what_nobody_has_applied_for_is_put_right(lead: Client, hub: Hub) -> None:
    make.OfferFactory(code="NCP26-11")
    own = make.OfferFactory(hub=hub, code="TREN26-1")

    wrong = lead.post(_url("offer-edit", own), typed(own, code="NCP26-11"))
    lead.post(_url("offer-edit", own), typed(own, code=" TREN26-01 "))

    own.refresh_from_db()
    assert wrong.context["form"].errors == {"code": [TAKEN]}
    assert own.code == "TREN26-01"
    assert JournalEntry.objects.about(own).get().changed == {"code": ["TREN26-1", "TREN26-01"]}


def test_code_that_applicants_know_is_listed_as_staying(lead: Client, hub: Hub) -> None:
    own = make.OfferFactory(hub=hub, code="TREN26-01")
    make.InterestFactory(offer=own, hub=hub)

    page = lead.get(_url("offer-edit", own))

    assert ("Code", "TREN26-01", "Those who applied know it by this code.") in page.context["stays"]
    assert 'name="code"' not in page.content.decode()
    own.code = "OTHER"
    with pytest.raises(OfferInUse, match="know it by this code"):
        offers.change_offer(offer=own, by=None, before={"code": "TREN26-01"})


def test_version_has_the_code_of_the_national_offer_and_follows_it(lead: Client, national: Client, hub: Hub) -> None:
    offer = make.OfferFactory(code="NCP26-11")
    version = make_version(offer=offer, hub=hub, reason="Distances.", by=None)

    page = lead.get(_url("offer-edit", version))
    national.post(_url("offer-edit", offer), typed(offer, code="NCP26-12"))

    version.refresh_from_db()
    assert ("Code", "NCP26-11", "A version has the code of the national offer.") in page.context["stays"]
    assert version.code == "NCP26-12"
    assert JournalEntry.objects.about(version)[0].changed == {"code": ["NCP26-11", "NCP26-12"]}


def test_national_code_stays_once_somebody_applied_for_a_version(national: Client, hub: Hub) -> None:
    offer = make.OfferFactory(code="NCP26-11")
    version = make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    make.InterestFactory(offer=version, hub=hub)

    national.post(_url("offer-edit", offer), typed(offer, code="NCP26-12"))

    assert set(Offer.objects.values_list("code", flat=True)) == {"NCP26-11"}


def test_national_code_is_not_that_of_a_hub_with_a_version(national: Client, hub: Hub) -> None:
    offer = make.OfferFactory(code="NCP26-11")
    make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    make.OfferFactory(hub=hub, code="NCP26-12")

    page = national.post(_url("offer-edit", offer), typed(offer, code="NCP26-12")).content.decode()

    assert "Trent Maths Hub has a version of this, and an offer of its own with this code." in page
    assert Offer.objects.filter(code="NCP26-11").count() == 2


def test_draft_that_nobody_used_is_taken_away(lead: Client, hub: Hub) -> None:
    draft = make.OfferFactory(hub=hub, code="TREN26-01", is_published=False)
    make.RateFactory(offer=draft, hub=hub, amount="700.00", reason="Small schools.")
    Target.objects.create(offer=draft, hub=hub, schools=9)

    link = _url("offer-remove", draft) in lead.get(draft.get_absolute_url()).content.decode()
    asked = lead.get(_url("offer-remove", draft)).content.decode()
    answer = lead.post(_url("offer-remove", draft), follow=True).content.decode()

    assert link
    assert f"Take away the draft {draft} (TREN26-01)?" in asked
    assert "The draft is taken away." in answer
    assert not Offer.objects.exists()
    noted = JournalEntry.objects.get(what="Draft taken away")
    assert (noted.label, noted.note) == (str(draft), "TREN26-01")


def test_neither_what_is_published_nor_what_is_used_is_taken_away(lead: Client, hub: Hub) -> None:
    published = make.OfferFactory(hub=hub)
    applied = make.InterestFactory(offer=make.OfferFactory(hub=hub, is_published=False), hub=hub).offer
    grouped = make.OfferFactory(hub=hub, is_published=False)
    make.GroupFactory(offer=grouped, hub=hub)

    refused = lead.post(_url("offer-remove", published)).status_code
    said = [lead.post(_url("offer-remove", one)).content.decode() for one in (applied, grouped)]
    asked = [lead.get(_url("offer-remove", one), follow=True) for one in (applied, grouped)]
    assert [str(one.context["record"]) for one in asked] == [str(applied), str(grouped)]
    assert ["it stays." in one.text for one in asked] == [True, True]
    assert ["Take the draft away</button>" in one.text for one in asked] == [False, False]

    assert refused == 403
    assert ["Somebody has asked for this offer" in said[0], "A group, or a hub’s own version" in said[1]] == [
        True,
        True,
    ]
    assert Offer.objects.count() == 3


def test_hub_takes_no_national_draft_away(hub: Hub) -> None:
    offer = make.OfferFactory(is_published=False)
    make.OfferFactory(hub=hub, stands_for=offer, code=offer.code)

    with pytest.raises(CannotOffer, match="hub’s own version"):
        offer_years.remove_draft(offer=offer, by=None)
