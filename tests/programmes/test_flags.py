"""What a hub is shown before it decides."""

from dataclasses import replace
from typing import Any

import pytest

from programmes.rules.flags import Facts, flags_of, is_head_sure, shares_of

CALM = Facts(
    is_light=False,
    head_name="Jo Head",
    head_confirmed=True,
    head_refused=False,
    head_applied=False,
    head_outside=False,
    head_shares=(),
    known_heads=(),
    register_head="",
    outside=(),
    website_known=True,
    school_open=True,
    follows=(),
    came_by="",
    has_same_phase=False,
    same_phase_in="",
    missing_lead_role="",
    copies=0,
)


def test_flags_of_a_calm_case_say_what_is_in_order() -> None:
    assert [(flag.tone, flag.text) for flag in flags_of(CALM)] == [
        ("ok", "The headteacher has confirmed."),
        ("ok", "The e-mail addresses belong to the school's own domain."),
    ]


def test_flags_of_a_school_that_has_not_applied_say_nothing_of_its_headteacher() -> None:
    light = replace(CALM, is_light=True, head_name="", head_confirmed=False, register_head="Jo Head")

    assert [flag.text for flag in flags_of(light)] == ["The e-mail addresses belong to the school's own domain."]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"head_confirmed": False}, "The headteacher has not confirmed yet."),
        ({"head_confirmed": False, "head_refused": True}, "The headteacher says that the school does not take part."),
        (
            {"outside": ("x@y.example",)},
            "x@y.example is outside the school's own domain: make sure you know who it is.",
        ),
        (
            {"website_known": False},
            "The school has no web address on record, so its e-mail addresses cannot be compared.",
        ),
        ({"register_head": "Mrs Ann Old"}, "The national register names Mrs Ann Old."),
        ({"school_open": False}, "The school is not open: look for its successor."),
        ({"missing_lead_role": "Head of department"}, "None of the teachers is marked as: Head of department."),
        ({"needs_note": True}, "The rules cannot say whether this school fits: decide by hand, with a note."),
        ({"has_address": False}, "No e-mail address is known: nobody is written to."),
        ({"copies": 1}, "The school sent this more than once: the copies stand on this page, one below the other."),
        (
            {"same_year": ("is in Growing",)},
            "The school is in Growing for the same year: of these two phases one comes before the other.",
        ),
        ({"advised_otherwise": "Growing: You said so."}, "The form suggested Growing: You said so."),
        ({"has_same_phase": True}, "The school has taken part in this phase before."),
        ({"same_phase_in": "Hill Infants"}, "Hill Infants, which it follows or became, has taken part in this phase."),
        (
            {"follows": ("Growing", "Going")},
            "No record that the school has completed Growing or Going, or takes part in one of them in a year before.",
        ),
    ],
)
def test_flag_that_needs_a_look_comes_first(changed: dict[str, Any], text: str) -> None:
    found = flags_of(replace(CALM, **changed))

    assert (found[0].tone, found[0].text) == ("warn", text)
    assert [flag.tone for flag in found[1:]] == ["ok"] * len(found[1:])


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({"known_heads": ("Ann Old",)}, "The headteacher's link was used to confirm: make sure that it was the "),
        ({"head_outside": True}, "The headteacher's link was used to confirm"),
        ({"head_shares": ("a teacher's",)}, "The headteacher's link was used to confirm"),
        ({"head_applied": True, "head_outside": True}, "Jo Head applied as headteacher: make sure that they are."),
        ({"head_applied": True, "website_known": False}, "Jo Head applied as headteacher: make sure that they are."),
    ],
)
def test_confirmation_that_may_be_somebody_elses_has_no_tick(changed: dict[str, Any], first: str) -> None:
    facts = replace(CALM, **changed)

    found = flags_of(facts)

    assert (is_head_sure(CALM), is_head_sure(facts)) == (True, False)
    assert (found[0].tone, found[0].text.startswith(first)) == ("warn", True)
    assert "The headteacher has confirmed." not in [flag.text for flag in found]


def test_flags_say_what_is_known_of_who_is_headteacher() -> None:
    changed: dict[str, Any] = {
        "known_heads": ("Ann Old", "Mrs Jo Head"),
        "register_head": "Mr Jo Head",
        "head_shares": ("the contact's",),
    }

    found = {flag.text: flag.tone for flag in flags_of(replace(CALM, **changed))}

    assert found["The portal knows Ann Old as headteacher of this school."] == "warn"
    assert found["The portal knows Mrs Jo Head as headteacher of this school, with another e-mail address."] == "warn"
    assert found["The national register names Mr Jo Head too."] == "ok"
    shared = "The headteacher's address is also the contact's: the confirmation may not come from the head."
    assert found[shared] == "warn"


def test_address_is_shared_only_with_somebody_of_another_name() -> None:
    head = ("Mrs Jo Head", "office@hill.example")
    other, same = ("Sam Shah", "OFFICE@hill.example"), ("Jo  Head", "office@hill.example")

    assert shares_of(head, other, [same, ("", "")]) == ["the contact's"]
    assert shares_of(head, same, [other]) == ["a teacher's"]
    assert shares_of(head, None, [same]) == []


def test_flag_says_what_the_school_came_by() -> None:
    found = flags_of(replace(CALM, follows=("Growing", "Going"), came_by="takes part in Growing in 2026/27"))

    said = [(flag.tone, flag.text) for flag in found if "Growing" in flag.text]
    assert said == [("ok", "The school takes part in Growing in 2026/27.")]
