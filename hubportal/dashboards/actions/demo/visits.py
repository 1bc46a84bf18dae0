"""The visits of a started group: booked some weeks before, logged the day after, a few of them not."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from hubportal.core import clock
from hubportal.dashboards.actions.demo import words
from hubportal.dashboards.actions.demo.scene import Scene
from hubportal.dashboards.actions.demo.story import Step
from programmes.rules.calendar import school_days
from schools.rules import academic_year
from workgroups.actions.logs import Agreed, LogEntry, log_visit
from workgroups.actions.visits import book_visit, holidays_of, year_dates
from workgroups.models import Group, Visit

BOOKED_BEFORE = timedelta(days=20)
# Groups of this year with a visit that has no log, and with one that nobody has booked.
UNLOGGED, UNBOOKED = (0, 1, 4), (0, 3, 11)


def tell(scene: Scene, group: Group, at: int) -> None:
    """Every visit of the year on a school day of its stretch."""
    days = school_days(year_dates(group), holidays_of(group))
    visits = list(group.visits.select_related("group__offer", "place", "school").order_by("number", "pk"))
    chosen = {visit.pk: _day_for(scene, visit, days) for visit in visits}
    past = [visit for visit in visits if chosen[visit.pk] < scene.story.today]
    is_now = group.offer.year == academic_year(scene.story.today)
    unlogged = past[-1:] if is_now and at in UNLOGGED else []
    unbooked = past[-2:-1] if is_now and at in UNBOOKED else []
    soon = _next_of_first_school(scene, visits, chosen)
    for visit in visits:
        if visit not in unbooked:
            booked_on = scene.story.days_ago(3) if visit == soon else chosen[visit.pk] - BOOKED_BEFORE
            _tell_one(scene, visit, chosen[visit.pk], booked_on, is_logged=visit not in unlogged)


def _next_of_first_school(scene: Scene, visits: Sequence[Visit], chosen: Mapping[int, date]) -> Visit | None:
    """The demo's head and teacher have a visit to look forward to."""
    own = (visit for visit in visits if visit.school_id == scene.schools.first.pk)
    return next((visit for visit in own if chosen[visit.pk] - BOOKED_BEFORE > scene.story.today), None)


def _day_for(scene: Scene, visit: Visit, days: Sequence[date]) -> date:
    """Neither the first days of the stretch nor the last."""
    inside = [day for day in days if visit.book_from <= day <= visit.book_by]
    first, last = len(inside) // 4, max(len(inside) * 3 // 4, 1)
    return inside[scene.story.chance.randrange(first, max(last, first + 1))]


def _tell_one(scene: Scene, visit: Visit, day: date, booked_on: date, *, is_logged: bool) -> None:
    starts_at = clock.at_london(day, 9 if visit.pk % 2 else 13)
    scene.story.at(booked_on, 16, visit.pk % 60, _booking(scene, visit, starts_at))
    if is_logged:
        scene.story.at(day + timedelta(days=1), 16, visit.pk % 60, _logging(scene, visit, day))


def _booking(scene: Scene, visit: Visit, starts_at: datetime) -> Step:
    def book(now: datetime) -> None:
        by = scene.user_of(visit.leader)
        book_visit(visit=visit, starts_at=starts_at, seen=visit.sequence, by=by, now=now)

    return book


def _logging(scene: Scene, visit: Visit, day: date) -> Step:
    def log(now: datetime) -> None:
        log_visit(visit=visit, entry=_entry(visit, day), by=scene.user_of(visit.leader), now=now)

    return log


def _entry(visit: Visit, day: date) -> LogEntry:
    at = visit.pk
    text, owner = words.AGREED[at % len(words.AGREED)]
    tag_set = visit.group.offer.visit_tags
    tags = list(tag_set.tags.order_by("position")) if tag_set else []
    return LogEntry(
        on=day,
        half_days=visit.half_days,
        people_met=words.MET[at % len(words.MET)],
        shared=words.SEEN[at % len(words.SEEN)],
        private=words.PRIVATE[at % len(words.PRIVATE)],
        tags=tags[at % 3 :: 2],
        agreed=(Agreed(text, owner, day + timedelta(weeks=6)),),
    )
