"""Changes of leader: who leads a group from which day, and who led it before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.workflow import StatusModel
from programmes.models import Leader
from programmes.models.leaders import LeaderQuerySet
from workgroups.models.groups import Group
from workgroups.models.meetings import Meeting, MeetingQuerySet
from workgroups.models.visits import Visit, VisitQuerySet


class LeaderChangeQuerySet(models.QuerySet["LeaderChange"]):
    """Reading changes of leader."""

    def visible_to(self, user: Any) -> Self:
        """The changes of the groups one sees."""
        return self.filter(group__in=Group.objects.visible_to(user).values("pk"))

    def to_come_for(self, person_id: int | None) -> Self:
        """The planned changes by which one person is to lead open groups, soonest first; they were told of each."""
        planned = self.filter(status=LeaderChange.Status.PLANNED, leader__person=person_id)
        planned = planned.filter(group__status__in=Group.OPEN)
        return planned.select_related("group__offer__phase").order_by("from_on", "pk")

    def standing(self) -> Self:
        """Planned or done, in the order of their days, with the people."""
        return (
            self.exclude(status=LeaderChange.Status.TAKEN_BACK)
            .select_related("leader__person", "was__person")
            .order_by("from_on", "pk")
        )


class LeaderChange(StatusModel):
    """Another leader for a group from a day on: planned until that day, then done; taken back before, or on the day."""

    class Status(models.TextChoices):
        """Where a change stands."""

        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        TAKEN_BACK = "taken_back", "Taken back"

    MOVES = {
        Status.PLANNED: frozenset({Status.DONE, Status.TAKEN_BACK}),
        Status.DONE: frozenset({Status.TAKEN_BACK}),
        Status.TAKEN_BACK: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.PLANNED)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="leader_changes")
    was = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="changes_to")
    from_on = models.DateField()
    back_on = models.DateField(null=True, blank=True, help_text="Cover: from which day who led before leads again.")
    reason = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was done or taken back.")
    # Who need not hear of it, as the outbox names people: their first e-mail with the dates was still to come, or
    # they had not been written to when it was taken back.
    untold = models.JSONField(default=list, blank=True)
    # Of one taken back, named alike: whose e-mail with all dates left in between, and said who was to lead.
    read_with_dates = models.JSONField(default=list, blank=True)

    objects = LeaderChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("group",),
                condition=models.Q(status="planned"),
                name="leader_change_one_planned",
                violation_error_message="A change of leader is planned for this group already.",
            ),
            models.CheckConstraint(
                condition=models.Q(back_on=None) | models.Q(back_on__gt=models.F("from_on")),
                name="leader_change_cover_dates",
                violation_error_message="Cover ends after it begins.",
            ),
            models.CheckConstraint(
                condition=~models.Q(leader=models.F("was")),
                name="leader_change_changes",
                violation_error_message="This person leads the group already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader} leads {self.group}"

    def get_absolute_url(self) -> str:
        """The group's page."""
        return reverse("workgroups:group-detail", args=[self.group_id])

    @property
    def owner_id(self) -> int:
        """For the journal: the group's hub."""
        return self.group.hub_id

    @property
    def covers_until(self) -> date | None:
        """The last day of cover, None where the change is for good."""
        return self.back_on - timedelta(days=1) if self.back_on else None

    def is_planned_for(self, day: date) -> bool:
        """Whether, as it is planned, its leader leads on a day."""
        lasts = self.back_on is None or self.back_on > day
        return self.status == self.Status.PLANNED and self.from_on <= day and lasts

    @property
    def begins_at(self) -> datetime:
        """From which moment the new leader leads."""
        first = clock.at_london(self.from_on, 0)
        return max(first, self.ended_at) if self.ended_at and self.status == self.Status.DONE else first


def leader_at(group: Group, moment: datetime) -> Leader:
    """Who leads a group at a moment, past or to come; reads prefetched ``leader_changes`` (``standing``)."""
    changes = [one for one in group.leader_changes.all() if one.status != LeaderChange.Status.TAKEN_BACK]
    return led_then(changes, moment) or group.leader


def led_then(changes: Sequence[LeaderChange], moment: datetime) -> Leader | None:
    """Who leads a group at a moment by its standing changes of leader; None where it had none."""
    begun = [one for one in changes if one.begins_at <= moment]
    if begun:
        last = begun[-1]
        # Cover that is planned goes back by itself; once it has begun, its end is a change of its own.
        ends_at = clock.at_london(last.back_on, 0) if last.back_on and last.status == last.Status.PLANNED else None
        return last.was if ends_at and ends_at <= moment else last.leader
    return changes[0].was if changes else None


def visitor_of(visit: Visit, day: date) -> Leader:
    """Who makes a visit on a day to come: with its group it passes on; reads prefetched ``leader_changes``."""
    # What is planned for a group that has ended is taken back on its day.
    changes = visit.group.leader_changes.all() if visit.group.is_open else ()
    return next((one.leader for one in changes if one.is_planned_for(day)), visit.leader)


def with_visitor(visits: VisitQuerySet) -> VisitQuerySet:
    """With ``visitor``: the name of ``visitor_of`` on its day; of one without a date, on the first that it may have."""
    day = Coalesce(models.OuterRef("on"), models.OuterRef("book_from"))
    return visits.annotate(visitor=Coalesce(models.Subquery(_leads_by(day)), "leader__person__name"))


def with_leader_then(meetings: MeetingQuerySet) -> MeetingQuerySet:
    """With ``leader_then``: the name of who leads each meeting's group at its start, past or to come."""
    day = models.OuterRef("starts_at__date")
    later = models.Q(from_on__gt=day) | models.Q(
        status=LeaderChange.Status.DONE, ended_at__gt=models.OuterRef("starts_at")
    )
    after = LeaderChange.objects.standing().filter(later, group=models.OuterRef("group"))
    led_before_it = models.Subquery(after.values("was__person__name")[:1])
    return meetings.annotate(
        leader_then=Coalesce(led_before_it, models.Subquery(_leads_by(day)), "group__leader__person__name")
    )


def _leads_by(day: models.expressions.Combinable) -> models.QuerySet[Any, Any]:
    """The name of who leads an open group on a day by a change that ``is_planned_for`` it."""
    planned = LeaderChange.objects.filter(
        models.Q(back_on=None) | models.Q(back_on__gt=day),
        status=LeaderChange.Status.PLANNED,
        group=models.OuterRef("group"),
        group__status__in=Group.OPEN,
        from_on__lte=day,
    )
    return planned.values("leader__person__name")[:1]


def with_load(leaders: LeaderQuerySet, year: int) -> LeaderQuerySet:
    """Annotate leaders with what they lead in a school year.

    ``led``: how many groups each leads, or is to take over; ``half_days``: of their meetings and visits.
    """
    led = Group.objects.filter(offer__year=year).exclude(status=Group.Status.CANCELLED)
    coming = LeaderChange.objects.filter(
        status=LeaderChange.Status.PLANNED,
        group__status__in=Group.OPEN,
        group__offer__year=year,
    )
    meetings = Meeting.objects.standing().filter(group__in=led.values("pk"))
    visits = Visit.objects.standing().for_year(year)
    half_days = models.Sum("half_days")
    return leaders.annotate(
        led=_of_leader(led) + _of_leader(coming),
        half_days=_of_leader(meetings, "group__leader", half_days) + _of_leader(visits, adds=half_days),
    )


def _of_leader(rows: models.QuerySet[Any], path: str = "leader", adds: Any = None) -> Coalesce:
    """How many of these rows name a leader, or what they add up to."""
    of_leader = rows.filter(**{path: models.OuterRef("pk")}).order_by().values(path)
    return Coalesce(models.Subquery(of_leader.annotate(many=adds or models.Count("pk")).values("many")), 0)
