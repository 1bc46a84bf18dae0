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


def _page(user: User, data: dict[str, str] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(reverse(URL)) if data is None else client.post(reverse(URL), data, follow=True)


def test_national_team_sets_years_ahead_and_drafts_follow(offer: Offer, hub: Hub) -> None:
    make.EnrolmentFactory(offer=make.OfferFactory(phase=offer.phase, year=2025), hub=hub)
    national = make.make_user(NATIONAL)
    ahead = f"p{offer.phase_id}y2028h{hub.pk}"

    _page(national, {f"o{offer.pk}h{hub.pk}": "12", ahead: "20"})
    page = _page(national)

    found = Target.objects.order_by("offer__year").values_list("offer__year", "offer__is_published", "schools")
    assert list(found) == [(2026, True, 12), (2028, False, 20)]
    assert list(Offer.objects.filter(year=2027).values_list("code", "is_published")) == [("NCP27-09", False)]
    assert [page.context["last"], [total for _year, total in page.context["totals"]]] == [1, [12, 0, 20, 0]]


def test_hub_sets_what_the_national_team_has_not_set(offer: Offer, hub: Hub) -> None:
    other = make.OfferFactory(phase=make.PhaseFactory(pathway=offer.phase.pathway))
    Target.objects.create(offer=offer, hub=hub, schools=12)
    lead = make.make_user(HUB_LEAD, hub=hub)
    boxes = {f"o{offer.pk}h{hub.pk}": "99", f"o{other.pk}h{hub.pk}": "7", f"p{other.phase_id}y2027h{hub.pk}": "41"}

    _page(lead, boxes)
    page = _page(lead).content.decode()

    ahead = Offer.objects.get(year=2027)
    assert dict(Target.objects.values_list("offer", "schools")) == {offer.pk: 12, other.pk: 7, ahead.pk: 41}
    assert f'name="o{ahead.pk}h{hub.pk}" value="41"' in page
    assert "12 <span" in page
    assert f'name="o{other.pk}h{hub.pk}"' in page
    assert f'name="o{offer.pk}h{hub.pk}"' not in page


def test_wrong_number_is_said_beside_its_box(offer: Offer, hub: Hub) -> None:
    answer = _page(make.make_user(NATIONAL), {f"o{offer.pk}h{hub.pk}": "many"})

    assert f"Trent Maths Hub, {offer.phase}, 2026/27: enter a whole number" in answer.content.decode()
    assert not Target.objects.exists()
