"""Letters: placeholders, and who gets one of those on a list."""

import pytest

from schools.catalogue import TEMPLATES
from schools.rules import bounces
from schools.rules import letters as rules
from schools.rules.letters import Candidate

pytestmark = pytest.mark.once

FACTS = {"first name": "Jo", "school": "Oak Primary", "group": ""}


def test_text_is_filled_for_somebody() -> None:
    assert rules.fill("Dear {First  Name} of {school}{group}", FACTS) == "Dear Jo of Oak Primary"


def test_text_that_looks_like_a_placeholder_stays_what_it_was_for_each_person() -> None:
    """What somebody is called is not filled a second time."""
    assert rules.fill("{first name}", {"first name": "{school}", "school": "Oak"}) == "{school}"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Dear {first name}", []),
        ("Dear {forename}, {school}, {forename}", ["forename"]),
        ("{}", [""]),
        ("a set {1, 2", []),
        ("{next\nmeeting}", []),
    ],
)
def test_unknown_placeholders_are_named(text: str, unknown: list[str]) -> None:
    assert rules.unknown_in(text) == unknown


def test_templates_of_the_catalogue_use_placeholders_that_there_are() -> None:
    assert [rules.unknown_in(subject + text) for _name, _news, subject, text in TEMPLATES] == [[]] * len(TEMPLATES)


def test_unknown_placeholder_is_answered_with_those_that_there_are() -> None:
    words = rules.unknown_words(["forename"])

    assert words.startswith("{forename} is no placeholder. Known are {first name}, {name}, {school}")


def test_empty_placeholders_are_named_for_somebody() -> None:
    assert rules.empty_in("{school} {group} {reference} {group}", FACTS) == ["group", "reference"]


def _one(name: str, email: str, **rest: object) -> Candidate:
    return Candidate(**{"name": name, "email": email, "why": "Headteacher", **rest})  # type: ignore[arg-type]


def test_each_address_gets_one_email() -> None:
    chosen = rules.choose([_one("A", "Office@x.example"), _one("B", "b@x.example"), _one("C", "office@x.example")])

    assert [(one.candidate.name, one.same_as) for one in chosen] == [("A", None), ("B", None), ("C", 0)]


def test_somebody_on_the_list_twice_at_a_school_is_there_once_as_both() -> None:
    twice = [_one("A", "a@x.example", person_id=1, school_id=5, why=why) for why in ("Headteacher", "Maths lead")]

    chosen = rules.choose([*twice, _one("A", "a@x.example", person_id=1, school_id=6)])

    assert [(one.candidate.why, one.candidate.school_id, one.same_as) for one in chosen] == [
        ("Headteacher; Maths lead", 5, None),
        ("Headteacher", 6, 0),
    ]


def test_somebody_with_several_applications_at_a_school_is_told_of_each() -> None:
    told = [("HP-1", "Maths"), ("HP-2", "Science and Maths"), ("HP-3", "Maths"), ("", "")]
    listed = [
        _one("A", "a@x.example", school_id=5, facts={"reference": reference, "programme": programme, "group": "G"})
        for reference, programme in told
    ]

    (chosen,) = rules.choose(listed)

    facts = chosen.candidate.facts
    assert {name: rules.all_of([facts[name]]) for name in facts} == {
        "reference": "HP-1, HP-2 and HP-3", "programme": "Maths and Science and Maths", "group": "G",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("HP-1", "Your application HP-1. Your reference is HP-1. Reference is HP-1."),
        (
            "HP-1 and HP-2",
            "Your applications HP-1 and HP-2. Your references are HP-1 and HP-2. References are HP-1 and HP-2.",
        ),
        ("", "Your application . Your reference is . Reference is ."),
    ],
)
def test_several_references_are_not_said_to_be_one(reference: str, said: str) -> None:
    text = "Your application {reference}. Your reference is {Reference}. Reference is { reference }."

    assert rules.fill(text, {"reference": reference}) == said


def test_whoever_has_left_takes_no_address_from_whoever_stays() -> None:
    left = _one("A", "office@x.example", barred="Has left")

    chosen = rules.choose([left, _one("B", "office@x.example")])

    assert [one.same_as for one in chosen] == [None, None]


def test_whoever_left_one_place_and_stays_at_another_is_written_to() -> None:
    left = _one("A", "a@x.example", person_id=1, school_id=5, barred="Has left", why="Participant of one group")
    stays = _one("A", "a@x.example", person_id=1, school_id=5, why="Participant of another")

    (chosen,) = rules.choose([left, stays])

    assert (chosen.candidate.barred, chosen.candidate.why) == ("", "Participant of another")


@pytest.mark.parametrize(
    ("wants", "needs_yes", "goes"),
    [(None, False, True), (True, True, True), (None, True, False), (False, False, False), (False, True, False)],
)
def test_news_goes_to_whoever_wants_it(wants: bool | None, needs_yes: bool, goes: bool) -> None:
    assert (rules.news_problem(wants=wants, needs_yes=needs_yes) == "") is goes


@pytest.mark.parametrize(
    ("status", "hard"),
    [
        *[("5.1.1", True), ("5.1.10", True), ("5.0.0", True), ("5.2.1", True), ("5.4.4", True)],
        *[("5.2.2", False), ("5.7.1", False), ("4.4.7", False), ("5.1.8", False), ("", False)],
    ],
)
def test_hard_is_what_is_about_the_address_and_stays(status: str, hard: bool) -> None:
    assert bounces.is_hard(status) is hard
