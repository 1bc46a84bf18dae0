"""Who has a teacher's place on which day: a place passes from one person to the next, on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's time in a place, both days included; ``since`` empty: from the start, ``until`` empty: no end.

    ``leads``: said of whoever was named before their first day; empty: the place stays as it is.
    """

    person: int
    since: date | None = None
    until: date | None = None
    leads: bool | None = None

    def covers(self, day: date) -> bool:
        """Whether the place is this person's on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or self.until >= day)

    def meets(self, since: date | None, until: date | None = None) -> bool:
        """Whether there is a day of this turn between two others, both included (empty: without end)."""
        begins_late = self.since is not None and until is not None and self.since > until
        ended_early = self.until is not None and since is not None and self.until < since
        return not begins_late and not ended_early


def meet_later(one: Turn, other: Turn, today: date) -> bool:
    """Whether two turns have a day from today on in common, and are not just both without end and begun."""
    meet = one.meets(other.since, other.until) and one.meets(today) and other.meets(today)
    return meet and not all(turn.until is None and turn.covers(today) for turn in (one, other))


def turn_on(turns: Iterable[Turn], day: date) -> Turn | None:
    """Whose turn it is on a day; None where that is still to be named."""
    return next((turn for turn in turns if turn.covers(day)), None)


def opens_on(turns: Sequence[Turn], today: date) -> date | None:
    """From which day on nobody has a place, today or a day to come; None where somebody has it without end."""
    last = in_order(turns)[-1] if turns else None
    if last is None:
        return today
    return None if last.until is None else max(last.until + A_DAY, today)


def in_order(turns: Iterable[Turn]) -> list[Turn]:
    """The turns of a place, the first one first."""
    return sorted(turns, key=lambda turn: turn.since or date.min)


def why_not_end(turns: Sequence[Turn], *, leaver: int, name: str, from_on: date) -> str:
    """Why somebody's time in a place cannot end before a day, or an empty string."""
    last = in_order(turns)[-1] if turns else None
    if last is None or (last.person != leaver and not any(turn.person == leaver for turn in turns)):
        return f"{name} has no place there any more. Please look again."
    if last.person != leaver:
        return f"{name} is replaced from {words(last.since or from_on)} already. Take that back first."
    if last.until is not None:
        return f"{name} leaves that place after {words(last.until)} already. Take that back first."
    if last.since is not None and last.since >= from_on:
        return f"The portal has {name} in this place since {words(last.since)}. Choose a later day."
    return ""


def handed_over(turns: Sequence[Turn], *, from_on: date, to: int | None) -> list[Turn]:
    """The turns of a place whose last one ends the day before, and which is somebody else's (or nobody's) then."""
    *before, last = in_order(turns)
    return [*before, replace(last, until=from_on - A_DAY), *([Turn(to, from_on)] if to is not None else [])]


def given_back(turns: Sequence[Turn], *, from_on: date) -> list[Turn]:
    """The turns as they were before a place was handed over on a day."""
    before = [turn for turn in in_order(turns) if turn.since is None or turn.since < from_on]
    return [*before[:-1], replace(before[-1], until=None)] if before else []


def named(turns: Sequence[Turn], *, person: int, day: date, leads: bool | None = None) -> list[Turn]:
    """The turns of a place with somebody named for it from a day on: that day is theirs, and nobody else's."""
    kept = [turn if not turn.meets(day) else replace(turn, until=day - A_DAY) for turn in in_order(turns)]
    return [*(turn for turn in kept if turn.since is None or turn.since < day), Turn(person, day, leads=leads)]


def freed(turns: Sequence[Turn], *, day: date) -> list[Turn]:
    """The turns of a place that nobody has from a day on, until somebody's turn who comes later."""
    kept = [turn for turn in in_order(turns) if turn.since != day or not turn.covers(day)]
    return [replace(turn, until=day - A_DAY) if turn.covers(day) else turn for turn in kept]


def carried(turns: Sequence[Turn], other: Sequence[Turn], *, day: date) -> list[Turn]:
    """The turns of a place that somebody got on a day, coming from another: they end, and are followed, as there."""
    *before, last = in_order(turns)
    until = next((turn.until for turn in other if turn.covers(day)), None)
    return [*before, replace(last, until=until), *in_order(to_come(other, day))]


def to_come(turns: Iterable[Turn], day: date) -> list[Turn]:
    """Those that begin after a day."""
    return [turn for turn in turns if turn.since is not None and turn.since > day]


def time_words(turns: Iterable[Turn], today: date) -> str:
    """From when, or until when, one person has, is to have or had a place; nothing where it is theirs all the time."""
    theirs = sorted(turns, key=lambda turn: (turn.since or date.min, turn.until or date.max))
    if not theirs:
        return ""
    begun = [turn for turn in theirs if turn.since is None or turn.since <= today]
    if not begun:
        return f"from {words(theirs[0].since or today)}"
    last = begun[-1]
    if last.until is not None and last.until < today:
        return f"took part until {words(last.until)}"
    found = (f"since {words(last.since)}" if last.since else "", f"until {words(last.until)}" if last.until else "")
    return ", ".join(filter(None, found))


def words(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B %Y}"
