"""Texts with placeholders to begin letters with."""

from typing import Any, Self

from django.db import models
from django.urls import reverse

from schools.models.hubs import Hub
from schools.rules import letters as letter_rules
from schools.scope import reach


class LetterTemplateQuerySet(models.QuerySet["LetterTemplate"]):
    """Reading templates."""

    def visible_to(self, user: Any) -> Self:
        """The national team's are everybody's who writes; a hub's its own, and its leaders'."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(models.Q(hub=None) | models.Q(hub__in=scope.hub_ids | scope.leader_hub_ids))

    def kept_by(self, user: Any) -> Self:
        """Those that somebody changes: of hubs whose staff they are, the national ones the national team."""
        scope = reach(user)
        if scope is None:
            return self.none()
        return self.filter(models.Q(hub=None) if scope.is_national else models.Q(hub__in=scope.staff_hub_ids))

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's and the national ones."""
        return self if hub is None else self.filter(models.Q(hub=None) | models.Q(hub=hub))

    def for_list(self) -> Self:
        """By name, the national ones last."""
        return self.select_related("hub").order_by(models.F("hub").asc(nulls_last=True), "name", "pk")


class LetterTemplate(models.Model):
    """A text with placeholders to begin letters with: a hub's, or (without one) the national team's for all."""

    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.CASCADE, related_name="letter_templates")
    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=letter_rules.LONGEST_SUBJECT)
    text = models.TextField()
    is_marketing = models.BooleanField(default=False)

    objects = LetterTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("hub", "name"),
                name="letter_template_once",
                violation_error_message="There is a template of this name already.",
            ),
            models.UniqueConstraint(
                fields=("name",),
                condition=models.Q(hub=None),
                name="letter_template_once_national",
                violation_error_message="There is a national template of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list of templates."""
        return reverse("schools:template-list")
