"""Places that are held for teachers to be named: for the hub to see who is late."""

from datetime import date
from typing import Any

from hubportal.core import clock
from hubportal.core.templatetags.portal import short_day, year_label
from hubportal.core.views import PortalList
from programmes.filters import NamingFilter
from programmes.models import Enrolment
from schools.roles import HUB_READERS, NATIONAL


class PlacesToName(PortalList):
    """Schools with places that are held, those whose day is over first."""

    model = Enrolment
    roles = (*HUB_READERS, NATIONAL)
    template_name = "programmes/places_to_name.html"
    heading, noun = "Teachers to be named", "school"
    filterset_class = NamingFilter
    hub_path = "hub"
    export_name = "teachers-to-be-named"
    export_columns = [
        ("School", lambda one: one.school.name),
        ("Programme", lambda one: one.offer.title),
        ("Year", lambda one: one.offer.year_label),
        ("Places to name", lambda one: one.held),
        ("Named by", lambda one: one.named_by),
        ("Contact", lambda one: one.interest.contact_name if one.interest else ""),
        ("Contact e-mail", lambda one: one.interest.contact_email if one.interest else ""),
    ]
    shown = ("pk", "school__name", "offer__title", "offer__year", "held", "named_by", "interest__contact_name", "hub")

    def prepare(self, rows: Any) -> Any:
        """With the day and how many."""
        return rows.select_related("school", "offer", "interest").to_name()

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, and whether the day is over."""
        pk, school, title, year, held, named_by, contact, _hub = values
        today = clock.today()
        is_late = isinstance(named_by, date) and named_by < today
        return (
            str(pk),
            school,
            title,
            year_label(year),
            held,
            short_day(named_by, today) if named_by else "",
            is_late,
            contact,
        )
