"""A school's journey over the years, as a picture and as a table."""

from typing import Any

from hubportal.core import clock
from hubportal.core.templatetags.portal import short_day
from hubportal.core.views import PortalDetail
from programmes.actions.enrolments import may_name
from programmes.models import Enrolment, Interest
from programmes.rules.journey import APPLIED, KEY, WAITING, Stay, draw_journey, years_taken
from programmes.views.interest import READERS
from schools.models import School
from schools.rules import academic_year


class SchoolJourney(PortalDetail):
    """The Journey tab of a school."""

    model = School
    template_name = "programmes/school_journey.html"
    tab_bar, tab = "SCHOOL_TABS", "programmes:school-journey"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the school did, does and has asked for, as far as one may see it."""
        user, school = self.request.user, self.object
        enrolments = list(
            Enrolment.objects.journey_of(school, user)
            .for_list()
            .with_naming()
            .prefetch_related("teachers__person")
            .order_by("-offer__year", "-offer__phase__step", "-pk")
        )
        undecided = list(
            Interest.objects.visible_to(user).filter(school=school).undecided().for_list().order_by("-year", "-pk")
        )
        opens = Enrolment.objects.visible_to(user).filter(pk__in=[one.pk for one in enrolments])
        # The picture is the school's own way; who takes part for themselves stands in the table.
        stays = [_enrolled(one) for one in enrolments if one.person_id is None]
        stays += [_applied(one) for one in undecided if not one.for_person]
        this_year = academic_year(clock.today())
        teachers = {one.person_id for enrolment in enrolments for one in enrolment.teachers.all() if one.person_id}
        return super().get_context_data(
            key=KEY,
            journey=draw_journey(stays, this_year=this_year),
            enrolments=enrolments,
            undecided=undecided,
            opens=set(opens.order_by().values_list("pk", flat=True)),
            year_count=years_taken(stays, this_year=this_year),
            teacher_count=len(teachers),
            to_name=[
                one
                for one in enrolments
                if one.school_id == school.pk and _is_to_name(one) and may_name(user.scope, one)
            ],
            is_own=school.pk in user.scope.school_staff_ids or school.trust_id in user.scope.trust_ids,
            may_enter=school.is_open and user.scope.staffs(school.hub_id),
            may_open_interest=user.scope.has(*READERS),
            **kwargs,
        )


def _is_to_name(enrolment: Enrolment) -> bool:
    """Whether a place has no teacher, now or from a day to come."""
    return not enrolment.has_ended and bool(enrolment.held + enrolment.opening)  # type: ignore[attr-defined]


def _enrolled(enrolment: Enrolment) -> Stay:
    phase = enrolment.offer.phase
    return Stay(enrolment.offer.year, phase.short_name, phase.step, enrolment.status)


def _applied(interest: Interest) -> Stay:
    phase, waits = interest.phase, interest.status == Interest.Status.WAITING
    return Stay(
        interest.year,
        phase.short_name,
        phase.step,
        WAITING if waits else APPLIED,
        "" if waits else f"applied {short_day(interest.submitted_at)}",
    )
