"""What the list of replacements can be narrowed by."""

import django_filters as filters
from django.db.models import Q, QuerySet

from workgroups.models import Replacement


class ReplacementFilter(filters.FilterSet):
    """Name, school and state of a replacement."""

    q = filters.CharFilter(method="by_words", label="Name")
    school = filters.CharFilter(field_name="school__name", lookup_expr="icontains", label="School")
    status = filters.ChoiceFilter(choices=Replacement.Status, label="State", empty_label="Any")

    class Meta:
        model = Replacement
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Replacement], name: str, value: str) -> QuerySet[Replacement]:
        """Whoever left, or came."""
        return rows.filter(Q(person__name__icontains=value) | Q(successor__name__icontains=value))
