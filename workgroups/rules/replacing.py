"""Rules about replacing people: from which days, and who can follow. Pure."""

from datetime import date, timedelta

# Further back nobody remembers who was there, and years are closed.
LONGEST_BACK, LONGEST_AHEAD = timedelta(days=366), timedelta(days=730)


def date_problem(from_on: date, today: date) -> str:
    """Why a replacement cannot begin on a day, or an empty string."""
    if from_on < today - LONGEST_BACK:
        return "That is more than a year ago. Choose a later day."
    if from_on > today + LONGEST_AHEAD:
        return "That is more than two years ahead. Choose an earlier day."
    return ""


def leader_problem(name: str, groups: int, *, has_successor: bool, is_leader: bool) -> str:
    """Why groups cannot pass to somebody, or an empty string: a group is never without a leader of its hub's."""
    if not groups:
        return ""
    if not has_successor:
        return "A group needs a leader. Choose who leads it, or take the tick from the groups."
    return (
        "" if is_leader else f"{name} is no leader of your hub yet. Make {name} a leader first, then give the groups."
    )


def attended_problem(name: str, days: list[date]) -> str:
    """Why somebody cannot have left by a day on or after which they were at meetings, or an empty string."""
    if not days:
        return ""
    last = max(days)
    words = f"{last.day} {last:%B %Y}"
    return f"{name} was at the meeting of {words}. Choose a later day, or correct that register first."
