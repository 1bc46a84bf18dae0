"""Two people of one name: which of them a line is about is said by the address, and never taken for granted."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.rules.choices import ANOTHER, NAMESAKE
from programmes.models import Leader
from schools.models import School
from tests import factories as make
from tests.dashboards.records.bringing import Table, bring, bring_in, counts, done, look_at, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Group, Participant

pytestmark = pytest.mark.django_db
HEADINGS = ["Work Group", "Programme", "Year", "Leader", "Leader email", "School", "Teacher", "E-mail", "Meeting 1"]
LEE, OTHER = "lee@one.example.org", "lee.leader@other.example.org"
ANN = ("a1@hill.example", "a2@hill.example")


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        made = make_side()
        make.SchoolFactory(name="Hill Top Primary School", authority=made.school.authority)
        yield made


def _table(side: Side, *lines: tuple[str, str, str]) -> Table:
    """Lines of group, its leader's address and the address of Ann Smith."""
    phase, day = side.offer.phase.name, "6 October 2026"
    return [
        HEADINGS,
        *(
            [
                group,
                phase,
                "2026/27",
                "Lee Leader",
                leader,
                "Hill Top Primary School",
                "Ann Smith" * bool(ann),
                ann,
                day,
            ]
            for group, leader, ann in lines
        ),
    ]


def _look(side: Side, *lines: tuple[str, str, str]) -> list[tuple[str, str]]:
    return outcomes(look_at("groups", _table(side, *lines), hub=side.hub, by=side.users["hub_lead"]))


def _bring(side: Side, *lines: tuple[str, str, str]) -> list[tuple[str, str]]:
    return outcomes(bring("groups", _table(side, *lines), hub=side.hub, by=side.users["hub_lead"]))


def _leader(side: Side, email: str) -> Leader:
    made: Leader = make.LeaderFactory(
        hub=side.hub, kind=side.offer.leader_kind, person__name="Lee Leader", person__email=email
    )
    return made


def test_group_is_not_given_to_a_namesake_of_its_leader(side: Side) -> None:
    _leader(side, LEE)

    ((outcome, said),) = _look(side, ("North", OTHER, ""))
    other = _leader(side, OTHER)
    _bring(side, ("North", OTHER, ""))

    assert outcome == "error"
    assert said.startswith(
        f"Lee Leader leads, or led, for the hub with another address, {LEE}. Two people? Make the other one"
    )
    assert Group.objects.get(name="North").leader == other


@pytest.mark.parametrize(("known", "outcome"), [("Ann Other", "error"), ("L. Leader", "create")])
def test_group_is_not_given_to_who_shares_the_address_of_its_leader(side: Side, known: str, outcome: str) -> None:
    other = _leader(side, OTHER)
    type(other.person).objects.filter(pk=other.person_id).update(name=known)

    ((found, said),) = _look(side, ("North", OTHER, ""))

    shared = f"{OTHER} is the address of {known}, who leads, or led, for the hub. The same person as Lee Leader? Then"
    assert (found, said.startswith(shared)) == (outcome, outcome == "error")


def test_of_two_leaders_with_one_address_the_name_says_which(side: Side) -> None:
    other, meant = _leader(side, OTHER), _leader(side, OTHER)
    type(other.person).objects.filter(pk=other.person_id).update(name="Ann Leader")

    _bring(side, ("North", OTHER, ""))

    assert Group.objects.get(name="North").leader == meant


def test_somebody_known_by_the_address_leads_before_a_namesake(side: Side) -> None:
    _leader(side, LEE)
    meant = make.PersonFactory(name="Lee Leader", email=OTHER, school=side.school)

    _bring(side, ("North", OTHER, ""))

    assert Group.objects.get(name="North").leader.person == meant


@pytest.mark.parametrize(("known", "said"), [("", OTHER), (LEE, ""), (LEE, LEE)])
def test_leader_is_found_by_name_where_no_address_speaks_against_it(side: Side, known: str, said: str) -> None:
    lee = _leader(side, known)

    _bring(side, ("North", said, ""))

    assert Group.objects.get(name="North").leader == lee


def test_two_addresses_of_one_leader_in_a_file_are_told_of(side: Side) -> None:
    found = _look(side, ("North", LEE, ""), ("North", OTHER, ""), ("South", OTHER, ""))

    assert [outcome for outcome, _words in found] == ["create", "error", "error"]
    assert all(f"Line 2 has Lee Leader with another address, {LEE}. Two people?" in said for _at, said in found[1:])


def test_group_that_is_there_keeps_its_leader_and_says_who_that_is(side: Side) -> None:
    lee = _leader(side, LEE)
    _bring(side, ("North", LEE, ""))

    ((outcome, said),) = _look(side, ("North", OTHER, ""))

    assert outcome == "same"
    assert f"North is led by Lee Leader, {LEE}, in the portal, and stays so." in said
    assert Group.objects.get(name="North").leader == lee


@pytest.mark.parametrize("kind", ["groups", "past"])
def test_two_teachers_of_one_name_at_one_school_do_not_become_one(side: Side, kind: str) -> None:
    if kind == "groups":
        table = _table(side, *(("North", LEE, email) for email in ANN))
    else:
        head = ["School", "Programme", "Year", "Participant", "Participant email"]
        line = ["Hill Top Primary School", side.offer.phase.name, "2026/27", "Ann Smith"]
        table = [head, *([*line, email] for email in ANN)]

    found = outcomes(look_at(kind, table, hub=side.hub, by=side.users["hub_lead"]))

    assert [outcome for outcome, _words in found] == ["create", "error"]
    assert found[1][1].startswith(f"Line 2 has Ann Smith with another address, {ANN[0]}. Two people?")


def test_one_name_with_two_addresses_in_one_line_is_refused(side: Side) -> None:
    head = ["School", "Programme", "Year", "Participant", "Participant email"]
    line = ["Hill Top Primary School", side.offer.phase.name, "2026/27"]
    table = [head, [*line, "Ann Smith; ann smith", "; ".join(ANN)], [*line, "Ann Smith", ANN[0]]]

    found = outcomes(look_at("past", table, hub=side.hub, by=side.users["hub_lead"]))

    assert [outcome for outcome, _words in found] == ["error", "create"]
    assert f"ann smith stands there with two addresses, {ANN[0]} and {ANN[1]}." in found[0][1]


def test_two_whom_the_portal_tells_apart_both_take_part_and_have_marks(side: Side) -> None:
    school = make.SchoolFactory(name="Vale Junior School", authority=side.school.authority)
    both = [make.PersonFactory(name="Ann Smith", email=email, school=school) for email in ANN]
    table = [
        [*("Vale Junior School" if cell.startswith("Hill") else cell for cell in row)]
        for row in _table(side, *(("North", LEE, email) for email in ANN))
    ]
    bring("groups", table, hub=side.hub, by=side.users["hub_lead"])
    head = ["Name", "Email", "Group", "Date", "Mark"]
    marks = [["Ann Smith", email, "North", "6 Oct 2026", mark] for email, mark in zip((*ANN, ""), "YNY", strict=True)]

    register = bring("attendance", [head, *marks], hub=side.hub, by=side.users["hub_lead"])

    takers = Participant.objects.filter(place__group__name="North").order_by("person")
    assert [one.person for one in takers] == both
    assert counts(register) == {"create": 2, "error": 1}
    assert "Say the e-mail address, as the portal has it." in outcomes(register)[2][1]
    assert [one.attendance.get().mark for one in both] == ["present", "absent"]


def test_address_that_the_portal_has_otherwise_is_told_of(side: Side) -> None:
    hill = _table(side, ("North", LEE, ANN[0]))
    bring("groups", hill, hub=side.hub, by=side.users["hub_lead"])

    ((_outcome, said),) = _look(side, ("North", LEE, ANN[1]))

    assert f"Ann Smith has another address in the portal, {ANN[0]}, and keeps it." in said


def _specialist(side: Side, email: str = "") -> Upload:
    heads = ["School", "Name", "Role", "E-mail"]
    school: School = make.SchoolFactory(name="Low Bank", authority=side.school.authority)
    table = [heads, [school.name, "Lee Leader", "Mastery Specialist", email]]
    return look_at("people", table, hub=side.hub, by=side.users["hub_lead"])


@pytest.mark.parametrize(("said", "many"), [(ANOTHER, 2), ("", 1)])
def test_new_leader_of_the_name_of_another_is_asked_about(side: Side, said: str, many: int) -> None:
    known = _leader(side, LEE)
    known.school = make.SchoolFactory(name="Oak Primary", authority=side.school.authority)
    known.save()

    upload = _specialist(side)
    ((outcome, words),) = outcomes(upload)
    pages = [side.browser("hub_lead").get(f"/records/{upload.pk}/{page}").text for page in ("", "words/")]
    there = "there is a Mastery Specialist of this name already, of Oak Primary."
    text = f"Lee Leader, Mastery Specialist, of Low Bank: {there}"
    answers = {NAMESAKE: {text: said}}
    uploads.answer(upload=upload, words=answers, schools={}, by=side.users["hub_lead"], now=NOW)
    done(work.READ)
    upload.refresh_from_db()
    if said:
        bring_in(upload)

    assert (outcome, words) == ("ask", f"{text} Say whether they are one person or two.")
    assert "1 new leader who has the name of another" in pages[0]
    assert f"One person, or two? {text}" in pages[1]
    assert outcomes(upload)[0][0] == ("create" if said else "same")
    assert Leader.objects.filter(person__name="Lee Leader").count() == many


def test_new_leader_whom_an_address_tells_from_another_is_not_asked_about(side: Side) -> None:
    _leader(side, LEE)

    assert outcomes(_specialist(side, OTHER))[0][0] == "create"


def test_somebody_new_who_has_the_name_of_another_in_the_hub_is_flagged(side: Side) -> None:
    """With that one's address they are one; an office has no name, and who is another hub's is not looked at."""
    leader = make.make_user("specialist", name="Sam Okafor", email="sam@hub.example.org", hub=side.hub).person
    make.PersonFactory(name="Kit Moss", email="", school=side.school)
    make.PersonFactory(name="School office", email="", school=side.school)
    make.PersonFactory(name="Pat Green", school=make.SchoolFactory())
    people = [
        ("Sam Okafor", "sam.o@other.example"),
        ("Kit Moss", ""),
        ("School office", "o@other.example"),
        ("Pat Green", ""),
    ]
    lines = [["Hill Top Primary School", name, "Teacher", email] for name, email in people]
    headings = ["School", "Name", "Role", "E-mail"]

    upload = look_at("people", [headings, *lines], hub=side.hub, by=side.users["hub_lead"])
    known = [headings, ["Hill Top Primary School", "Sam Okafor", "Teacher", leader.email]]
    joined = look_at("people", known, hub=side.hub, by=side.users["hub_lead"])

    said = [what for _outcome, what in outcomes(upload)]
    assert f"Somebody of this name is in the portal: Sam Okafor, {side.hub}, sam@hub.example.org. The same" in said[0]
    assert f"Kit Moss, {side.school}. The same person? Then enter an address of theirs in the portal first" in said[1]
    assert ["Somebody of this name" in words for words in said] == [True, True, False, False]
    assert "is new at" not in outcomes(joined)[0][1]
