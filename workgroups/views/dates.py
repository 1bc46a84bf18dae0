"""All dates of a school's year on one page: who needs cover, the year as a picture, a file for the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.exports import Column, export
from hubportal.core.views import EXPORTS, PortalDetail, PortalRequest, do
from programmes.models import HalfTerm
from schools.models import School, User
from schools.roles import SCHOOL_STAFF
from schools.scope import Scope
from workgroups.actions import dates as actions
from workgroups.models import Meeting, Participant, Place, PlaceQuerySet, Visit, with_visitor
from workgroups.models.dates import with_to_accept
from workgroups.rules.cover import cover_days, cover_words, days_words
from workgroups.views.groups import READERS
from workgroups.views.pictures import school_picture

NOT_YOURS = "Only the school's own leads and office, or its trust's lead, accept its dates."


# Places that are held, with the meetings and visits that were planned for them.
Dates = tuple[list[Place], list[Meeting], list[Visit]]


@dataclass(frozen=True, slots=True)
class DateRow:
    """A meeting or a visit as the school reads it; a visit that is still to be booked has its last day instead.

    A visit that was logged without having been booked, as one from before the portal, has a day and no time.
    """

    on: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    by: date | None
    what: str
    group: str
    school: str
    where: str
    who: str
    teachers: int
    half_days: int
    note: str
    stand: tuple[str, str]
    url: str
    is_ahead: bool

    @property
    def cover(self) -> str:
        """How much cover it takes, in words."""
        return cover_words(self.teachers, self.half_days)

    @property
    def days(self) -> float:
        """The same in days of one teacher."""
        return cover_days(self.teachers, self.half_days)

    @property
    def order(self) -> tuple[date, str]:
        """By day; what has no date yet by its last day."""
        return self.on or self.by or date.max, f"{self.group}{self.what}{self.school}"


COLUMNS: Sequence[Column] = [
    ("Day", lambda row: row.on),
    ("From", lambda row: f"{row.starts_at.astimezone(clock.LONDON):%H:%M}" if row.starts_at else ""),
    ("To", lambda row: f"{row.ends_at.astimezone(clock.LONDON):%H:%M}" if row.ends_at else ""),
    ("To be booked by", lambda row: row.by),
    ("What", lambda row: row.what),
    ("Group", lambda row: row.group),
    ("Where", lambda row: row.where),
    ("Who", lambda row: row.who),
    ("Teachers to cover", lambda row: row.teachers or ""),
    ("Cover (days)", lambda row: row.days or ""),
    ("Status", lambda row: row.stand[1]),
    ("Note", lambda row: row.note),
]


class SchoolDates(PortalDetail):
    """The Dates tab of a school: its meetings and visits of a year, whatever groups they belong to."""

    model = School
    roles = READERS
    template_name = "workgroups/school_dates.html"
    tab_bar, tab = "SCHOOL_TABS", "workgroups:school-dates"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the same as a file."""
        kind = request.GET.get("export", "")
        if kind not in EXPORTS:
            return super().get(request, *args, **kwargs)
        self.object = self.get_object()
        rows = date_rows(self._read(), clock.now())
        return export(request, rows, COLUMNS, name=f"dates-{self.request.year}", kind=kind)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The dates, the year as a picture, and what is to be accepted."""
        school, year, now = self.object, self.request.year, clock.now()
        dates = places, meetings, visits = self._read()
        rows = date_rows(dates, now)
        standing = [one for one in meetings if one.status != Meeting.Status.CANCELLED]
        half_terms = [one.dates for one in HalfTerm.objects.for_hub_year(year, school.hub)]
        return super().get_context_data(
            rows=rows,
            places=places,
            may_accept=may_accept(self.request.user.scope, school),
            seen_at=now.isoformat(),
            cover_ahead=days_words(sum(row.days for row in rows if row.is_ahead)),
            has_cover_ahead=any(row.days for row in rows if row.is_ahead),
            picture=school_picture(half_terms, standing, visits, now=now) if standing or visits else None,
            **kwargs,
        )

    def _read(self) -> Dates:
        """The places that are held in groups of the year, with what was planned for them."""
        user = self.request.user
        held = Place.objects.visible_to(user).filter(enrolment__school=self.object)
        return read_dates(user, held.filter(group__offer__year=self.request.year), clock.now())


def read_dates(user: User, places: PlaceQuerySet, now: datetime) -> Dates:
    """Places that are held, with the meetings and visits that were planned for them, as far as one sees them."""
    people = Participant.objects.select_related("person").order_by("person__name", "pk")
    held = list(
        with_to_accept(places.taken(), now)
        .select_related("group__offer", "group__leader__person", "enrolment__school", "dates_accepted_by__person")
        .annotate(unnamed=Count("enrolment__teachers", filter=Q(enrolment__teachers__person=None)))
        .prefetch_related(Prefetch("participants", queryset=people))
        .order_by("group__name", "enrolment__school__name", "pk")
    )
    meetings = Meeting.objects.visible_to(user).filter(group__in=[place.group_id for place in held])
    visits = Visit.objects.visible_to(user).standing().filter(place__in=held)
    return held, list(meetings.for_list()), list(with_visitor(visits.for_list()))


def date_rows(dates: Dates, now: datetime) -> list[DateRow]:
    """What was planned, by day; of a meeting of several of one's schools each school's own row."""
    places, meetings, visits = dates
    rows = [_meeting(one, place, now) for one in meetings for place in places if place.group_id == one.group_id]
    rows += [_visit(one, now) for one in visits]
    return sorted(rows, key=lambda row: row.order)


def may_accept(scope: Scope, school: School) -> bool:
    """The school's leads and office, and its trust's lead."""
    return school.pk in scope.school_staff_ids or (school.trust_id is not None and school.trust_id in scope.trust_ids)


def _meeting(meeting: Meeting, place: Place, now: datetime) -> DateRow:
    school = place.enrolment.school
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    names = [
        row.person.name
        for row in place.participants.all()
        if row.since <= day and (row.until is None or row.until >= day)
    ]
    is_off, is_ahead = meeting.status == Meeting.Status.CANCELLED, meeting.starts_at > now
    unnamed: int = place.unnamed if is_ahead and not is_off else 0  # type: ignore[attr-defined]
    hosts = not meeting.venue and meeting.host_id == school.pk and not meeting.is_at_closed
    is_first = meeting.number == 1 and meeting.group.offer.head_at_first_meeting
    notes = [
        *(["your school hosts"] if hosts and not is_off else []),
        *(["the headteacher comes too"] if is_first and not is_off else []),
    ]
    return DateRow(
        on=day,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        by=None,
        what=capfirst(meeting.words),
        group=meeting.group.name,
        school=school.name,
        where=meeting.place_address,
        who=", ".join([*names, *([f"{unnamed} to be named"] if unnamed else [])]),
        teachers=0 if is_off else len(names) + unnamed,
        half_days=meeting.half_days,
        note=capfirst("; ".join(notes)),
        stand=meeting.stand(now, may_read=False),
        url=meeting.get_absolute_url(),
        is_ahead=is_ahead and not is_off,
    )


def _visit(visit: Visit, now: datetime) -> DateRow:
    visitor: str = visit.visitor  # type: ignore[attr-defined]
    return DateRow(
        on=visit.on,
        starts_at=visit.starts_at,
        ends_at=None,
        by=None if visit.on else visit.book_by,
        what=f"Visit {visit.number}",
        group=visit.group.name,
        school=visit.school.name,
        where=visit.school.name,
        who=f"{visitor} visits",
        teachers=0,
        half_days=visit.half_days,
        note=f"{capfirst(visit.length)}; cover as agreed with {visitor}",
        stand=(visit.status, visit.get_status_display()),
        url=visit.get_absolute_url(),
        is_ahead=visit.on is None or (visit.starts_at is not None and visit.starts_at > now),
    )


@require_POST
@role_required(*SCHOOL_STAFF)
def dates_accept(request: PortalRequest, pk: int) -> HttpResponse:
    """The school has these dates."""
    rows = Place.objects.visible_to(request.user).select_related("group", "enrolment__school")
    place = get_object_or_404(rows, pk=pk)
    if not may_accept(request.user.scope, place.enrolment.school):
        raise PermissionDenied(NOT_YOURS)
    seen_at = _moment(request.POST.get("seen_at", "")) or clock.now()
    do(
        request,
        lambda: actions.accept_dates(place=place, seen_at=seen_at, by=request.user, now=clock.now()),
        done=f"Thank you: {place.group} knows that you have these dates. You are told when one changes.",
        failures=(actions.CannotAccept,),
    )
    return redirect(reverse("workgroups:school-dates", args=[place.enrolment.school_id]))


def _moment(written: str) -> datetime | None:
    """The moment that a page was drawn; None for anything that is none."""
    try:
        found = parse_datetime(written)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
