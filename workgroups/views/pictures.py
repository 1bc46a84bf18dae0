"""What a group's picture is drawn from: rows of the database become marks of the picture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from hubportal.core import clock
from hubportal.core.templatetags.portal import day as day_words
from hubportal.core.templatetags.portal import moment
from programmes.adapters.holidays import bank_holidays
from programmes.rules.calendar import HalfTermDates, school_days
from workgroups.actions.visits import holidays_of, year_dates
from workgroups.models import Group, Meeting, Visit
from workgroups.rules.picture import Mark, Picture, Row, year_picture
from workgroups.rules.visits import likely_day


def group_picture(
    group: Group, meetings: Iterable[Meeting], visits: Iterable[Visit], *, now: datetime, may_read: bool
) -> Picture | None:
    """The year of a group, without what was cancelled; ``may_read``: for who reads its registers."""
    standing = [one for one in meetings if one.status != Meeting.Status.CANCELLED]
    rows = [Row("Meetings", [_meeting(one, now, may_read=may_read) for one in standing])]
    today = now.astimezone(clock.LONDON).date()
    half_terms = year_dates(group)
    days = school_days(half_terms, holidays_of(group))
    by_school: dict[str, list[Mark]] = defaultdict(list)
    for visit in visits:
        by_school[visit.school.name].append(_visit(visit, today, days))
    rows += [Row(name, marks) for name, marks in by_school.items()]
    return year_picture(half_terms, rows, today)


def plan_picture(group: Group, planned: Iterable[Meeting], days: Iterable[date], now: datetime) -> Picture | None:
    """A year's meetings while they are planned: those that stand, and the dates proposed."""
    proposed = [Mark(day, "open", "?", f"Proposed: {day_words(day)}") for day in days]
    row = Row("Meetings", [*(_meeting(one, now, may_read=True) for one in planned), *proposed])
    return year_picture(year_dates(group), [row], now.astimezone(clock.LONDON).date())


def school_picture(
    half_terms: Sequence[HalfTermDates], meetings: Iterable[Meeting], visits: Iterable[Visit], *, now: datetime
) -> Picture | None:
    """The year of a school over all its groups, as the school reads it: which group stands in each mark's words."""
    today = now.astimezone(clock.LONDON).date()
    days = school_days(half_terms, bank_holidays(half_terms[0].starts_on, half_terms[-1].ends_on) if half_terms else ())
    met = [_of_group(_meeting(one, now, may_read=False), one.group.name) for one in meetings]
    visited = [_of_group(_visit(one, today, days), one.group.name) for one in visits]
    rows = [Row("Meetings", met), *([Row("Visits", visited)] if visited else [])]
    return year_picture(half_terms, rows, today)


def _of_group(mark: Mark, group: str) -> Mark:
    return replace(mark, title=f"{group}: {mark.title}")


TONES = {Meeting.Status.PLANNED: "booked", "failed": "late", "over": "gone"}


def _meeting(meeting: Meeting, now: datetime, *, may_read: bool) -> Mark:
    on = meeting.starts_at.astimezone(clock.LONDON).date()
    words = f"Meeting {meeting.number}, {moment(meeting.starts_at)}"
    if meeting.status == Meeting.Status.HELD:
        return Mark(on, "done", "✓", f"{words}: held", meeting.get_absolute_url())
    tone, stand = meeting.stand(now, may_read=may_read)
    text = "!" if TONES[tone] == "late" else str(meeting.number)
    return Mark(on, TONES[tone], text, f"{words}: {stand.lower()}", meeting.get_absolute_url())


def _visit(visit: Visit, today: date, days: Sequence[date]) -> Mark:
    url, words = visit.get_absolute_url(), f"Visit {visit.number} to {visit.school.name}"
    if visit.status == Visit.Status.DONE:
        return Mark(visit.on or visit.book_by, "done", "✓", f"{words}: done", url)
    if visit.status == Visit.Status.BOOKED and visit.on:
        if visit.on < today:
            return Mark(visit.on, "late", "!", f"{words}, {day_words(visit.on)}: log missing", url)
        return Mark(visit.on, "booked", "•", f"{words}, {day_words(visit.on)}: booked", url)
    day = likely_day(visit.book_from, visit.book_by, today=today, school_days=days)
    if visit.book_by < today:
        return Mark(day, "late", "!", f"{words}: not booked in time", url)
    return Mark(day, "open", "", f"{words}: to book by {day_words(visit.book_by)}", url)
