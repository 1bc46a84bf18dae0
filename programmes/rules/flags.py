"""What a hub should know before it decides about an expression of interest."""

from dataclasses import dataclass

GOOD, LOOK = "ok", "warn"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the flags are read from; ``follows`` names the phases that usually come before."""

    head_confirmed: bool
    is_outside_domain: bool
    website_known: bool
    school_open: bool
    follows: tuple[str, ...]
    has_done_before: bool
    has_same_phase: bool
    same_phase_in: str
    missing_lead_role: str
    copies: int


@dataclass(frozen=True, slots=True)
class Flag:
    """One line: its tone ("ok": nothing to do, "warn": look at it) and its words."""

    tone: str
    text: str


def flags_of(facts: Facts) -> list[Flag]:
    """The lines, what needs a look first."""
    found = [_head(facts), _address(facts), *_school(facts), *_before(facts)]
    return sorted((flag for flag in found if flag), key=lambda flag: flag.tone == GOOD)


def _head(facts: Facts) -> Flag:
    if facts.head_confirmed:
        return Flag(GOOD, "The headteacher has confirmed.")
    return Flag(LOOK, "The headteacher has not confirmed yet.")


def _address(facts: Facts) -> Flag | None:
    if facts.is_outside_domain:
        return Flag(LOOK, "An e-mail address is outside the school's own domain: make sure you know who it is.")
    if not facts.website_known:
        return Flag(LOOK, "The school has no web address on record, so its e-mail addresses cannot be compared.")
    return Flag(GOOD, "The e-mail addresses belong to the school's own domain.")


def _school(facts: Facts) -> list[Flag]:
    found = []
    if not facts.school_open:
        found.append(Flag(LOOK, "The school is not open: look for its successor."))
    if facts.missing_lead_role:
        found.append(Flag(LOOK, f"None of the teachers is marked as: {facts.missing_lead_role}."))
    if facts.copies:
        found.append(
            Flag(LOOK, "The school sent this more than once: the copies stand on this page, one below the other.")
        )
    return found


def _before(facts: Facts) -> list[Flag]:
    found = []
    if facts.has_same_phase:
        found.append(Flag(LOOK, "The school has taken part in this phase before."))
    if facts.same_phase_in:
        found.append(Flag(LOOK, f"{facts.same_phase_in}, which it follows or became, has taken part in this phase."))
    if facts.follows and not facts.has_done_before:
        found.append(Flag(LOOK, f"No record that the school has completed {_either(facts.follows)}."))
    elif facts.follows:
        found.append(Flag(GOOD, f"The school has completed {_either(facts.follows)}."))
    return found


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
