"""Rates, awards and claims in Django's admin: read-only, national only."""

from datetime import date
from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from funding.models import (
    Award,
    Claim,
    Rate,
    with_paid,
)
from hubportal.core.admin_site import ReadOnlyAdmin
from schools.models import Hub


@admin.register(Rate)
class RateAdmin(ReadOnlyAdmin):
    """Rates."""

    list_display = ("offer", "hub", "label", "amount")
    list_select_related = ("offer__phase", "hub")


@admin.register(Award)
class AwardAdmin(ReadOnlyAdmin):
    """Awards."""

    # The columns of the portal's own list of awards, which `make bench` holds against this one.
    list_display = ("school", "hub", "offer", "label", "amount", "claimed", "paid", "paid_on", "left")
    list_select_related = ("enrolment__school", "enrolment__offer", "hub")
    search_fields = ("enrolment__school__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Award]:
        """With what was paid, and when."""
        return with_paid(Award.objects.all())

    @admin.display(description="Paid")
    def paid(self, award: Award) -> Decimal | None:
        """How much of it."""
        found: Decimal | None = award.paid  # type: ignore[attr-defined]
        return found

    @admin.display(description="Last paid on")
    def paid_on(self, award: Award) -> date | None:
        """When last."""
        found: date | None = award.paid_on  # type: ignore[attr-defined]
        return found

    @admin.display(description="School")
    def school(self, award: Award) -> str:
        """Whose it is."""
        return award.enrolment.school.name

    @admin.display(description="Programme")
    def offer(self, award: Award) -> str:
        """What it is for."""
        return str(award.enrolment.offer)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Claims."""

    # The columns of the portal's own list of claims, which `make bench` holds against this one.
    list_display = ("raised_at", "school", "hub", "offer", "amount", "raised_by", "status", "paid_on")
    list_filter = ("status",)
    list_select_related = ("award__enrolment__school", "award__enrolment__offer", "award__hub", "raised_by__person")
    search_fields = ("award__enrolment__school__name",)

    @admin.display(description="School")
    def school(self, claim: Claim) -> str:
        """Whose it is."""
        return claim.award.enrolment.school.name

    @admin.display(description="Programme")
    def offer(self, claim: Claim) -> str:
        """What it is for."""
        return str(claim.award.enrolment.offer)

    @admin.display(description="Hub")
    def hub(self, claim: Claim) -> Hub:
        """Which hub pays it."""
        return claim.award.hub
