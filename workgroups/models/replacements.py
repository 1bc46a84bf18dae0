"""Replacements: who follows whom from which day, in which places, roles and groups."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from hubportal.core.workflow import StatusModel
from programmes.models import EnrolledTeacher, Enrolment, Interest, Leader
from schools.models import Hub, Person, Role, School, User
from schools.roles import WITHOUT_SIGN_IN
from schools.scope import among, reach
from workgroups.models.groups import Group
from workgroups.models.leading import LeaderChange


class ReplacementQuerySet(models.QuerySet["Replacement"]):
    """Reading replacements."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs those of their schools and leaders; a school's leads, and its trust's, their own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        own = among("school", scope.school_lead_ids) | among("school__trust", scope.trust_ids)
        return self.filter(among("hub", scope.hub_ids) | own)

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def due(self, today: date) -> Self:
        """Planned for a day that has come."""
        return self.filter(status=Replacement.Status.PLANNED, from_on__lte=today).order_by("from_on", "pk")

    def standing(self) -> Self:
        """Not taken back."""
        return self.exclude(status=Replacement.Status.TAKEN_BACK)

    def that_end_with(self, change: LeaderChange) -> Self:
        """By which a group passes on, and whoever leads it until then leads no other after it."""
        ends = ReplacementPart.objects.filter(kind=ReplacementPart.Kind.LEADER, leader=change.was_id)
        passes = ReplacementPart.objects.filter(change=change.pk)
        return self.standing().filter(pk__in=ends.values("replacement")).filter(pk__in=passes.values("replacement"))

    def for_list(self) -> Self:
        """What lists show, the newest day first."""
        return self.select_related("person", "successor", "school", "hub").order_by("-from_on", "-pk")


class Replacement(StatusModel):
    """Somebody stops doing something on a day, and somebody else (or nobody yet) does it from then on."""

    class Status(models.TextChoices):
        """Where a replacement stands."""

        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        TAKEN_BACK = "taken_back", "Taken back"

    MOVES = {
        Status.PLANNED: frozenset({Status.DONE, Status.TAKEN_BACK}),
        Status.DONE: frozenset({Status.TAKEN_BACK}),
        Status.TAKEN_BACK: frozenset(),
    }

    status = models.CharField(max_length=20, choices=Status, default=Status.PLANNED)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="replaced")
    successor = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="replacements")
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    leaves = models.BooleanField(default=False, help_text="They leave the school altogether.")
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was done or taken back.")

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(successor=None) | ~models.Q(successor=models.F("person")),
                name="replacement_changes",
                violation_error_message="Nobody takes over from themselves.",
            ),
        ]
        # Read by the sweep: what is planned, by its day.
        indexes = [models.Index(fields=("status", "from_on"), name="replacement_due")]

    def __str__(self) -> str:
        if self.successor is None and self.leaves:
            return f"{self.person} leaves"
        return f"{self.successor or 'Nobody yet'} for {self.person}"

    def get_absolute_url(self) -> str:
        """The page of this replacement."""
        return reverse("workgroups:replacement-detail", args=[self.pk])

    def gives_sign_in(self, today: date) -> bool:
        """Whether whoever comes is new in something that one signs in for: then they are invited.

        What they come to have before, by something else, they are told of then; if nobody did, they still are.
        """
        given = self.parts.exclude(given=None).exclude(given__kind__in=WITHOUT_SIGN_IN)
        # The school may have left before the day came.
        ended = Enrolment.Status.WITHDRAWN
        given = given.exclude(kind=ReplacementPart.Kind.PLACE, enrolled__enrolment__status=ended)
        roles = list(Role.objects.filter(pk__in=given.values("given")))
        new = [role for role in roles if role.starts_on >= self.from_on]
        return bool(new) or any(role.starts_on <= today and not role.is_told_of() for role in roles)


class ReplacementPart(models.Model):
    """One thing that passed on with a replacement, and what is needed to take that back."""

    class Kind(models.TextChoices):
        """What passes on."""

        PLACE = "place", "Teacher's place"
        ROLE = "role", "Role at the school"
        GROUP = "group", "Group"
        LEADER = "leader", "Time as a leader"
        BEGINS = "begins", "Becomes a leader"
        CONTACT = "contact", "Contact of an application or interest"
        NOMINEE = "nominee", "Teacher named in an application"
        DRAFT = "draft", "Form that is being filled in"
        HEAD = "head", "Headteacher of an application"
        BASE = "base", "Belongs to the school"
        ADDRESS = "address", "Address of a post"

    replacement = models.ForeignKey(Replacement, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=250)
    enrolled = models.ForeignKey(EnrolledTeacher, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    given = models.ForeignKey(Role, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    leader = models.ForeignKey(Leader, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    change = models.ForeignKey(LeaderChange, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    interest = models.ForeignKey(Interest, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # What stood there before, by the names of its fields.
    was = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.label

    @property
    def is_given_by_it(self) -> bool:
        """Whether somebody comes to have its role with the replacement's day, not before by something else."""
        return self.given is not None and self.given.starts_on >= self.replacement.from_on


class ReplacementNews(models.Model):
    """What somebody hears of a replacement beside its teachers: it ends what they do, or changes whom they lead.

    One row for each, made as it is decided; and where it is taken back, one for whoever followed and had heard of it.
    """

    class News(models.TextChoices):
        """What they hear."""

        PASSES = "passes", "Passes on"
        STAYS = "stays", "Stays as it was"

    # The kind of notice that tells them.
    KIND = "replacement_news"

    replacement = models.ForeignKey(Replacement, on_delete=models.CASCADE, related_name="news")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="replacement_news")
    what = models.JSONField(default=list, help_text="What it is about, line by line.")
    news = models.CharField(max_length=10, choices=News, blank=True, help_text="Empty: they never heard of it.")
    news_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "e-mail about a replacement"
        verbose_name_plural = "e-mails about replacements"
        # Read by the sweep: what was said lately.
        indexes = [models.Index(fields=("news_at",), name="replacement_news_at")]

    def __str__(self) -> str:
        return f"{self.replacement}"

    def get_absolute_url(self) -> str:
        """The replacement's page."""
        return reverse("workgroups:replacement-detail", args=[self.replacement_id])
