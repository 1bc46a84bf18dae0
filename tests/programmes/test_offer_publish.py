"""The drafts of a year are published together: all or none of those that are ticked."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions.offer_years import publish_offers
from programmes.actions.offers import OfferInUse
from programmes.models import Offer
from schools.roles import BOARD, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

URL, LIST = reverse("programmes:offer-publish-many"), reverse("programmes:offer-list")


@pytest.fixture
def national(client: Client) -> Client:
    client.force_login(make.make_user(NATIONAL))
    return client


def test_drafts_are_ticked_and_published_together(national: Client) -> None:
    one, other, target = (make.OfferFactory(is_published=False, is_for_target=number == 2) for number in range(3))
    over = make.OfferFactory(is_published=False, opens_on=date(2025, 10, 1), closes_on=NOW.date() - timedelta(days=1))
    with clock.fixed(NOW):
        listed = national.get(LIST)
        ticked = {offer for offer, is_ticked in national.get(URL).context["lines"] if is_ticked}
        answer = national.post(URL, {"offers": [one.pk, other.pk]}, follow=True)
        listed_after = national.get(LIST)

    assert URL in listed.text
    assert ticked == {one, other}
    assert "2 offers published." in answer.text
    assert set(Offer.objects.filter(is_published=False)) == {target, over}
    assert JournalEntry.objects.filter(what="Offer published").count() == 2
    assert URL in listed_after.text


def test_drafts_are_to_be_published_whatever_page_of_the_list_is_shown(national: Client) -> None:
    phase = make.PhaseFactory(name="The last of all", position=99)
    make.OfferFactory.create_batch(51)
    make.OfferFactory(is_published=False, phase=phase)

    with clock.fixed(NOW):
        pages = [national.get(LIST, {"page": page}) for page in (1, 2)]

    assert [URL in page.text for page in pages] == [True, True]
    assert ["The last of all" in page.text for page in pages] == [False, True]


def test_drafts_of_a_hub_whose_board_one_sits_on_are_not_ones_own_to_publish(client: Client) -> None:
    own, other = make.HubFactory(), make.HubFactory()
    user = make.make_user(HUB_LEAD, hub=own)
    make.RoleFactory(person=user.person, kind=BOARD, hub=other)
    draft = make.OfferFactory(hub=other, is_published=False)
    client.force_login(user)
    client.post("/schools/hub/", {"hub": str(other.pk)})

    with clock.fixed(NOW):
        listed, answer = client.get(LIST), client.post(URL, {"offers": [draft.pk]})

    assert (draft.code in listed.text, URL in listed.text) == (True, False)
    assert (answer.status_code, Offer.objects.get().is_published) == (403, False)


def test_draft_that_a_colleague_has_just_published_keeps_the_others_from_nothing(national: Client) -> None:
    one, other = (make.OfferFactory(is_published=False) for _ in range(2))
    Offer.objects.filter(pk=one.pk).update(is_published=True)

    with clock.fixed(NOW):
        answer = national.post(URL, {"offers": [one.pk, other.pk]})

    assert "has just been published or taken away by a colleague" in answer.text
    assert [is_ticked for _offer, is_ticked in answer.context["lines"]] == [True]
    assert not Offer.objects.get(pk=other.pk).is_published


def test_none_is_published_where_one_cannot_be() -> None:
    """A hub's version that admits fewer than who waits for a decision."""
    waiting = make.InterestFactory(offer__school_phases=[2, 3], school__phase_code=2)
    version = make.OfferFactory(
        hub=waiting.hub, stands_for=waiting.offer, phase=waiting.phase, school_phases=[3], is_published=False
    )
    draft = make.OfferFactory(hub=waiting.hub, is_published=False)

    with pytest.raises(OfferInUse, match=f"{version.code}.*None of them was published"):
        publish_offers(offers=[draft, version], by=None, now=NOW)

    assert not Offer.objects.filter(pk__in=[draft.pk, version.pk], is_published=True).exists()


def test_hub_publishes_its_own_drafts_alone(client: Client) -> None:
    hub = make.HubFactory()
    own = make.OfferFactory(hub=hub, is_published=False)
    others = [make.OfferFactory(is_published=False), make.OfferFactory(hub=make.HubFactory(), is_published=False)]
    client.force_login(make.make_user(HUB_LEAD, hub=hub))

    with clock.fixed(NOW):
        shown = [offer for offer, _ticked in client.get(URL).context["lines"]]
        client.post(URL, {"offers": [one.pk for one in (own, *others)]})
        client.post(URL, {"offers": [own.pk]})

    assert shown == [own]
    assert set(Offer.objects.filter(is_published=True)) == {own}
