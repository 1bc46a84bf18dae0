"""What an offer pays: set nationally, a hub's own with its reason, and carried into the next year's copy."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from funding import actions
from funding.models import Award, Rate
from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions.next_year import copy_to_next_year
from programmes.actions.offer_versions import make_version
from programmes.models import Offer
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory()
    return made


def _page(offer: Offer) -> str:
    return reverse("funding:rate-edit", args=[offer.pk])


def test_national_sets_an_amount_for_all_hubs(client: Client, offer: Offer) -> None:
    client.force_login(make.make_user(roles.NATIONAL))

    for amount in ("1000", "1,250.00", "1250"):
        client.post(_page(offer), {"label": "Teacher release", "amount": amount})

    rate = Rate.objects.get()
    assert (rate.hub, rate.amount) == (None, Decimal("1250.00"))
    changed = [entry.changed for entry in JournalEntry.objects.about(rate)]
    assert changed == [{"amount": ["1000.00", "1250.00"]}, {"amount": ["", "1000.00"]}]


def test_hub_sets_its_own_with_a_reason_and_no_other_hub_reads_it(client: Client, offer: Offer) -> None:
    hub, other = make.HubFactory(), make.HubFactory()
    make.RateFactory(offer=offer, amount="1000.00")
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    stranger = Client()
    stranger.force_login(make.make_user(roles.HUB_LEAD, hub=other))

    refused = client.post(_page(offer), {"label": "Teacher release", "amount": "1200"}).content.decode()
    client.post(_page(offer), {"label": "Teacher release", "amount": "1200", "reason": "Cover costs more here."})

    own = Rate.objects.get(hub=hub)
    assert "Why does your hub pay another amount?" in refused
    assert 'value="1200"' in refused
    assert (own.amount, own.reason) == (Decimal(1200), "Cover costs more here.")
    assert Rate.objects.get(hub=None).amount == Decimal(1000)
    assert ["Cover costs more here." in one.get(_page(offer)).content.decode() for one in (client, stranger)] == [
        True,
        False,
    ]


def test_amount_that_changes_leaves_awards_as_they_are() -> None:
    side: Side = make_side()
    made = Award.objects.values_list("amount", flat=True).get()

    actions.set_rate(offer=side.offer, hub=None, label="Teacher release", amount=Decimal(9), by=None)
    actions.reconcile_awards(now=NOW)

    assert list(Award.objects.values_list("amount", flat=True)) == [made]


def test_copy_of_an_offer_pays_what_it_paid_until_something_is_set(offer: Offer) -> None:
    make.RateFactory(offer=offer, amount="1000.00")
    make.RateFactory(offer=offer, amount="1200.00", hub=make.HubFactory())
    (copy,) = copy_to_next_year(offers=[offer], by=None)

    made = [actions.reconcile_rates(now=NOW) for _again in range(2)]
    actions.set_rate(offer=copy, hub=None, label="Teacher release", amount=Decimal(0), by=None)
    later = actions.reconcile_rates(now=NOW)

    assert (made, later) == ([1, 0], 0)
    assert [(rate.hub, rate.amount) for rate in copy.rates.all()] == [(None, Decimal("0.00"))]


@pytest.mark.parametrize("kept", [[], [Offer.RATES]])
def test_rate_that_cannot_be_copied_holds_up_no_other_offer(offer: Offer, kept: list[str]) -> None:
    hub = make.HubFactory()
    old, good = make.OfferFactory(hub=hub, code="OLD"), make.OfferFactory(hub=hub, code="GOOD")
    make.RateFactory(offer=old, hub=hub, amount="700.00", reason="")
    make.RateFactory(offer=good, hub=hub, amount="800.00", reason="Small schools.")
    copies = copy_to_next_year(offers=[old, good], by=None)
    Offer.objects.filter(pk=copies[0].pk).update(locked=kept)

    actions.reconcile_rates(now=NOW)

    found = Rate.objects.filter(offer__in=copies).order_by("amount").values_list("amount", "reason")
    expected = [] if kept else [(Decimal("700.00"), "As in the year before.")]
    assert list(found) == [*expected, (Decimal("800.00"), "Small schools.")]


def test_board_and_schools_set_no_amount(client: Client) -> None:
    with clock.fixed(NOW):
        side = make_side()
        answers = {
            kind: side.browser(kind).post(_page(side.offer), {"label": "Books", "amount": "5"}).status_code
            for kind in (roles.BOARD, roles.HEADTEACHER)
        }

    assert set(answers.values()) == {403}
    assert not Rate.objects.filter(label="Books").exists()


def test_school_of_a_hubs_own_version_gets_the_national_award(client: Client) -> None:
    side = make_side()
    make.RateFactory(offer=side.offer, amount="1000.00")
    version = make_version(offer=side.offer, hub=side.hub, reason="Distances.", by=None)
    enrolment = make.EnrolmentFactory(offer=version, hub=side.hub, status="active")
    group = make.GroupFactory(offer=version, hub=side.hub, leader=side.leader, status="running")
    make.PlaceFactory(group=group, enrolment=enrolment)

    actions.reconcile_awards(now=NOW)

    with clock.fixed(NOW):
        page = side.browser(roles.HUB_LEAD).get(version.get_absolute_url()).content.decode()
    assert Award.objects.get(enrolment=enrolment).amount == Decimal("1000.00")
    assert "Teacher release: £1,000.00 a school" in page


def test_offers_page_shows_a_hub_its_own_amount_with_the_reason(client: Client, offer: Offer) -> None:
    hub = make.HubFactory()
    make.RateFactory(offer=offer, amount="1000.00")
    make.RateFactory(offer=offer, amount="1200.00", hub=hub, reason="Cover costs more here.")
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    stranger = Client()
    stranger.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))

    pages = [one.get(offer.get_absolute_url()) for one in (client, stranger)]

    assert [[rate.amount for rate in page.context["rates"]] for page in pages] == [[Decimal(1200)], [Decimal(1000)]]
    assert ["Cover costs more here." in page.content.decode() for page in pages] == [True, False]


def test_amount_that_the_national_team_keeps_is_no_hubs_to_change(client: Client, offer: Offer) -> None:
    hub = make.HubFactory()
    version = make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    national = Client()
    national.force_login(make.make_user(roles.NATIONAL))
    national.post(reverse("programmes:offer-lock", args=[offer.pk]), {"locked": ["rates"]})
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))

    answers = [client.get(_page(one)) for one in (offer, version)]
    shown = [_page(one) in client.get(one.get_absolute_url()).content.decode() for one in (offer, version)]
    national.post(_page(offer), {"label": "Teacher release", "amount": "900"})

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "The national team keeps what this pays the same in every hub." in answers[0].content.decode()
    assert shown == [False, False]
    offer.refresh_from_db()
    with pytest.raises(actions.NotAllowed, match="keeps what this pays the same"):
        actions.set_rate(offer=offer, hub=hub, label="Books", amount=Decimal(5), by=None, reason="We want to.")
    assert [(rate.hub, rate.amount) for rate in Rate.objects.all()] == [(None, Decimal(900))]
