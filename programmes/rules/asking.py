"""Whether a headteacher is asked once more to confirm, and what a hub should know before it asks many. Pure."""

from dataclasses import dataclass
from datetime import date

from programmes.rules.bulk import Verdict

LEFT = "Who was asked is headteacher no more. Correct who it is first."


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What is known of one that would be asked about; ``year_over``: the school year that has ended.

    ``bad_address``: the headteacher's address, where e-mails to it come back; ``link_ends``: until when the link that
    was sent last still works; ``has_place``: the school has its place in the programme already;
    ``has_left``: who was asked is headteacher no more; ``may_have_left``: nobody has looked whether that is why nobody
    is asked.
    """

    noun: str = "application"
    is_light: bool = False
    is_copy: bool = False
    is_standing: bool = True
    head_confirmed: bool = False
    only_told: bool = False
    school_closed: bool = False
    year_over: str = ""
    bad_address: str = ""
    is_just_asked: bool = False
    refused_on: date | None = None
    link_ends: date | None = None
    other_head: str = ""
    has_place: bool = False
    has_left: bool = False
    may_have_left: bool = False


def why_not_asked(facts: AskFacts) -> str:
    """Why nobody is asked, in words for people; empty where the headteacher can be."""
    if facts.is_light:
        return "The school has not applied yet: its headteacher is named when it does."
    if facts.head_confirmed:
        return "The headteacher has already confirmed."
    if facts.only_told:
        return "Headteachers are only told of this programme: there is nothing to confirm."
    if facts.is_copy:
        return "This is a second copy: only the first one’s headteacher is asked."
    return _why_over(facts) or _why_not_now(facts)


def _why_over(facts: AskFacts) -> str:
    if not facts.is_standing:
        return f"This {facts.noun} is no longer open, so there is nothing to confirm."
    if facts.school_closed:
        return "The school has closed: nobody is asked there any more."
    if facts.has_place:
        return "The school is already enrolled in this programme: there is nothing to confirm."
    return f"{facts.year_over} is over: there is nothing to confirm any more." if facts.year_over else ""


def _why_not_now(facts: AskFacts) -> str:
    if facts.has_left:
        return LEFT
    if facts.bad_address:
        return f"E-mails to {facts.bad_address} come back: the headteacher’s address is to be corrected first."
    return "A link was sent a few minutes ago. It may be in the junk folder." if facts.is_just_asked else ""


def asking_verdict(facts: AskFacts) -> Verdict:
    """Of one line of many; who has said no, or has a link that works, is asked only where somebody ticks it."""
    blocked = why_not_asked(facts)
    if blocked:
        return Verdict(blocked)
    found = []
    if facts.refused_on:
        found.append(f"The headteacher said no on {_day(facts.refused_on)}. Asking again takes that answer away.")
    elif facts.link_ends:
        found.append(f"The link that was sent last works until {_day(facts.link_ends)}. Asking again ends it.")
    if facts.may_have_left:
        found.append(LEFT)
    if facts.other_head:
        found.append(f"The portal knows {facts.other_head} as headteacher.")
    return Verdict(warnings=found, is_doubtful=bool(facts.refused_on or facts.link_ends or facts.may_have_left))


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
