"""A hub's own offers: made for its schools alone, or standing there for a national one."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import offer_versions, offer_years
from programmes.actions.offers import CannotOffer
from programmes.models import Offer, Target
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.programmes.test_staff_pages import _offer_data as typed
from tests.world import NOW

pytestmark = pytest.mark.django_db

OFFERS = reverse("programmes:offer-list")
HAS_ONE = "Your hub has a version of this offer, or an offer with this code, already."


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory(code="NCP26-09", title="Main year", meetings=6)
    return made


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Trent Maths Hub")


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    """A lead of the hub at a browser."""
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return client


def _url(name: str, offer: Offer) -> str:
    return reverse(f"programmes:{name}", args=[offer.pk])


def _offered(hub: Hub) -> list[tuple[Hub | None, int]]:
    school = make.SchoolFactory(authority__hub=hub)
    return [(one.hub, one.meetings) for one in Offer.objects.public_for(school, [2026])]


def test_hub_makes_changes_and_publishes_its_own_version(lead: Client, offer: Offer, hub: Hub) -> None:
    other = make.HubFactory()
    with clock.fixed(NOW):
        lead.post(_url("offer-version", offer), {"reason": "Our schools are far apart."})
        version = Offer.objects.get(hub=hub)
        draft = _offered(hub)
        lead.post(_url("offer-edit", version), typed(version, meetings="4"))
        page = lead.get(version.get_absolute_url())
        lead.post(_url("offer-publish", version))

    assert (version.stands_for, version.code, version.year, version.meetings) == (offer, "NCP26-09", 2026, 6)
    assert page.context["differences"] == [("Meetings in the whole year", "6", "4")]
    assert "Our schools are far apart." in page.content.decode()
    assert (draft, _offered(hub), _offered(other)) == ([(None, 6)], [(hub, 4)], [(None, 6)])
    noted = [entry.what for entry in JournalEntry.objects.about(version)]
    assert noted == ["Offer published", "Offer changed", "Hub's own version made"]


def test_hub_has_one_version_of_an_offer(lead: Client, offer: Offer, hub: Hub) -> None:
    for _again in range(2):
        answer = lead.post(_url("offer-version", offer), {"reason": "Distances."})

    assert HAS_ONE in answer.content.decode()
    assert Offer.objects.filter(hub=hub).count() == 1


def test_hub_with_an_offer_of_this_code_is_told_so(lead: Client, offer: Offer, hub: Hub) -> None:
    make.OfferFactory(hub=hub, code=offer.code)

    answer = lead.post(_url("offer-version", offer), {"reason": "Distances."})

    assert HAS_ONE in answer.content.decode()
    assert not offer.versions.exists()


@pytest.mark.parametrize("fields", [{"is_published": False}, {"hub": True}])
def test_version_is_of_a_published_national_offer(hub: Hub, fields: dict[str, Any]) -> None:
    given = {name: make.HubFactory() if name == "hub" else value for name, value in fields.items()}

    with pytest.raises(CannotOffer, match="Only a published offer of the national team"):
        offer_versions.make_version(offer=make.OfferFactory(**given), hub=hub, reason="Why not", by=None)


def test_hub_changes_nothing_that_the_national_team_keeps(lead: Client, offer: Offer, hub: Hub) -> None:
    national = Client()
    national.force_login(make.make_user(roles.NATIONAL))
    national.post(_url("offer-lock", offer), {"locked": ["meetings", "group_max"]})
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)

    page = lead.get(_url("offer-edit", version)).content.decode()
    lead.post(_url("offer-edit", version), typed(version, meetings="1", visits="2"))

    version.refresh_from_db()
    assert ['name="meetings"' in page, 'name="visits"' in page] == [False, True]
    assert (version.meetings, version.visits) == (6, 2)
    assert JournalEntry.objects.about(offer).get().changed == {"locked": ["", "group_max, meetings"]}


def test_hub_changes_neither_a_national_offer_nor_another_hubs(lead: Client, offer: Offer) -> None:
    local = make.OfferFactory(hub=make.HubFactory())

    answers = [lead.post(_url("offer-edit", one), typed(one, title="Mine")).status_code for one in (offer, local)]
    steps = [lead.post(_url(step, offer)).status_code for step in ("offer-publish", "offer-withdraw")]

    assert (answers, steps) == ([403, 404], [403, 403])
    assert not Offer.objects.filter(title="Mine").exists()


def test_hub_makes_an_offer_for_its_own_schools(lead: Client, offer: Offer, hub: Hub) -> None:
    told = {**typed(offer), "code": "LOCAL-1", "title": "Evening group"}

    with clock.fixed(NOW):
        lead.post(reverse("programmes:offer-create", args=[2026, offer.phase_id]), told)
        made = Offer.objects.get(code="LOCAL-1")
        lead.post(_url("offer-publish", made))

    assert (made.hub, made.stands_for, made.year) == (hub, None, 2026)
    assert [one.title for one in Offer.objects.public_for(make.SchoolFactory(), [2026])] == ["Main year"]
    school = make.SchoolFactory(authority__hub=hub)
    assert [one.title for one in Offer.objects.public_for(school, [2026])] == ["Evening group", "Main year"]


def test_schools_of_a_version_count_towards_the_national_target(lead: Client, offer: Offer, hub: Hub) -> None:
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    make.EnrolmentFactory(offer=offer)
    make.EnrolmentFactory(offer=version, hub=hub, status="active")
    make.InterestFactory(offer=version, hub=hub)

    page = lead.get(offer.get_absolute_url())
    counted = Offer.objects.with_recruitment(None).get(pk=offer.pk)

    assert [(one.enrolled, one.waiting) for one in page.context["recruitment"]] == [(1, 1)]
    assert counted.enrolled == 2  # type: ignore[attr-defined]


def test_list_counts_a_school_of_a_version_once(lead: Client, offer: Offer, hub: Hub) -> None:
    """With the national offer's, where the target stands; the version's row says that its own are among these."""
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    offer_years.publish_offer(offer=version, by=None, now=NOW)
    make.EnrolmentFactory(offer=version, hub=hub)
    Target.objects.create(offer=offer, hub=hub, schools=9)

    with clock.fixed(NOW):
        page = lead.get(OFFERS)
        exported = lead.get(OFFERS, {"export": "csv"}).content.decode("utf-8-sig")

    text = " ".join(page.content.decode().split())
    assert '>1<br><span class="muted small">counted with the national offer</span></td>' in text
    assert text.count('<td class="num">1</td> <td class="num">9</td>') == 1
    rows = [row[-3:] for row in csv.reader(StringIO(exported))]
    assert rows == [["Accepted schools", "Of these in the hub’s own version", "Target"], ["1", "", "9"], ["", "1", ""]]


def test_list_says_what_the_hubs_schools_are_offered(lead: Client, offer: Offer, hub: Hub) -> None:
    other = make.OfferFactory(title="Another")
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    said = []

    for publish in (False, True):
        if publish:
            offer_years.publish_offer(offer=version, by=None, now=NOW)
        with clock.fixed(NOW):
            page = lead.get(OFFERS).content.decode()
        said.append((page.count("Open now"), page.count("Own version instead")))

    assert other.is_published
    assert said == [(2, 0), (2, 1)]


def test_copy_of_a_year_leaves_hubs_versions_to_the_hubs(offer: Offer, hub: Hub, client: Client) -> None:
    offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    client.force_login(make.make_user(roles.NATIONAL))

    with clock.fixed(NOW):
        client.post(reverse("programmes:offer-copy"), {"offers": [offer.pk]})

    assert [(one.hub, one.opens_on) for one in Offer.objects.filter(year=2027)] == [(None, date(2027, 1, 5))]


def test_pages_of_an_offer_and_its_version_lead_to_each_other(lead: Client, offer: Offer, hub: Hub) -> None:
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    stranger = Client()
    stranger.force_login(make.make_user(roles.HUB_LEAD, hub=make.HubFactory()))

    pages = [one.get(offer.get_absolute_url()).content.decode() for one in (lead, stranger)]

    assert [f'href="{version.get_absolute_url()}"' in page for page in pages] == [True, False]
    assert ["Make our own version" in page for page in pages] == [False, True]


def test_national_page_names_the_hubs_with_a_version_and_why(lead: Client, offer: Offer, hub: Hub) -> None:
    other = make.HubFactory(name="Avon Maths Hub")
    versions = [
        offer_versions.make_version(offer=offer, hub=one, reason=reason, by=None)
        for one, reason in ((hub, "Our schools are far apart."), (other, "We meet in the evening."))
    ]
    offer_years.publish_offer(offer=versions[0], by=None, now=NOW)
    national = Client()
    national.force_login(make.make_user(roles.NATIONAL))

    page, of_version, of_hub = (
        " ".join(one.get(at.get_absolute_url()).content.decode().split())
        for one, at in ((national, offer), (national, versions[0]), (lead, offer))
    )

    assert page.index("Avon Maths Hub</a>") < page.index("Trent Maths Hub</a>")
    assert [f'<a href="{one.get_absolute_url()}">' in page for one in versions] == [True, True]
    assert ["Our schools are far apart." in page, "We meet in the evening." in page] == [True, True]
    assert ["Hubs with their own version" in text for text in (page, of_version, of_hub)] == [True, False, False]


def test_version_shows_national_readers_its_own_hub_with_the_national_target(offer: Offer, hub: Hub) -> None:
    make.HubFactory()
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    Target.objects.create(offer=offer, hub=hub, schools=9)
    national = Client()
    national.force_login(make.make_user(roles.NATIONAL))

    page = national.get(version.get_absolute_url())

    assert [(one.name, one.target) for one in page.context["recruitment"]] == [("Trent Maths Hub", 9)]
    assert _url("target-edit", version) not in page.content.decode()
    assert national.get(_url("target-edit", version)).status_code == 403


def test_what_a_version_pays_is_the_national_amount_until_it_has_its_own(lead: Client, offer: Offer, hub: Hub) -> None:
    make.RateFactory(offer=offer, amount="1000.00")
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    amounts = reverse("funding:rate-edit", args=[version.pk])

    before = lead.get(amounts).content.decode()
    lead.post(amounts, {"label": "Teacher release", "amount": "1200", "reason": "Cover costs more here."})
    after = lead.get(amounts).content.decode()

    assert ["pays what the national offer pays" in page for page in (before, after)] == [True, False]
    assert ["£1,000.00" in page for page in (before, after)] == [True, False]
    shown = lead.get(version.get_absolute_url()).context["differences"]
    assert shown == [("Release funding", "Teacher release: £1,000.00", "Teacher release: £1,200.00")]


def test_other_commitments_of_a_version_are_among_what_differs(lead: Client, offer: Offer, hub: Hub) -> None:
    version = offer_versions.make_version(offer=offer, hub=hub, reason="Distances.", by=None)
    same = lead.get(version.get_absolute_url()).context["differences"]
    own = make.AgreementTextFactory(code="our-words", version=offer.commitments.version)
    Offer.objects.filter(pk=version.pk).update(commitments=own)

    shown = lead.get(version.get_absolute_url()).context["differences"]

    assert str(own) == str(offer.commitments)
    assert [before != after for _label, before, after in shown] == [True]
    assert (same, shown[0][2]) == ([], own.label)
