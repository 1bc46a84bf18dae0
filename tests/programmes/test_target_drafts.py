"""Drafts that are there only because a hub has a target: copying the year before brings them up to date."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from funding import actions as funding
from hubportal.core import clock
from programmes.actions import next_year, offer_versions, offer_years, offers, targets
from programmes.models import Offer, Target
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

COPY = reverse("programmes:offer-copy")


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory(code="NCP26-09", release_days=3)
    return made


@pytest.fixture
def hub() -> Hub:
    made: Hub = make.HubFactory()
    return made


@pytest.fixture
def draft(offer: Offer, hub: Hub) -> Offer:
    """What a lead's target for next year needs."""
    aim = targets.Aim(offer.phase, 2027, hub, 12, None)
    targets.set_aims(aims=[aim], by=make.make_user(roles.HUB_LEAD, hub=hub), is_national=False)
    return Offer.objects.get(year=2027)


def change(offer: Offer, **other: object) -> None:
    """The national team does."""
    offer = Offer.objects.get(pk=offer.pk)
    before = {name: getattr(offer, name) for name in other}
    for name, value in other.items():
        setattr(offer, name, value)
    offers.change_offer(offer=offer, by=None, before=before)


def lines() -> list[tuple[str, bool]]:
    rows = Offer.objects.filter(year=2026).select_related("commitments").order_by("pk")
    return [(one.why_not, one.draft is not None) for one in next_year.next_years_copies(list(rows))]


def test_draft_has_the_numbers_of_the_day_on_which_the_year_is_copied(
    client: Client, offer: Offer, draft: Offer, hub: Hub
) -> None:
    phase = make.PhaseFactory(pathway=offer.phase.pathway)
    change(offer, release_days=7, code="NCP26-10", closes_on=date(2027, 9, 30))
    offer.follows.add(phase)
    offer_versions.lock_fields(offer=Offer.objects.get(pk=offer.pk), fields=["visits"], by=None)
    client.force_login(make.make_user(roles.NATIONAL))

    with clock.fixed(NOW):
        page = client.get(COPY).content.decode()
        done = client.post(COPY, {"offers": [offer.pk]}, follow=True).content.decode()
        again = client.post(reverse("schools:year-choose"), {"year": 2026}) and client.get(COPY).content.decode()

    assert "made for a target; its numbers are copied" in page
    assert "0 drafts made, 1 brought up to date, for 2027/28" in done
    assert ("made for a target" in again, next_year.IS_THERE in again) == (False, True)
    now = Offer.objects.get(year=2027)
    assert (now.pk, now.release_days, now.code, now.closes_on) == (draft.pk, 7, "NCP27-10", date(2028, 9, 30))
    assert (list(now.follows.all()), now.locked, now.is_published) == ([phase], ["visits"], False)
    assert list(Target.objects.values_list("offer", "hub", "schools")) == [(draft.pk, hub.pk, 12)]


def test_draft_that_somebody_has_changed_is_there_already(offer: Offer, draft: Offer) -> None:
    change(draft, release_days=5)

    assert lines() == [(next_year.IS_THERE, False)]
    assert next_year.copy_to_next_year(offers=[offer], by=None) == []
    assert Offer.objects.get(pk=draft.pk).release_days == 5


def test_draft_of_which_something_is_kept_national_is_there_already(draft: Offer) -> None:
    offer_versions.lock_fields(offer=draft, fields=["visits"], by=None)

    assert lines() == [(next_year.IS_THERE, False)]


def test_draft_that_was_published_is_there_already_also_as_a_draft_again(draft: Offer) -> None:
    offer_years.publish_offer(offer=draft, by=None, now=NOW)
    published = lines()
    offer_years.withdraw_offer(offer=draft, by=None, now=NOW)

    assert [published, lines()] == [[(next_year.IS_THERE, False)]] * 2


def test_draft_of_one_offer_holds_up_no_other_one_of_the_phase(offer: Offer, draft: Offer) -> None:
    make.OfferFactory(code="NCP26-14", phase=offer.phase)

    assert lines() == [("", True), ("", False)]


def test_draft_whose_offer_has_gone_is_brought_up_to_date_by_the_next_of_its_phase(offer: Offer, draft: Offer) -> None:
    other = make.OfferFactory(phase=offer.phase, code="NCP26-11")
    offer.delete()

    (made,) = next_year.copy_to_next_year(offers=[other], by=None)

    made.refresh_from_db()
    assert (made.pk, made.code, made.copied_from) == (draft.pk, "NCP27-11", other)


def test_years_between_are_brought_up_to_date_one_after_the_other(offer: Offer, hub: Hub) -> None:
    aim = targets.Aim(offer.phase, 2028, hub, 12, None)
    targets.set_aims(aims=[aim], by=make.make_user(roles.NATIONAL), is_national=True)
    change(offer, release_days=9)

    for year in (2026, 2027):
        next_year.copy_to_next_year(offers=list(Offer.objects.filter(year=year)), by=None)

    found = [(one.year, one.release_days) for one in Offer.objects.order_by("year")]
    assert found == [(2026, 9), (2027, 9), (2028, 9)]


def test_draft_pays_what_its_offer_pays_when_it_is_copied(offer: Offer, draft: Offer) -> None:
    make.RateFactory(offer=offer, label="Teacher release", amount="1000.00")
    funding.reconcile_rates(now=NOW)
    before = draft.rates.count()
    funding.set_rate(offer=offer, hub=None, label="Teacher release", amount=Decimal(1200), by=None)
    next_year.copy_to_next_year(offers=[offer], by=None)
    funding.reconcile_rates(now=NOW)

    assert (before, list(draft.rates.values_list("amount", flat=True))) == (0, [Decimal("1200.00")])
