"""What the list of closed schools with something open can be narrowed by."""

import django_filters as filters

from schools.models import School, SchoolQuerySet
from workgroups.models import of_unknown_successor


class ChangedFilter(filters.FilterSet):
    """Name of a school, and whether it is known what it became."""

    q = filters.CharFilter(method="by_words", label="School")
    became = filters.ChoiceFilter(
        method="by_successor", label="Became", empty_label="Any", choices=[("unknown", "Not known")]
    )

    class Meta:
        model = School
        fields: list[str] = []

    def by_words(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """As every search for a school."""
        return rows.matching(value)

    def by_successor(self, rows: SchoolQuerySet, name: str, value: str) -> SchoolQuerySet:
        """The national team says what these became."""
        return of_unknown_successor(rows)
