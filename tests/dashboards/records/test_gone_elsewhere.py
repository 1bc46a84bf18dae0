"""Files of what another hub has by now: whoever brought them in takes none of it back, and brings no more of it in."""

from decimal import Decimal

import pytest

from funding import actions as funding
from funding.models import Award, Claim
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records.uploads import has_rest
from programmes.actions import following
from programmes.models import Enrolment, TeacherTurn
from schools import roles
from schools.actions import hubs, moves
from schools.models import Hub, HubChange, Person, Role, School
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, bring_in, look_at, outcomes, take_back
from tests.world import NOW, Side
from workgroups.actions import hub_changes
from workgroups.models import Attendance, Group, Meeting, Participant, Place, Visit, VisitLog

pytestmark = pytest.mark.django_db
KINDS = ("groups", "attendance", "visits", "payments")
TABLES = (Group, Place, Enrolment, Meeting, Attendance, Participant, TeacherTurn, Visit, VisitLog, Award, Claim, Person)


@pytest.fixture
def other() -> Hub:
    made: Hub = make.HubFactory(name="Other Hub")
    return made


@pytest.fixture
def hill(side: Side) -> School:
    made: School = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    return made


def _files(side: Side) -> dict[str, Table]:
    hill, phase = "Hill Top Primary School", side.offer.phase.name
    heads = ["Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1"]
    return {
        "groups": [heads, ["North", phase, "2026/27", "Lee Leader", hill, "Ann Able", "6 Oct 2026"]],
        "attendance": [
            ["Name", "Group", "School year", "Date", "Mark"],
            ["Ann Able", "North", "2026/27", "6/10/26", "Y"],
        ],
        "visits": [["School", "Date of visit"], [hill, "12 Nov 2026"]],
        "payments": [
            ["School", "Programme", "Year", "Amount", "Paid on"],
            [hill, phase, "2026/27", "1000", "5 Jan 2027"],
        ],
        "past": [
            ["School", "Programme", "Year", "Outcome"],
            [hill, phase, "2024/25", "Paused"],
            [hill, phase, "2023/24", "Completed"],
        ],
        "people": [["School", "Name", "Role", "E-mail"], [hill, "Bo Boon", "Office", "bo@people.example.org"]],
    }


def _bring(side: Side, *kinds: str) -> dict[str, Upload]:
    files = _files(side)
    return {kind: bring(kind, files[kind], hub=side.hub, by=side.users["hub_lead"]) for kind in kinds}


def _split(side: Side, other: Hub, school: School, *, goes: bool = True) -> None:
    """As the worker does it: schools, what runs, interest, money."""
    wish = hubs.Wish(
        kind=HubChange.Kind.SPLIT,
        hub=side.hub,
        other=other,
        from_on=NOW.date(),
        reason="Nearer",
        schools=[school],
        takes_running=goes,
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    hub_changes.follow_hub_changes(now=NOW)
    following.follow_hubs(now=NOW)
    funding.follow_hubs(now=NOW)


def _stock() -> list[int]:
    return [model.objects.count() for model in TABLES]


def _kept(upload: Upload) -> str:
    return "\n".join(upload.lines.order_by("number").values_list("kept", flat=True))


def test_what_went_with_a_split_stays_with_the_other_hub(side: Side, other: Hub, hill: School) -> None:
    uploads = _bring(side, *KINDS)
    _split(side, other, hill)
    before = _stock()

    results = {kind: take_back(uploads[kind]).result for kind in reversed(KINDS)}

    award = Award.objects.get(enrolment__school=hill)
    assert Group.objects.get(name="North").hub == other
    assert _stock() == before
    assert (award.claimed, award.claims.get().status) == (Decimal(1000), "paid")
    assert [(one["gone"], one["restored"], one["kept"]) for one in results.values()] == [(0, 0, 1)] * 4
    assert _kept(uploads["attendance"]) == "Mark in a register is with Other Hub now, and stays."
    assert "is with Other Hub now, and stays." in _kept(uploads["payments"])
    assert "Visit is with Other Hub now, and stays." in _kept(uploads["visits"])
    assert "with the schools, teachers, meetings and visits" in _kept(uploads["groups"])
    assert "Other Hub" in _kept(uploads["groups"])
    assert all(has_rest(one) for one in uploads.values())


def test_what_stays_when_a_hub_is_split_is_taken_back_but_people_of_its_schools(
    side: Side, other: Hub, hill: School
) -> None:
    uploads = _bring(side, *KINDS, "people")
    people = set(Person.objects.filter(school=hill).values_list("name", flat=True))
    _split(side, other, hill, goes=False)

    for kind in ("people", *reversed(KINDS)):
        take_back(uploads[kind])

    assert not Group.objects.filter(name="North").exists()
    assert not Enrolment.objects.filter(school=hill).exists()
    assert set(Person.objects.filter(school=hill).values_list("name", flat=True)) == people >= {"Ann Able", "Bo Boon"}
    assert Role.objects.filter(person__name="Bo Boon", kind=roles.OFFICE).exists()
    assert "Person is with Other Hub now, and stays.\nRole is with Other Hub now, and stays." in _kept(
        uploads["people"]
    )


def test_years_that_went_on_with_another_hub_stay_and_history_is_taken_back(
    side: Side, other: Hub, hill: School
) -> None:
    uploads = _bring(side, "past")
    _split(side, other, hill)

    take_back(uploads["past"])

    left = Enrolment.objects.get(school=hill)
    assert (left.status, left.hub) == ("paused", other)
    stays, goes = uploads["past"].lines.order_by("number")
    assert "Enrolment is with Other Hub now, and stays." in stays.kept
    assert goes.kept == ""


def test_details_of_people_of_a_school_that_was_moved_by_hand_stay(side: Side, other: Hub, hill: School) -> None:
    bo = make.PersonFactory(name="Bo Boon", email="", school=hill)
    uploads = _bring(side, "people")
    moves.move_school(
        school=hill, hub=other, from_on=NOW.date(), reason="Nearer", takes_interest=True, by=None, now=NOW
    )

    take_back(uploads["people"])

    bo.refresh_from_db()
    assert bo.email == "bo@people.example.org"
    assert "Person is with Other Hub now, and stays." in _kept(uploads["people"])


def test_people_that_the_national_team_brought_for_a_school_of_another_hub_are_taken_back(
    side: Side, other: Hub, hill: School
) -> None:
    School.objects.filter(pk=hill.pk).update(hub=other)
    upload = bring("people", _files(side)["people"], hub=side.hub, by=side.users["national"])

    take_back(upload)

    assert not Person.objects.filter(name="Bo Boon").exists()
    assert _kept(upload) == ""


def test_award_that_a_file_raised_is_not_lowered_in_another_hub(side: Side, other: Hub) -> None:
    award = Award.objects.get(pk=side.award.pk)
    Award.objects.filter(pk=award.pk).update(claimed=0)
    side.claim.delete()
    Enrolment.objects.filter(pk=side.enrolment.pk).update(taken_over="running")
    table = [
        ["School", "Programme", "Year", "Amount", "Paid on"],
        [side.school.name, side.offer.phase.name, "2026/27", str(award.amount + 100), "5 Jan 2027"],
    ]
    upload = bring("payments", table, hub=side.hub, by=side.users["hub_lead"])
    Enrolment.objects.filter(pk=side.enrolment.pk).update(hub=other)

    take_back(upload)

    raised = Award.objects.get(pk=award.pk)
    assert (raised.amount, raised.claimed) == (award.amount + 100, award.amount + 100)
    assert "is with Other Hub now" in _kept(upload)


def test_hub_that_another_was_merged_into_takes_back_what_came_to_it(side: Side, other: Hub, hill: School) -> None:
    uploads = _bring(side, *KINDS, "past")
    wish = hubs.Wish(
        kind=HubChange.Kind.MERGER, hub=side.hub, other=other, from_on=NOW.date(), reason="One", takes_running=True
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    hub_changes.follow_hub_changes(now=NOW)
    funding.follow_hubs(now=NOW)
    by = make.make_user(roles.HUB_LEAD, hub=other)

    for kind in ("past", *reversed(KINDS)):
        upload = Upload.objects.get(pk=uploads[kind].pk)
        upload.by = by
        take_back(upload)

    assert not Enrolment.objects.filter(school=hill, offer__year=2023).exists()
    assert not Claim.objects.filter(award__enrolment__school=hill).exists()
    assert not Attendance.objects.filter(school=hill).exists()
    assert not any("Other Hub now" in _kept(one) for one in uploads.values())


@pytest.mark.parametrize("kind", ["groups", "attendance", "visits", "payments", "people", "past"])
def test_file_that_was_checked_before_a_split_changes_nothing_in_the_other_hub(
    side: Side, other: Hub, hill: School, kind: str
) -> None:
    _bring(side, "groups")
    files = _files(side) | {
        "groups": [
            ["Group", "Programme", "Year", "Leader", "School", "Teachers"],
            ["North", side.offer.phase.name, "2026/27", "Lee Leader", hill.name, "Cy Cole"],
        ],
        "past": [
            ["School", "Programme", "Year", "Outcome"],
            [hill.name, side.offer.phase.name, "2026/27", "Withdrawn"],
        ],
    }
    upload = look_at(kind, files[kind], hub=side.hub, by=side.users["hub_lead"])
    _split(side, other, hill)
    before = _stock()

    assert "error" not in [outcome for outcome, _what in outcomes(upload)]
    bring_in(upload)

    assert [outcome for outcome, _what in outcomes(upload)] == ["error"]
    assert _stock() == before
