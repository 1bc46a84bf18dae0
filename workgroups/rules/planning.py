"""Rules about forming, planning and starting groups. Pure: facts in, sentences out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from programmes.rules.calendar import HalfTermDates, why_not
from schools.rules import listed

FIRST_START, LAST_END = time(7, 0), time(21, 0)


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What a group has on the day it should start; ``group_min`` and ``meetings_due`` are the offer's.

    ``one`` and ``many`` say who takes its places.
    """

    schools: int
    group_min: int
    meetings: int
    meetings_due: int
    reason: str = ""
    one: str = "school"
    many: str = "schools"


def why_not_start(facts: StartFacts) -> str:
    """Why a group cannot start, or an empty string.

    A group below its minimum starts only with a stated reason, and never without a school or without the
    dates of the whole year: schools book cover weeks ahead (domain.md, The year).
    """
    if facts.schools == 0:
        return f"Place at least one {facts.one} first."
    if facts.meetings < facts.meetings_due:
        return (
            f"Plan all {facts.meetings_due} meetings first: schools get every date of the year at the start. "
            f"There are {facts.meetings} so far."
        )
    if facts.schools < facts.group_min and not facts.reason.strip():
        has = f"This group has {facts.schools} of at least {facts.group_min} {facts.many}."
        return f"{has} Say why it starts all the same."
    return ""


def why_not_complete(*, ahead: int, missing: int, reason: str = "") -> str:
    """Why a group cannot be completed, or an empty string.

    :param ahead: meetings still to come; they are held or cancelled first, since people are waiting for them.
    :param missing: registers and logs that are not there, and visits that were never booked.
    """
    if ahead:
        meetings = "1 meeting is" if ahead == 1 else f"{ahead} meetings are"
        return f"{meetings} still to come. Complete the group after the last one, or cancel what does not take place."
    if missing and not reason.strip():
        return "Something is missing from this group's year. Say why it is completed all the same."
    return ""


def short_words(left: int, due: int) -> str:
    """What to say of a group whose year has fewer meetings than its programme says, or an empty string."""
    if left >= due:
        return ""
    has = "has no meeting" if left == 0 else "has 1 meeting" if left == 1 else f"has {left} meetings"
    return f"{has}, and its programme says {due}"


def hosts_in_turn(schools: Sequence[int], hosted: Iterable[int | None], meetings: int) -> list[int | None]:
    """Whose turn it is to host each of so many more meetings: the school that has hosted least, in the order given."""
    turns = dict.fromkeys(schools, 0)
    for school in hosted:
        if school in turns:
            turns[school] += 1
    found: list[int | None] = []
    for _meeting in range(meetings):
        found.append(min(schools, key=turns.__getitem__, default=None))
        if found[-1] is not None:
            turns[found[-1]] += 1
    return found


def day_problem(
    day: date, *, half_terms: Sequence[HalfTermDates], bank_holidays: Collection[date], taken: Collection[date] = ()
) -> str:
    """Why a meeting cannot be on a day, or an empty string."""
    closed = why_not(day, half_terms, bank_holidays)
    if closed:
        return f"{_words(day)} {closed}. Choose a school day."
    if day in taken:
        return f"The group already meets on {_words(day)}."
    return ""


def time_problem(start: time, end: time) -> str:
    """Why a meeting cannot be at these hours, or an empty string; catches "1.30" meant as 1.30pm."""
    if end <= start:
        return "The meeting must end after it starts."
    if start < FIRST_START or end > LAST_END:
        return "Choose a time between 7am and 9pm."
    return ""


def past_warning(numbers: Sequence[int], *, is_forming: bool) -> str:
    """What to say of meetings that were planned for a time that has passed, by their numbers; empty without any."""
    if not numbers:
        return ""
    named = listed(numbers)
    which, waits = f"Meeting {named} lies in the past: its", "register is waiting"
    if len(numbers) > 1:
        which, waits = f"Meetings {named} lie in the past: their", "registers are waiting"
    instead = "move it before the group starts" if is_forming else "say that it did not take place and plan another"
    return f"{which} {waits}. If the date is wrong, {instead}."


def load_words(led: int, max_groups: int, half_days: int, when: str = "this year") -> str:
    """How much somebody leads in a school year: `leads 1 of 2 this year, 7½ days`."""
    days = f"{half_days // 2 or ''}{'½' if half_days % 2 else ''}"
    unit = "day" if half_days <= 2 else "days"
    return f"leads {led} of {max_groups} {when}" + (f", {days} {unit}" if half_days else "")


def load_problem(leader: str, led: int, max_groups: int, more: int = 1) -> str:
    """Why a leader cannot lead so many more groups this year, or an empty string."""
    if led + more <= max_groups:
        return ""
    groups = "group" if led == 1 else "groups"
    if led < max_groups:
        return (
            f"{leader} leads {led} {groups} this year and would lead {led + more}, but {max_groups} are agreed. "
            "Take the tick from some of the groups and give those to somebody else, or agree on more groups a year."
        )
    return f"{leader} leads {led} {groups} this year already, the most agreed. Choose somebody else."


def stay_problem(
    leader: str,
    *,
    starts_on: date,
    ends_on: date | None,
    first: date | None,
    last: date,
    instead: str = "Choose somebody else.",
) -> str:
    """Why a leader is not there for a group, or an empty string.

    :param first: the first day on which they would lead; None where that is not known yet.
    :param last: the last day of the group's year.
    :param instead: what to do where they leave before it.
    """
    if first is not None and starts_on > first:
        return f"{leader} starts on {_words(starts_on)}. Choose that day or a later one, or somebody else."
    if ends_on is not None and ends_on < last:
        return f"{leader}'s last day is {_words(ends_on)}, before the group's year is over. {instead}"
    return ""


def still_leads_problem(leader: str, groups: Sequence[str]) -> str:
    """Why a leader's time cannot end, naming the groups, or an empty string."""
    if not groups:
        return ""
    return f"{leader} still leads {listed(groups)}. Change the leader of each first; then end their time."


def _words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
