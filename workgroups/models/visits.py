"""Visits to schools and their logs: a part shared with the school, a part private to leader and hub."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from hubportal.core.workflow import StatusModel
from programmes.models import Leader, Tag
from schools.models import Hub, Person, School, User
from schools.scope import Scope, among, reach
from workgroups.models.groups import Group, Place, led_by
from workgroups.models.meetings import Meeting
from workgroups.rules.visits import length_words

BOOK_SOON = timedelta(weeks=3)


def _run_by(scope: Scope) -> models.Q:
    """Visits that one makes oneself or that the staff of one's hub keep; they alone read private notes."""
    return (
        led_by(scope, "leader__person", "group__hub")
        | led_by(scope, "group__leader__person", "group__hub", "group")
        | among("group__hub", scope.staff_hub_ids)
    )


def late_visits(today: date, prefix: str = "") -> models.Q:
    """Visits that should have been by now: booked for a day that has passed, without a log, or not booked in time."""
    unlogged = models.Q(**{f"{prefix}status": Visit.Status.BOOKED, f"{prefix}on__lt": today})
    return unlogged | models.Q(**{f"{prefix}status": Visit.Status.TO_BOOK, f"{prefix}book_by__lt": today})


class VisitQuerySet(models.QuerySet["Visit"]):
    """Reading visits."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs theirs and their schools'; leaders those they make; a school and its trust its own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(
            _run_by(scope)
            | among("group__hub", scope.hub_ids)
            | among("school__hub", scope.hub_ids)
            | among("school", scope.school_ids)
            | among("school__trust", scope.trust_ids)
        )

    def run_by(self, user: Any) -> Self:
        """The visits a person may book and log: those they make, or of the hubs they work for."""
        scope = reach(user)
        return self.none() if scope is None else self.filter(_run_by(scope))

    def with_may_run(self, user: Any) -> Self:
        """With ``may_run``: whether a person may book and log each."""
        scope = reach(user)
        run = models.Q(pk__in=()) if scope is None else _run_by(scope)
        return self.annotate(may_run=models.ExpressionWrapper(run, output_field=models.BooleanField()))

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's, or all where none is chosen."""
        return self if hub is None else self.filter(group__hub=hub)

    def for_year(self, year: int) -> Self:
        """Of one academic year."""
        return self.filter(group__offer__year=year)

    def standing(self) -> Self:
        """Not cancelled."""
        return self.exclude(status=Visit.Status.CANCELLED)

    def overdue_log(self, today: date) -> Self:
        """Booked for a day that has passed, without a log."""
        return self.filter(status=Visit.Status.BOOKED, on__lt=today)

    def late(self, today: date) -> Self:
        """Not booked in time, or without a log."""
        return self.filter(late_visits(today))

    def due_to_book(self, today: date) -> Self:
        """Their stretch of the year has begun, no date is booked, and their last day is past or near."""
        return self.filter(status=Visit.Status.TO_BOOK, book_from__lte=today, book_by__lte=today + BOOK_SOON)

    def open_first(self, today: date) -> Self:
        """What is late, then what is to come by its date or last day, then what is done, newest first."""
        settled = models.Q(status__in=(Visit.Status.DONE, Visit.Status.CANCELLED))
        rank = models.Case(models.When(late_visits(today), then=0), models.When(settled, then=2), default=1)
        due = models.Case(models.When(settled, then=None), default=Coalesce("on", "book_by"))
        return self.order_by(rank, due, "-on", "-book_by", "school__name", "pk")

    def for_list(self) -> Self:
        """What a list of visits shows."""
        return self.select_related("group__offer__phase", "school", "leader__person").order_by(
            "book_by", "on", "school__name", "pk"
        )


def with_outlook(groups: models.QuerySet[Group], *, now: datetime, late: VisitQuerySet) -> models.QuerySet[Group]:
    """Annotate groups with ``next_at``, when they meet next, and ``late_visits``, how many of these are theirs."""
    ahead = Meeting.objects.filter(status=Meeting.Status.PLANNED, starts_at__gt=now, group=models.OuterRef("pk"))
    late = late.filter(group=models.OuterRef("pk")).order_by()
    count = late.values("group").annotate(many=models.Count("pk")).values("many")
    return groups.annotate(
        next_at=models.Subquery(ahead.order_by("starts_at").values("starts_at")[:1]),
        late_visits=Coalesce(models.Subquery(count), 0),
    )


class Visit(StatusModel):
    """A visit that the offer gives a school: to book, then booked, then done (logged).

    ``term`` is 1 to 3 and ``book_by`` the last day of the stretch of the year it belongs to.
    """

    class Status(models.TextChoices):
        """Where a visit stands."""

        TO_BOOK = "to_book", "To book"
        BOOKED = "booked", "Booked"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    MOVES = {
        Status.TO_BOOK: frozenset({Status.BOOKED, Status.DONE, Status.CANCELLED}),
        Status.BOOKED: frozenset({Status.TO_BOOK, Status.DONE, Status.CANCELLED}),
        Status.DONE: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.TO_BOOK)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="visits")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="visits")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="visits")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="visits")
    number = models.PositiveSmallIntegerField(help_text="Counted from 1 over the year.")
    term = models.PositiveSmallIntegerField()
    book_from = models.DateField()
    book_by = models.DateField()
    on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    half_days = models.PositiveSmallIntegerField(default=1)
    # What the school is told: when its date last changed, from which moment and length (none: first booking), and why.
    sequence = models.PositiveSmallIntegerField(default=0, help_text="Counts bookings, moves and cancellations.")
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who booked, moved or cancelled it last: whoever leads hears of what others did.",
    )
    was_at = models.DateTimeField(null=True, blank=True)
    was_half_days = models.PositiveSmallIntegerField(null=True, blank=True)
    change_note = models.TextField(blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("place", "number"), name="visit_number_once"),
            models.CheckConstraint(
                condition=~models.Q(status="booked") | models.Q(on__isnull=False, starts_at__isnull=False),
                name="visit_booked_has_date",
                violation_error_message="A booked visit needs a date and a time.",
            ),
        ]
        # Read by homes, the board of visits and the work list.
        indexes = [models.Index(fields=("status", "on"), name="visit_status_on")]

    def __str__(self) -> str:
        return f"Visit {self.number} to {self.school}"

    def get_absolute_url(self) -> str:
        """The visit's page."""
        return reverse("workgroups:visit-detail", args=[self.pk])

    @property
    def owner_id(self) -> int:
        """For the journal: the group's hub."""
        return self.group.hub_id

    @property
    def length(self) -> str:
        """How long it is, in words."""
        return length_words(self.half_days)

    @property
    def was_length(self) -> str:
        """How long it was to be when the school was last told, in words."""
        return length_words(self.was_half_days) if self.was_half_days else ""

    @property
    def is_as_known(self) -> bool:
        """Whether its date and length are those that the school was last sent (the length was not always kept)."""
        return self.was_at == self.starts_at and self.was_half_days in (None, self.half_days)


class VisitLog(models.Model):
    """What a visit was: written by the leader; ``private`` is never shown to the school."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="log")
    on = models.DateField()
    half_days = models.PositiveSmallIntegerField()
    people_met = models.TextField()
    tags = models.ManyToManyField(Tag, blank=True, related_name="+")
    shared = models.TextField("what was seen")
    private = models.TextField("private note", blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1, help_text="Counts corrections: two at once cannot both win.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(half_days__gte=1), name="visit_log_half_days")]

    def __str__(self) -> str:
        return f"Log of {self.visit}"

    @property
    def length(self) -> str:
        """How long the visit was, in words."""
        return length_words(self.half_days)


class AgreedAction(models.Model):
    """What was agreed at a visit: who does what by when."""

    log = models.ForeignKey(VisitLog, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(max_length=250)
    owner_name = models.CharField(max_length=150, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
