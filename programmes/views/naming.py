"""Places that are held for teachers to be named: for the hub to see who is late."""

from datetime import date
from typing import Any

from hubportal.core import clock
from hubportal.core.templatetags.portal import short_day, year_label
from hubportal.core.views import PortalList
from programmes.filters import NamingFilter
from programmes.models import Enrolment
from programmes.rules.turns import A_DAY
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
        ("Places to name", lambda one: one.held + one.opening),
        ("First day without a teacher", lambda one: one.last_day + A_DAY if one.last_day else None),
        ("Named by", lambda one: one.named_by),
        ("Contact", lambda one: one.interest.contact_name if one.interest else ""),
        ("Contact e-mail", lambda one: one.interest.contact_email if one.interest else ""),
    ]
    shown = (
        *("pk", "school__name", "offer__title", "offer__year", "held", "opening", "last_day", "latest_day"),
        *("named_by", "interest__contact_name", "hub"),
    )

    def prepare(self, rows: Any) -> Any:
        """With the day and how many."""
        return rows.select_related("school", "offer", "interest").to_name()

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, from when a place opens, and whether the day is over."""
        pk, school, title, year, held, opening, last_day, latest_day, named_by, contact, _hub = values
        today = clock.today()
        # The hub's day is for places that are held; one that somebody leaves is named by their last day.
        by = named_by if held else last_day
        is_late = held > 0 and isinstance(named_by, date) and named_by < today
        first = "the first from" if last_day != latest_day else "from"
        opens = f"{first} {short_day(last_day + A_DAY, today)}" if opening else ""
        comma = "," if last_day != latest_day else ""
        return (
            str(pk),
            school,
            title,
            year_label(year),
            held + opening,
            f"{opening} of them{comma} {opens}" if held and opens else opens,
            short_day(by, today) if by else "",
            is_late,
            contact,
        )
