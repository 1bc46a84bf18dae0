"""Schools that change hub, and hubs that change their lead school, are split or merged: planned, then done."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from hubportal.core.models import JournalEntry
from hubportal.core.workflow import StatusModel
from schools.models.hubs import Hub
from schools.models.people import Role
from schools.models.places import LocalAuthority, School, SchoolQuerySet, SchoolTie
from schools.scope import reach


class PlannedChange(StatusModel):
    """Something that happens on a day: planned until then, and done once; it may be taken back before."""

    class Status(models.TextChoices):
        """Where a change stands."""

        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        TAKEN_BACK = "taken_back", "Taken back"

    MOVES = {
        Status.PLANNED: frozenset({Status.DONE, Status.TAKEN_BACK}),
        Status.DONE: frozenset(),
        Status.TAKEN_BACK: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.PLANNED)
    from_on = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was done or taken back.")
    # Who had not been written to when it was taken back, as the outbox names people.
    untold = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_planned(self) -> bool:
        """Whether its day is still to come."""
        return self.status == self.Status.PLANNED

    def taken_back(self) -> JournalEntry | None:
        """Who took it back, when, and why where the portal did so itself."""
        if self.status != self.Status.TAKEN_BACK:
            return None
        return JournalEntry.objects.about(self).filter(moved_to=self.Status.TAKEN_BACK).first()


class HubMoveQuerySet(models.QuerySet["HubMove"]):
    """Reading schools' changes of hub."""

    def visible_to(self, user: Any) -> Self:
        """National all; the two hubs theirs, and a hub that runs something for the school reads where it goes."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        tied = SchoolTie.objects.filter(hub__in=scope.hub_ids).values("school")
        theirs = models.Q(was__in=scope.hub_ids) | models.Q(hub__in=scope.hub_ids)
        return self.filter(theirs | models.Q(school__in=tied))

    def due(self, today: date) -> Self:
        """Planned, and their day has come."""
        return self.filter(status=HubMove.Status.PLANNED, from_on__lte=today).order_by("from_on", "pk")

    def touched_by(
        self, *, hub: Hub, kind: str, authorities: Iterable[int], schools: "models.QuerySet[School]"
    ) -> Self:
        """Planned, and another by a split or merger of a hub: where the school goes, or (``leaves``) which hub has it.

        :param schools: those that go to the other hub.
        """
        redirected = models.Q(hub=hub)
        if kind != HubChange.Kind.MERGER:
            # A hub that is split stays, but whoever follows a local authority goes where that goes.
            redirected &= models.Q(by_hand=False, school__authority__in=list(authorities))
        leaves = models.Q(was=hub, school__in=schools.values("pk"))
        flag = models.BooleanField()
        return self.filter(redirected | leaves, status=HubMove.Status.PLANNED).annotate(
            is_redirected=models.ExpressionWrapper(redirected, output_field=flag),
            leaves=models.ExpressionWrapper(leaves, output_field=flag),
        )

    def of_hub(self, hub: Hub, since: date) -> Self:
        """Planned, or done since a day: schools that come to a hub or go from it, the newest first."""
        ours = self.filter(models.Q(was=hub) | models.Q(hub=hub)).exclude(status=HubMove.Status.TAKEN_BACK)
        recent = ours.filter(models.Q(status=HubMove.Status.PLANNED) | models.Q(from_on__gte=since))
        return recent.select_related("school", "was", "hub").order_by("-from_on", "school__name", "pk")

    def for_notice(self) -> Self:
        """What the e-mails about them read."""
        return self.select_related("school__authority", "was", "hub", "by__person")


class HubMove(PlannedChange):
    """A school goes to another hub from a day on, by hand, or follows its local authority again."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="hub_moves")
    was = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="schools_given")
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="schools_got")
    by_hand = models.BooleanField(default=True)
    takes_interest = models.BooleanField(default=True, help_text="Whether undecided interest goes with the school.")
    # Its local authority changed in a file of schools: the hubs hear of all schools of the file in one e-mail.
    with_import = models.ForeignKey(
        "GiasImport", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="moves"
    )

    # Where a query asks for it (``touched_by``).
    is_redirected: bool
    leaves: bool

    objects = HubMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("school",),
                condition=models.Q(status="planned"),
                name="hub_move_one_planned",
                violation_error_message="A change of hub is planned for this school already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} to {self.hub or 'no hub'}"

    def get_absolute_url(self) -> str:
        """The school's page."""
        return reverse("schools:school-detail", args=[self.school_id])

    @property
    def owner_id(self) -> int | None:
        """For the journal: the hub that gets the school."""
        return self.hub_id or self.was_id


class HubChangeQuerySet(models.QuerySet["HubChange"]):
    """Reading changes of hubs."""

    def visible_to(self, user: Any) -> Self:
        """National all; the hubs concerned theirs."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(models.Q(hub__in=scope.hub_ids) | models.Q(other__in=scope.hub_ids))

    def due(self, today: date) -> Self:
        """Planned, and their day has come."""
        return self.filter(status=HubChange.Status.PLANNED, from_on__lte=today).order_by("from_on", "pk")

    def for_list(self) -> Self:
        """What pages show of them, the newest first."""
        return self.select_related("hub", "other", "lead_school", "by__person").order_by("-from_on", "-pk")


def schools_going(hub: Hub, kind: str, authorities: Iterable[int], schools: Iterable[int]) -> SchoolQuerySet:
    """Of a merger all schools of a hub, of a split those chosen or of a chosen authority."""
    ours: SchoolQuerySet = School.objects.filter(hub=hub)
    if kind == HubChange.Kind.MERGER:
        return ours
    by_authority = models.Q(authority__in=list(authorities), hub_set_by_hand=False)
    return ours.filter(by_authority | models.Q(pk__in=list(schools)))


class HubChange(PlannedChange):
    """A hub gets another lead school, gives schools to another hub (a split), or goes on in another (a merger)."""

    class Kind(models.TextChoices):
        """What happens."""

        LEAD_SCHOOL = "lead_school", "Another lead school"
        SPLIT = "split", "Split"
        MERGER = "merger", "Merger"

    kind = models.CharField(max_length=20, choices=Kind)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="changes")
    other = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="changes_into")
    lead_school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Who leads the hub from then on, where somebody is named: invited on the day.
    lead_name = models.CharField(max_length=150, blank=True)
    lead_email = models.EmailField(blank=True)
    authorities = models.ManyToManyField(LocalAuthority, blank=True, related_name="+")
    schools = models.ManyToManyField(School, blank=True, related_name="+")
    # Roles at the hub: those that go to the other hub (or end with the old lead school), and those held at both.
    leaving = models.ManyToManyField(Role, blank=True, related_name="+")
    both = models.ManyToManyField(Role, blank=True, related_name="+")
    takes_running = models.BooleanField(default=False, help_text="Whether running groups and enrolments go too.")
    # The upper apps have let what they keep follow.
    followed_at = models.DateTimeField(null=True, blank=True)

    objects = HubChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("hub", "kind"),
                condition=models.Q(status="planned"),
                name="hub_change_one_planned",
                violation_error_message="Such a change is planned for this hub already.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="lead_school", other=None) | models.Q(other__isnull=False),
                name="hub_change_has_other",
            ),
            models.CheckConstraint(
                condition=models.Q(other=None) | ~models.Q(other=models.F("hub")),
                name="hub_change_changes",
                violation_error_message="Choose another hub.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.hub}"

    def schools_going(self) -> SchoolQuerySet:
        """The schools that go to the other hub: of a plan as it stands now, else those that went."""
        chosen = list(self.schools.values_list("pk", flat=True))
        if not self.is_planned:
            return School.objects.filter(pk__in=chosen)
        return schools_going(self.hub, self.kind, self.authorities.values_list("pk", flat=True), chosen)

    def get_absolute_url(self) -> str:
        """The change with what it does."""
        return reverse("dashboards:hub-change", args=[self.pk])

    @property
    def owner_id(self) -> int:
        """For the journal: the hub that changes."""
        return self.hub_id


class SuccessionQuerySet(models.QuerySet["Succession"]):
    """Reading what schools became or will become."""

    def visible_to(self, user: Any) -> Self:
        """Whoever may see the school."""
        return self.filter(school__in=School.objects.visible_to(user))

    def due(self, today: date) -> Self:
        """Planned, and their day has come."""
        return self.filter(status=Succession.Status.PLANNED, from_on__lte=today).order_by("from_on", "pk")

    def planned(self) -> Self:
        """Their day is still to come."""
        return self.filter(status=Succession.Status.PLANNED).order_by("from_on", "pk")

    def for_notice(self) -> Self:
        """What the e-mails about them read."""
        return self.select_related("school__hub", "hub", "successor_hub", "by__person")


class Succession(PlannedChange):
    """A school becomes another on a day: the same under another URN, a part of it, or one of several.

    The other one is known by its URN: a conversion leaves one record of the two. Both names are kept as they were.
    """

    class How(models.TextChoices):
        """What happens to the school."""

        CONVERTED = "converted", "goes on under another URN"
        MERGED = "merged", "becomes part of another school"
        SPLIT = "split", "becomes several schools"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="successions")
    successor_urn = models.PositiveIntegerField()
    how = models.CharField(max_length=10, choices=How)
    school_name = models.CharField(max_length=200)
    successor_name = models.CharField(max_length=200)
    # Whose the two were when it was said: both are told, also where one record is left of the two.
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    successor_hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("school", "successor_urn"),
                condition=models.Q(status="planned"),
                name="succession_one_planned",
                violation_error_message="That is planned already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_name} becomes {self.successor_name}"

    def get_absolute_url(self) -> str:
        """The school's page."""
        return reverse("schools:school-detail", args=[self.school_id])

    @property
    def owner_id(self) -> int | None:
        """For the journal: the school's hub."""
        return self.school.hub_id


class SchoolSplit(models.Model):
    """One of several schools that a school became: which of its work goes where is for its hub to say."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="splits")
    became = models.ForeignKey(School, on_delete=models.CASCADE, related_name="split_from")

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("school", "became"), name="school_split_once")]

    def __str__(self) -> str:
        return f"{self.school} became {self.became}"
