"""What a hub is shown before it decides."""

from dataclasses import replace
from typing import Any

import pytest

from programmes.rules.flags import Facts, flags_of

CALM = Facts(
    head_confirmed=True,
    is_outside_domain=False,
    website_known=True,
    school_open=True,
    follows=(),
    has_done_before=False,
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


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"head_confirmed": False}, "The headteacher has not confirmed yet."),
        (
            {"is_outside_domain": True},
            "An e-mail address is outside the school's own domain: make sure you know who it is.",
        ),
        (
            {"website_known": False},
            "The school has no web address on record, so its e-mail addresses cannot be compared.",
        ),
        ({"school_open": False}, "The school is not open: look for its successor."),
        ({"missing_lead_role": "Head of department"}, "None of the teachers is marked as: Head of department."),
        ({"copies": 1}, "The school sent this more than once: the copies stand on this page, one below the other."),
        ({"has_same_phase": True}, "The school has taken part in this phase before."),
        ({"same_phase_in": "Hill Infants"}, "Hill Infants, which it follows or became, has taken part in this phase."),
        ({"follows": ("Growing", "Going")}, "No record that the school has completed Growing or Going."),
    ],
)
def test_flag_that_needs_a_look_comes_first(changed: dict[str, Any], text: str) -> None:
    found = flags_of(replace(CALM, **changed))

    assert (found[0].tone, found[0].text) == ("warn", text)
    assert [flag.tone for flag in found[1:]] == ["ok"] * len(found[1:])


def test_flag_says_when_the_earlier_phase_is_done() -> None:
    found = flags_of(replace(CALM, follows=("Growing",), has_done_before=True))

    assert [flag.text for flag in found if "Growing" in flag.text] == ["The school has completed Growing."]
