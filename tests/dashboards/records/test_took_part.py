"""Past engagement with people: programmes of single persons, teachers of schools', and years made like an example."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from hubportal.core import notices
from hubportal.core.models import Job, Notice
from hubportal.dashboards.adapters.hand_out import template_of
from hubportal.dashboards.rules.kinds import KINDS
from programmes.models import EnrolledTeacher, Enrolment, Offer, Phase
from schools import roles
from schools.models import Person, User
from tests import factories as make
from tests.dashboards.records.bringing import bring, counts, look_at, outcomes, take_back
from tests.world import NOW, Side
from workgroups.actions import groups
from workgroups.models import Participant

pytestmark = pytest.mark.django_db
HEADINGS = ["School", "Programme", "Year", "Participant", "Participant email"]


def _persons(*, is_published: bool = False) -> Phase:
    offer = make.OfferFactory(
        phase=make.PhaseFactory(name="Specialist Training"), enrols="persons", year=2027, is_published=is_published
    )
    return offer.phase


def _state() -> list[object]:
    return [
        list(rows.order_by("pk").values_list("pk", flat=True))
        for rows in (Offer.objects, Enrolment.objects, EnrolledTeacher.objects, Person.objects, User.objects)
    ]


@pytest.mark.parametrize("is_published", [False, True])
def test_single_persons_are_entered_for_a_past_year_and_go_again(side: Side, is_published: bool) -> None:
    """Somebody known at the school is found, somebody new is made; nobody is written to."""
    phase = _persons(is_published=is_published)
    known = make.PersonFactory(name="Siobhán O’Brien", school=side.school, email="")
    table = [
        HEADINGS,
        [side.school.name, phase.name, "2023/24", "Siobhán O’Brien", "s.obrien@example.org"],
        [side.school.name, phase.name, "2023/24", "Jo New; Al New", ""],
        [side.school.name, phase.name, "2023/24", "", ""],
    ]
    notices.sweep(NOW)
    before, told = _state(), Notice.objects.count()

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    again = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])
    notices.sweep(NOW)

    assert (counts(upload), counts(again)) == ({"create": 2, "error": 1}, {"same": 2, "error": 1})
    assert "Jo New is new at" in outcomes(upload)[1][1]
    assert f"Jo New, {side.school.name}: " in outcomes(upload)[1][1]
    assert "say who took part" in outcomes(upload)[2][1]
    found = Enrolment.objects.filter(offer__phase=phase).order_by("pk")
    assert [(one.person and one.person.name, one.offer.year, one.status, one.taken_over) for one in found] == [
        (name, 2023, "completed", "past") for name in ("Siobhán O’Brien", "Jo New", "Al New")
    ]
    known.refresh_from_db()
    assert (found[0].person, known.email) == (known, "s.obrien@example.org")
    assert Notice.objects.count() == told

    take_back(upload)

    known.refresh_from_db()
    assert (_state(), known.email) == (before, "")


def test_person_of_this_year_takes_part_in_the_group_they_are_placed_in(side: Side) -> None:
    """As whoever is accepted in the portal: a cut-over in mid-year leaves nobody without a place of their own."""
    offer = make.OfferFactory(
        phase=make.PhaseFactory(name="Specialist Training"),
        enrols="persons",
        year=2026,
        is_published=True,
        leader_kind=roles.SPECIALIST,
    )
    table = [HEADINGS, [side.school.name, "Specialist Training", "2026/27", "Jo New", "jo@example.org"]]
    before = _state()

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    again = look_at("past", table, hub=side.hub, by=side.users["hub_lead"])
    take_back(upload)
    after = _state()
    bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    own = Enrolment.objects.get(person__name="Jo New")
    group = make.GroupFactory(offer=offer, hub=side.hub, leader=side.leader)
    groups.place_school(group=group, enrolment=own, by=None, now=NOW)
    groups.reconcile_participants(now=NOW)

    assert (counts(upload), counts(again), after) == ({"create": 1}, {"same": 1}, before)
    assert [one.person.name for one in Participant.objects.filter(place__group=group)] == ["Jo New"]


def test_person_brought_in_without_a_place_gets_it_with_the_same_file(side: Side) -> None:
    offer = make.OfferFactory(
        phase=make.PhaseFactory(name="Specialist Training"), enrols="persons", year=2026, is_published=True
    )
    jo = make.PersonFactory(name="Jo New", school=side.school)
    own = make.EnrolmentFactory(school=side.school, person=jo, offer=offer, hub=side.hub, status="active")
    table = [HEADINGS, [side.school.name, "Specialist Training", "2026/27", "Jo New", ""]]

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert f"Jo New takes part in {offer}." in outcomes(upload)[0][1]
    assert [one.person for one in own.teachers.all()] == [jo]


def test_whoever_takes_part_for_a_school_stands_among_its_teachers(side: Side) -> None:
    phase = side.offer.phase.name
    table = [
        HEADINGS,
        [side.school.name, phase, "2024/25", "Jo New", "jo@example.org"],
        [side.school.name, phase, "2023/24", "", "office@example.org"],
    ]
    before = _state()

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])

    assert counts(upload) == {"create": 2}
    assert "no name says whose it is" in outcomes(upload)[1][1]
    taker = EnrolledTeacher.objects.get(enrolment__offer__year=2024)
    assert (taker.person and taker.person.name, taker.enrolment.person) == ("Jo New", None)
    take_back(upload)
    assert _state() == before


def test_one_person_of_another_hub_in_the_same_year_is_said_not_refused_at_the_end(side: Side) -> None:
    phase = _persons(is_published=True)
    offer = make.OfferFactory(phase=phase, enrols="persons", year=2024)
    known = make.PersonFactory(name="Jo Known", school=side.school)
    make.EnrolmentFactory(school=side.school, person=known, offer=offer, hub=make.HubFactory(), status="completed")

    upload = look_at(
        "past",
        [HEADINGS, [side.school.name, phase.name, "2024/25", "Jo Known", ""]],
        hub=side.hub,
        by=side.users["hub_lead"],
    )

    assert outcomes(upload) == [("error", f"Another hub has Jo Known in {phase}, 2024/25, on record already.")]


def test_past_year_is_made_like_an_example_that_nobody_has_published(side: Side) -> None:
    """What the national catalogue ships as a draft is enough for the past, and stays a draft."""
    draft = make.OfferFactory(phase=make.PhaseFactory(name="Mastering Number"), year=2027, is_published=False)
    table = [["School", "Programme", "Year"], [side.school.name, "Mastering Number", "2023/24"]]
    later = [["School", "Programme", "Year"], [side.school.name, "Mastering Number", "2026/27"]]

    upload = bring("past", table, hub=side.hub, by=side.users["hub_lead"])
    refused = look_at("past", later, hub=side.hub, by=side.users["hub_lead"])

    assert counts(upload) == {"create": 1}
    made = Offer.objects.get(phase=draft.phase, year=2023)
    draft.refresh_from_db()
    assert (made.is_published, draft.is_published, made.hub) == (True, False, None)
    assert "is not offered in 2026/27" in outcomes(refused)[0][1]


def test_past_year_of_what_a_hub_alone_offers_is_made_like_that(side: Side) -> None:
    own = make.OfferFactory(phase=make.PhaseFactory(name="Local Number"), year=2027, hub=side.hub)
    table = [["School", "Programme", "Year"], [side.school.name, "Local Number", "2023/24"]]

    assert counts(bring("past", table, hub=side.hub, by=side.users["hub_lead"])) == {"create": 1}

    assert Offer.objects.get(phase=own.phase, year=2023).hub == side.hub


def test_template_has_columns_for_who_took_part() -> None:
    rows = load_workbook(BytesIO(template_of(KINDS["past"])))["Records"].iter_rows(max_row=1, values_only=True)

    assert {"Who took part", "E-mail of who took part"} <= set(next(rows))


def test_payment_for_a_programme_of_single_persons_says_where_who_took_part_is_brought(side: Side) -> None:
    phase = _persons(is_published=True)
    table = [
        ["School", "Programme", "Year", "Amount", "Paid on"],
        [side.school.name, phase.name, "2024/25", "100", "05/01/2025"],
    ]

    upload = look_at("payments", table, hub=side.hub, by=side.users["hub_lead"])

    assert "Who took part is brought as past engagement" in outcomes(upload)[0][1]
    assert not Job.objects.filter(state=Job.State.WAITING).exists()
