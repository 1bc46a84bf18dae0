"""Phases and their families: named by the national team, counted over the years whatever they are called."""

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import phases
from programmes.models import Phase, PhaseFamily
from schools import roles
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def national(client: Client) -> Client:
    """Somebody of the national team at a browser."""
    client.force_login(make.make_user(roles.NATIONAL))
    return client


def _rows(client: Client) -> list[tuple[str, list[str], list[int]]]:
    with clock.fixed(NOW):
        ladders = client.get(reverse("programmes:phase-list")).context["ladders"]
    rows = [row for found in ladders.values() for row in found]
    return [(str(row["family"]), [str(one) for one in row["phases"]], row["schools"]) for row in rows]


def test_renamed_phase_goes_on_in_its_family(national: Client) -> None:
    """2022/23 to 2027/28; in 2025/26 the phase gave way to one of another name, and one school did both."""
    old = make.PhaseFactory(name="Main year")
    new = make.PhaseFactory(name="Introduction", pathway=old.pathway, family=old.family, position=1)
    first, second = make.SchoolFactory(), make.SchoolFactory()
    for phase, year, school in ((old, 2024, first), (old, 2025, first), (new, 2025, first), (new, 2025, second)):
        make.EnrolmentFactory(offer=make.OfferFactory(phase=phase, year=year), school=school, status="completed")
    make.EnrolmentFactory(offer=make.OfferFactory(phase=new, year=2026), status="withdrawn")

    assert _rows(national) == [(str(old.family), ["Main year", "Introduction"], [0, 0, 1, 2, 0, 0])]


def test_hub_counts_its_own_schools(client: Client) -> None:
    enrolment = make.EnrolmentFactory(status="active")
    make.EnrolmentFactory(offer=enrolment.offer, status="active")
    client.force_login(make.make_user(roles.HUB_LEAD, hub=enrolment.hub))

    assert [row[2] for row in _rows(client)] == [[0, 0, 0, 0, 1, 0]]


def test_phase_is_added_to_its_pathway_with_a_family_of_its_own(national: Client) -> None:
    ladder = make.PhaseFactory(position=4).pathway
    told = {"pathway": ladder.pk, "name": "Second  look", "short_name": "Look", "step": "3", "family": ""}

    national.post(reverse("programmes:phase-create"), told)

    phase = Phase.objects.get(name="Second look")
    assert (phase.code, phase.position, phase.step, str(phase.family)) == ("second-look", 5, 3, "Second look")
    assert JournalEntry.objects.about(phase).get().what == "Phase added"


def test_phase_of_a_name_that_is_taken_is_refused_with_what_was_typed(national: Client) -> None:
    taken = make.PhaseFactory(name="Main year", code="main-year")
    told = {"pathway": taken.pathway_id, "name": "Main Year", "short_name": "Main", "step": "2", "family": ""}

    page = national.post(reverse("programmes:phase-create"), told)

    assert "There is a phase of this name already." in page.content.decode()
    assert 'value="Main Year"' in page.content.decode()


def test_family_of_another_pathway_is_refused(national: Client) -> None:
    family, ladder = make.PhaseFamilyFactory(), make.PathwayFactory()
    told = {"pathway": ladder.pk, "name": "New", "short_name": "New", "step": "2", "family": family.pk}

    page = national.post(reverse("programmes:phase-create"), told)

    assert f"This family belongs to another pathway: {family.pathway}." in page.content.decode()
    assert not Phase.objects.exists()


def test_family_whose_name_is_taken_is_not_made_twice() -> None:
    family = make.PhaseFamilyFactory(name="Lasting")

    with pytest.raises(phases.CannotName, match="There is a family called Lasting already"):
        phases.make_phase(by=None, name="Lasting", short_name="L", step=4, pathway=family.pathway, family=None)

    assert (Phase.objects.count(), PhaseFamily.objects.count()) == (0, 1)


def test_phase_that_is_renamed_keeps_its_code_and_its_offers(national: Client) -> None:
    offer = make.OfferFactory(phase__name="Main year")
    other = make.PhaseFamilyFactory(pathway=offer.phase.pathway)
    told = {"name": "Introduction", "short_name": "Intro", "step": "2", "family": other.pk}

    national.post(reverse("programmes:phase-edit", args=[offer.phase_id]), told)

    phase = Phase.objects.get()
    assert (phase.name, phase.code, phase.family, phase.offers.get()) == (
        "Introduction",
        offer.phase.code,
        other,
        offer,
    )
    (entry,) = JournalEntry.objects.about(phase)
    assert sorted(entry.changed) == ["family", "name", "short_name"]


def test_where_schools_may_begin_is_set_on_screen_and_said_again(national: Client) -> None:
    main, first = make.PhaseFactory(name="Main year"), make.PhaseFactory(name="First year")
    told = {"name": first.name, "short_name": "First", "step": "1", "family": first.family_id, "ready_from": "1"}
    questions = "Is maths  a priority?\nCan teachers leave?\nIs maths a priority?"
    told |= {"prepares_for": main.pk, "start_questions": questions}

    national.post(reverse("programmes:phase-edit", args=[first.pk]), told)

    first.refresh_from_db()
    shown = national.get(reverse("programmes:phase-edit", args=[first.pk])).context["form"].initial
    assert (first.prepares_for, first.ready_from) == (main, 1)
    assert shown["start_questions"] == "Is maths a priority?\nCan teachers leave?"
