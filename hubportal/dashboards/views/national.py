"""The national table: 40 hubs, a line each."""

from typing import Any

import django_filters as filters
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from hubportal.core import clock
from hubportal.core.views import PortalList
from programmes.models import Enrolment, Interest, Target
from schools.models import Hub, HubQuerySet, School, without_lead
from schools.roles import NATIONAL
from workgroups.models import Group, Visit


def _per_hub(rows: QuerySet[Any], hub: str = "hub", total: Any = None) -> Coalesce:
    """How many rows (or their sum) each hub has, as a subquery: one query for the whole table."""
    counted = rows.order_by().filter(**{hub: OuterRef("pk")}).values(hub).annotate(n=total or Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class HubFilter(filters.FilterSet):
    """Hubs by name or region, and by whether somebody leads them."""

    q = filters.CharFilter(method="by_words", label="Hub or region")
    closed = filters.ChoiceFilter(
        method="by_state", label="Open or closed", empty_label="Open", choices=[("yes", "Closed"), ("all", "All")]
    )
    lead = filters.ChoiceFilter(
        method="by_lead", label="Hub lead", empty_label="Any", choices=[("none", "Nobody leads it")]
    )

    class Meta:
        model = Hub
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Open hubs, unless others are asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("closed") else found.filter(closed_on=None)

    def by_state(self, hubs: HubQuerySet, name: str, value: str) -> HubQuerySet:
        """Closed ones, or all."""
        return hubs if value == "all" else hubs.exclude(closed_on=None)

    def by_words(self, hubs: HubQuerySet, name: str, value: str) -> HubQuerySet:
        """A part of the name or the region."""
        return hubs.filter(Q(name__icontains=value.strip()) | Q(region__icontains=value.strip()))

    def by_lead(self, hubs: HubQuerySet, name: str, value: str) -> HubQuerySet:
        """Nobody holds the role today."""
        return without_lead(hubs, clock.today())


class HubTable(PortalList):
    """Every hub with its schools, recruitment, groups and visits of the chosen year."""

    model = Hub
    roles = (NATIONAL,)
    template_name = "dashboards/hub_table.html"
    heading, noun = "Hubs", "hub"
    filterset_class = HubFilter
    by_hub = False
    sorts = {
        name: (name, "pk")
        for name in ("name", "region", "n_schools", "interest", "enrolled", "target", "groups_run", "late")
    }
    export_name = "hubs"
    export_columns = [
        ("Hub", lambda hub: hub.name),
        ("Region", lambda hub: hub.region),
        ("Open schools", lambda hub: hub.n_schools),
        ("Applications to decide", lambda hub: hub.interest),
        ("Enrolled", lambda hub: hub.enrolled),
        ("Target", lambda hub: hub.target),
        ("Groups", lambda hub: hub.groups_run),
        ("Visits done", lambda hub: hub.visited),
        ("Visits", lambda hub: hub.visits),
        ("Visits overdue", lambda hub: hub.late),
    ]

    def prepare(self, rows: Any) -> QuerySet[Hub]:
        """Counts of the chosen year; what is to decide, of whichever: hubs recruit for the next one."""
        year, user = self.request.year, self.request.user
        visits = Visit.objects.visible_to(user).for_year(year).standing()
        enrolled = Enrolment.objects.visible_to(user).for_year(year).exclude(status=Enrolment.Status.WITHDRAWN)
        prepared: QuerySet[Hub] = rows.for_list().annotate(
            n_schools=_per_hub(School.objects.visible_to(user).open()),
            interest=_per_hub(Interest.objects.visible_to(user).to_decide()),
            enrolled=_per_hub(enrolled),
            target=_per_hub(Target.objects.visible_to(user).filter(offer__year=year), total=Sum("schools")),
            groups_run=_per_hub(Group.objects.visible_to(user).for_year(year).exclude(status=Group.Status.CANCELLED)),
            visits=_per_hub(visits, hub="group__hub"),
            visited=_per_hub(visits.filter(status=Visit.Status.DONE), hub="group__hub"),
            late=_per_hub(visits.late(clock.today()), hub="group__hub"),
        )
        return prepared
