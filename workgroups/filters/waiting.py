"""The filter of the list of schools that wait for a group."""

import django_filters as filters
from django.db.models import QuerySet

from programmes.models import Enrolment, PhaseOption
from schools.models import School


class WaitingFilter(filters.FilterSet):
    """By school, programme and option."""

    school = filters.CharFilter(label="School", method="by_school")
    programme = filters.CharFilter(field_name="offer__title", lookup_expr="icontains", label="Programme")

    option = filters.ModelChoiceFilter(queryset=PhaseOption.objects.only("name"), label="Option", empty_label="All")

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def by_school(self, rows: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """Name, town, postcode or URN."""
        return rows.filter(school__in=School.objects.matching(value).values("pk"))
