"""Where a school begins that may take a preparatory phase first or go straight to the main one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from programmes.rules.eligibility import Part, Standing
from schools.rules import year_label

YES, NO, UNSURE = "yes", "no", "unsure"
ANSWERS = ((YES, "Yes"), (NO, "Not yet"), (UNSURE, "I am not sure"))


@dataclass(frozen=True, slots=True)
class Start:
    """A preparatory phase and the one that it prepares for, with the questions that tell them apart.

    ``ready_from``: from how many questions answered with yes a school goes straight to ``target``; ``beyond``: the
    phases that come after it.
    """

    phase: int
    name: str
    target: int
    target_name: str
    questions: tuple[tuple[str, str], ...]
    ready_from: int
    beyond: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Advice:
    """Which phase is suggested, and why in a sentence."""

    phase: int
    name: str
    reason: str


def has_begun(start: Start, parts: Sequence[Part]) -> bool:
    """Whether a school has done what comes after the beginning: there is nothing to suggest to it."""
    later = start.beyond | {start.target}
    return any(part.phase in later and part.standing is not Standing.PAUSED for part in parts)


def known_advice(start: Start, parts: Sequence[Part]) -> Advice | None:
    """What follows from a school's own history, without asking."""
    done = [part for part in parts if part.phase == start.phase and part.standing is not Standing.PAUSED]
    if not done:
        return None
    who = done[0].school or "your school"
    reason = f"{who[:1].upper()}{who[1:]} was in {start.name} in {year_label(done[0].year)}, which prepares for it."
    return Advice(start.target, start.target_name, reason)


def advice(start: Start, answers: Mapping[str, str]) -> Advice | None:
    """What follows from the answers (by question).

    None where fewer than half were given, or those left out decide it.
    """
    given = {key: answers[key] for key, _text in start.questions if answers.get(key) in (YES, NO, UNSURE)}
    if not given or 2 * len(given) < len(start.questions):
        return None
    said_yes = sum(answer == YES for answer in given.values())
    count = f"{said_yes} of {len(start.questions)} questions"
    if said_yes >= start.ready_from:
        return Advice(start.target, start.target_name, f"You answered yes to {count}, so the ground is prepared.")
    if said_yes + len(start.questions) - len(given) >= start.ready_from:
        return None
    open_one = next((text for key, text in start.questions if given.get(key, YES) != YES), "")
    reason = f"You answered yes to {count}. It is a year to work on what is still open, such as “{open_one}”"
    return Advice(start.phase, start.name, reason)
