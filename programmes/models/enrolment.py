"""Enrolments: a school in an offer, from acceptance to completion. An enrolment is not a group."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.module_loading import import_string

from hubportal.core.workflow import StatusModel
from programmes import rules
from programmes.models.hub_offers import naming_day
from programmes.models.interest import Interest
from programmes.models.offers import Offer
from programmes.models.phases import PhaseOption
from programmes.models.same_programme import of_programme
from schools.models import Hub, Person, School, SchoolTie
from schools.rules import first_day
from schools.scope import among, reach


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """Where an enrolment takes part, as what runs it says: its group's name, page and meetings; once it left, the day.

    The meetings are the group's, which may be of another version of the programme than what the school applied for.
    """

    group: str
    url: str
    meetings: int
    left_on: date | None = None
    leader: Person | None = None


@dataclass(frozen=True, slots=True)
class HostedMeeting:
    """A meeting ahead at an enrolment's school, as what runs it says: which, when, and where its place is chosen."""

    words: str
    starts_at: datetime
    place_url: str


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Reading enrolments."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs what they run and what their schools do elsewhere; schools, trusts and leaders theirs."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(
            among("hub", scope.hub_ids)
            | among("school__hub", scope.hub_ids)
            | among("school", scope.school_ids | scope.led_school_ids)
            | among("school__trust", scope.trust_ids)
            | models.Q(person=scope.person_id)
        )

    def for_hub(self, hub: Hub | None) -> Self:
        """What one hub runs, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_year(self, year: int) -> Self:
        """Enrolments of one academic year."""
        return self.filter(offer__year=year)

    def holding(self, *, school: School, offer: Offer) -> Self:
        """The enrolment that takes up a school's one place in an offer, or a version of it: any but a withdrawn one."""
        same = self.filter(of_programme(offer), school=school, person=None)
        return same.exclude(status=Enrolment.Status.WITHDRAWN)

    def in_place_of(self, interest: Interest) -> Self:
        """What beside it takes up the one place that a school's application is for."""
        if interest.for_person or interest.is_light:
            return self.none()
        return self.holding(school=interest.school, offer=interest.applied_offer).exclude(interest=interest)

    def of_person(self, person: Person, offer: Offer) -> Self:
        """The enrolment that takes up a person's one place in an offer, or a version of it: any but a withdrawn one."""
        same = self.filter(of_programme(offer), person=person)
        return same.exclude(status=Enrolment.Status.WITHDRAWN)

    def parts_of(self, school: School, *, with_accepted: bool = False) -> list[rules.Part]:
        """The years that a school takes or took part, newest first, with those of its predecessors and successor.

        :param with_accepted: what is accepted and has not begun, too. The public form does without: anybody can ask
            it about any school, and who has applied is nobody's business.
        """
        return self.parts_of_each([school], accepted_at={school.pk} if with_accepted else ())[school.pk]

    def parts_of_each(
        self, schools: Collection[School], *, accepted_at: Collection[int] = ()
    ) -> dict[int, list[rules.Part]]:
        """The same of several, by their keys, in one query.

        :param accepted_at: the keys of those with what is accepted and has not begun.
        """
        became = {one.succeeded_by_id for one in schools if one.succeeded_by_id is not None}
        line = School.objects.line_of([one.pk for one in schools], became, lookup="in")
        stood = self.filter(school__in=line, person=None).exclude(status=Enrolment.Status.WITHDRAWN)
        found: dict[int, list[rules.Part]] = {one.pk: [] for one in schools}
        later = ("school__succeeded_by", "school__succeeded_by__succeeded_by")
        rows = stood.order_by("-offer__year", "-pk").values_list(
            "offer__phase", "offer__year", "status", "school__name", "school", *later
        )
        for phase, year, status, name, at, *followed_by in rows:
            for one in schools:
                is_its = one.pk in (at, *followed_by) or one.succeeded_by_id == at
                if is_its and (status != Enrolment.Status.ACCEPTED or one.pk in accepted_at):
                    part = rules.Part(phase, year, rules.Standing(status), "" if at == one.pk else name)
                    found[one.pk].append(part)
        return found

    def journey_of(self, school: School, user: Any) -> Self:
        """What a school and those that became it did, whichever hub ran it; ``names``: whether they read who took part.

        For its hub of today, hubs that ran something for it, its own people and its trust; others read what they see.
        A hub that ran something once reads of what others run, but not who has come since.
        """
        rows = self.filter(school__in=School.objects.line_of(school.pk))
        scope = reach(user)
        if scope is None or scope.is_national:
            return rows.visible_to(user).annotate(names=models.Value(True))
        is_own = school.pk in scope.school_ids or school.trust_id in scope.trust_ids
        if is_own or school.hub_id in scope.hub_ids:
            return rows.annotate(names=models.Value(True))
        tied = models.Exists(SchoolTie.objects.filter(school=school, hub__in=scope.hub_ids))
        seen = Enrolment.objects.visible_to(user).filter(pk=models.OuterRef("pk"))
        return rows.annotate(names=models.Exists(seen)).filter(tied | models.Q(names=True))

    def with_last_place(self) -> Self:
        """With what ``last_place`` reads, once for all of them."""
        found: Self = import_string(settings.ENROLMENTS_WITH_LAST_PLACE)(self)
        return found

    def with_hosting(self, now: datetime) -> Self:
        """With what ``hosting`` reads of those that have left their group, once for all of them."""
        found: Self = import_string(settings.ENROLMENTS_WITH_HOSTING)(self, now)
        return found

    def with_naming(self) -> Self:
        """Annotate ``named_by``, until when teachers are to be named (the hub's own day first), and ``held`` places.

        Also how many are ``opening`` on a day to come, the first ``last_day`` of who has one of these, and the latest.
        """
        places = EnrolledTeacher.objects.filter(enrolment=models.OuterRef("pk")).order_by()
        opening = places.opening()
        last_days = opening.annotate(last=models.Max("turns__until")).values("last")
        return self.annotate(
            named_by=naming_day("offer__", models.OuterRef("hub")),
            held=_many(places.filter(person=None)),
            opening=_many(opening),
            last_day=models.Subquery(last_days.order_by("last")[:1]),
            latest_day=models.Subquery(last_days.order_by("-last")[:1]),
        )

    def to_name(self) -> Self:
        """In progress, with places to name teachers for, now or from a day to come; those due first come first.

        Of a school that has closed nobody is asked: what is open there is settled first.
        """
        still = self.in_progress().exclude(school__gias_status=School.GiasStatus.CLOSED)
        rows = still.with_naming().filter(models.Q(held__gt=0) | models.Q(opening__gt=0))
        return rows.order_by(models.F("named_by").asc(nulls_last=True), "school__name", "pk")

    def unnamed_late(self, today: date) -> Self:
        """Those whose last day for naming teachers is over, while a place is held."""
        rows = self.to_name()
        return rows.filter(held__gt=0, named_by__lt=today)

    def in_progress(self) -> Self:
        """Accepted or active: neither completed, paused nor withdrawn."""
        return self.filter(status__in=(Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE))

    def with_looked_up(self) -> Self:
        """Annotate ``option_name`` and ``refused_at`` (the headteacher's no) for a list: as lists of interest do."""
        option = PhaseOption.objects.filter(pk=models.OuterRef("option")).values("name")
        refused = Interest.objects.filter(pk=models.OuterRef("interest")).values("head_refused_at")
        return self.annotate(option_name=models.Subquery(option), refused_at=models.Subquery(refused))

    def for_list(self) -> Self:
        """What lists of enrolments show."""
        linked = self.select_related("school__authority", "offer__phase", "hub", "person", "option")
        return linked.order_by("school__name", "pk")


class Enrolment(StatusModel):
    """A school's year in an offer, or (with ``person``) that of somebody who works there; keeps the hub that ran it."""

    class Status(models.TextChoices):
        """Sign-up is not completion."""

        ACCEPTED = "accepted", "Accepted"
        ACTIVE = "active", "Active"
        COMPLETED = "completed", "Completed"
        PAUSED = "paused", "Paused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class TakenOver(models.TextChoices):
        """How it came from records that were kept before: of the past, or in mid-year. No award follows of the past."""

        PAST = "past", "From records of past years"
        RUNNING = "running", "Taken over while it ran"

    class News(models.TextChoices):
        """What people hear of: named as the status that it leads to; taken up again; ended with a merger."""

        PAUSED = "paused", "Paused"
        RESUMED = "resumed", "Taken up again"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Ended with a merger"

    MOVES = {
        Status.ACCEPTED: frozenset({Status.ACTIVE, Status.PAUSED, Status.WITHDRAWN}),
        Status.ACTIVE: frozenset({Status.COMPLETED, Status.PAUSED, Status.WITHDRAWN}),
        Status.PAUSED: frozenset({Status.ACCEPTED, Status.ACTIVE, Status.WITHDRAWN}),
        Status.COMPLETED: frozenset(),
        Status.WITHDRAWN: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.ACCEPTED)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="enrolments")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="enrolments")
    option = models.ForeignKey(PhaseOption, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    interest = models.OneToOneField(Interest, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolment")
    accepted_on = models.DateField()
    paused_from = models.CharField(max_length=20, choices=Status, blank=True, help_text="What it was before its pause.")
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.TextField(blank=True)
    taken_over = models.CharField(max_length=10, choices=TakenOver, blank=True)
    # What the hub's last step told the school, and when; empty where nobody was to hear, as of an upload.
    news = models.CharField(max_length=10, choices=News, blank=True, editable=False)
    news_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Ended with a merger: the school whose enrolment goes on instead, as that was before.
    gave_way_to = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("school", "offer"),
                condition=~models.Q(status="withdrawn") & models.Q(person=None),
                name="enrolment_once",
                violation_error_message="This school is already enrolled in this offer.",
            ),
            models.UniqueConstraint(
                fields=("person", "offer"),
                condition=~models.Q(status="withdrawn"),
                name="enrolment_once_person",
                violation_error_message="This person is already enrolled in this offer.",
            ),
        ]
        # Read by the hub's home and by the list of schools without a group.
        indexes = [models.Index(fields=("hub", "offer", "status"), name="enrolment_hub_offer")]

    def __str__(self) -> str:
        return f"{self.who}, {self.offer}"

    def get_absolute_url(self) -> str:
        """The enrolment's page."""
        return reverse("programmes:enrolment-detail", args=[self.pk])

    @property
    def who(self) -> str:
        """Who takes part: the school, or the person with their school."""
        return f"{self.person}, {self.school}" if self.person else str(self.school)

    @property
    def is_in_progress(self) -> bool:
        """Accepted or active."""
        return self.status in (self.Status.ACCEPTED, self.Status.ACTIVE)

    @property
    def began_on(self) -> date | None:
        """From when it takes part: its year's first day, or the day of a later acceptance; reads ``offer``.

        None where it has not begun, and of what was withdrawn: whether that ever began it does not say.
        """
        is_unsaid = {self.status, self.paused_from} & {self.Status.ACCEPTED, self.Status.WITHDRAWN}
        return None if is_unsaid else max(self.accepted_on, first_day(self.offer.year))

    @property
    def has_ended(self) -> bool:
        """Completed or withdrawn."""
        return self.status in (self.Status.COMPLETED, self.Status.WITHDRAWN)

    @property
    def places_to_name(self) -> int:
        """How many places are held for teachers to be named, none once it has ended; wants ``teachers`` loaded."""
        return 0 if self.has_ended else sum(teacher.person_id is None for teacher in self.teachers.all())

    def place_for(self, user: Any) -> HeldPlace | None:
        """Its place in a group, or its one-school support, as far as somebody sees it; None where it has none."""
        found: HeldPlace | None = import_string(settings.ENROLMENT_PLACE)(self, user)
        return found

    def last_place(self) -> HeldPlace | None:
        """Its newest place in a group, held or left, whoever asks; for what is written to its people."""
        found: HeldPlace | None = import_string(settings.ENROLMENT_LAST_PLACE)(self)
        return found

    def hosting(self, now: datetime) -> list[HostedMeeting]:
        """The meetings ahead at its school that need another place once it has left its group."""
        found: list[HostedMeeting] = import_string(settings.ENROLMENT_HOSTING)(self, now)
        return found

    @property
    def may_have_support(self) -> bool:
        """In progress, in what is one-school support."""
        is_in_progress = self.status in (self.Status.ACCEPTED, self.Status.ACTIVE)
        return is_in_progress and not self.offer.runs_in_groups

    @property
    def may_have_place(self) -> bool:
        """In progress, in what runs in groups."""
        is_in_progress = self.status in (self.Status.ACCEPTED, self.Status.ACTIVE)
        return is_in_progress and self.offer.runs_in_groups


class EnrolledTeacherQuerySet(models.QuerySet["EnrolledTeacher"]):
    """Reading the places of teachers."""

    def visible_to(self, user: Any) -> Self:
        """The places in the enrolments one sees."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user).values("pk"))

    def opening(self) -> Self:
        """Somebody's today, but only until a day, and nobody follows."""
        ends = EnrolledTeacher.objects.filter(turns__until__isnull=False)
        goes_on = EnrolledTeacher.objects.filter(turns__pk__isnull=False, turns__until__isnull=True)
        return self.exclude(person=None).filter(pk__in=ends.values("pk")).exclude(pk__in=goes_on.values("pk"))


def _many(places: EnrolledTeacherQuerySet) -> Coalesce:
    """How many of an enrolment's places."""
    count = places.values("enrolment").annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(count), 0)


class EnrolledTeacher(models.Model):
    """A place for a teacher in an enrolment; held as "to be named" while ``person`` is empty."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="teachers")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolled")
    has_lead_role = models.BooleanField(default=False)

    objects = EnrolledTeacherQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("enrolment", "person"), name="enrolled_teacher_once")]

    def __str__(self) -> str:
        return str(self.person) if self.person else "To be named"


def named_places() -> EnrolledTeacherQuerySet:
    """Teachers' places at schools that somebody has, in years that go on."""
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    named = EnrolledTeacher.objects.filter(person__isnull=False, enrolment__person=None)
    return named.exclude(enrolment__status__in=over)
