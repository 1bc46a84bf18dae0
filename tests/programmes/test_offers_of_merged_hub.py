"""What a hub alone offers goes on with the hub that it is merged into: to be changed, published, wanted and paid."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from funding.actions import reconcile_rates
from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions.offer_versions import make_version
from programmes.models import AgreementText, Offer, Target
from schools import roles
from schools.actions import hubs
from schools.models import Hub, HubChange
from tests import factories as make
from tests.programmes.test_staff_pages import _offer_data as typed
from tests.world import NOW
from workgroups.actions.hub_changes import follow_hub_changes

pytestmark = pytest.mark.django_db


def _merge(hub: Hub, other: Hub, *, takes_running: bool = True) -> None:
    wish = hubs.Wish(
        kind=HubChange.Kind.MERGER,
        hub=hub,
        other=other,
        from_on=NOW.date(),
        reason="Reorganised",
        takes_running=takes_running,
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    hubs.do_due_changes(now=NOW)
    follow_hub_changes(now=NOW)


@pytest.fixture
def old() -> Hub:
    made: Hub = make.HubFactory(name="Old Hub")
    return made


@pytest.fixture
def other() -> Hub:
    made: Hub = make.HubFactory(name="Other Hub")
    return made


def test_own_offer_is_changed_published_and_offered_by_the_hub_that_goes_on(
    client: Client, old: Hub, other: Hub
) -> None:
    with clock.fixed(NOW):
        text = make.AgreementTextFactory(hub=old)
        offer = make.OfferFactory(hub=old, code="OURS", commitments=text, is_published=False)
        taken = make.OfferFactory(hub=other, code="OURS")
        Target.objects.create(offer=offer, hub=old, schools=9, is_national=False)
        make.RateFactory(offer=offer, hub=old, amount="700.00", reason="Small schools.")

        _merge(old, other)
        reconcile_rates(now=NOW)
        client.force_login(make.make_user(roles.HUB_LEAD, hub=other))
        client.post(reverse("programmes:offer-edit", args=[offer.pk]), typed(offer, code="OURSa", title="Ours now"))
        client.post(reverse("programmes:offer-publish", args=[offer.pk]))
        box = f"o{offer.pk}h{other.pk}"
        client.post(reverse("programmes:target-grid"), {"seen": f"{box}:9", box: "11"})
        page = client.get(offer.get_absolute_url())

    offer.refresh_from_db()
    assert (offer.hub, offer.code, offer.title, offer.is_published) == (other, "OURSa", "Ours now", True)
    assert (offer.commitments, AgreementText.objects.get(pk=text.pk).hub) == (text, other)
    assert list(Target.objects.values_list("hub", "schools")) == [(other.pk, 11)]
    assert [rate.amount for rate in page.context["rates"]] == [Decimal(700)]
    offered = Offer.objects.public_for(make.SchoolFactory(authority__hub=other), [2026])
    assert set(offered) == {offer, taken}
    moved = JournalEntry.objects.about(offer).get(what="Goes on with another hub")
    assert moved.changed == {"hub": ["Old Hub", "Other Hub"], "code": ["OURS", "OURSa"]}


def test_what_stays_until_the_year_ends_is_the_old_hubs_and_next_years_is_not(old: Hub, other: Hub) -> None:
    this, coming = (make.OfferFactory(hub=old, year=year) for year in (2026, 2027))

    _merge(old, other, takes_running=False)

    assert [Offer.objects.get(pk=one.pk).hub for one in (this, coming)] == [old, other]


def test_versions_of_national_offers_stay_what_they_were(old: Hub, other: Hub) -> None:
    version = make_version(offer=make.OfferFactory(), hub=old, reason="Distances.", by=None)

    _merge(old, other)

    version.refresh_from_db()
    assert version.hub == old
