"""Rules about replacing people: from which days, and who can follow. Pure."""

from datetime import date, timedelta

from schools.rules import name_key

# Further back nobody remembers who was there, and years are closed.
LONGEST_BACK, LONGEST_AHEAD = timedelta(days=366), timedelta(days=730)


def date_problem(from_on: date, today: date) -> str:
    """Why a replacement cannot begin on a day, or an empty string."""
    if from_on < today - LONGEST_BACK:
        return "That is more than a year ago. Choose a later day."
    if from_on > today + LONGEST_AHEAD:
        return "That is more than two years ahead. Choose an earlier day."
    return ""


def leader_problem(groups: int, *, has_successor: bool) -> str:
    """Why groups cannot pass on, or an empty string: a group is never without a leader."""
    if not groups or has_successor:
        return ""
    return "A group needs a leader. Choose who leads it, or take the tick from the groups."


def attended_problem(name: str, days: list[date]) -> str:
    """Why somebody cannot have left by a day on or after which they were at meetings, or an empty string."""
    if not days:
        return ""
    last = max(days)
    words = f"{last.day} {last:%B %Y}"
    return f"{name} was at the meeting of {words}. Choose a later day, or correct that register first."


def may_be_one(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names, each with an address, may be one person's: by either of them, as a form was filled in."""
    is_same_address = bool(one[1].strip()) and one[1].strip().lower() == other[1].strip().lower()
    return is_same_address or name_key(one[0]) == name_key(other[0])
