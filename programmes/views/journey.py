"""A school's journey over the years, as a picture and as a table."""

from collections.abc import Sequence
from typing import Any

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key
from hubportal.core.templatetags.portal import short_day
from hubportal.core.views import PortalDetail
from programmes.actions.enrolments import may_name
from programmes.actions.following import WENT_ON
from programmes.models import Enrolment, Interest
from programmes.rules.journey import APPLIED, KEY, WAITING, Stay, draw_journey, years_taken
from programmes.views.interest import READERS
from schools.models import School, SchoolQuerySet
from schools.rules import academic_year


class SchoolJourney(PortalDetail):
    """The Journey tab of a school."""

    model = School
    template_name = "programmes/school_journey.html"
    tab_bar, tab = "SCHOOL_TABS", "programmes:school-journey"

    def prepare(self, rows: SchoolQuerySet) -> SchoolQuerySet:
        """With what it became, where it did."""
        return rows.for_list().select_related("succeeded_by")

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
        began = _began_as([*enrolments, *undecided])
        teachers = {one.person_id for enrolment in enrolments for one in enrolment.teachers.all() if one.person_id}
        return super().get_context_data(
            key=KEY,
            journey=draw_journey(stays, this_year=this_year),
            enrolments=[(one, _as(one, school, began)) for one in enrolments],
            undecided=[(one, _as(one, school, began)) for one in undecided],
            became=_became(school, user),
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


def _became(school: School, user: Any) -> list[tuple[School, bool]]:
    """The schools that one which has closed became, each with whether this person may open it."""
    if not school.has_closed:
        return []
    after = (
        [school.succeeded_by] if school.succeeded_by else [one.became for one in school.splits.select_related("became")]
    )
    seen = School.objects.visible_to(user).filter(pk__in=[one.pk for one in after]).values_list("pk", flat=True)
    opens = set(seen) if after else set()
    return [(one, one.pk in opens) for one in after]


def _began_as(parts: Sequence[Enrolment | Interest]) -> dict[str, str]:
    """At which school each began that has gone on at what that one became: the history has kept the name."""
    entries = JournalEntry.objects.about(*parts).filter(what=WENT_ON)
    # The newest comes first: of several schools in a row the first one stays.
    return {one.record: one.changed["school"][0] for one in entries}


def _as(part: Enrolment | Interest, school: School, began: dict[str, str]) -> str:
    """As which school it was taken part in, or applied for, where that was another one."""
    name = began.get(record_key(part)) or part.school.name
    return "" if part.school_id == school.pk and name == school.name else name


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
