"""What a group's picture is drawn from: rows of the database become marks of the picture."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from hubportal.core import clock
from hubportal.core.templatetags.portal import day as day_words
from hubportal.core.templatetags.portal import moment
from workgroups.actions.visits import year_dates
from workgroups.models import Group, Meeting, Visit
from workgroups.rules.picture import Mark, Picture, Row, year_picture


def group_picture(group: Group, meetings: Iterable[Meeting], visits: Iterable[Visit], today: date) -> Picture | None:
    """The year of a group, without what was cancelled."""
    rows = [Row("Meetings", [_meeting(one, today) for one in meetings if one.status != Meeting.Status.CANCELLED])]
    by_school: dict[str, list[Mark]] = defaultdict(list)
    for visit in visits:
        by_school[visit.school.name].append(_visit(visit, today))
    rows += [Row(_short(name), marks) for name, marks in by_school.items()]
    return year_picture(year_dates(group), rows, today)


def plan_picture(group: Group, planned: Iterable[Meeting], days: Iterable[date], today: date) -> Picture | None:
    """A year's meetings while they are planned: those that stand, and the dates proposed."""
    proposed = [Mark(day, "open", "?", f"Proposed: {day_words(day)}") for day in days]
    return year_picture(
        year_dates(group), [Row("Meetings", [*(_meeting(one, today) for one in planned), *proposed])], today
    )


def _meeting(meeting: Meeting, today: date) -> Mark:
    on = meeting.starts_at.astimezone(clock.LONDON).date()
    words = f"Meeting {meeting.number}, {moment(meeting.starts_at)}"
    if meeting.status == Meeting.Status.HELD:
        return Mark(on, "done", "✓", f"{words}: held", meeting.get_absolute_url())
    state, note = ("late", ": register missing") if on < today else ("booked", "")
    return Mark(on, state, str(meeting.number), f"{words}{note}", meeting.get_absolute_url())


def _visit(visit: Visit, today: date) -> Mark:
    middle = visit.book_from + timedelta(days=(visit.book_by - visit.book_from).days // 2)
    url, words = visit.get_absolute_url(), f"Visit {visit.number} to {visit.school.name}"
    if visit.status == Visit.Status.DONE:
        return Mark(visit.on or middle, "done", "✓", f"{words}: done", url)
    if visit.status == Visit.Status.BOOKED and visit.on:
        if visit.on < today:
            return Mark(visit.on, "late", "!", f"{words}, {day_words(visit.on)}: log missing", url)
        return Mark(visit.on, "booked", "•", f"{words}, {day_words(visit.on)}: booked", url)
    if visit.book_by < today:
        return Mark(middle, "late", "!", f"{words}: not booked in time", url)
    return Mark(middle, "open", "", f"{words}: to book by {day_words(visit.book_by)}", url)


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"
