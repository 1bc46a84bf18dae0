"""Who may use each URL of workgroups."""

from datetime import UTC, datetime
from typing import Any

from schools.roles import (
    HUB_ADMIN,
    HUB_LEAD,
    HUB_READERS,
    LEADERS,
    NATIONAL,
    READINESS_LEAD,
    SCHOOL_LEADS,
    SCHOOL_STAFF,
    SPECIALIST,
    TEACHER,
)
from tests import factories as make
from tests.access.table import ALL, Line, but, page, seen, step
from tests.world import NOW, Side
from workgroups.models import CoLeader
from workgroups.notices.links import answer_url

# Who runs the group of the world's inside; the other leader of the hub passes the role check and finds nothing.
RUNS = (SPECIALIST, HUB_LEAD, HUB_ADMIN)
READS_REGISTER = (SPECIALIST, *HUB_READERS, NATIONAL)


def _meeting(side: Side) -> list[Any]:
    return [side.meeting.pk]


def _visit(side: Side) -> list[Any]:
    return [side.visit.pk]


def _booked(side: Side) -> list[Any]:
    starts_at = datetime(2027, 1, 20, 9, tzinfo=UTC)
    return [make.VisitFactory(place=side.place, number=9, status="booked", on=starts_at.date(), starts_at=starts_at).pk]


def _token(side: Side) -> list[Any]:
    return [answer_url(side.meeting, side.users[TEACHER].person.pk).rstrip("/").rpartition("/")[2]]


def _run(**rest: Any) -> Line:
    return Line(allowed=RUNS, forbidden=but(*RUNS, READINESS_LEAD), **rest)


def _group(side: Side) -> list[Any]:
    return [side.group.pk]


def _to_support(side: Side) -> list[Any]:
    """Of a programme that is one-school support."""
    offer = make.OfferFactory(served_by="school")
    return [make.EnrolmentFactory(school=side.school, hub=side.hub, offer=offer).pk]


def _waiting(side: Side) -> list[Any]:
    return [make.EnrolmentFactory(school=side.school, offer=make.OfferFactory(), hub=side.hub).pk]


def _place(side: Side) -> list[Any]:
    return [side.place.pk]


def _co_leader(side: Side) -> list[Any]:
    other = make.LeaderFactory(hub=side.hub)
    return [CoLeader.objects.create(group=side.group, leader=other, since=NOW.date()).pk]


def _replacement(side: Side) -> list[Any]:
    leaver = make.PersonFactory()
    return [make.ReplacementFactory(person=leaver, school=side.school, hub=side.hub).pk]


# The group itself is seen by everybody of the world but the hub's other leader, who leads nothing here.
SEES = (SPECIALIST, *HUB_READERS, NATIONAL, *SCHOOL_STAFF, TEACHER)
STAFF = (HUB_LEAD, HUB_ADMIN)

SETTLE = (NATIONAL, *STAFF)


def closed_school(side: Side) -> Any:
    """A school of the inside that has closed with an enrolment and a place to meet, and became another."""
    new = make.SchoolFactory(authority=side.school.authority)
    school = make.SchoolFactory(authority=side.school.authority, gias_status=2, succeeded_by=new)
    side.things["settled"] = make.EnrolmentFactory(school=school, offer=side.offer, hub=side.hub)
    return school


def _closed(side: Side) -> list[Any]:
    return [closed_school(side).pk]


def _goes_on(side: Side) -> dict[str, Any]:
    return {"to": side.settled.school.succeeded_by_id, "enrolment": side.settled.pk}


def _two(side: Side) -> list[Any]:
    school = closed_school(side)
    other = make.EnrolmentFactory(school=school.succeeded_by, offer=side.offer, hub=side.hub)
    return [school.pk, side.settled.pk, other.pk]


TABLE: dict[str, Line] = {
    # Groups
    "group-list": page(*ALL),
    "group-create": page(*STAFF),
    "group-detail": seen(*SEES, args=_group),
    "group-schools": seen(*SEES, args=_group),
    "group-meetings": seen(*SEES, args=_group),
    "group-visits": seen(*SEES, args=_group),
    "group-notices": page(*HUB_READERS, NATIONAL, args=_group),
    "group-history": Line(
        allowed=(SPECIALIST, *HUB_READERS, NATIONAL),
        forbidden=(*SCHOOL_STAFF, TEACHER),
        args=_group,
    ),
    "place-add": page(*STAFF, args=_group),
    "group-start": page(*STAFF, args=_group),
    "group-complete": page(*STAFF, args=_group),
    "group-write": _run(args=_group, method="post", ok=302),
    "group-cancel": page(*STAFF, args=_group),
    "enrolment-support": page(*STAFF, args=_to_support),
    "enrolment-place": page(*STAFF, args=_waiting),
    "place-waiting": page(*HUB_READERS, NATIONAL),
    "person-replace": page(*STAFF, *SCHOOL_LEADS, args=lambda side: [side.users[TEACHER].person.pk]),
    "replacement-list": page(NATIONAL, *HUB_READERS, *SCHOOL_LEADS),
    "replacement-detail": page(NATIONAL, *HUB_READERS, *SCHOOL_LEADS, args=_replacement),
    "replacement-take-back": page(*STAFF, *SCHOOL_LEADS, args=_replacement),
    "changed-list": page(*HUB_READERS, NATIONAL),
    "changed-school": page(*HUB_READERS, NATIONAL, args=_closed),
    "changed-move": step(*SETTLE, args=_closed, data=_goes_on),
    "changed-choose": page(*SETTLE, args=_two),
    "changed-end": page(*SETTLE, args=_closed),
    "co-leaders": page(*STAFF, args=_group),
    "co-leader-end": step(*STAFF, args=_co_leader),
    "leader-change": page(*STAFF, args=_group),
    "leader-change-take-back": step(*STAFF, args=_group),
    "leader-end": page(*STAFF, args=lambda side: [side.leader.pk]),
    "place-remove": page(*STAFF, args=_place),
    "school-groups": seen(*SEES, args=lambda side: [side.school.pk]),
    "school-dates": seen(*SEES, args=lambda side: [side.school.pk]),
    "dates-accept": Line(allowed=SCHOOL_STAFF, forbidden=but(*SCHOOL_STAFF), args=_place, method="post", ok=302),
    # Meetings
    "meeting-plan": _run(args=_group),
    "meeting-list": page(*ALL),
    "meeting-detail": seen(*SEES, args=_meeting),
    "meeting-move": _run(args=_meeting),
    "meeting-cancel": _run(args=_meeting),
    "meeting-bring-back": _run(args=_meeting, method="post", ok=302),
    "meeting-place": _run(args=_meeting),
    "meeting-write": _run(args=_meeting, method="post", ok=302),
    # Answers and registers
    "meeting-answer": Line(public=True, args=_token),
    "meeting-register": Line(allowed=READS_REGISTER, forbidden=but(*READS_REGISTER, READINESS_LEAD), args=_meeting),
    "register-save": _run(args=_meeting, method="post", ok=302),
    "meeting-mark": _run(
        args=_meeting, method="post", data=lambda side: {"person": str(side.users[TEACHER].person.pk)}
    ),
    # Visits
    "visit-list": page(*LEADERS, *HUB_READERS, NATIONAL),
    "visit-detail": seen(SPECIALIST, *HUB_READERS, NATIONAL, *SCHOOL_STAFF, TEACHER, args=_visit),
    "visit-book": _run(args=_visit),
    "visit-cancel-booking": _run(args=_booked),
    "visit-drop": _run(args=_visit),
    "visit-log": _run(args=_visit),
}
