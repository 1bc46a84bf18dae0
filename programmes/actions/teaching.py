"""A teacher's role at a school lasts as long as they have a place in one of its programmes."""

from datetime import date, timedelta

from django.db.models import Q

from programmes.models import EnrolledTeacher, Enrolment, turns_of
from programmes.rules.turns import Turn
from schools.actions import people
from schools.models import Person, Role, School, User
from schools.roles import TEACHER

OVER = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)


def turns_at(person: Person, school: School) -> list[Turn]:
    """Somebody's time in teachers' places of a school, in years that go on."""
    mine = Q(person=person, turns=None) | Q(turns__person=person)
    places = EnrolledTeacher.objects.filter(mine, enrolment__school=school).exclude(enrolment__status__in=OVER)
    rows = places.prefetch_related("turns").distinct()
    return [turn for one in rows for turn in turns_of(one) if turn.person == person.pk]


def end_teaching(*, person: Person, school: School, by: User | None, today: date) -> list[tuple[Role, date | None]]:
    """End a teacher's role with their last day in a place, if there is one; the roles, and when they were to end."""
    turns = turns_at(person, school)
    ends = [turn.until for turn in turns if turn.until is not None]
    if len(ends) < len(turns):
        return []
    last_day = max(ends, default=today - timedelta(days=1))
    held = Role.objects.by_hand().filter(person=person, school=school, kind=TEACHER)
    held = held.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).select_related("person", "school__hub")
    found = [(role, role.ends_on) for role in held.order_by("pk")]
    for role, _was in found:
        people.end_role(role=role, by=by, today=today, last_day=last_day)
    return found
