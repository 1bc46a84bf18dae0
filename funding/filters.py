"""Filters of the lists of money."""

from typing import Any

import django_filters as filters
from django.db.models import F, QuerySet

from funding.models import Award, Claim, ClaimQuerySet
from hubportal.core import clock
from hubportal.core.access import may
from schools.roles import NATIONAL


class AwardFilter(filters.FilterSet):
    """Awards by school, programme and what is left."""

    school = filters.CharFilter(field_name="enrolment__school__name", lookup_expr="icontains", label="School")
    phase = filters.CharFilter(field_name="enrolment__offer__title", lookup_expr="icontains", label="Programme")
    left = filters.ChoiceFilter(
        label="Claimed",
        empty_label="All",
        choices=[("none", "Nothing claimed yet"), ("some", "Something left to claim"), ("all", "All claimed")],
        method="by_left",
    )

    class Meta:
        model = Award
        fields: list[str] = []

    def by_left(self, awards: QuerySet[Award], name: str, value: str) -> QuerySet[Award]:
        """Nothing claimed, something left, or all claimed."""
        conditions: dict[str, dict[str, Any]] = {
            "none": {"claimed": 0},
            "some": {"claimed__lt": F("amount")},
            "all": {"claimed": F("amount")},
        }
        return awards.filter(**conditions[value])


class ClaimFilter(filters.FilterSet):
    """Claims by status and school."""

    status = filters.ChoiceFilter(choices=Claim.Status, label="Status", empty_label="All")
    school = filters.CharFilter(field_name="award__enrolment__school__name", lookup_expr="icontains", label="School")
    approver = filters.ChoiceFilter(
        method="by_approver",
        label="Who can approve",
        empty_label="Anybody",
        choices=[("national", "Only the national team")],
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may(getattr(self.request, "user", None), NATIONAL):
            del self.filters["approver"]

    def by_approver(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        """To approve, where the hub has nobody else."""
        return claims.for_national(clock.today())
