"""How many queries the pages of workgroups take."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hubportal.core.models import JournalEntry
from programmes.models import Enrolment
from schools.models import School
from schools.roles import HEADTEACHER, HUB_LEAD, SPECIALIST, TEACHER
from tests import factories as make
from tests.access.workgroups import closed_school
from tests.counts.everything import more_of_everything
from tests.counts.table import Count
from tests.world import Side
from workgroups.actions import logs
from workgroups.models import ReplacementPart, Visit
from workgroups.notices.links import answer_url

IN_MARCH = datetime(2027, 3, 9, 13, tzinfo=UTC)
LOGGED_AT = datetime(2027, 1, 10, 9, tzinfo=UTC)


def _more_visits(side: Side) -> Any:
    return make.VisitFactory(place=make.PlaceFactory(group__offer=side.offer, group__hub=side.hub), number=1)


def _more_teachers(side: Side) -> Any:
    return make.ParticipantFactory(place=side.place)


def _closed(side: Side) -> list[Any]:
    return [closed_school(side).pk]


def _two(side: Side) -> list[Any]:
    school = closed_school(side)
    make.EnrolledTeacherFactory(enrolment=side.settled)
    other = make.EnrolmentFactory(school=school.succeeded_by, offer=side.offer, hub=side.hub)
    make.EnrolledTeacherFactory(enrolment=other, person=None)
    return [school.pk, other.pk, side.settled.pk]


def _more_to_choose(side: Side) -> Any:
    """More teachers in both."""
    for one in Enrolment.objects.filter(offer=side.offer):
        make.EnrolledTeacherFactory(enrolment=one)


def _more_open(side: Side) -> Any:
    """Another closed school, and more that is open at the one that is looked at."""
    closed_school(side)
    for school in School.objects.filter(gias_status=2):
        offer = make.OfferFactory()
        make.EnrolmentFactory(school=school.succeeded_by, offer=offer, hub=side.hub)
        group = make.GroupFactory(offer=offer, hub=side.hub)
        place = make.PlaceFactory(
            group=group, enrolment=make.EnrolmentFactory(school=school, offer=offer, hub=side.hub)
        )
        make.InterestFactory(school=school)
        make.VisitFactory(place=place)
        make.MeetingFactory(group=group, host=school, starts_at=IN_MARCH, ends_at=IN_MARCH + timedelta(hours=1))


def _more_of_a_log(side: Side) -> Any:
    """A log with one more agreed action and one more tag each time."""
    visit = Visit.objects.get(pk=side.visit.pk)
    old = logs.entry_of(visit.log) if visit.status == "done" else None
    entry = logs.LogEntry(
        on=LOGGED_AT.date(),
        half_days=1,
        people_met="Tam Teacher",
        shared="Bar models.",
        tags=(*(old.tags if old else ()), make.TagFactory(tag_set=side.offer.visit_tags)),
        agreed=(*(old.agreed if old else ()), logs.Agreed("Plan two lessons")),
    )
    user = side.users[HUB_LEAD]
    if old is None:
        return logs.log_visit(visit=visit, entry=entry, by=user, now=LOGGED_AT)
    return logs.correct_log(log=visit.log, entry=entry, seen=visit.log.version, by=user, now=LOGGED_AT)


def _meeting(side: Side) -> list[Any]:
    return [side.meeting.pk]


def _visit(side: Side) -> list[Any]:
    return [side.visit.pk]


def _group(side: Side) -> list[Any]:
    return [side.group.pk]


def _more_groups(side: Side) -> Any:
    group = make.GroupFactory(offer=side.offer, hub=side.hub)
    return make.MeetingFactory(group=group, number=1), make.VisitFactory(place=make.PlaceFactory(group=group))


def _more_of_a_group(side: Side) -> Any:
    side.group.places_max = None
    side.group.save()
    place = make.PlaceFactory(group=side.group, enrolment__school__authority__hub=side.hub)
    make.ParticipantFactory(place=place)
    make.MeetingFactory(group=side.group, number=10 + place.pk)
    make.NoticeFactory(
        owner=side.hub, target=f"workgroups.place:{place.pk}", thread=f"workgroups.group:{side.group.pk}"
    )
    JournalEntry.objects.create(at=LOGGED_AT, what="Tried", record=f"workgroups.group:{side.group.pk}", label="Group")
    return make.VisitFactory(place=place, number=1)


def _more_to_start(side: Side) -> Any:
    type(side.offer).objects.filter(pk=side.offer.pk).update(group_min=1, meetings=1)
    return _more_of_a_group(side)


def _more_waiting(side: Side) -> Any:
    return make.EnrolledTeacherFactory(
        enrolment__offer=side.offer, enrolment__hub=side.hub, enrolment__school__authority__hub=side.hub
    )


def _more_groups_to_join(side: Side) -> Any:
    return make.GroupFactory(offer=side.offer, hub=side.hub)


def _to_support(side: Side) -> list[Any]:
    offer = make.OfferFactory(served_by="school")
    return [make.EnrolmentFactory(school=side.school, hub=side.hub, offer=offer).pk]


def _to_place(side: Side) -> list[Any]:
    return [make.EnrolmentFactory(school__authority__hub=side.hub, offer=side.offer, hub=side.hub).pk]


def _token(side: Side) -> list[Any]:
    return [answer_url(side.meeting, side.users[TEACHER].person.pk).rstrip("/").rpartition("/")[2]]


def _booked(side: Side) -> list[Any]:
    starts_at = datetime(2027, 1, 20, 9, tzinfo=UTC)
    return [make.VisitFactory(place=side.place, number=9, status="booked", on=starts_at.date(), starts_at=starts_at).pk]


def _more_replacements(side: Side) -> Any:
    return make.ReplacementFactory(school=side.school, hub=side.hub)


def _replacement(side: Side) -> list[Any]:
    change = make.ReplacementFactory(school=side.school, hub=side.hub)
    ReplacementPart.objects.create(replacement=change, kind="place", label="A place", enrolled=side.enrolled_teacher)
    return [change.pk]


def _more_people(side: Side) -> Any:
    return make.RoleFactory(kind=TEACHER, school=side.school)


TABLE: dict[str, Count] = {
    "changed-list": Count(HUB_LEAD, 6, _more_open),
    "changed-school": Count(HUB_LEAD, 12, _more_open, _closed),
    "changed-choose": Count(HUB_LEAD, 12, _more_to_choose, _two),
    "changed-end": Count(HUB_LEAD, 9, _more_open, _closed),
    # Groups and meetings
    "group-list": Count(HUB_LEAD, 8, _more_groups),
    "group-detail": Count(HUB_LEAD, 10, _more_of_a_group, _group),
    "group-schools": Count(HUB_LEAD, 8, _more_of_a_group, _group),
    "group-meetings": Count(HUB_LEAD, 6, _more_of_a_group, _group),
    "group-visits": Count(HUB_LEAD, 6, _more_of_a_group, _group),
    "group-notices": Count(HUB_LEAD, 7, _more_of_a_group, _group),
    "group-history": Count(HUB_LEAD, 8, _more_of_a_group, _group),
    "place-add": Count(HUB_LEAD, 8, _more_waiting, _group),
    "enrolment-support": Count(HUB_LEAD, 8, more_of_everything, _to_support),
    "enrolment-place": Count(HUB_LEAD, 7, _more_groups_to_join, _to_place),
    "place-waiting": Count(HUB_LEAD, 7, _more_waiting),
    "group-complete": Count(HUB_LEAD, 7, _more_of_a_group, _group),
    "group-start": Count(HUB_LEAD, 11, _more_to_start, _group),
    "meeting-plan": Count(HUB_LEAD, 12, _more_of_a_group, _group),
    "meeting-list": Count(HUB_LEAD, 6, _more_groups),
    "meeting-detail": Count(SPECIALIST, 11, _more_teachers, _meeting),
    "school-groups": Count(HUB_LEAD, 7, _more_of_a_group, lambda side: [side.school.pk]),
    "school-dates": Count(HEADTEACHER, 9, more_of_everything, lambda side: [side.school.pk]),
    # Registers and visits
    "meeting-register": Count(SPECIALIST, 9, _more_teachers, _meeting),
    "visit-list": Count(HUB_LEAD, 6, _more_visits),
    "visit-detail": Count(TEACHER, 7, _more_of_a_log, _visit),
    "visit-book": Count(SPECIALIST, 7, _more_teachers, _visit),
    "visit-log": Count(SPECIALIST, 8, _more_teachers, _visit),
    # Steps
    "group-create": Count(HUB_LEAD, 5, more_of_everything),
    "group-cancel": Count(HUB_LEAD, 5, more_of_everything, _group),
    "person-replace": Count(HUB_LEAD, 12, _more_people, lambda side: [side.users[TEACHER].person.pk]),
    "replacement-list": Count(HUB_LEAD, 6, _more_replacements),
    "replacement-take-back": Count(HUB_LEAD, 5, _more_replacements, _replacement),
    "replacement-detail": Count(HUB_LEAD, 12, _more_replacements, _replacement),
    "co-leaders": Count(HUB_LEAD, 7, more_of_everything, _group),
    "leader-change": Count(HUB_LEAD, 8, more_of_everything, _group),
    "leader-end": Count(HUB_LEAD, 7, more_of_everything, lambda side: [side.leader.pk]),
    "place-remove": Count(HUB_LEAD, 6, more_of_everything, lambda side: [side.place.pk]),
    "meeting-move": Count(SPECIALIST, 5, more_of_everything, _meeting),
    "meeting-cancel": Count(SPECIALIST, 6, more_of_everything, _meeting),
    "meeting-place": Count(SPECIALIST, 6, more_of_everything, _meeting),
    "meeting-answer": Count(None, 4, more_of_everything, _token),
    "visit-cancel-booking": Count(SPECIALIST, 5, more_of_everything, _booked),
    "visit-drop": Count(SPECIALIST, 5, more_of_everything, _visit),
}
