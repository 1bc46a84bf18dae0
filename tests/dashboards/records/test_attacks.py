"""A file of one hub never changes or reveals what another hub has: its people, groups, schools and payments."""

from datetime import date, timedelta
from typing import Any

import pytest

from hubportal.core.records import record_key
from hubportal.dashboards.actions.records.ledger import ORDER, digest_of
from programmes.models import Leader
from schools import roles
from schools.models import Person, School, SchoolTie, User
from tests import factories as make
from tests.dashboards.records.bringing import bring, counts, look_at, outcomes, take_back
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ELSEWHERE = "{} works elsewhere: invite them instead."
OTHERS = "{} belongs to another hub. Ask the national team to bring this line."


@pytest.fixture
def theirs(side: Side) -> Side:
    """Another hub, with a teacher who has an address and a telephone."""
    found = make_side()
    who = found.users[roles.TEACHER].person
    Person.objects.filter(pk=who.pk).update(name="Tam Far", email="tam@far.example.org", phone="01632 960999")
    who.refresh_from_db()
    found.things["teacher"] = who
    return found


def _stored() -> dict[str, str]:
    models: tuple[Any, ...] = (*ORDER, School, User)
    return {record_key(one): digest_of(one) for model in models for one in model._base_manager.all()}


def _words(side: Side, kind: str, table: list[list[str]], **constants: str) -> list[str]:
    """What is said of lines that must all be refused, and change nothing."""
    before, seen = _stored(), set(Person.objects.visible_to(side.users["hub_lead"]))

    upload = bring(kind, table, hub=side.hub, by=side.users["hub_lead"], constants=constants)

    assert counts(upload) == {"error": len(table) - 1}, outcomes(upload)
    assert _stored() == before
    assert set(Person.objects.visible_to(side.users["hub_lead"])) == seen
    return [words for _outcome, words in outcomes(upload)]


def _urn(school: School) -> str:
    return str(school.urns.get().urn)


def test_people_of_another_hub_get_no_role_and_no_leaders_post(side: Side, theirs: Side) -> None:
    who = theirs.teacher
    table = [
        ["Name", "E-mail", "URN", "Role", "Telephone"],
        [who.name, who.email, _urn(side.school), "Teacher", "01632 960001"],
        [who.name, who.email.upper(), _urn(side.school), "Mastery Specialist", ""],
        [who.name, who.email, _urn(theirs.school), "Headteacher", ""],
        ["New Comer", "new@far.example.org", _urn(theirs.school), "", ""],
    ]

    words = _words(side, "people", table)

    assert words == [ELSEWHERE.format(who.name)] * 2 + [OTHERS.format(theirs.school)] * 2


def test_groups_make_nobody_of_another_hub_a_leader(side: Side, theirs: Side) -> None:
    phase, who, lead = side.offer.phase.name, theirs.teacher, theirs.leader.person
    Person.objects.filter(pk=lead.pk).update(email="lee@far.example.org")
    table = [
        ["Group", "Programme", "Year", "Leader", "E-mail of the leader", "URN", "Teachers"],
        ["A", phase, "2024/25", who.name, who.email, _urn(side.school), ""],
        ["B", phase, "2024/25", lead.name, "lee@far.example.org", _urn(side.school), ""],
        [theirs.group.name, phase, "2026/27", lead.name, "", _urn(theirs.school), who.name],
        ["C", phase, "2024/25", "Nia New", "", _urn(theirs.school), who.name],
        ["C", phase, "2024/25", "Nia New", "", _urn(theirs.school), "New Teacher"],
    ]

    words = _words(side, "groups", table)

    refused = "{} works elsewhere: make them a leader in the portal first, which tells them of it."
    assert words == [refused.format(who.name), refused.format(lead.name)] + [OTHERS.format(theirs.school)] * 3


def test_attendance_names_nobody_of_another_hub(side: Side, theirs: Side) -> None:
    who, day = theirs.teacher, "06/10/2026"
    table = [
        ["Name", "E-mail", "URN", "Group", "Date", "Mark"],
        [who.name, who.email, _urn(side.school), side.group.name, day, "Present"],
        [who.name, "", _urn(theirs.school), side.group.name, day, "Present"],
        [who.name, who.email, _urn(theirs.school), theirs.group.name, day, "Absent"],
    ]

    words = _words(side, "attendance", table)

    assert words == [
        ELSEWHERE.format(who.name),
        f"{theirs.school} has no place in {side.group}.",
        f"No group is called {theirs.group.name} in 2026/27. Bring the groups first.",
    ]


def test_visits_of_another_hub_are_nobodys(side: Side, theirs: Side) -> None:
    table = [
        ["URN", "Date of the visit", "Who visited", "What was seen and agreed"],
        [_urn(theirs.school), "06/10/2026", theirs.leader.person.name, "Forged"],
        [_urn(side.school), "06/10/2026", theirs.leader.person.name, "Forged"],
    ]

    words = _words(side, "visits", table)

    assert words[0] == f"{theirs.school} has no group in 2026/27. Bring the groups first."
    assert words[1].startswith(f"Nobody called {theirs.leader.person.name} leads groups for the hub.")


@pytest.mark.parametrize(
    ("kind", "more"), [("past", {}), ("payments", {"Amount": "100", "Paid on": "01/12/2026", "Invoice": "X"})]
)
def test_what_another_hub_did_and_paid_is_not_told(side: Side, theirs: Side, kind: str, more: dict[str, str]) -> None:
    """The same is said of what it did and of what it did not do."""
    phase = theirs.offer.phase
    make.EnrolmentFactory(school=theirs.school, offer=make.OfferFactory(phase=phase, year=2025), status="completed")
    table = [
        ["URN", "Programme", "Year", *more],
        *([_urn(theirs.school), phase.name, year, *more.values()] for year in ("2026/27", "2025/26", "2024/25")),
    ]

    words = _words(side, kind, table)

    assert words == [OTHERS.format(theirs.school)] * 3


def test_school_that_has_moved_to_another_hub_keeps_its_past_and_has_its_people_to_itself(
    side: Side, theirs: Side
) -> None:
    """The hub may still bring what it did there; what the other does there by now it hears nothing of."""
    moved = theirs.school
    SchoolTie.objects.create(school=moved, hub=side.hub)
    phase = side.offer.phase.name
    make.EnrolmentFactory(
        school=moved, hub=theirs.hub, offer=make.OfferFactory(phase=side.offer.phase, year=2025), status="completed"
    )
    old = [["URN", "Programme", "Year"], [_urn(moved), phase, "2024/25"], [_urn(moved), phase, "2025/26"]]

    past = bring("past", old, hub=side.hub, by=side.users["hub_lead"])
    table = [["Name", "URN", "Role"], ["New Comer", _urn(moved), "Teacher"], [theirs.teacher.name, _urn(moved), "HT"]]

    assert outcomes(past)[1] == (
        "error",
        f"Another hub has {moved} in {side.offer.phase}, 2025/26, on record already.",
    )
    assert counts(past) == {"create": 1, "error": 1}
    assert _words(side, "people", table) == [OTHERS.format(moved)] * 2


@pytest.mark.parametrize("many", [False, True])
def test_years_before_a_school_moved_are_the_hubs_that_had_it_then(side: Side, theirs: Side, many: bool) -> None:
    """It came in 2022 and left in November 2025; what was planned and taken back moved nothing."""
    moved, other = theirs.school, make.HubFactory()
    for was, hub, day in ((other, side.hub, date(2022, 9, 1)), (side.hub, theirs.hub, date(2025, 11, 1))):
        if many:
            made = make.HubChangeFactory(kind="split", hub=was, other=hub, from_on=day, status="done")
            made.schools.set([moved])
        else:
            make.HubMoveFactory(school=moved, was=was, hub=hub, from_on=day, status="done")
    make.HubMoveFactory(school=theirs.school, was=side.hub, hub=other, from_on=date(2026, 12, 1), status="taken_back")
    phase, years = side.offer.phase.name, ("2021/22", "2022/23", "2025/26", "2026/27")
    by = side.users["hub_lead"]

    past = look_at(
        "past",
        [["URN", "Programme", "Year"], *([_urn(moved), phase, year] for year in years)],
        hub=side.hub,
        by=by,
    )
    groups = [["URN", "Programme", "Year", "Group", "Leader", "Meeting 1", "Teacher"]]
    groups += [[_urn(moved), phase, "2022/23", "Old", side.leader.person.name, "4/10/2022", "Ann Able"]]
    brought = bring("groups", groups, hub=side.hub, by=by)
    visit = bring("visits", [["URN", "Date"], [_urn(moved), "4/11/2022"]], hub=side.hub, by=by)
    people = bring("people", [["Name", "URN"], ["New Comer", _urn(moved)]], hub=side.hub, by=by)

    assert [outcome for outcome, _words in outcomes(past)] == ["error", "create", "create", "error"]
    assert outcomes(past)[0][1] == outcomes(past)[3][1] == outcomes(people)[0][1] == OTHERS.format(moved)
    assert [counts(one) for one in (brought, visit)] == [{"create": 1}] * 2
    assert "Ann Able is left out: " in outcomes(brought)[0][1]
    assert not Person.objects.filter(name="Ann Able").exists()
    assert SchoolTie.objects.filter(school=moved, hub=side.hub).exists()


def test_details_are_changed_only_of_whom_the_hub_may_correct(side: Side, theirs: Side) -> None:
    """Whoever is to begin with another hub is seen here, and their record is not this hub's alone."""
    leaver = make.PersonFactory(name="Liv Leaver", school=side.school)
    begins = NOW.date() + timedelta(days=30)
    make.RoleFactory(person=leaver, kind=roles.HUB_LEAD, hub=theirs.hub, school=None, starts_on=begins)
    table = [
        ["Name", "E-mail", "URN", "Telephone", "Role"],
        [leaver.name, "mine@near.example.org", _urn(side.school), "01632 960001", "Teacher"],
    ]

    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])

    before = leaver.email
    leaver.refresh_from_db()
    assert (leaver.email, leaver.phone) == (before, "")
    assert "The details of Liv Leaver are not the hub’s alone to change, and stay." in outcomes(upload)[0][1]


def test_own_people_still_become_leaders(side: Side) -> None:
    known = make.PersonFactory(name="Kay Known", email="kay@near.example.org", school=side.school)
    table = [
        ["Group", "Programme", "Year", "Leader", "E-mail of the leader", "URN"],
        ["A", side.offer.phase.name, "2024/25", known.name, known.email, _urn(side.school)],
    ]

    bring("groups", table, hub=side.hub, by=side.users["hub_lead"])

    assert Leader.objects.get(person__name="Kay Known").person == known


def test_taking_back_does_not_tell_what_another_hub_has_by_now(side: Side, theirs: Side) -> None:
    table = [["Name", "E-mail", "URN"], ["Nia New", "nia@near.example.org", _urn(side.school)]]
    upload = bring("people", table, hub=side.hub, by=side.users["hub_lead"])
    made = Person.objects.get(name="Nia New")
    make.RoleFactory(person=made, kind=roles.TEACHER, school=theirs.school)

    take_back(upload)

    assert upload.lines.get().kept == "Person “Nia New” cannot go, as something has been added to it since: role."
