"""Who is taken first, and why, in words."""

from decimal import Decimal

import pytest

from programmes.rules.bulk import LineFacts, Step, count_down, verdict
from programmes.rules.priority import Claims, reasons


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (Claims(), []),
        (Claims(listed=""), ["On the priority list"]),
        (Claims(listed="Area of need"), ["On the priority list: Area of need"]),
        (Claims(fsm=Decimal("30.00"), fsm_from=30), ["30% free school meals"]),
        (Claims(fsm=Decimal("29.99"), fsm_from=30), []),
        (Claims(fsm=Decimal("99.00")), []),
        (Claims(fsm_from=30), []),
        (Claims(listed="", before=("Completed Phase A",)), ["On the priority list", "Completed Phase A"]),
    ],
)
def test_reasons_say_what_speaks_for_a_school(claims: Claims, words: list[str]) -> None:
    assert reasons(claims) == words


@pytest.mark.parametrize(
    ("facts", "step", "blocked"),
    [
        (LineFacts(settled="Done."), Step.DECLINE, "Done."),
        (LineFacts(settled="Done."), Step.OWNER, ""),
        (LineFacts(year_over="2025/26"), Step.WAIT, "2025/26 is over."),
        (LineFacts(year_over="2025/26"), Step.DECLINE, ""),
        (LineFacts(is_enrolled=True), Step.ACCEPT, "The school is enrolled already."),
        (LineFacts(is_enrolled=True), Step.WAIT, "The school is enrolled already."),
        (LineFacts(is_enrolled=True), Step.DECLINE, ""),
        (LineFacts(needs_note=True), Step.DECLINE, ""),
        (LineFacts(head_refused=True), Step.DECLINE, ""),
        (
            LineFacts(head_refused=True, needs_note=True),
            Step.ACCEPT,
            "The headteacher has said no: accept on its own page, with a note.",
        ),
    ],
)
def test_line_that_cannot_be_done_says_why(facts: LineFacts, step: Step, blocked: str) -> None:
    assert verdict(facts, step).blocked == blocked


def test_line_warns_of_what_a_hub_would_look_at_twice() -> None:
    facts = LineFacts(
        head_confirmed=False, other_head="Ann Old", school_open=False, other_hub="Other Hub", same_phase=True,
        is_outside_domain=True, copies=1, bad_addresses=("jo@x.example",),
    )  # fmt: skip

    assert [len(verdict(facts, step).warnings) for step in Step if step is not Step.ASK] == [8, 7, 4, 0]
    assert verdict(LineFacts(head_refused=True, head_confirmed=False), Step.WAIT).warnings == [
        "The headteacher says that the school does not take part."
    ]
    assert verdict(LineFacts(other_head="Jo Head", is_other_address=True), Step.ACCEPT).warnings == [
        "The portal knows Jo Head as headteacher, with another e-mail address, which stays."
    ]


def test_places_are_counted_down_for_each_offer_by_what_takes_one() -> None:
    lines = [(1, True), (2, True), (1, False), (1, True), (3, True), (1, True)]

    assert count_down(lines, {1: 2, 2: 5, 3: None}) == [1, 4, 1, 0, None, -1]
