"""Registers of before: one name in several spellings is one person, and a cross beside ticks is asked about."""

import pytest

from hubportal.dashboards.rules.choices import in_doubt, meant_by
from schools.models import Person
from tests import factories as make
from tests.dashboards.records.bringing import bring, look_at, outcomes
from tests.world import Side
from workgroups.models import Attendance

pytestmark = pytest.mark.django_db
HEADINGS = ["Name", "School", "Group", "Year", "6 Oct 2026", "3 Nov 2026", "8 Dec 2026"]


@pytest.mark.parametrize("name", ["Siobhan O'Brien", "Siobhán O'Brien", "Mrs Siobhan O’Brien", "Siobhan OBrien"])
def test_name_with_other_accents_or_apostrophes_is_the_one_who_takes_part(side: Side, name: str) -> None:
    known = make.PersonFactory(name="Siobhán O’Brien", school=side.school, email="")
    make.ParticipantFactory(place=side.group.places.get(), person=known)
    people = Person.objects.count()
    line = [name, side.school.name, side.group.name, "2026/27", "Y", "", ""]

    bring("attendance", [HEADINGS, line], hub=side.hub, by=side.users["hub_lead"])

    assert (Person.objects.count(), Attendance.objects.filter(person=known).count()) == (people, 1)


def test_second_name_with_the_address_and_surname_of_another_is_asked_about(side: Side) -> None:
    table = [
        ["Name", "School", "E-mail"],
        *([one, side.school.name, "jane@e.org"] for one in ("Jane Smith", "J Smith")),
    ]

    upload = look_at("people", table, hub=side.hub, by=side.users["hub_lead"])

    assert "Jane Smith has this address, too. The same person?" in outcomes(upload)[1][1]


def test_a_cross_beside_ticks_is_asked_about(side: Side) -> None:
    line = ["Ann Able", side.school.name, side.group.name, "2026/27", "✓", "✓", "x"]
    crosses = [*line[:4], "x", "x", ""]

    asked, plain = (
        look_at("attendance", [HEADINGS, one], hub=side.hub, by=side.users["hub_lead"]) for one in (line, crosses)
    )

    assert outcomes(asked)[0] == ("ask", "Say what “x” means.")
    assert asked.unknown["words"] == {"mark": {"x": 1}}
    assert outcomes(plain)[0][0] == "create"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["✓", "X"], {"x"}),
        (["P", "A"], set()),
        (["P", "A", "N"], {"a"}),
        (["x", "a"], set()),
        (["x"], set()),
        (["x", "ap"], set()),
        (["x", "y", "n"], {"x"}),
        (["y", "n"], set()),
    ],
)
def test_cross_is_in_doubt_beside_another_word_for_who_came_only(words: list[str], found: set[str]) -> None:
    assert in_doubt("mark", words) == found


def test_letter_for_who_was_absent_or_late_is_known() -> None:
    assert [meant_by("mark", word) for word in ("A", "Late", "L", "P")] == ["absent", "present", "present", "present"]
