"""Codes of offers that several people choose at the same moment: each stands once where it is read."""

from collections.abc import Callable

import pytest

from programmes.actions import offer_versions, offer_years, offers, targets
from programmes.actions.offers import CannotOffer
from programmes.models import Offer
from tests import factories as make
from tests.races import at_once, once_held

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _said(step: Callable[[], object]) -> str:
    try:
        step()
    except CannotOffer as problem:
        return str(problem)
    return "kept"


def _new(like: Offer, **other: object) -> Offer:
    return offer_years.copy_of(like, **other)


@pytest.mark.parametrize("attempt", range(5))
def test_one_code_in_other_letters_is_given_once_in_a_hub(attempt: int) -> None:
    like, hub = make.OfferFactory(), make.HubFactory()
    new = [_new(like, hub_id=hub.pk, code=code) for code in ("TREN26-1a", "TREN26-1A")]

    said = at_once(lambda one: _said(lambda: offer_years.make_offer(offer=one, phases={}, by=None)), new)

    assert sorted(one == "kept" for one in said) == [False, True]
    assert Offer.objects.filter(hub=hub).count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_code_that_the_national_team_and_a_hub_choose_at_once_is_one_offers(attempt: int) -> None:
    """The hub has a version of the national offer, which has its code."""
    national, hub = make.OfferFactory(code="NCP26-11"), make.HubFactory()
    offer_versions.make_version(offer=national, hub=hub, reason="Distances.", by=None)
    new, changed = _new(national, hub_id=hub.pk, code="ncp26-12"), Offer.objects.get(pk=national.pk)
    changed.code = "NCP26-12"

    said = at_once(
        _said,
        [
            lambda: offer_years.make_offer(offer=new, phases={}, by=None),
            lambda: offers.change_offer(offer=changed, by=None, before={"code": "NCP26-11"}),
        ],
    )

    assert sorted(one == "kept" for one in said) == [False, True]
    codes = [code.casefold() for code in Offer.objects.filter(hub=hub).values_list("code", flat=True)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("attempt", range(5))
def test_offer_whose_code_is_changed_while_it_is_copied_holds_nobody_up_for_good(attempt: int) -> None:
    """Whoever sets targets copies it for each year that lacks it."""
    offer, hub = make.OfferFactory(code="NCP26-11"), make.HubFactory()
    lead, changed = make.make_user("national"), Offer.objects.get(pk=offer.pk)
    changed.code = "NCP26-12"
    aims = [targets.Aim(offer.phase, 2026, hub, 12, None, offer), targets.Aim(offer.phase, 2027, hub, 12, None)]

    said = at_once(
        _said,
        [
            lambda: targets.set_aims(aims=aims, by=lead, is_national=True),
            lambda: offers.change_offer(offer=changed, by=None, before={"code": "NCP26-11"}),
        ],
    )

    assert said == ["kept", "kept"]


def test_version_that_is_made_while_the_code_is_changed_has_the_new_one() -> None:
    national, hub = make.OfferFactory(code="NCP26-11"), make.HubFactory()
    changed = Offer.objects.get(pk=national.pk)
    changed.code = "NCP26-12"

    version = once_held(
        lambda: offers.change_offer(offer=changed, by=None, before={"code": "NCP26-11"}),
        lambda: offer_versions.make_version(offer=national, hub=hub, reason="Distances.", by=None),
    )

    assert version.code == "NCP26-12"
