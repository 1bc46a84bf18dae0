"""The ladder of the programme as data: pathways, phases, what visits are tagged with, and the texts that are agreed."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.urls import reverse

from hubportal.core.access import scope_of
from schools.models import Hub


class PathwayQuerySet(models.QuerySet["Pathway"]):
    """Reading pathways; everybody who is signed in may."""

    def visible_to(self, user: Any) -> Self:
        """All for anybody signed in."""
        return self if scope_of(user) is not None else self.none()


class Pathway(models.Model):
    """A ladder of phases."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    objects = PathwayQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class PhaseFamilyQuerySet(models.QuerySet["PhaseFamily"]):
    """Reading families of phases; everybody who is signed in may."""

    def visible_to(self, user: Any) -> Self:
        """All for anybody signed in."""
        return self if scope_of(user) is not None else self.none()

    def for_list(self) -> Self:
        """Families with their phases, in the order of the ladder."""
        phases = models.Prefetch("phases", queryset=Phase.objects.order_by("position", "pk"))
        return self.select_related("pathway").prefetch_related(phases).order_by("pathway__position", "position", "pk")


class PhaseFamily(models.Model):
    """Phases that follow one another over the years under other names: what is counted over years is counted by it."""

    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="families")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    objects = PhaseFamilyQuerySet.as_manager()

    class Meta:
        ordering = ("pathway__position", "position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("pathway", "name"),
                name="phase_family_once",
                violation_error_message="This pathway has a family of this name already.",
            )
        ]
        verbose_name_plural = "phase families"

    def __str__(self) -> str:
        return self.name


class PhaseQuerySet(models.QuerySet["Phase"]):
    """Reading phases; everybody who is signed in may."""

    def visible_to(self, user: Any) -> Self:
        """All for anybody signed in."""
        return self if scope_of(user) is not None else self.none()

    def for_list(self) -> Self:
        """Phases in the order of the ladder."""
        return self.select_related("pathway", "family").order_by("pathway__position", "position", "pk")


class Phase(models.Model):
    """A step of a pathway; ``step`` is its colour on the ladder (1 to 4)."""

    code = models.SlugField(unique=True)
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="phases")
    family = models.ForeignKey(PhaseFamily, on_delete=models.PROTECT, related_name="phases")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=30)
    step = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)

    # Some schools begin here before that phase, others go straight there: from this many questions answered with yes.
    prepares_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="prepared_by"
    )
    ready_from = models.PositiveSmallIntegerField(default=0)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        ordering = ("pathway__position", "position", "pk")
        constraints = [models.CheckConstraint(condition=models.Q(step__range=(1, 4)), name="phase_step")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of all phases."""
        return reverse("programmes:phase-list")


def has_options(phase: str) -> models.Exists:
    """Whether the phase at this path is done in ways that schools choose from."""
    return models.Exists(PhaseOption._base_manager.filter(phase=models.OuterRef(phase), is_offered=True))


class PhaseOption(models.Model):
    """A way in which schools may do a phase, chosen in the form; one that is no longer offered stays where it was."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        ordering = ("phase", "position", "pk")
        constraints = [models.UniqueConstraint(fields=("phase", "name"), name="phase_option_once")]

    def __str__(self) -> str:
        return self.name


class StartQuestion(models.Model):
    """What a school is asked that may begin with a phase or go straight to the one that it prepares for."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="start_questions")
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("phase", "position", "pk")
        constraints = [models.UniqueConstraint(fields=("phase", "text"), name="start_question_once")]

    def __str__(self) -> str:
        return self.text


class TagSet(models.Model):
    """What meetings and visits can be tagged with: the Five Big Ideas, the five key areas."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """One idea or area of a set."""

    tag_set = models.ForeignKey(TagSet, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("tag_set", "position", "pk")
        constraints = [models.UniqueConstraint(fields=("tag_set", "name"), name="tag_once")]

    def __str__(self) -> str:
        return self.name


class AgreementTextQuerySet(models.QuerySet["AgreementText"]):
    """Reading commitments and privacy notices; they are public."""

    def visible_to(self, user: Any) -> Self:
        """All: what is agreed is no secret."""
        return self.all()

    def for_list(self) -> Self:
        """By text, the newest version first, with how many offers name each (``named_by``)."""
        named = models.Count("offers", distinct=True)
        return self.select_related("hub").annotate(named_by=named).order_by("-kind", "code", "-published_on", "-pk")

    def for_offers_of(self, hub_id: int | None, *, or_named: int | None = None) -> Self:
        """The commitments that offers of a hub (None: national ones) may name: national, the hub's own, or as now."""
        own = models.Q(hub=None) | models.Q(hub__isnull=False, hub=hub_id) | models.Q(pk=or_named)
        return self.filter(own, kind=AgreementText.Kind.COMMITMENTS).select_related("hub")

    def privacy_on(self, today: date) -> Self:
        """The privacy notices published by this day, the one in force first."""
        return self.filter(kind=AgreementText.Kind.PRIVACY, published_on__lte=today).order_by("-published_on", "-pk")


class AgreementText(models.Model):
    """A version of the commitments of an offer or of the privacy notice; what was agreed is never edited."""

    class Kind(models.TextChoices):
        """What the text is."""

        COMMITMENTS = "commitments", "Commitments"
        PRIVACY = "privacy", "Privacy notice"

    kind = models.CharField(max_length=12, choices=Kind)
    # A hub words its own; national where empty.
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="own_texts")
    code = models.SlugField()
    # What it is called that somebody added on screen; what ships with the portal is called by its code.
    name = models.CharField(max_length=80, blank=True, default="")
    version = models.CharField(max_length=20)
    body = models.TextField(help_text="One commitment or paragraph a line.")
    published_on = models.DateField()

    objects = AgreementTextQuerySet.as_manager()

    class Meta:
        ordering = ("code", "-published_on", "-pk")
        constraints = [models.UniqueConstraint(fields=("code", "version"), name="agreement_text_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("programmes:text-detail", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is, without its version: the name, or the code, tells commitments of several programmes apart."""
        kind = self.get_kind_display()
        if self.kind == self.Kind.PRIVACY:
            return kind
        called = self.name or self.code.split("--")[0].replace("-", " ")
        return f"{kind}: {called}{f' ({self.hub})' if self.hub else ''}"

    @property
    def label(self) -> str:
        """Which text, which version."""
        return f"{self.title}, version {self.version}"

    @property
    def lines(self) -> list[str]:
        """The commitments or paragraphs."""
        return [line for line in self.body.splitlines() if line.strip()]
