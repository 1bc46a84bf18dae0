"""Offers of a new year: copied from the year before, made, looked through as drafts, published."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import next_year
from programmes.actions.offer_years import ASKED_FOR
from programmes.models import Offer
from programmes.rules.years import code_in_year, day_in_year
from schools import roles
from tests import factories as make
from tests.programmes.test_staff_pages import _offer_data as typed
from tests.world import NOW

pytestmark = pytest.mark.django_db

COPY = reverse("programmes:offer-copy")


@pytest.fixture
def national(client: Client) -> Client:
    """Somebody of the national team at a browser."""
    client.force_login(make.make_user(roles.NATIONAL))
    return client


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("NCP26-09", 2027, "NCP27-09"),
        ("NCP26-14a", 2027, "NCP27-14a"),
        ("NCP99-01", 2100, "NCP00-01"),
        ("PILOT-1", 2027, "PILOT-1"),
        ("X26", 2027, "X26"),
    ],
)
def test_code_carries_its_year(code: str, year: int, expected: str) -> None:
    assert code_in_year(code, year) == expected


def test_leap_day_has_a_day_in_other_years() -> None:
    assert day_in_year(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert day_in_year(date(2027, 9, 30), 1) == date(2028, 9, 30)


def test_copy_of_a_year_without_offers_says_so_without_a_table(national: Client) -> None:
    with clock.fixed(NOW):
        page = national.get(COPY).content.decode()

    assert ("There is nothing to copy in this year." in page, "<table" in page) == (True, False)


def test_copy_is_a_draft_with_the_same_numbers_a_year_later(national: Client) -> None:
    offer = make.OfferFactory(
        code="NCP26-09",
        opens_on=date(2025, 10, 1),
        closes_on=date(2026, 9, 30),
        names_by=date(2026, 6, 30),
        release_days=7,
        locked=["visits"],
    )
    offer.follows.add(before := make.PhaseFactory(pathway=offer.phase.pathway))
    text = make.AgreementTextFactory(code=offer.commitments.code, version="2", published_on=date(2026, 11, 1))

    with clock.fixed(NOW):
        national.post(COPY, {"offers": [offer.pk]})

    copy = Offer.objects.get(year=2027)
    assert (copy.code, copy.title, copy.release_days, copy.phase) == ("NCP27-09", offer.title, 7, offer.phase)
    assert (copy.opens_on, copy.closes_on, copy.commitments) == (date(2026, 10, 1), date(2027, 9, 30), text)
    assert copy.names_by == date(2027, 6, 30)
    assert (copy.is_published, copy.copied_from, list(copy.follows.all())) == (False, offer, [before])
    assert (copy.locked, copy.stands_for) == (["visits"], None)
    assert JournalEntry.objects.about(copy).get().what == "Offer made"


def test_preview_ticks_what_is_missing_and_says_what_is_there(national: Client) -> None:
    missing, there, same_code = (make.OfferFactory(code=f"NCP26-{number}") for number in (10, 11, 12))
    make.OfferFactory(year=2027, phase=there.phase, code="NCP27-99")
    make.OfferFactory(year=2027, code="NCP27-12")
    make.OfferFactory(year=2026, hub=make.HubFactory(), code="LOCAL")

    with clock.fixed(NOW):
        page = national.get(COPY)
        refused = national.post(COPY, {"offers": [same_code.pk]})

    lines = [(one.offer, one.copy and one.copy.code, is_ticked) for one, is_ticked in page.context["lines"]]
    assert lines == [(missing, "NCP27-10", True), (there, None, False), (same_code, None, False)]
    assert "One of these is there already, or cannot be copied yet." in refused.content.decode()
    assert Offer.objects.filter(copied_from__isnull=False).count() == 0


def test_copying_says_that_the_new_year_is_looked_at(national: Client) -> None:
    offer = make.OfferFactory(code="NCP26-09")

    with clock.fixed(NOW):
        page = national.post(COPY, {"offers": [offer.pk]}, follow=True)

    assert "1 draft made for 2027/28, the year that you look at now." in page.content.decode()
    assert [one.year for one in page.context["rows"]] == [2027]


def test_copying_again_copies_nothing_twice(national: Client) -> None:
    offer = make.OfferFactory(code="NCP26-09")

    for _again in range(2):
        next_year.copy_to_next_year(offers=[offer], by=None)

    assert Offer.objects.filter(year=2027).count() == 1


def test_offer_is_made_as_a_draft(national: Client) -> None:
    model = make.OfferFactory(year=2025)
    told = {**typed(model), "code": " NCP26-30 ", "title": "A new one"}

    with clock.fixed(NOW):
        answer = national.post(reverse("programmes:offer-create", args=[2026, model.phase_id]), told)

    offer = Offer.objects.get(title="A new one")
    assert answer["Location"] == offer.get_absolute_url()
    assert (offer.year, offer.code, offer.is_published, offer.hub) == (2026, "NCP26-30", False, None)
    assert offer.school_phases == model.school_phases


def test_offer_with_a_code_that_is_taken_is_refused_with_what_was_typed(national: Client) -> None:
    model = make.OfferFactory(code="NCP26-30")
    told = {**typed(model), "code": "NCP26-30", "title": "A new one"}

    with clock.fixed(NOW):
        page = national.post(reverse("programmes:offer-create", args=[2026, model.phase_id]), told).content.decode()

    assert "NCP26-30 is another offer's code in 2026/27." in page.replace("&#x27;", "'")
    assert 'value="A new one"' in page
    assert Offer.objects.count() == 1


def test_draft_is_published_once_and_made_a_draft_again_while_nobody_asked(national: Client) -> None:
    offer = make.OfferFactory(is_published=False)
    lead = Client()
    lead.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))
    seen = []

    for name in ("offer-publish", "offer-publish", "offer-withdraw"):
        national.post(reverse(f"programmes:{name}", args=[offer.pk]))
        seen.append(lead.get(offer.get_absolute_url()).status_code)

    assert seen == [200, 200, 404]
    assert [entry.what for entry in JournalEntry.objects.about(offer)] == ["Offer is a draft again", "Offer published"]


@pytest.mark.parametrize("asked", [make.InterestFactory, make.EnrolmentFactory])
def test_offer_that_schools_asked_for_stays_published(national: Client, asked: type) -> None:
    offer = asked().offer

    page = national.get(offer.get_absolute_url()).content.decode()
    answer = national.post(reverse("programmes:offer-withdraw", args=[offer.pk]), follow=True).content.decode()

    offer.refresh_from_db()
    assert ("Make it a draft again" in page, offer.is_published) == (False, True)
    assert f"It cannot be made a draft again. {ASKED_FOR}" in page
    assert "Schools have asked for this offer: it stays published." in answer


def test_change_of_what_comes_before_is_in_the_history(national: Client) -> None:
    offer = make.OfferFactory()
    before = make.PhaseFactory(pathway=offer.phase.pathway, name="Main year")

    national.post(reverse("programmes:offer-edit", args=[offer.pk]), typed(offer, follows=[before.pk]))

    assert list(offer.follows.all()) == [before]
    assert JournalEntry.objects.about(offer).get().changed == {"follows": ["", "Main year"]}
