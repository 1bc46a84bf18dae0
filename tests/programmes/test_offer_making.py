"""A form for an offer that begins like another one, so that only what differs is typed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from funding.actions import reconcile_rates
from hubportal.core import clock
from programmes.catalogue import loading
from programmes.forms.offers import GROUPS, LABELS, OfferForm
from programmes.models import Offer, Phase
from programmes.rules.years import free_code, own_code, window_in
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def hub() -> Hub:
    made: Hub = make.HubFactory(name="East Midlands South Maths Hub")
    return made


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    """A lead of the hub at a browser."""
    client.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return client


def _form(client: Client, phase: Phase, year: int = 2026) -> Any:
    with clock.fixed(NOW):
        return client.get(reverse("programmes:offer-create", args=[year, phase.pk]))


def _sent_as_it_stands(page: Any, **changed: str) -> dict[str, Any]:
    """What a browser sends where nothing but this was touched."""
    sent: dict[str, Any] = {}
    for field in page.context["form"]:
        value = field.value()
        if isinstance(value, date):
            sent |= {f"{field.name}_{at}": part for at, part in enumerate((value.day, value.month, value.year))}
        elif value is True:
            sent[field.name] = "on"
        elif value is not None and value is not False:
            sent[field.name] = value
    return {**sent, **changed}


@pytest.mark.parametrize(
    ("code", "taken", "expected"),
    [
        ("NCP26-14", set(), "NCP26-14"),
        ("NCP26-14", {"NCP26-14"}, "NCP26-14a"),
        ("NCP26-14", {"NCP26-14", "NCP26-14a"}, "NCP26-14b"),
        ("NCP26-14a", {"NCP26-14a"}, "NCP26-14b"),
        ("NCP26-14a", {"NCP26-14A"}, "NCP26-14b"),
    ],
)
def test_code_that_is_taken_has_a_letter_more(code: str, taken: set[str], expected: str) -> None:
    assert free_code(code, taken) == expected


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("East Midlands South Maths Hub", set(), "EMS26-01"),
        ("East Midlands South Maths Hub", {"ems26-01"}, "EMS26-02"),
        ("GLOW Maths Hub", set(), "GLOW26-01"),
        ("Bucks Berks and Oxon Maths Hub", set(), "BBO26-01"),
        ("Maths Hub", set(), "MATH26-01"),
    ],
)
def test_code_of_a_hubs_own(name: str, taken: set[str], expected: str) -> None:
    assert own_code(name, 2026, taken) == expected


def test_window_that_has_closed_begins_today() -> None:
    opens, closes = date(2025, 10, 1), date(2026, 9, 30)

    assert window_in(opens, closes, years=1, today=TODAY) == (date(2026, 10, 1), date(2027, 9, 30))
    assert window_in(opens, closes, years=0, today=TODAY) == (TODAY, date(2027, 3, 8))


def test_every_field_stands_in_one_group() -> None:
    grouped = [name for _title, _about, names in GROUPS for name in names]

    assert sorted(grouped) == sorted(OfferForm.base_fields)


def test_hub_makes_an_offer_like_the_national_one_by_changing_its_title(lead: Client, hub: Hub) -> None:
    before = make.PhaseFactory()
    like = make.OfferFactory(
        code="NCP26-09",
        year=2026,
        meetings=6,
        group_max=None,
        release_days=7,
        opens_on=date(2025, 10, 1),
        closes_on=date(2026, 9, 30),
        names_by=date(2026, 6, 30),
        locked=["meetings"],
    )
    like.set_phases({"follows": [before], "priority_after": [before]})
    text = make.AgreementTextFactory(code=like.commitments.code, version="2", published_on=date(2026, 11, 1))

    page = _form(lead, like.phase)
    told = _sent_as_it_stands(page, title="Evenings")
    with clock.fixed(NOW):
        lead.post(reverse("programmes:offer-create", args=[2026, like.phase_id]), told)

    made = Offer.objects.get(hub=hub)
    assert (made.code, made.title, made.meetings, made.release_days) == ("EMS26-01", "Evenings", 6, 7)
    assert (made.opens_on, made.closes_on, made.names_by) == (TODAY, date(2027, 3, 8), date(2027, 3, 8))
    assert (made.phase, made.commitments, made.stands_for, made.locked) == (like.phase, text, None, [])
    assert made.phase_sets() == {"follows": [before], "priority_after": [before]}
    assert [made.is_published, made.group_max] == [False, None]


def test_hubs_own_newest_is_what_its_next_begins_like(lead: Client, hub: Hub) -> None:
    like = make.OfferFactory(year=2026, meetings=6)
    make.OfferFactory(phase=like.phase, year=2026, hub=make.HubFactory(), meetings=1)
    make.OfferFactory(phase=like.phase, year=2027, is_published=False, meetings=2)
    own = make.OfferFactory(phase=like.phase, year=2026, hub=hub, code="OURS", meetings=4)

    page = _form(lead, like.phase, 2027)

    assert (page.context["like"], page.context["form"]["meetings"].value()) == (own, 4)


def test_shipped_example_is_where_a_hub_sees_no_offer(lead: Client) -> None:
    """Drafts of the national team are not shown to hubs; what ships with the portal is no secret."""
    loading.load(today=TODAY)
    draft = Offer.objects.filter(year=2026, is_published=False, enrols="persons").first()
    assert draft is not None
    Offer.objects.filter(phase=draft.phase).update(title="The national team's secret")

    page = _form(lead, draft.phase)

    assert "secret" not in page.content.decode()
    assert page.context["form"]["enrols"].value() == "persons"
    assert "It begins like the example that comes with the portal." in page.content.decode()


def test_national_offer_beside_another_has_a_code_of_its_own(client: Client) -> None:
    like = make.OfferFactory(code="NCP26-14", year=2026)
    client.force_login(make.make_user(roles.NATIONAL))

    codes = [_form(client, like.phase, year).context["form"]["code"].value() for year in (2026, 2027)]

    assert codes == ["NCP26-14a", "NCP27-14"]


def test_phase_that_was_never_offered_begins_with_its_name_and_asks_for_the_text(lead: Client) -> None:
    phase = make.PhaseFactory(name="Brand New")

    page = _form(lead, phase)

    form = page.context["form"]
    assert (form["title"].value(), form["opens_on"].value()) == ("Brand New", TODAY)
    assert [group.is_open for group in form.groups] == [True, False, False, False, True]


def test_group_with_an_error_is_open(lead: Client) -> None:
    like = make.OfferFactory()
    told = _sent_as_it_stands(_form(lead, like.phase), release_days="-1")

    with clock.fixed(NOW):
        page = lead.post(reverse("programmes:offer-create", args=[2026, like.phase_id]), told)

    assert [group.is_open for group in page.context["form"].groups] == [True, False, False, True, False]
    assert Offer.objects.count() == 1


@pytest.mark.parametrize(("year", "status"), [(2024, 404), (2025, 200), (2029, 200), (2030, 404)])
def test_offer_is_made_for_a_year_that_one_may_plan_for(lead: Client, year: int, status: int) -> None:
    assert _form(lead, make.PhaseFactory(), year).status_code == status


def test_choice_says_what_is_offered_already(lead: Client, hub: Hub) -> None:
    offer = make.OfferFactory(year=2027, code="NCP27-01")
    make.OfferFactory(year=2027, phase=offer.phase, hub=make.HubFactory(), code="THEIRS")
    empty = make.PhaseFactory(pathway=offer.phase.pathway)

    with clock.fixed(NOW):
        page = lead.get(reverse("programmes:offer-choose"), {"year": "2027"})

    assert page.context["ladders"] == {offer.phase.pathway: [(offer.phase, [offer]), (empty, [])]}


def test_hub_copies_its_own_offers_with_what_they_pay_and_no_others(lead: Client, hub: Hub) -> None:
    own = make.OfferFactory(hub=hub, code="EMS26-01", year=2026)
    make.RateFactory(offer=own, hub=hub, amount="700.00", reason="Small schools.")
    national = make.OfferFactory(year=2026, code="NCP26-09")
    version = make.OfferFactory(year=2026, hub=hub, stands_for=national, phase=national.phase, code="NCP26-09")
    url = reverse("programmes:offer-copy")

    with clock.fixed(NOW):
        lines = lead.get(url).context["lines"]
        refused = lead.post(url, {"offers": [national.pk, version.pk]})
        lead.post(url, {"offers": [own.pk]})
    made = [reconcile_rates(now=NOW) for _again in range(2)]

    assert [(one.offer, one.copy is not None) for one, _ticked in lines] == [(own, True), (version, False)]
    assert refused.context["form"].errors
    copy = Offer.objects.get(year=2027)
    assert (copy.hub, copy.code, copy.is_published) == (hub, "EMS27-01", False)
    assert made == [1, 0]
    paid = [(rate.hub, rate.amount, rate.reason) for rate in copy.rates.all()]
    assert paid == [(hub, Decimal(700), "Small schools.")]


def test_days_of_release_are_counted_in_halves(lead: Client, hub: Hub) -> None:
    like = make.OfferFactory(group_max=None)

    def make_with(days: str, title: str = "Evenings") -> Any:
        told = _sent_as_it_stands(_form(lead, like.phase), release_days=days, title=title)
        with clock.fixed(NOW):
            return lead.post(reverse("programmes:offer-create", args=[2026, like.phase_id]), told, follow=True)

    words = f"{LABELS['release_days']}: enter days in halves, for example 3 or 2.5."
    wrong = [make_with(days).context["form"].errors for days in ("2.25", "2.3", "many")]
    half, whole = (make_with(days, title).text for days, title in (("2.5", "Half"), ("3.0", "Whole")))

    assert wrong == [{"release_days": [words]}] * 3
    assert ["<dd>2.5 days a school</dd>" in half, "<dd>3 days a school</dd>" in whole] == [True, True]
    assert [str(one.release_days) for one in Offer.objects.filter(hub=hub).order_by("pk")] == ["2.5", "3"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(hub=hub).update(release_days="2.3")
