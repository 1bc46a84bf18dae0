"""A hub's versions of national offers go on into the next year: what differs in them, on that year's national offer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from funding.actions import reconcile_rates
from hubportal.core import clock
from programmes.actions import next_year
from programmes.actions.offer_versions import make_version
from programmes.models import Offer
from programmes.rules.offers import own_ahead
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

COPY = reverse("programmes:offer-copy")
NUMBERS = {"group_min": 4, "group_max": 7, "opens_on": date(2027, 10, 1), "closes_on": date(2028, 9, 30), "visits": 0}


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
def version(hub: Hub) -> Offer:
    """Of a national offer with six meetings: it has four, and applications of its own days."""
    offer = make.OfferFactory(code="NCP26-11", title="Third year", meetings=6, visits=3)
    made = make_version(offer=offer, hub=hub, reason="Our schools are far apart.", by=None)
    made.meetings, made.closes_on = 4, date(2026, 12, 18)
    made.save()
    made.follows.add(make.PhaseFactory(pathway=offer.phase.pathway))
    return made


def _national_ahead(version: Offer, **fields: Any) -> Offer:
    given = {
        "year": 2027,
        "code": "NCP27-11",
        "phase": version.phase,
        "title": "Year three",
        "meetings": 5,
        "visits": 2,
    }
    made: Offer = make.OfferFactory(**{**given, **fields})
    return made


@pytest.mark.parametrize(
    ("differs", "mine", "kept", "expected"),
    [
        ({"visits"}, {"visits": 2}, [], {"visits"}),
        ({"visits"}, {"visits": 2}, ["visits"], set()),
        ({"enrols", "visits"}, {"visits": 2}, [], {"visits"}),
        ({"group_max"}, {"group_min": 2, "group_max": 3}, [], {"group_min", "group_max"}),
        ({"group_max"}, {"group_min": 2, "group_max": 3}, ["group_min"], set()),
        ({"group_max"}, {"group_min": 2, "group_max": None}, ["group_min"], {"group_max"}),
    ],
)
def test_version_takes_over_what_differs_and_is_not_kept(
    differs: set[str], mine: dict[str, Any], kept: list[str], expected: set[str]
) -> None:
    assert own_ahead(differs, {**NUMBERS, **mine}, NUMBERS, kept=kept) == expected


def test_version_is_copied_as_a_version_of_next_years_national_offer(lead: Client, version: Offer, hub: Hub) -> None:
    national = _national_ahead(version)

    with clock.fixed(NOW):
        page = lead.get(COPY).content.decode()
        lead.post(COPY, {"offers": [version.pk]})

    made = Offer.objects.get(year=2027, hub=hub)
    assert "your own version" in page
    assert (made.stands_for, made.copied_from, made.is_published) == (national, version, False)
    assert (made.code, made.hub_reason) == ("NCP27-11", "Our schools are far apart.")
    assert (made.title, made.meetings, made.visits) == ("Year three", 4, 2)
    assert made.closes_on == date(2027, 12, 18)
    assert list(made.follows.all()) == list(version.follows.all())


def test_page_says_that_the_national_offer_of_next_year_is_missing(lead: Client, version: Offer) -> None:
    _national_ahead(version, is_published=False)

    with clock.fixed(NOW):
        page = lead.get(COPY).content.decode()

    assert "the national offer of 2027/28 is not there yet" in page
    assert "There is nothing to copy now." in page
    assert "Copy them as drafts" not in page


def test_version_that_is_there_is_not_copied_twice(lead: Client, version: Offer) -> None:
    _national_ahead(version)
    for _again in range(2):
        next_year.copy_to_next_year(offers=[version], by=None)

    with clock.fixed(NOW):
        page = lead.get(COPY).content.decode()

    assert Offer.objects.filter(year=2027, hub=version.hub).count() == 1
    assert "All offers of this year are there in the next already." in page


def test_what_the_national_team_keeps_by_then_is_national(version: Offer, hub: Hub) -> None:
    _national_ahead(version, locked=["meetings", "follows", Offer.RATES])
    make.RateFactory(offer=version, hub=hub, amount="1200.00", reason="Cover costs more here.")

    (made,) = next_year.copy_to_next_year(offers=[version], by=None)
    reconcile_rates(now=NOW)

    assert (made.meetings, made.closes_on) == (5, date(2027, 12, 18))
    assert not made.follows.exists()
    assert not made.rates.exists()


def test_own_amount_and_own_words_of_a_version_go_on(version: Offer, hub: Hub) -> None:
    _national_ahead(version)
    make.RateFactory(offer=version, hub=hub, amount="1200.00", reason="Cover costs more here.")
    version.commitments = make.AgreementTextFactory(hub=hub)
    version.save()
    newest = make.AgreementTextFactory(
        hub=hub, code=version.commitments.code, version="2", published_on=date(2026, 11, 1)
    )

    (made,) = next_year.copy_to_next_year(offers=[version], by=None)
    reconcile_rates(now=NOW)

    assert made.commitments == newest
    assert [(rate.hub, rate.amount) for rate in made.rates.all()] == [(hub, Decimal("1200.00"))]


def test_national_offer_of_next_year_is_the_copy_before_another_of_its_phase(version: Offer) -> None:
    _national_ahead(version, code="NCP27-10")
    copy = _national_ahead(version, code="NCP27-12", copied_from=version.stands_for)

    (made,) = next_year.copy_to_next_year(offers=[version], by=None)

    assert made.stands_for == copy


def test_version_of_next_year_does_not_hold_back_the_hubs_own_offer_beside_it(version: Offer, hub: Hub) -> None:
    own = make.OfferFactory(hub=hub, phase=version.phase, code="TREN26-01")
    _national_ahead(version)

    made = next_year.copy_to_next_year(offers=[version, own], by=None)
    next_year.copy_to_next_year(offers=[own], by=None)

    assert [one.code for one in made] == ["NCP27-11", "TREN27-01"]
    assert Offer.objects.filter(year=2027, hub=hub).count() == 2
