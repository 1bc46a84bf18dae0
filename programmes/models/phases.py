"""The ladder of the programme as data: pathways, phases, what visits are tagged with, and the texts that are agreed."""

from datetime import date
from typing import Self

from django.db import models


class Pathway(models.Model):
    """A ladder of phases."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class Phase(models.Model):
    """A step of a pathway; ``step`` is its colour on the ladder (1 to 4)."""

    code = models.SlugField(unique=True)
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="phases")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=30)
    step = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("pathway__position", "position", "pk")
        constraints = [models.CheckConstraint(condition=models.Q(step__range=(1, 4)), name="phase_step")]

    def __str__(self) -> str:
        return self.name


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
    code = models.SlugField()
    version = models.CharField(max_length=20)
    body = models.TextField(help_text="One commitment or paragraph a line.")
    published_on = models.DateField()

    objects = AgreementTextQuerySet.as_manager()

    class Meta:
        ordering = ("code", "-published_on", "-pk")
        constraints = [models.UniqueConstraint(fields=("code", "version"), name="agreement_text_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"

    @property
    def lines(self) -> list[str]:
        """The commitments or paragraphs."""
        return [line for line in self.body.splitlines() if line.strip()]
