"""What is written about visits: booked, moved, cancelled, soon, still to book, still to log."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import Recipient, person_recipient, to_each
from programmes.models import HalfTerm
from schools.models import Person
from workgroups.models import CoLeader, Group, LeaderChange, Visit, visitor_of
from workgroups.notices.recipients import (
    beside,
    each_once,
    kind_of_group,
    of_school,
    participants,
    schools_with_roles,
)
from workgroups.notices.reminding import reminders_of, soon_words
from workgroups.rules.visits import LOG_DUE_AFTER, LOG_WORTH_ASKING, WARN_BEFORE_TERM_END, term_name

Status = Visit.Status
REMIND_DAYS = (7, 1)
# The sweep looks at visits that lie no further behind than this; nothing is due about older ones.
LOOK_BACK = timedelta(days=60)


def load() -> QuerySet[Visit]:
    """Visits with all that the desired sets and the e-mails read."""
    half_term = HalfTerm.objects.filter(year=OuterRef("group__offer__year"), number=OuterRef("term") * 2)
    return (
        Visit.objects.select_related(
            "group__offer", "group__hub", "leader__person", "place__enrolment__interest", "changed_by__person"
        )
        .prefetch_related(
            Prefetch("group__co_leaders", queryset=CoLeader.objects.standing()),
            Prefetch("group__leader_changes", queryset=LeaderChange.objects.standing()),
            Prefetch("school", queryset=schools_with_roles()),
            Prefetch("place__participants", queryset=participants()),
        )
        .annotate(
            term_ends_on=Coalesce(
                Subquery(half_term.filter(hub=OuterRef("group__hub")).values("ends_on")[:1]),
                Subquery(half_term.filter(hub=None).values("ends_on")[:1]),
                "book_by",
            )
        )
    )


def live(visits: QuerySet[Visit], now: datetime) -> QuerySet[Visit]:
    """Visits about which something may still be due or planned."""
    since = now - LOOK_BACK
    ahead = Q(on__gte=since.date()) | Q(on=None, book_by__gte=since.date()) | Q(changed_at__gte=since)
    return visits.filter(ahead).exclude(status=Status.DONE, on__lt=since.date())


def _leader(visit: Visit) -> Recipient:
    return person_recipient(visit.leader.person)


def _school(visit: Visit, day: date, known_by: datetime | None = None) -> list[Recipient]:
    return of_school(visit.place, visit.school, day, known_by=known_by, goes_on_since=visit.changed_at)


def _leading(visit: Visit, day: date, known_by: datetime | None = None) -> list[Recipient]:
    """Who has it to make, and who leads the group beside its leader on a day."""
    return [_leader(visit), *map(person_recipient, beside(visit.group, day, known_by))]


def visitor_then(visit: Visit) -> Person:
    """Who makes it, or was to make it, on the day that is written about."""
    at = visit.starts_at or visit.was_at
    return (visitor_of(visit, _day(at)) if at else visit.leader).person


def _of_change(
    visit: Visit, day: date, school: Sequence[Recipient], known_by: datetime | None = None
) -> list[Recipient]:
    """The school, and those who lead: of what they did themselves, or what came by itself, they are not told."""
    by = visit.changed_by
    leading = [] if by is None else _leading(visit, day, known_by)
    leading = [one for one in leading if by and one.key != person_recipient(by.person).key]
    return each_once([*school, *leading])


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.LONDON).date()


def _stands(visit: Visit) -> bool:
    return visit.group.status != Group.Status.CANCELLED


def booked(visit: Visit) -> Sequence[Desired]:
    """The school hears of a first booking, at once; so does who leads, where somebody else booked it."""
    if visit.status != Status.BOOKED or visit.starts_at is None or visit.was_at or visit.changed_at is None:
        return []
    day = _day(visit.starts_at)
    people = _of_change(visit, day, _school(visit, day))
    return to_each(people, f"booked-{visit.sequence}@{day}", visit.changed_at, visit.starts_at)


def moved(visit: Visit) -> Sequence[Desired]:
    """The school hears of a new date or length of a booked visit, at once: who is there then, or was to be before."""
    if visit.status != Status.BOOKED or visit.starts_at is None or not visit.was_at or visit.changed_at is None:
        return []
    # Moved to and fro before the school was told: what it knows is right.
    if visit.is_as_known:
        return []
    day, before = _day(visit.starts_at), max(_day(visit.was_at), _day(visit.changed_at))
    people = _of_change(visit, day, [*_school(visit, day), *_school(visit, before)])
    return to_each(people, f"moved-{visit.sequence}@{day}", visit.changed_at, visit.starts_at)


def fell_with_place(visit: Visit) -> bool:
    """Whether a booked visit fell away as its school left the group: all of these are told of in one e-mail."""
    if visit.status != Status.CANCELLED or visit.was_at is None or visit.changed_at is None:
        return False
    return not _fell_with_group(visit) and visit.place.left_on == _day(visit.changed_at)


def _fell_with_group(visit: Visit) -> bool:
    return visit.changed_at is not None and visit.changed_at == visit.group.cancelled_at


def told_of_cancelling(visit: Visit) -> list[Recipient]:
    """Who was to be there then; of a school that has left, who was there until it did; and those who lead.

    Not who was entered after it fell away: they had never heard of it.
    """
    if visit.was_at is None:
        return []
    day, left_on, known_by = _day(visit.was_at), visit.place.left_on, visit.changed_at
    return _of_change(visit, day, _school(visit, min(day, left_on) if left_on else day, known_by), known_by)


def cancelled(visit: Visit) -> Sequence[Desired]:
    """The school hears that a booking no longer stands, while its day has not passed."""
    if visit.status not in (Status.TO_BOOK, Status.CANCELLED) or not visit.was_at or visit.changed_at is None:
        return []
    if _fell_with_group(visit) or fell_with_place(visit):  # the e-mail about the group, or the place, tells of it
        return []
    people, day = told_of_cancelling(visit), _day(visit.was_at)
    return to_each(people, f"cancelled-{visit.sequence}@{day}", visit.changed_at, visit.was_at)


def reminders(visit: Visit) -> Sequence[Desired]:
    """The school and who leads, 7 and 1 days before a booked visit."""
    if visit.status != Status.BOOKED or visit.starts_at is None or not _stands(visit):
        return []
    day = _day(visit.starts_at)
    leading = (visitor_then(visit), *beside(visit.group, day))
    people = each_once([*_school(visit, day), *map(person_recipient, leading)])
    told_at = None if visit.is_as_known else visit.changed_at
    return [
        desired
        for days, due_at, until in reminders_of(visit.starts_at, REMIND_DAYS, told_at)
        for desired in to_each(people, f"{days}d@{day}", due_at, until)
    ]


def unbooked(visit: Visit) -> Sequence[Desired]:
    """The leader, three weeks before the end of the visit's term, until the term is over.

    Where the group, the school in it, or who leads it begins later than that: on the morning after, not in the same
    minute.
    """
    group = visit.group
    if visit.status != Status.TO_BOOK or group.status != Group.Status.RUNNING or group.started_at is None:
        return []
    ends_on: date = visit.term_ends_on  # type: ignore[attr-defined]
    begins_on = max(_day(group.started_at), visit.place.placed_on)
    if group.taken_over_at is not None:  # the visits that have been are brought after the group
        begins_on = max(begins_on, _day(group.taken_over_at) + timedelta(days=6))
    due_on = max(ends_on - WARN_BEFORE_TERM_END, begins_on + timedelta(days=1))
    due_at = clock.at_london(max(due_on, _read_by(visit)))
    return to_each([_leader(visit)], f"unbooked@{ends_on}", due_at, clock.at_london(ends_on + timedelta(days=1), 0))


def _read_by(visit: Visit) -> date:
    """By which day its leader has read that they lead the group, where they came to lead it: the day after."""
    taken = [one for one in visit.group.leader_changes.all() if one.leader_id == visit.leader_id]
    begun = [_day(one.begins_at) for one in taken if one.status == LeaderChange.Status.DONE]
    return max(begun) + timedelta(days=1) if begun else date.min


def log_due(visit: Visit) -> Sequence[Desired]:
    """The leader, three days after a booked visit that has no log; no longer worth asking after four weeks."""
    if visit.status != Status.BOOKED or visit.on is None or not _stands(visit):
        return []
    due_at = clock.at_london(max(visit.on + LOG_DUE_AFTER, _read_by(visit)))
    return to_each([_leader(visit)], f"log@{visit.on}", due_at, clock.at_london(visit.on + LOG_WORTH_ASKING))


def leads(visit: Visit, notice: Notice) -> bool:
    """Whether an e-mail goes to who makes a visit, or leads its group beside the leader."""
    beside_it = {person_recipient(one.leader.person).key for one in visit.group.co_leaders.all()}
    makes_it = {person_recipient(one).key for one in (visit.leader.person, visitor_then(visit))}
    return notice.recipient in makes_it | beside_it


def _context(step: str) -> Callable[[Visit, Notice], dict[str, Any]]:
    """What every e-mail about a visit reads; ``step`` is the page that its one link opens."""

    def context(visit: Visit, notice: Notice) -> dict[str, Any]:
        visitor, by = visitor_then(visit), visit.changed_by
        return {
            "visit": visit,
            "group": visit.group,
            "school": visit.school,
            "leader": visit.leader.person,
            "visitor": visitor,
            "is_visitor": notice.recipient == person_recipient(visitor).key,
            "leads": leads(visit, notice),
            "by": by.person if by else visit.leader.person,
            "term": term_name(visit.term),
            "soon": soon_words(visit.starts_at, notice) if visit.starts_at else "",
            "url": reverse(f"workgroups:{step}", args=[visit.pk]),
            "page_url": reverse("workgroups:visit-detail", args=[visit.pk]),
        }

    return context


def _kind(key: str, label: str, desired: Callable[[Visit], Sequence[Desired]], step: str = "visit-detail") -> Kind:
    how = {"desired": desired, "load": load, "live": live, "context": _context(step)}
    return kind_of_group(key, label, "Visit", lambda visit: visit.leader, **how)


KINDS = [
    _kind("visit_booked", "Visit booked", booked),
    _kind("visit_moved", "Visit moved", moved),
    _kind("visit_cancelled", "Visit cancelled", cancelled),
    _kind("visit_reminder", "Visit reminder", reminders),
    _kind("visit_unbooked", "Visit still to book", unbooked, "visit-book"),
    _kind("visit_log_due", "Visit log due", log_due, "visit-log"),
]
