"""The filter of the lines of an upload."""

import django_filters as filters
from django.db.models import Q, QuerySet

from hubportal.core.models import UploadLine
from hubportal.core.sheets.lines import year_first
from hubportal.dashboards.actions.records.planning import BROUGHT_IN, DOUBT

# A line may be there already, sum up others, or hold nothing.
OUTCOMES = {**dict(UploadLine.Outcome.choices), UploadLine.Outcome.SAME.value: "Nothing to do"}


class LineFilter(filters.FilterSet):
    """By what becomes of them, and by what they say."""

    outcome = filters.ChoiceFilter(label="What becomes of it", choices=list(OUTCOMES.items()), empty_label="All")
    text = filters.CharFilter(label="Holds", method="by_text")
    doubt = filters.ChoiceFilter(
        label="In doubt", method="by_doubt", choices=[("yes", "Asks something")], empty_label="All"
    )
    kept = filters.ChoiceFilter(
        label="Taken back", method="by_kept", choices=[("no", "Could not be taken back")], empty_label="All"
    )

    class Meta:
        model = UploadLine
        fields: list[str] = []

    def by_text(self, rows: QuerySet[UploadLine], name: str, value: str) -> QuerySet[UploadLine]:
        """In a cell, or in what is said of the line."""
        cells, what = Q(cells__icontains=value), Q(what__icontains=value)
        if (kept := year_first(value)) != value:
            cells, what = cells | Q(cells__icontains=kept), what | Q(what__icontains=kept)
        return rows.filter(cells | what)

    def by_doubt(self, rows: QuerySet[UploadLine], name: str, value: str) -> QuerySet[UploadLine]:
        """What is brought in all the same: it may be a slip."""
        return rows.filter(outcome__in=BROUGHT_IN, what__regex=DOUBT)

    def by_kept(self, rows: QuerySet[UploadLine], name: str, value: str) -> QuerySet[UploadLine]:
        """What stayed when the upload was taken back."""
        return rows.exclude(kept="")
