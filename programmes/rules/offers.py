"""What may still change of an offer that schools have asked for or are enrolled by. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

# Of two that stand together the second is never less than the first.
IN_ORDER = (("opens_on", "closes_on"), ("group_min", "group_max"))

_MEETINGS = "Schools book cover by these numbers."
_VISITS = "Schools are owed these."
_LEAD_ROLE = "The places of teachers say by it who leads in the department."

# Kept once somebody has applied, and why.
KEPT_ONCE_ASKED = {
    "enrols": "Those who applied are schools, or single people: the one cannot become the other.",
    "head_part": "Headteachers were asked, or told, by it.",
}
# Kept once somebody has applied for it, or for a hub's version of it, and why.
KEPT_ONCE_KNOWN = {"code": "Those who applied know it by this code."}
# Kept in a hub's own version of a national offer, and why: its schools and the others' meet in groups.
KEPT_IN_VERSION = {
    "code": "A version has the code of the national offer.",
    "enrols": "A version is of the same programme: those who enrol are who enrols nationally.",
}
# Kept once somebody is enrolled, and why. What is in neither list concerns only those who come later, or is a name.
KEPT_IN_USE = {
    "commitments": "This is the text that was agreed to. A new text is for next year's offer.",
    "served_by": "Those enrolled were to be served in this way.",
    "start_term": "The year of the groups is planned from this term.",
    "teachers_per_school": "In every school a place is held for each of these teachers.",
    "leader_kind": "Groups are led by leaders of this kind.",
    "meetings": _MEETINGS,
    "meetings_per": _MEETINGS,
    "meeting_half_days": _MEETINGS,
    "visits": _VISITS,
    "visits_per": _VISITS,
    "visit_half_days": _VISITS,
    "support_days": _VISITS,
    "support_per": _VISITS,
    "release_days": "Schools agreed to this many days.",
    "head_at_first_meeting": "Headteachers were asked to the first meeting by it.",
    "visit_tags": "Visits are tagged with these.",
    "needs_lead_role": _LEAD_ROLE,
    "lead_role_label": _LEAD_ROLE,
}


def kept(*, is_asked_for: bool, is_in_use: bool, is_known: bool = False, is_version: bool = False) -> dict[str, str]:
    """The fields that stay as they are, each with why."""
    asked = KEPT_ONCE_ASKED if is_asked_for or is_in_use else {}
    known = KEPT_ONCE_KNOWN if is_known else {}
    return {**known, **asked, **(KEPT_IN_VERSION if is_version else {}), **(KEPT_IN_USE if is_in_use else {})}


def why_not_change(fields: Collection[str], *, is_asked_for: bool, is_in_use: bool, is_known: bool = False) -> str:
    """Why these fields cannot be changed, each reason once; empty where they can."""
    reasons = kept(is_asked_for=is_asked_for, is_in_use=is_in_use, is_known=is_known)
    found = dict.fromkeys(reasons[name] for name in reasons if name in fields)
    if not found:
        return ""
    who = "Schools or people are enrolled in this offer by now" if is_in_use else "Somebody has applied by now"
    return f"{who}. {' '.join(found)}"


def own_ahead(
    differs: Collection[str], mine: Mapping[str, Any], theirs: Mapping[str, Any], *, kept: Collection[str]
) -> set[str]:
    """The fields that a hub's version takes over into the next year's, of those in which it ``differs``.

    Not what is ``kept`` nationally by then, nor what would stand in the wrong order beside it.

    :param mine: its own values a year later.
    :param theirs: those of the next year's national offer.
    """
    own = set(differs)
    for pair in IN_ORDER:
        own |= set(pair) if own & set(pair) else set()
    own -= {*kept, *KEPT_IN_VERSION}
    for pair in IN_ORDER:
        low, high = ((mine if name in own else theirs)[name] for name in pair)
        if None not in (low, high) and high < low:
            own -= set(pair)
    return own


def together(numbers: Iterable[int | None]) -> int | None:
    """Their sum; None where none of them is known, as where no hub has a target."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
