"""Meetings, what teachers answer before them, and the registers."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.workflow import StatusModel
from programmes.models import Enrolment, EnrolmentQuerySet, HostedMeeting
from schools.models import Hub, Person, School, User
from schools.rules import academic_year, said_once
from schools.scope import Scope, among, reach
from workgroups.models.groups import Group, GroupQuerySet, Place, led_by


def _run_by(scope: Scope) -> models.Q:
    return led_by(scope, "group__leader__person", "group__hub", "group") | among("group__hub", scope.staff_hub_ids)


def _read_by(scope: Scope | None) -> models.Q:
    """Meetings whose register one may read: who keeps it, the hub's board, national."""
    if scope is None:
        return models.Q(pk__in=())
    return ~models.Q(pk__in=()) if scope.is_national else _run_by(scope) | among("group__hub", scope.hub_ids)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Reading meetings."""

    def visible_to(self, user: Any) -> Self:
        """National all; else the meetings of the groups one sees."""
        scope = reach(user)
        if scope is not None and scope.is_national:
            return self
        return self.filter(group__in=Group.objects.visible_to(user).values("pk"))

    def run_by(self, user: Any) -> Self:
        """The meetings whose register a person keeps: of groups they lead, or that they staff the hub of."""
        scope = reach(user)
        return self.none() if scope is None else self.filter(_run_by(scope))

    def with_register_for(self, user: Any) -> Self:
        """The meetings whose register a person may read."""
        return self.filter(_read_by(reach(user)))

    def with_may_read(self, user: Any) -> Self:
        """With ``may_read``: whether a person may read the register of each."""
        may_read = models.ExpressionWrapper(_read_by(reach(user)), output_field=models.BooleanField())
        return self.annotate(may_read=may_read)

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's, or all where none is chosen."""
        return self if hub is None else self.filter(group__hub=hub)

    def for_year(self, year: int) -> Self:
        """Of one academic year."""
        return self.filter(group__offer__year=year)

    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(status=Meeting.Status.CANCELLED)

    def unmarked(self, now: datetime) -> Self:
        """Over, but without a full register."""
        return self.filter(status=Meeting.Status.PLANNED, ends_at__lt=now)

    def coming(self, now: datetime) -> Self:
        """Planned and not yet over, soonest first."""
        return self.filter(status=Meeting.Status.PLANNED, ends_at__gt=now).order_by("starts_at", "pk")

    def hosted_ahead(self, now: datetime) -> Self:
        """Planned, not begun, and at a school."""
        return self.filter(status=Meeting.Status.PLANNED, starts_at__gt=now, host__isnull=False, venue="")

    def to_place_anew(self, now: datetime, *, without: Enrolment | None = None) -> Self:
        """Those ahead at a school that has left their group, or has closed: another place is to be chosen.

        :param without: an enrolment that is looked at as if it had left.
        """
        places = Place.objects.filter(group=models.OuterRef("group"), enrolment__school=models.OuterRef("host"))
        # One that is paused or withdrawn takes no part, though the sweep frees its seat a little later.
        over = (Enrolment.Status.PAUSED, Enrolment.Status.WITHDRAWN)
        taken = places.taken().exclude(enrolment__status__in=over)
        if without is not None:
            taken = taken.exclude(enrolment=without.pk)
        # A host that never was in the group is where somebody wanted it.
        has_left = models.Exists(places) & ~models.Exists(taken)
        return self.hosted_ahead(now).filter(has_left | models.Q(host__gias_status=School.GiasStatus.CLOSED))

    def with_closed_hosts(self) -> Self:
        """With ``is_at_closed_school``: what ``is_at_closed`` says of each."""
        by_then = models.Q(host__closed_on=None) | models.Q(host__closed_on__lte=models.F("starts_at__date"))
        has_closed = models.Q(by_then, host__isnull=False, venue="", host__gias_status=School.GiasStatus.CLOSED)
        at_closed = models.Q(has_closed, status=Meeting.Status.PLANNED)
        return self.annotate(
            is_at_closed_school=models.ExpressionWrapper(at_closed, output_field=models.BooleanField())
        )

    def for_list(self) -> Self:
        """What a list of meetings shows."""
        return self.select_related("group__offer__phase", "group__leader__person", "host").order_by("starts_at", "pk")


class Meeting(StatusModel):
    """A meeting of a group; ``sequence`` counts how often it was moved, cancelled or brought back, also its place."""

    class Status(models.TextChoices):
        """Where a meeting stands."""

        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    MOVES = {
        Status.PLANNED: frozenset({Status.HELD, Status.CANCELLED}),
        Status.HELD: frozenset(),
        Status.CANCELLED: frozenset({Status.PLANNED}),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.PLANNED)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="meetings")
    # The standing meetings of a group are 1, 2, 3 … in the order of their dates; a cancelled one has no number.
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    host = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="hosted_meetings")
    venue = models.CharField(max_length=150, blank=True, help_text="Where it is not at a school.")
    topic = models.CharField(max_length=150, blank=True)
    half_days = models.PositiveSmallIntegerField(default=1)
    # What people are told: when its date or place last changed, from which start, end and place, and why.
    sequence = models.PositiveSmallIntegerField(default=0, help_text="Counts moves and cancellations.")
    changed_at = models.DateTimeField(null=True, blank=True)
    was_at = models.DateTimeField(null=True, blank=True)
    was_ends_at = models.DateTimeField(null=True, blank=True)
    was_place = models.CharField(max_length=200, blank=True)
    change_note = models.TextField(blank=True)
    added_at = models.DateTimeField(null=True, blank=True, help_text="When it was added to a running group.")
    # Who need not hear of the last change, and from which e-mail, not sent yet, they get the date as it now stands.
    untold = models.JSONField(default=dict, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("group", "number"), name="meeting_number_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="meeting_ends_after_start",
                violation_error_message="The meeting must end after it starts.",
            ),
        ]
        # Read by homes and calendars: what comes next.
        indexes = [models.Index(fields=("status", "starts_at"), name="meeting_next")]

    def __str__(self) -> str:
        # By its date: e-mails and history keep these words, and its number may change.
        return f"{self.group}, {words_by_date(self.starts_at)}"

    def get_absolute_url(self) -> str:
        """The meeting's page."""
        return reverse("workgroups:meeting-detail", args=[self.pk])

    @property
    def owner_id(self) -> int:
        """For the journal: the group's hub."""
        return self.group.hub_id

    @property
    def words(self) -> str:
        """Which of its group's meetings it is: meeting 3, or by its date where it is cancelled."""
        return meeting_words(self.status, self.number, self.starts_at)

    def stand(self, now: datetime, *, may_read: bool) -> tuple[str, str]:
        """Where it stands for somebody, as a tag's tone and words."""
        return standing_of(self.status, self.ends_at, now, may_read=may_read)

    @property
    def is_as_known(self) -> bool:
        """Whether its start, end and place are those that people were last sent (not all were always kept)."""
        is_same_time = self.was_at == self.starts_at and self.was_ends_at in (None, self.ends_at)
        return is_same_time and self.was_place in ("", self.place_name)

    @property
    def lost_place(self) -> str:
        """The place that people were last sent, where it is another one now; reads ``host``."""
        return "" if self.was_place in (self.place_name, place_words("", None)) else self.was_place

    @property
    def place_name(self) -> str:
        """Where it is, in words; reads ``host``."""
        return place_words(self.venue, self.host.name if self.host else None)

    @property
    def is_at_closed(self) -> bool:
        """Whether it is planned at a school that has closed by its day; reads ``host``."""
        if self.status != self.Status.PLANNED or self.venue or self.host is None:
            return False
        return self.host.has_closed_by(clock.day_of(self.starts_at))

    @property
    def where(self) -> str:
        """Where one goes, in words: not to a school that has closed; reads ``host``."""
        return where_words(self.venue, self.host.name if self.host else None, is_at_closed=self.is_at_closed)

    @property
    def place_address(self) -> str:
        """The same for somebody who has to find it: a school with its town and postcode."""
        if self.venue or self.host is None or self.is_at_closed:
            return self.where
        return ", ".join(said_once(self.host.name, self.host.town, self.host.postcode))


def hosted_by(enrolment: Enrolment, now: datetime) -> list[HostedMeeting]:
    """The meetings ahead at the school of an enrolment that need another place once it has left its group."""
    read: list[Meeting] | None = getattr(enrolment.school, "to_place_anew", None)
    if read is None:
        groups = Place.objects.filter(enrolment=enrolment.pk).values("group")
        at_school = Meeting.objects.to_place_anew(now, without=enrolment).filter(host=enrolment.school_id)
        found = list(at_school.filter(group__in=groups).order_by("starts_at", "pk"))
    else:
        held = {place.group_id for place in enrolment.places_read}  # type: ignore[attr-defined]
        found = [one for one in read if one.group_id in held]
    return [
        HostedMeeting(one.words, one.starts_at, reverse("workgroups:meeting-place", args=[one.pk])) for one in found
    ]


def with_hosting(enrolments: EnrolmentQuerySet, now: datetime) -> EnrolmentQuerySet:
    """With what ``hosted_by`` reads of those that have left, once for all of them."""
    left = Meeting.objects.to_place_anew(now).order_by("starts_at", "pk")
    at_school = models.Prefetch("school__hosted_meetings", queryset=left, to_attr="to_place_anew")
    places = models.Prefetch("places", queryset=Place.objects.only("group", "enrolment"), to_attr="places_read")
    return enrolments.prefetch_related(at_school, places)


def standing_of(status: str, ends_at: datetime, now: datetime, *, may_read: bool) -> tuple[str, str]:
    """Where a meeting stands, as a tag's tone and words: one that is over and lacks its register is no longer planned.

    That the register is missing is said to who may read it; to others the meeting is over.
    """
    if status != Meeting.Status.PLANNED or ends_at > now:
        return status, Meeting.Status(status).label
    return ("failed", "Register missing") if may_read else ("over", "Over")


def meeting_words(status: str, number: int | None, starts_at: datetime) -> str:
    """Which of its group's meetings one is, in words."""
    if status == Meeting.Status.CANCELLED or number is None:
        return words_by_date(starts_at)
    return f"meeting {number}"


def words_by_date(starts_at: datetime) -> str:
    """A meeting by its date, in words."""
    day = starts_at.astimezone(clock.LONDON)
    return f"meeting of {day.day} {day:%B %Y}"


def place_words(venue: str, host: str | None) -> str:
    """Where a meeting is: the venue, else the host school's name."""
    return venue or host or "Place to be confirmed"


def where_words(venue: str, host: str | None, *, is_at_closed: bool) -> str:
    """Where one goes to a meeting: that another place is chosen, where its host school has closed."""
    return f"{place_words('', None)}: {host} has closed" if is_at_closed else place_words(venue, host)


def short_of_meetings(groups: GroupQuerySet, today: date) -> GroupQuerySet:
    """Running groups of this school year that lost a meeting, and have fewer left than their offer says."""
    of_group = Meeting.objects.filter(group=models.OuterRef("pk")).order_by()
    left = of_group.standing().values("group").annotate(left=models.Count("pk")).values("left")
    running = groups.filter(status=Group.Status.RUNNING, offer__year=academic_year(today))
    lost = running.filter(models.Exists(of_group.filter(status=Meeting.Status.CANCELLED)))
    return lost.annotate(left=Coalesce(models.Subquery(left), 0)).filter(left__lt=models.F("offer__meetings"))


def year_is_over(groups: GroupQuerySet, now: datetime) -> GroupQuerySet:
    """Running groups that have met and have no meeting ahead: to be completed."""
    of_group = Meeting.objects.filter(group=models.OuterRef("pk"))
    ahead = of_group.filter(status=Meeting.Status.PLANNED, ends_at__gt=now)
    running = groups.filter(status=Group.Status.RUNNING)
    return running.filter(models.Exists(of_group.standing()), ~models.Exists(ahead))


class Answer(models.Model):
    """What somebody said before a meeting: cannot come, or sends a substitute."""

    class Kind(models.TextChoices):
        """The answers."""

        COMING = "coming", "Coming"
        CANNOT = "cannot", "Can't come"
        SUBSTITUTE = "substitute", "Sending a substitute"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=10, choices=Kind)
    substitute_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("meeting", "person"), name="answer_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}"


class Attendance(models.Model):
    """One line of a register; stays with the person."""

    class Mark(models.TextChoices):
        """The marks of a register."""

        PRESENT = "present", "Present"
        APOLOGIES = "apologies", "Apologies"
        ABSENT = "absent", "Absent"
        SUBSTITUTE = "substitute", "Substitute"

    CAME = (Mark.PRESENT, Mark.SUBSTITUTE)

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="register")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendance")
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=10, choices=Mark)
    substitute_name = models.CharField(max_length=150, blank=True)
    marked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("meeting", "person"), name="attendance_once"),
            models.CheckConstraint(
                condition=~models.Q(mark="substitute") | ~models.Q(substitute_name=""),
                name="attendance_substitute_named",
                violation_error_message="Say who came as the substitute.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_mark_display()}"
