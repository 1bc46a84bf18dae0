"""The filter of the list of visits."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from hubportal.core import clock
from programmes.rules.calendar import TERM_NAMES
from schools.models import School
from workgroups.filters.groups import WhoseFilter
from workgroups.models import Visit, VisitQuerySet

STATES = (
    ("to_book", "To book"),
    ("to_log", "Over, without a log"),
    ("book_soon", "To book, late or within three weeks"),
    ("late", "Overdue: to book or to log"),
    ("booked", "Booked"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
)


class VisitFilter(WhoseFilter):
    """Visits by whose they are, school, leader, term and where they stand."""

    leader_path = "leader__person"
    school = filters.CharFilter(label="School", method="by_school")
    leader = filters.CharFilter(label="Leader", field_name="leader__person__name", lookup_expr="icontains")
    term = filters.ChoiceFilter(label="Term", empty_label="All", choices=list(enumerate(TERM_NAMES, start=1)))
    state = filters.ChoiceFilter(label="Status", empty_label="All but cancelled", choices=STATES, method="by_state")

    class Meta:
        model = Visit
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_of_hub:
            del self.filters["leader"]

    def by_school(self, visits: QuerySet[Visit], name: str, value: str) -> QuerySet[Visit]:
        """Name, town, postcode or URN of the school."""
        return visits.filter(school__in=School.objects.matching(value).values("pk"))

    def by_state(self, visits: VisitQuerySet, name: str, value: str) -> QuerySet[Visit]:
        """A status, or what should have been booked or logged by now."""
        if value == "book_soon":
            return visits.due_to_book(clock.today())
        if value == "to_log":
            return visits.overdue_log(clock.today())
        if value == "late":
            return visits.late(clock.today())
        return visits.filter(status=value)
