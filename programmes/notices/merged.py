"""What the people of a school hear of two enrolments that became one: which goes on, and with whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from hubportal.core.clock import day_of
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import each_address_once, news_to_each, person_recipient
from programmes.models import EnrolledTeacher, Enrolment, EnrolmentQuerySet
from programmes.notices.enrolments import is_told, live, turns_to_come, with_teachers
from schools.models import Person, Role, School
from schools.roles import COVER, HEADTEACHER, MATHS_LEAD, OFFICE

# Who leads the school, and who books cover for its teachers.
TOLD = (HEADTEACHER, MATHS_LEAD, OFFICE, COVER)


def load() -> EnrolmentQuerySet:
    """Enrolments that may have ended with a merger, with the leads of what goes on, and its enrolments."""
    leads = Role.objects.filter(kind__in=TOLD).select_related("person__user").order_by("kind", "pk")
    rows = with_teachers(Enrolment.objects.select_related("offer", "hub", "school__succeeded_by", "gave_way_to"))
    teachers = EnrolledTeacher.objects.select_related("person").order_by("pk")
    going_on = Enrolment.objects.filter(person=None).exclude(status=Enrolment.Status.WITHDRAWN).order_by("pk")
    going_on = (
        going_on.select_related("offer").with_last_place().prefetch_related(Prefetch("teachers", queryset=teachers))
    )
    found: EnrolmentQuerySet = rows.prefetch_related(  # type: ignore[assignment]
        *(
            Prefetch(f"{school}__{what}", queryset=queryset)
            for school in ("school", "school__succeeded_by")
            for what, queryset in (("roles", leads), ("enrolments", going_on))
        )
    )
    return found


def _became(enrolment: Enrolment) -> School:
    return enrolment.school.succeeded_by or enrolment.school


def goes_on_of(enrolment: Enrolment) -> Enrolment | None:
    """Of one that ended with a merger, the enrolment that goes on instead; reads what ``load`` loads."""
    if enrolment.news != Enrolment.News.MERGED or enrolment.gave_way_to is None:
        return None
    there = [one for one in _became(enrolment).enrolments.all() if one.offer.base_id == enrolment.offer.base_id]
    return there[0] if there else None


def _leads(enrolment: Enrolment, at: datetime) -> list[Person]:
    held = [role for role in _became(enrolment).roles.all() if role.is_held_on(day_of(at))]
    return [role.person for role in held if role.person.email and role.hears_of(at)]


def _desired(enrolment: Enrolment) -> Sequence[Desired]:
    """Leads, office and who books cover of what the two became, and the teachers who go on with the other enrolment.

    So do those who are there already, where theirs goes on at a school of another name.

    Where a lead shares an address with a teacher it is the lead who is written to, and reads of all teachers.
    """
    at = enrolment.news_at
    is_merged = enrolment.news == Enrolment.News.MERGED and enrolment.gave_way_to is not None
    if at is None or not is_merged or not is_told(enrolment):
        return []
    going = [one.person for one in enrolment.teachers.all() if one.goes_on]  # type: ignore[attr-defined]
    going += [turn.person for turn in turns_to_come(enrolment) if turn.goes_on]  # type: ignore[attr-defined]
    goes_on = goes_on_of(enrolment)
    if goes_on is not None and enrolment.gave_way_to_id != _became(enrolment).pk:
        going += [one.person for one in goes_on.teachers.all()]
    people = [*_leads(enrolment, at), *(one for one in going if one)]
    return news_to_each(each_address_once(map(person_recipient, people)), f"merged@{at.isoformat()}", at)


def _context(enrolment: Enrolment, notice: Notice) -> dict[str, Any]:
    goes_on = goes_on_of(enrolment)
    places = list(goes_on.teachers.all()) if goes_on else []
    place = goes_on.last_place() if goes_on else None
    leads = _leads(enrolment, enrolment.news_at) if enrolment.news_at else []
    came = [*enrolment.teachers.all(), *turns_to_come(enrolment)]
    teachers = [one.person for one in came if one.person is not None]
    return {
        "enrolment": enrolment,
        "name": notice.name,
        "successor": _became(enrolment),
        "is_lead": notice.recipient in {person_recipient(one).key for one in leads},
        "stays": notice.recipient not in {person_recipient(person).key for person in teachers},
        "teachers": [one.person for one in places if one.person is not None],
        "to_come": [turn for turn in turns_to_come(enrolment) if turn.goes_on],  # type: ignore[attr-defined]
        "to_name": sum(one.person is None for one in places),
        "ended": [one.person for one in came if one.person and not one.goes_on],
        "place": place if place is not None and place.left_on is None else None,
    }


CHOSEN = Kind(
    key="enrolment-merged",
    label="One of two enrolments goes on",
    model="programmes.Enrolment",
    template="programmes/emails/enrolment_merged.txt",
    desired=_desired,
    load=load,
    live=live,
    context=_context,
    reply_to=lambda enrolment: enrolment.hub.answered_at(),
    is_news=True,
)
