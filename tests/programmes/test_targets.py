"""Targets of several years on one page: by phase in a hub, by hub for the national team."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Offer, Target
from schools.models import Hub, User
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

URL = "programmes:target-grid"


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory(code="NCP26-09")
    return made


@pytest.fixture
def hub() -> Hub:
    made: Hub = make.HubFactory(name="Trent Maths Hub")
    return made


def _page(user: User, typed: dict[str, str] | None = None, *, shown: Any = None, hub: Hub | None = None) -> Any:
    """The page, or what it says to what is typed in it (as it is now, or as it was shown)."""
    client = Client()
    client.force_login(user)
    if hub is not None:
        client.post(reverse("schools:hub-choose"), {"hub": hub.pk})
    with clock.fixed(NOW):
        page = client.get(reverse(URL))
        if typed is None:
            return page
        return client.post(reverse(URL), {**_boxes(shown or page), **typed}, follow=True)


def _boxes(page: Any) -> dict[str, str]:
    """What a browser sends of the page when nothing is typed."""
    form = page.context["form"]
    return {box.html_name: "" if box.value() is None else str(box.value()) for box in form}


def _box(offer: Offer, hub: Hub, year: int = 2026) -> str:
    return f"p{offer.phase_id}y{year}h{hub.pk}"


def test_national_team_sets_years_ahead_and_drafts_follow(offer: Offer, hub: Hub) -> None:
    make.EnrolmentFactory(offer=make.OfferFactory(phase=offer.phase, year=2025), hub=hub)
    national = make.make_user(NATIONAL)

    _page(national, {_box(offer, hub): "12", _box(offer, hub, 2028): "20"})
    page = _page(national)

    found = Target.objects.order_by("offer__year").values_list("offer__year", "offer__is_published", "schools")
    assert list(found) == [(2026, True, 12), (2028, False, 20)]
    assert list(Offer.objects.filter(year=2027).values_list("code", "is_published")) == [("NCP27-09", False)]
    assert [page.context["last"], [total for _year, total in page.context["totals"]]] == [1, [12, None, 20, None]]


def test_hub_sets_what_the_national_team_has_not_set(offer: Offer, hub: Hub) -> None:
    other = make.OfferFactory(phase=make.PhaseFactory(pathway=offer.phase.pathway))
    Target.objects.create(offer=offer, hub=hub, schools=12)
    lead = make.make_user(HUB_LEAD, hub=hub)
    boxes = {_box(offer, hub): "99", _box(other, hub): "7", _box(other, hub, 2027): "41"}

    _page(lead, boxes)
    page = _page(lead).content.decode()

    ahead = Offer.objects.get(year=2027)
    assert dict(Target.objects.values_list("offer", "schools")) == {offer.pk: 12, other.pk: 7, ahead.pk: 41}
    assert f'name="{_box(other, hub, 2027)}" value="41"' in page
    assert "12 <span" in page
    assert f'name="{_box(other, hub)}"' in page
    assert f'name="{_box(offer, hub)}"' not in page


def test_wrong_number_is_said_beside_its_box(offer: Offer, hub: Hub) -> None:
    answer = _page(make.make_user(NATIONAL), {_box(offer, hub): "many"})

    assert f"Trent Maths Hub, {offer.phase}, 2026/27: enter a whole number" in answer.content.decode()
    assert not Target.objects.exists()


def test_page_of_one_hub_never_touches_another_ones_targets(offer: Offer, hub: Hub) -> None:
    there = make.HubFactory()
    Target.objects.create(offer=offer, hub=there, schools=9)
    national = make.make_user(NATIONAL)
    shown = _page(national, hub=hub)

    for typed in ({}, {_box(offer, hub): "12"}):
        answer = _page(national, typed, shown=shown, hub=there)

        assert "These are other targets than those that you filled in" in answer.content.decode()
        assert f'name="{_box(offer, there)}" value="9"' in answer.content.decode()
        assert list(Target.objects.values_list("hub", "schools")) == [(there.pk, 9)]


def test_page_that_sends_nothing_changes_nothing(offer: Offer, hub: Hub) -> None:
    Target.objects.create(offer=offer, hub=hub, schools=9)
    client = Client()
    client.force_login(make.make_user(NATIONAL))

    with clock.fixed(NOW):
        client.post(reverse(URL), {})

    assert Target.objects.get().schools == 9


def test_whoever_sets_one_box_leaves_what_a_colleague_set_in_another(offer: Offer, hub: Hub) -> None:
    one, other = (make.make_user(HUB_LEAD, hub=hub) for _who in range(2))
    shown = _page(one)

    _page(other, {_box(offer, hub, 2027): "33"}, shown=shown)
    _page(one, {_box(offer, hub): "44"}, shown=shown)

    assert dict(Target.objects.values_list("offer__year", "schools")) == {2026: 44, 2027: 33}


@pytest.mark.parametrize("year", [2026, 2027])
def test_target_that_a_colleague_changed_meanwhile_is_told_and_not_lost(offer: Offer, hub: Hub, year: int) -> None:
    one, other = (make.make_user(HUB_LEAD, hub=hub) for _who in range(2))
    shown = _page(one)
    typed = {_box(offer, hub, year): "44"}

    _page(other, {_box(offer, hub, year): "33"}, shown=shown)
    answer = _page(one, typed, shown=shown)

    assert "it is 33 now" in answer.content.decode()
    assert f'name="{_box(offer, hub, year)}" value="44"' in answer.content.decode()
    assert Target.objects.get().schools == 33
    _page(one, typed, shown=answer)
    assert Target.objects.get().schools == 44


def test_offer_of_one_hub_is_no_box_of_another(offer: Offer, hub: Hub) -> None:
    other = make.HubFactory()
    own = make.OfferFactory(phase=offer.phase, year=2027, hub=hub)
    Target.objects.create(offer=own, hub=hub, schools=5, is_national=False)

    page = _page(make.make_user(NATIONAL), {_box(offer, other, 2027): "8"})

    found = Target.objects.order_by("pk").values_list("offer__hub", "hub", "schools")
    assert list(found) == [(hub.pk, hub.pk, 5), (None, other.pk, 8)]
    assert f"o{own.pk}h{other.pk}" not in page.content.decode()


def test_every_error_says_in_the_summary_of_which_programme_and_year_and_beside_its_box_only_what(
    offer: Offer, hub: Hub
) -> None:
    lead = make.make_user(HUB_LEAD, hub=hub)

    page = _page(lead, {_box(offer, hub): "-1", _box(offer, hub, 2027): "9999"}).text

    assert f">{offer.phase}, 2026/27: enter a number of at least 0.</a>" in page
    assert f">{offer.phase}, 2027/28: enter a number of at most 5000.</a>" in page
    assert '<span class="govuk-error-message">Enter a number of at least 0.</span>' in page
