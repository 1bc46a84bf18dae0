"""Rates, awards and claims in Django's admin: read-only, national only."""

from django.contrib import admin

from funding.models import (
    Award,
    Claim,
    Rate,
)
from hubportal.core.admin_site import ReadOnlyAdmin


@admin.register(Rate)
class RateAdmin(ReadOnlyAdmin):
    """Rates."""

    list_display = ("offer", "hub", "label", "amount")
    list_select_related = ("offer__phase", "hub")


@admin.register(Award)
class AwardAdmin(ReadOnlyAdmin):
    """Awards."""

    list_display = ("enrolment", "hub", "label", "amount", "claimed")
    list_select_related = ("enrolment__school", "enrolment__offer__phase", "hub")
    search_fields = ("enrolment__school__name",)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Claims."""

    list_display = ("award", "amount", "status", "raised_at", "paid_on")
    list_select_related = ("award__enrolment__school", "award__enrolment__offer__phase", "award__hub")
