"""The catalogue that a new portal starts with: complete, made once, and never undoing an edit."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from funding.models import Rate
from hubportal.core import clock
from programmes.models import AgreementText, HalfTerm, Offer, Pathway, Phase, Tag
from schools.models import Hub, LocalAuthority, School
from tests.factories.programmes import HALF_TERMS
from tests.world import NOW

pytestmark = pytest.mark.django_db


def _load(now: datetime = NOW) -> str:
    out = StringIO()
    with clock.fixed(now):
        call_command("load_catalogue", stdout=out)
    return out.getvalue().strip()


def test_load_catalogue_fills_an_empty_database() -> None:
    said = _load()

    assert said == (
        "hubs=40 local_authorities=153 templates=3 phases=18 tags=10 agreement_texts=11 half_terms=24 offers=54 rates=9"
    )
    assert LocalAuthority.objects.filter(hub=None).count() == 0
    assert LocalAuthority.objects.get(code="856").hub == Hub.objects.get(code="east-midlands-south")
    assert sorted(Offer.objects.values_list("year", flat=True).distinct()) == [2025, 2026, 2027]


def test_primary_schools_are_asked_to_agree_to_nothing_about_a_department() -> None:
    _load()

    texts = {
        offer.title: offer.commitments.body
        for offer in Offer.objects.select_related("commitments")
        if School.Phase.PRIMARY in offer.school_phases
    }
    assert "Years 5–8 Continuity" in texts
    assert [title for title, body in texts.items() if "department" in body] == []


def test_load_catalogue_again_makes_nothing() -> None:
    _load()

    said = _load()

    assert (
        said == "hubs=0 local_authorities=0 templates=0 phases=0 tags=0 agreement_texts=0 half_terms=0 offers=0 rates=0"
    )


def test_load_catalogue_adds_the_next_year_when_it_comes() -> None:
    _load()

    said = _load(datetime(2027, 9, 1, 10, tzinfo=UTC))

    assert (
        said
        == "hubs=0 local_authorities=0 templates=0 phases=0 tags=0 agreement_texts=0 half_terms=6 offers=18 rates=3"
    )


def test_load_catalogue_leaves_edits_alone() -> None:
    _load()
    Offer.objects.filter(code="NCP26-09").update(title="Introductory year", group_max=12)
    Rate.objects.filter(offer__code="NCP26-09").update(amount=Decimal("1250.00"))
    Phase.objects.filter(code="primary-development").update(name="Introductory")
    Pathway.objects.filter(code="primary").update(name="First schools")
    HalfTerm.objects.filter(year=2026, number=1).update(ends_on="2026-10-16")
    Tag.objects.filter(name="Fluency").delete()

    _load()

    offer = Offer.objects.select_related("phase__pathway").get(code="NCP26-09")
    assert (offer.title, offer.group_max, offer.rates.get().amount) == ("Introductory year", 12, Decimal("1250.00"))
    assert (offer.phase.name, offer.phase.pathway.name) == ("Introductory", "First schools")
    assert HalfTerm.objects.get(year=2026, number=1).ends_on.day == 16
    assert Tag.objects.filter(name="Fluency").count() == 0


def test_load_catalogue_gives_a_hub_to_an_authority_that_an_import_made_first() -> None:
    LocalAuthority.objects.create(code="856", name="Leicester")

    _load()

    authority = LocalAuthority.objects.select_related("hub").get(code="856")
    assert authority.hub is not None
    assert authority.hub.code == "east-midlands-south"


def test_half_terms_of_the_catalogue_are_the_national_default() -> None:
    _load()

    found = HalfTerm.objects.filter(year=2026).values_list("starts_on", "ends_on")

    assert list(found) == list(HALF_TERMS)


NUMBERS = ("group_min", "group_max", "teachers_per_school", "meetings", "meetings_per", "visits", "visits_per")


@pytest.mark.parametrize(
    ("code", "numbers", "rate"),
    [
        ("NCP26-08", (2, 8, 2, 3, "term", 6, "half_term"), None),
        ("NCP26-09", (6, 7, 2, 6, "half_term", 3, "term"), Decimal("1000.00")),
        ("NCP26-11", (2, None, 2, 6, "half_term", 0, "term"), None),
        ("NCP26-12", (2, None, 2, 4, "year", 6, "half_term"), Decimal("2000.00")),
        ("NCP26-13", (4, 6, 2, 3, "term", 0, "term"), Decimal("1000.00")),
        ("NCP26-14", (4, 6, 2, 3, "term", 0, "term"), None),
    ],
)
def test_offer_carries_the_numbers_of_its_phase(code: str, numbers: tuple[object, ...], rate: Decimal | None) -> None:
    _load()

    offer = Offer.objects.get(code=code)

    assert tuple(getattr(offer, name) for name in NUMBERS) == numbers
    assert offer.rates.values_list("amount", flat=True).first() == rate


def test_shipped_examples_are_what_hubs_run_beside_the_pathways() -> None:
    """Preparatory groups, ways of sustaining, training, courses for people; the newer shape counts with the old."""
    _load()

    offers = Offer.objects.filter(year=2026)
    of_family = {
        family: sorted(offers.filter(phase__family__name=family).values_list("phase__short_name", flat=True))
        for family in ("Secondary preparatory groups", "Primary Development", "Secondary specialist training")
    }
    assert of_family == {
        "Secondary preparatory groups": ["Coherence", "Continuity", "GCSE thinking", "Leadership"],
        "Primary Development": ["Development", "Introductory"],
        "Secondary specialist training": ["Specialist year 1", "Specialist year 2"],
    }
    options = Phase.objects.get(code="primary-sustaining").options.values_list("name", flat=True)
    assert list(options) == ["Lesson design", "Early intervention", "Mixed-age classes"]
    people = offers.filter(enrols="persons", is_published=False).values_list("phase__short_name", flat=True)
    assert sorted(people) == ["SKTM", "Specialist year", "Specialist year 1", "Specialist year 2"]
    assert offers.get(phase__code="mastering-number").teachers_per_school == 3


def test_offer_flags_follow_the_programme() -> None:
    _load()

    readiness, secondary = Offer.objects.get(code="NCP26-08"), Offer.objects.get(code="NCP26-12")

    support = Offer.objects.get(code="NCP26-13")
    assert (support.support_days, support.support_per, support.served_by) == (3, "term", "both")
    assert (readiness.leader_kind, readiness.head_at_first_meeting) == ("readiness_lead", True)
    assert readiness.visit_tags is not None
    assert readiness.visit_tags.tags.count() == 5
    assert (secondary.needs_lead_role, secondary.teacher_label) == (True, "Mastery Advocate")
    assert list(Offer.objects.get(code="NCP26-13").follows.values_list("code", flat=True)) == ["secondary-development"]
    assert all(text.lines for text in AgreementText.objects.all())
