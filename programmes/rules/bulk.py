"""What a hub should know of each line before it decides about many at once. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from programmes.rules.flags import advised_words, same_year_words


class Step(StrEnum):
    """What is done with many at once."""

    ACCEPT = "accept"
    WAIT = "wait"
    DECLINE = "decline"
    OWNER = "owner"
    ASK = "ask"

    @property
    def gives_place(self) -> bool:
        """Whether it takes a place, or waits for one."""
        return self in (Step.ACCEPT, Step.WAIT)

    @property
    def decides(self) -> bool:
        """Whether it decides: then it matters whom the hub would take before others."""
        return self.gives_place or self is Step.DECLINE


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of one line. ``settled``: why its status allows this no more, in words; ``who`` takes part.

    ``named_before``: whom a line before it names as headteacher of the school, which has none.
    """

    who: str = "The school"
    settled: str = ""
    is_light: bool = False
    year_over: str = ""
    is_enrolled: bool = False
    needs_note: bool = False
    head_confirmed: bool = True
    head_refused: bool = False
    other_head: str = ""
    is_other_address: bool = False
    named_before: str = ""
    school_open: bool = True
    other_hub: str = ""
    same_phase: bool = False
    same_year: tuple[str, ...] = ()
    advised_otherwise: str = ""
    is_outside_domain: bool = False
    copies: int = 0
    told_of: int = 0
    bad_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line cannot be done (then it cannot be ticked), and what to look at; in doubt it begins unticked."""

    blocked: str = ""
    warnings: list[str] = field(default_factory=list)
    is_doubtful: bool = False


def verdict(facts: LineFacts, step: Step) -> Verdict:
    """Of one line, for a decision or an owner; asking again has a verdict of its own."""
    blocked = _blocked(facts, step)
    if blocked:
        return Verdict(blocked)
    # Of two phases of which one comes before the other a school takes one in a year: the hub says which.
    return Verdict(warnings=_warnings(facts, step), is_doubtful=step is Step.ACCEPT and bool(facts.same_year))


def _blocked(facts: LineFacts, step: Step) -> str:
    if step is Step.OWNER:
        return ""
    if facts.is_light:
        return "The school has not applied yet: only an application is decided about."
    if facts.settled:
        return facts.settled
    if step.gives_place and facts.year_over:
        return f"{facts.year_over} is over."
    if step.gives_place and facts.is_enrolled:
        return "The school is enrolled already."
    return _needs_note(facts) if step is Step.ACCEPT else ""


def _needs_note(facts: LineFacts) -> str:
    if facts.head_refused:
        return "The headteacher has said no: accept on its own page, with a note."
    if facts.needs_note:
        return "The rules cannot say whether this school fits: decide on its own page, with a note."
    return ""


def _warnings(facts: LineFacts, step: Step) -> list[str]:
    if step is Step.OWNER:
        return []
    found = _about_head(facts) if step.gives_place else []
    if not facts.school_open:
        found.append("The school is not open.")
    if facts.other_hub:
        found.append(f"Outside your area: the school belongs to {facts.other_hub}.")
    found += _about_phase(facts) if step.gives_place else []
    if facts.is_outside_domain and step is Step.ACCEPT:
        found.append("An e-mail address is not of the school.")
    found += [f"E-mails to {one} come back: nobody there hears of this." for one in facts.bad_addresses]
    if facts.copies:
        found.append("The school sent it more than once: who sent the copies hears of it too.")
    if facts.told_of:
        found.append("The school has told of an interest in it too: whoever did hears of this.")
    return found


def _about_phase(facts: LineFacts) -> list[str]:
    found = ["The school has taken part in this phase before."] if facts.same_phase else []
    found += [same_year_words(facts.who, one) for one in facts.same_year]
    return found + ([advised_words(facts.advised_otherwise)] if facts.advised_otherwise else [])


def _about_head(facts: LineFacts) -> list[str]:
    if facts.head_refused:
        found = ["The headteacher says that the school does not take part."]
    else:
        found = [] if facts.head_confirmed else ["The headteacher has not confirmed."]
    if facts.other_head:
        stays = "with another e-mail address, which stays" if facts.is_other_address else "who stays it"
        found.append(f"The portal knows {facts.other_head} as headteacher, {stays}.")
    if facts.named_before:
        found.append(f"A line before this names {facts.named_before} as headteacher, who stays it once accepted.")
    return found


def count_down(lines: list[tuple[int, bool]], left: dict[int, int | None]) -> list[int | None]:
    """For each line (of which offer, whether it takes a place) how many places are left after it; None: not known.

    Those that take none, because they cannot be done, leave the number as it is.
    """
    rest = dict(left)
    found: list[int | None] = []
    for offer, takes in lines:
        now = rest.get(offer)
        if now is not None and takes:
            now = rest[offer] = now - 1
        found.append(now)
    return found
