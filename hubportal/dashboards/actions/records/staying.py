"""What an upload made and nothing points to, and what has stayed could not go on without."""

from collections.abc import Callable, Mapping

from django.db import models

from hubportal.core.records import record_key
from programmes.models import EnrolledTeacher, Enrolment, Leader
from schools.models import Role, SchoolTie
from schools.roles import TEACHER
from workgroups.models import Attendance, Participant, Place

Held = Callable[[list[int]], set[int]]


def _in_registers(pks: list[int]) -> set[int]:
    """Participants whose marks stand."""
    rows = Participant.objects.filter(pk__in=pks).values_list("pk", "person", "place__group")
    people = {person for _pk, person, _group in rows}
    marked = set(Attendance.objects.filter(person__in=people).values_list("person", "meeting__group"))
    return {pk for pk, *of in rows if tuple(of) in marked}


def _taking_part(pks: list[int]) -> set[int]:
    """Teachers of an enrolment who take part from its place."""
    rows = EnrolledTeacher.objects.filter(pk__in=pks).values_list("pk", "person", "enrolment")
    people = {person for _pk, person, _enrolment in rows}
    takes = set(Participant.objects.filter(person__in=people).values_list("person", "place__enrolment"))
    return {pk for pk, *of in rows if tuple(of) in takes}


def _of_use(pks: list[int]) -> set[int]:
    """Roles of those who lead or take part, and of leaders at the schools of their groups."""
    rows = Role.objects.filter(pk__in=pks)
    people = {role.person_id for role in rows}
    leads = set(Leader.objects.filter(person__in=people).values_list("person", "hub", "kind"))
    takes = set(Participant.objects.filter(person__in=people).values_list("person", "place__enrolment__school"))
    prefix = record_key(Place()).partition(":")[0]
    numbers = [role.source.partition(":")[2] for role in rows if role.source.startswith(f"{prefix}:")]
    placed = {place.role_source for place in Place.objects.filter(pk__in=numbers)}
    return {
        role.pk
        for role in rows
        if role.source in placed
        or (role.person_id, role.hub_id, role.kind) in leads
        or (role.kind == TEACHER and (role.person_id, role.school_id) in takes)
    }


def _still_run_for(pks: list[int]) -> set[int]:
    """Ties to schools that the hub runs, or ran, something else for by now."""
    rows = SchoolTie.objects.filter(pk__in=pks).values_list("pk", "school", "hub")
    schools = {school for _pk, school, _hub in rows}
    runs = set(Enrolment.objects.filter(school__in=schools).values_list("school", "hub"))
    runs |= set(Place.objects.filter(enrolment__school__in=schools).values_list("enrolment__school", "group__hub"))
    return {pk for pk, *of in rows if tuple(of) in runs}


GO_ON: Mapping[type[models.Model], Held] = {
    Participant: _in_registers,
    EnrolledTeacher: _taking_part,
    Role: _of_use,
    SchoolTie: _still_run_for,
}
