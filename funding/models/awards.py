"""Rates of offers and the awards that follow when a group starts."""

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.urls import reverse

from programmes.models import Enrolment, Offer
from schools.models import Hub
from schools.scope import among, reach


class RateQuerySet(models.QuerySet["Rate"]):
    """Reading rates."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs the national ones and their own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(models.Q(hub=None) | among("hub", scope.hub_ids))

    def for_list(self) -> Self:
        """By what they are for, the national one before those of hubs."""
        return self.select_related("hub").order_by("label", models.F("hub__name").asc(nulls_first=True), "pk")


class Rate(models.Model):
    """What an offer pays a school (pounds, the whole year): national, or a hub's own."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="rates")
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.CASCADE, related_name="rates")
    label = models.CharField(max_length=80, default="Teacher release")
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    reason = models.TextField(blank=True, help_text="Why a hub pays another amount than the national one.")

    objects = RateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("offer", "hub", "label"), name="rate_once"),
            models.UniqueConstraint(fields=("offer", "label"), condition=models.Q(hub=None), name="rate_once_national"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: £{self.amount:,.2f} for {self.offer}"

    @property
    def owner_id(self) -> int | None:
        """For the journal: the hub whose own it is."""
        return self.hub_id


class AwardQuerySet(models.QuerySet["Award"]):
    """Reading awards."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs theirs and their schools'; a school's leads and office, and its trust's lead, its own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(
            among("hub", scope.hub_ids)
            | among("enrolment__school__hub", scope.hub_ids)
            | among("enrolment__school", scope.school_staff_ids)
            | among("enrolment__school__trust", scope.trust_ids)
        )

    def for_hub(self, hub: Hub | None) -> Self:
        """One hub's, or all where none is chosen."""
        return self if hub is None else self.filter(hub=hub)

    def for_year(self, year: int) -> Self:
        """Awards of one grant year."""
        return self.filter(enrolment__offer__year=year)

    def for_list(self) -> Self:
        """What a list of awards shows."""
        return self.select_related("enrolment__school", "enrolment__offer__phase", "hub").order_by(
            "enrolment__school__name", "pk"
        )


class Award(models.Model):
    """What one enrolment is worth in pounds; ``claimed`` never passes ``amount`` (guarded UPDATE and check)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="awards")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="awards")
    label = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    claimed = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    made_at = models.DateTimeField()

    objects = AwardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("enrolment", "label"), name="award_once"),
            models.CheckConstraint(
                condition=models.Q(claimed__gte=0) & models.Q(claimed__lte=models.F("amount")),
                name="award_not_overclaimed",
                violation_error_message="This is more than is left of the award.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.enrolment}"

    def get_absolute_url(self) -> str:
        """The award's page."""
        return reverse("funding:award-detail", args=[self.pk])

    @property
    def is_of_leaver(self) -> bool:
        """Whether the school withdrew from what the award is for."""
        return self.enrolment.status == Enrolment.Status.WITHDRAWN

    @property
    def left(self) -> Decimal:
        """What has not been claimed yet, in pounds."""
        return self.amount - self.claimed
