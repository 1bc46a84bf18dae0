"""Schools that wait for a group."""

from typing import Any

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.templatetags.portal import ago, short_day, year_label
from programmes.actions.recipients import ENROLMENT_AUDIENCES, of_enrolments
from programmes.models import Enrolment, EnrolmentQuerySet
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL
from schools.rules import said_once
from schools.views.writing import WritableList
from workgroups.filters.waiting import WaitingFilter
from workgroups.models import without_group


class WaitingList(WritableList):
    """Accepted schools without a place in a group, of every year; who waits longest comes first."""

    model = Enrolment
    roles = (*HUB_READERS, NATIONAL)
    template_name = "workgroups/waiting_list.html"
    heading, noun = "Schools without a group", "school"
    hub_path = "hub"
    audiences, pick = ENROLMENT_AUDIENCES, staticmethod(of_enrolments)
    filterset_class = WaitingFilter
    sorts = {
        "school": ("school__name", "pk"),
        "programme": ("offer__year", "offer__title", "school__name", "pk"),
        "since": ("accepted_on", "school__name", "pk"),
    }
    export_name = "schools-without-a-group"
    export_columns = [
        ("School", lambda one: one.school.name),
        ("Person", lambda one: one.person.name if one.person else ""),
        ("Town", lambda one: one.school.town),
        ("Local authority", lambda one: one.school.authority.name if one.school.authority else ""),
        ("Programme", lambda one: one.offer.title),
        ("Year", lambda one: one.offer.year_label),
        ("Option", lambda one: one.option or ""),
        ("Accepted", lambda one: one.accepted_on),
    ]
    shown = (
        *(
            "person__name",
            "pk",
            "school__name",
            "school__town",
            "school__authority__name",
            "offer__title",
            "offer__year",
        ),
        *("option_name", "accepted_on", "refused_at", "hub"),
    )

    def prepare(self, rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
        """Of the hubs that one oversees: a school of one's own elsewhere is placed by the hub there."""
        scope = self.request.user.scope
        ours = rows if scope.is_national else rows.filter(hub__in=scope.hub_ids)
        return without_group(ours).for_list().with_looked_up().order_by("accepted_on", "school__name", "pk")

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column, and the step where it is one's own to take."""
        person, pk, school, town, authority, programme, year, option, accepted_on, refused, hub = values
        today = clock.today()
        place = ", ".join(said_once(town, authority)) + (" · headteacher says no" if refused else "")
        school = f"{person}, {school}" if person else school
        programme = f"{programme}: {option}" if option else programme
        step = "Place" if self.request.user.scope.staffs(hub) else ""
        since = (short_day(accepted_on, today), ago(accepted_on, today))
        return (str(pk), school, place, programme, year_label(year), *since, step)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the column of steps is drawn."""
        return super().get_context_data(may_place=may(self.request.user, *HUB_STAFF), **kwargs)
