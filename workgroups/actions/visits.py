"""The verbs of visits: plan what the offer gives, book, move, cancel a booking, give a visit up."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.templatetags.portal import moment
from hubportal.core.workflow import CannotMove
from programmes.adapters.holidays import bank_holidays
from programmes.models import HalfTerm, Offer
from programmes.rules import calendar
from schools.models import User
from schools.rules import first_day, last_day
from workgroups.models import Group, Place, Visit
from workgroups.rules import visits as rules

OPEN = (Visit.Status.TO_BOOK, Visit.Status.BOOKED)
SCHOOL_LEFT = "The school has left the group."
GROUP_CANCELLED = "The group has been cancelled."
SUPPORT_HALF_DAYS = 2
LOG_OR_CANCEL = "log the visit if it took place, or cancel the booking."
GROUP_COMPLETED = "The group's year is complete."


class CannotBook(Exception):
    """A date that a visit cannot have, said in words for people."""


def plan_visits(*, group: Group, by: User | None, now: datetime) -> int:
    """Give every place of a running group the visits that the offer owes it; take the open ones from places that ended.

    Safe to run again: what stands stays. A group that forms has none yet: its start gives them. A place that joined
    late gets the visits whose stretch of the year had not ended. Returns how many visits are new.
    """
    today = now.astimezone(clock.LONDON).date()
    started_on = group.started_at.astimezone(clock.LONDON).date() if group.started_at else today
    with transaction.atomic():
        # Whoever is booking or moving one at this moment is waited for.
        own = locks.all_held(Visit.objects.filter(place__group=group, status__in=OPEN))
        open_visits = own.select_related("school").order_by("pk")
        places = list(
            Place.objects.filter(group=group)
            .select_related("enrolment__school", "enrolment__offer")
            .prefetch_related(Prefetch("visits", queryset=open_visits, to_attr="open_visits"))
            .order_by("pk")
        )
        _close_ended(group, places, by=by, now=now)
        fresh = _missing(group, places, started_on) if group.status == Group.Status.RUNNING else []
        _create(group, fresh, by=by)
        left = [place for place in places if place.left_on is not None]
        notices.reconcile(*group.visits.all(), *left, now=now)
        wake.wake()
    return len(fresh)


def book_visit(
    *,
    visit: Visit,
    starts_at: datetime,
    seen: int,
    by: User | None,
    now: datetime,
    half_days: int | None = None,
    note: str = "",
) -> str:
    """Book a visit, or move a booked one, and tell the school; returns a warning, empty where all is usual.

    :param seen: the visit's ``sequence`` as the person saw it: a step made on an old page loses.
    :raises CannotBook: where the day or the time will not do.
    :raises CannotMove: where somebody else was first, the visit is done or cancelled, or the group is over.
    """
    over = visit.group.why_over(LOG_OR_CANCEL)
    if over:
        raise CannotMove(over)
    start = starts_at.astimezone(clock.LONDON)
    _check_booking(visit, start, now)
    if visit.sequence != seen:
        raise CannotMove(visit.who_was_first())
    moves = visit.status == Visit.Status.BOOKED
    half_days = half_days or visit.half_days
    if moves and (visit.starts_at, visit.half_days) == (starts_at, half_days):
        return ""
    fields: dict[str, Any] = {
        "on": start.date(),
        "starts_at": starts_at,
        "half_days": half_days,
        "sequence": seen + 1,
        "changed_at": now,
        "changed_by": by,
        "change_note": note,
    }
    with transaction.atomic():
        fields |= known_booking(visit)
        if moves:
            _move(visit, fields, by)
        else:
            visit.move_to(Visit.Status.BOOKED, by=by, note=moment(starts_at), seen={"sequence": seen}, **fields)
        notices.reconcile(visit, now=now)
        wake.wake()
    return rules.booking_warning(start.date(), term=visit.term, book_from=visit.book_from, book_by=visit.book_by)


def why_not_book(visit: Visit) -> str:
    """Why a visit gets no (other) date, or an empty string; reads ``group``."""
    if visit.status not in OPEN:
        return f"This visit is {visit.get_status_display().lower()}: there is nothing to book."
    return visit.group.why_over(LOG_OR_CANCEL)


def known_booking(visit: Visit) -> dict[str, Any]:
    """The date and length that the school was last sent, as the fields that keep them.

    Not those of a booking, move or cancellation that waits to be told.
    """
    as_it_is = {"was_at": visit.starts_at, "was_half_days": visit.half_days if visit.starts_at else None}
    if visit.starts_at is None and visit.was_at is None:
        return as_it_is
    change = "cancelled" if visit.status == Visit.Status.TO_BOOK else "moved" if visit.was_at else "booked"
    mail = (f"visit_{change}", visit)
    is_untold = notices.waiting(mail) and not notices.reached(mail, offset=f"{change}-{visit.sequence}@")
    return {"was_at": visit.was_at, "was_half_days": visit.was_half_days} if is_untold else as_it_is


def cancel_booking(*, visit: Visit, reason: str, seen: int, by: User | None, now: datetime) -> None:
    """Take a booking back: the visit is to be booked again, and the school is told.

    Where the group's year or the school's place is over there is nothing to book any more: the visit is cancelled.

    :raises CannotMove: where somebody else was first, or the visit is not booked.
    """
    if visit.sequence != seen:
        raise CannotMove(visit.who_was_first())
    with transaction.atomic():
        visit.move_to(
            Visit.Status.TO_BOOK if is_owed(visit) else Visit.Status.CANCELLED,
            by=by,
            note=reason,
            what="Booking cancelled",
            seen={"sequence": seen},
            **_taken_back(visit, reason, by, now),
        )
        notices.reconcile(visit, now=now)
        wake.wake()


def is_owed(visit: Visit) -> bool:
    """Whether a visit whose booking is taken back is to be booked again; reads ``group`` and ``place``."""
    return visit.group.is_open and visit.place.left_on is None


def why_not_drop(visit: Visit) -> str:
    """Why a visit cannot be given up, or an empty string; reads ``group``."""
    if visit.status == Visit.Status.BOOKED:
        return "This visit is booked: cancel the booking first, and the school is told."
    if visit.status != Visit.Status.TO_BOOK:
        return f"This visit is {visit.get_status_display().lower()} already."
    return "" if visit.group.status == Group.Status.RUNNING else "Only a visit of a running group is given up."


def drop_visit(*, visit: Visit, reason: str, seen: int, by: User | None, now: datetime) -> None:
    """Say that a visit without a date will not take place: nobody is asked to book it any more.

    :raises CannotBook: where it is booked, or the group is not running.
    :raises CannotMove: where somebody else was first.
    """
    problem = why_not_drop(visit)
    if problem:
        raise CannotBook(problem)
    with transaction.atomic():
        visit.move_to(
            Visit.Status.CANCELLED,
            by=by,
            note=reason,
            what="Visit will not take place",
            seen={"sequence": seen},
            **_taken_back(visit, reason, by, now),
        )
        notices.reconcile(visit, now=now)
        wake.wake()


def year_dates(group: Group) -> list[calendar.HalfTermDates]:
    """The half-terms of a group's year, its hub's own where it has any."""
    rows = HalfTerm.objects.for_hub_year(group.offer.year, group.hub)
    return [calendar.HalfTermDates(row.number, row.term, row.starts_on, row.ends_on) for row in rows]


def planning_dates(group: Group) -> list[calendar.HalfTermDates]:
    """The half-terms in which what its offer gives is planned: from the term in which that starts."""
    return [one for one in year_dates(group) if one.term >= group.offer.start_term]


def holidays_of(group: Group) -> frozenset[date]:
    """England's bank holidays in a group's school year."""
    year = group.offer.year
    return bank_holidays(first_day(year), last_day(year))


def _check_booking(visit: Visit, start: datetime, now: datetime) -> None:
    half_terms = year_dates(visit.group)
    problem = rules.time_problem(start.time()) or rules.booking_problem(
        start.date(),
        term=visit.term,
        today=now.astimezone(clock.LONDON).date(),
        half_terms=half_terms,
        bank_holidays=holidays_of(visit.group),
    )
    if not problem and start <= now:
        problem = "That time has passed. If the visit took place, log it instead."
    if problem:
        raise CannotBook(problem)


def _move(visit: Visit, fields: dict[str, Any], by: User | None) -> None:
    """One guarded UPDATE: of two people who move it at once, one wins."""
    guarded = Visit.objects.filter(pk=visit.pk, status=Visit.Status.BOOKED, sequence=visit.sequence)
    if guarded.update(**fields) != 1:
        raise CannotMove(visit.who_was_first())
    before = _shown(visit)
    for name, value in fields.items():
        setattr(visit, name, value)
    after = _shown(visit)
    changed = {name: [old, after[name]] for name, old in before.items() if old != after[name]}
    journal.record("Moved", on=visit, by=by, changed=changed)


def _taken_back(visit: Visit, reason: str, by: User | None, now: datetime) -> dict[str, Any]:
    """The fields of a visit whose booking no longer stands."""
    return {
        "on": None,
        "starts_at": None,
        "sequence": visit.sequence + 1,
        "changed_at": now,
        "changed_by": by,
        **known_booking(visit),
        "change_note": reason,
    }


def _close_ended(group: Group, places: list[Place], *, by: User | None, now: datetime) -> None:
    """What lies ahead of a place that ended is cancelled; what should have been stays to be logged.

    When a year is complete only visits without a date are cancelled: one that is booked was agreed with the school.
    """
    cancelled = group.status == Group.Status.CANCELLED
    for place in places:
        if place.left_on is None and group.is_open:
            continue
        reason = GROUP_CANCELLED if cancelled else SCHOOL_LEFT if place.left_on else GROUP_COMPLETED
        for visit in place.open_visits:  # type: ignore[attr-defined]
            is_ahead = visit.starts_at is not None and visit.starts_at > now and reason != GROUP_COMPLETED
            if visit.starts_at is None or is_ahead:
                visit.move_to(Visit.Status.CANCELLED, by=by, note=reason, **_taken_back(visit, reason, by, now))


def _missing(group: Group, places: list[Place], started_on: date) -> list[Visit]:
    half_terms = planning_dates(group)
    # What a school was accepted for is owed to it, also in a group of its hub's own version or of the national offer.
    offers = {place.enrolment.offer for place in places}
    stretches = {offer: _stretches(offer, half_terms) for offer in offers}
    have = _had([place.enrolment_id for place in places])
    return [
        Visit(
            group=group,
            place=place,
            school=place.enrolment.school,
            leader=group.leader,
            number=stretch.number,
            term=stretch.term,
            book_from=max(stretch.first_day, joined_on),
            book_by=stretch.last_day,
            half_days=offer.visit_half_days if stretch.number <= offer.visits else SUPPORT_HALF_DAYS,
        )
        for place in places
        if place.left_on is None
        for joined_on in (max(place.placed_on, started_on),)
        for offer in (place.enrolment.offer,)
        for stretch in rules.still_due(stretches[offer], joined_on)
        if not have & {(place.pk, None, stretch.number), (None, place.enrolment_id, stretch.number)}
    ]


def _stretches(offer: Offer, half_terms: list[calendar.HalfTermDates]) -> list[rules.Stretch]:
    """When the visits of an offer are due; days of support in the school are visits too, numbered after the others."""
    visits = calendar.stretches(offer.visits, offer.visits_per, half_terms)
    support = calendar.stretches(offer.support_days, offer.support_per, half_terms)
    found = [rules.Stretch(*one) for one in visits]
    return found + [rules.Stretch(offer.visits + at, term, first, last) for at, term, first, last in support]


def _had(enrolments: list[int]) -> set[tuple[int | None, int | None, int]]:
    """The numbers of the visits that places have, and that schools had from a place before: nothing is owed twice.

    One that was cancelled when a school left is owed again where it comes back.
    """
    rows = Visit.objects.filter(place__enrolment__in=enrolments)
    found: set[tuple[int | None, int | None, int]] = set()
    for place, enrolment, number, status in rows.values_list("place", "place__enrolment", "number", "status"):
        found.add((place, None, number))
        if status != Visit.Status.CANCELLED:
            found.add((None, enrolment, number))
    return found


def _create(group: Group, fresh: list[Visit], *, by: User | None) -> None:
    """Two who plan at once make each visit once: the place and number are unique."""
    Visit.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        schools = {visit.school_id for visit in fresh}
        where = f"{len(schools)} schools" if len(schools) > 1 else str(fresh[0].school)
        note = f"{len(fresh)} visits to {where}." if len(fresh) > 1 else f"A visit to {where}."
        journal.record("Planned visits", on=group, by=by, note=note)


def _shown(visit: Visit) -> dict[str, str]:
    """For the journal: when it is, and how long."""
    return {"date": moment(visit.starts_at), "length": visit.length}
