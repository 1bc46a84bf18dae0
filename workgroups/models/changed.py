"""Schools that are closed while something of theirs is still open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from hubportal.core import clock
from programmes.models import Enrolment, EnrolmentQuerySet, Interest, InterestQuerySet
from schools.models import Hub, School, SchoolQuerySet, SchoolSplit, Succession
from schools.scope import reach
from workgroups.models.groups import Group
from workgroups.models.meetings import Meeting, MeetingQuerySet
from workgroups.models.visits import Visit, VisitQuerySet

OPEN_INTEREST = (Interest.Status.INTERESTED, *Interest.UNDECIDED)
OPEN_ENROLMENT = (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE, Enrolment.Status.PAUSED)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is open at a school, as somebody sees it: interest, enrolments, visits ahead, meetings that it hosts."""

    interests: InterestQuerySet
    enrolments: EnrolmentQuerySet
    visits: VisitQuerySet
    meetings: MeetingQuerySet


def open_work(user: Any, hub: Hub | None, now: datetime, *, to_settle: bool = False) -> OpenWork:
    """What of one hub (None: of all that one oversees) is open, of any school; ``to_settle``: of one's own staffing."""
    scope, today = reach(user), now.astimezone(clock.LONDON).date()
    visits = Visit.objects.visible_to(user).for_hub(hub).filter(status__in=(Visit.Status.TO_BOOK, Visit.Status.BOOKED))
    meetings = Meeting.objects.visible_to(user).for_hub(hub)
    interests = Interest.objects.visible_to(user).for_hub(hub).filter(status__in=OPEN_INTEREST)
    enrolments = Enrolment.objects.visible_to(user).for_hub(hub)
    if scope is not None and not scope.is_national:
        hubs = scope.staff_hub_ids if to_settle else scope.hub_ids
        visits, meetings = visits.filter(group__hub__in=hubs), meetings.filter(group__hub__in=hubs)
        interests, enrolments = interests.filter(hub__in=hubs), enrolments.filter(hub__in=hubs)
    return OpenWork(
        interests=interests,
        enrolments=enrolments.filter(status__in=OPEN_ENROLMENT),
        # One that has been is logged as what it was: a visit to the school of then.
        visits=visits.filter(models.Q(on=None) | models.Q(on__gte=today), group__status__in=Group.OPEN),
        meetings=meetings.hosted_ahead(now),
    )


def closed_with_work(schools: SchoolQuerySet, work: OpenWork) -> SchoolQuerySet:
    """Closed schools of which something is open: each is for its hub to settle."""
    at = models.OuterRef("pk")
    is_open = (
        models.Exists(work.interests.order_by().filter(school=at))
        | models.Exists(work.enrolments.order_by().filter(school=at))
        | models.Exists(work.visits.order_by().filter(school=at))
        | models.Exists(work.meetings.order_by().filter(host=at))
    )
    return schools.filter(is_open, gias_status=School.GiasStatus.CLOSED)


def of_unknown_successor(schools: SchoolQuerySet) -> SchoolQuerySet:
    """Those of which it is not known what they became, nor is it said for a day to come."""
    at = models.OuterRef("pk")
    said = Succession.objects.planned().order_by().filter(school=at)
    split = SchoolSplit.objects.order_by().filter(school=at)
    return schools.filter(~models.Exists(said), ~models.Exists(split), succeeded_by=None)


def with_counts(schools: models.QuerySet[School], work: OpenWork) -> models.QuerySet[School]:
    """Annotate schools with how much of each is open."""
    return schools.annotate(
        n_interests=_many(work.interests, "school"),
        n_enrolments=_many(work.enrolments, "school"),
        n_visits=_many(work.visits, "school"),
        n_meetings=_many(work.meetings, "host"),
    )


def in_line_of(school: School) -> EnrolmentQuerySet:
    """Enrolments that stand where those of a closed school go on, whoever runs them: two of one offer are one too many.

    Those of the school that it became, and of the others that became that.
    """
    line = models.Q(school=school.succeeded_by_id) | models.Q(school__succeeded_by=school.succeeded_by_id)
    if school.succeeded_by_id is None:
        return Enrolment.objects.none()
    standing = Enrolment.objects.filter(line, person=None).exclude(status=Enrolment.Status.WITHDRAWN)
    return standing.exclude(school=school.pk)


def _many(rows: models.QuerySet[Any], path: str) -> Coalesce:
    of_school = rows.order_by().filter(**{path: models.OuterRef("pk")}).values(path)
    return Coalesce(models.Subquery(of_school.annotate(many=models.Count("pk")).values("many")), 0)
