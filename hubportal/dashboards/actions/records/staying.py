"""What an upload made and nothing points to, and what has stayed could not go on without."""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.db import models

from funding.models import Award
from hubportal.core.records import begin_of, read_key
from programmes.models import EnrolledTeacher, Enrolment, Interest, Leader, TeacherTurn
from schools.models import Person, Role, SchoolTie, User
from schools.roles import TEACHER
from schools.rules import name_key
from workgroups.models import Attendance, Participant, Place, VisitLog

# The keys of records of one kind, and all that the upload made; those that stay.
Held = Callable[[list[int], Collection[str]], set[int]]
# Whom an application names, each with the address.
NAMED = (("contact_name", "contact_email"), ("head_name", "head_email"), ("teachers__name", "teachers__email"))


def _in_registers(pks: list[int], _made: Collection[str]) -> set[int]:
    """Participants whose marks stand."""
    rows = Participant.objects.filter(pk__in=pks).values_list("pk", "person", "place__group")
    people = {person for _pk, person, _group in rows}
    marked = set(Attendance.objects.filter(person__in=people).values_list("person", "meeting__group"))
    return {pk for pk, *of in rows if tuple(of) in marked}


def _taking_part(pks: list[int], _made: Collection[str]) -> set[int]:
    """Teachers of an enrolment who take part from its place."""
    rows = EnrolledTeacher.objects.filter(pk__in=pks).values_list("pk", "person", "enrolment")
    people = {person for _pk, person, _enrolment in rows}
    takes = set(Participant.objects.filter(person__in=people).values_list("person", "place__enrolment"))
    return {pk for pk, *of in rows if tuple(of) in takes}


def _turns_of_use(pks: list[int], made: Collection[str]) -> set[int]:
    """Turns in the places of those who go on taking part: without them the places would be nobody's."""
    rows = TeacherTurn.objects.filter(pk__in=pks).values_list("pk", "enrolled")
    staying = _taking_part([enrolled for _pk, enrolled in rows], made)
    return {pk for pk, enrolled in rows if enrolled in staying}


def _of_use(pks: list[int], made: Collection[str]) -> set[int]:
    """Roles of those who lead or take part, and of leaders at the schools of their groups.

    And of whoever was accepted there, or made by the upload and invited since: they would sign in to nothing.
    """
    rows = Role.objects.filter(pk__in=pks)
    people = {role.person_id for role in rows}
    leads = list(Leader.objects.filter(person__in=people))
    takes = set(Participant.objects.filter(person__in=people).values_list("person", "place__enrolment__school"))
    numbers = [read_key(role.source)[1] for role in rows if role.source.startswith(begin_of(Place))]
    placed = {place.role_source for place in Place.objects.filter(pk__in=numbers)}
    needed = _accepted(rows) | _invited(rows, made)
    return {
        role.pk
        for role in rows
        if role.source in placed
        or role.pk in needed
        or any(_is_led_by(role, leader) for leader in leads)
        or (role.kind == TEACHER and (role.person_id, role.school_id) in takes)
    }


def _is_led_by(role: Role, leader: Leader) -> bool:
    """Whether a role is that of a leader at any time: one of years ago goes, though they lead again today."""
    if (role.person_id, role.hub_id, role.kind) != (leader.person_id, leader.hub_id, leader.kind):
        return False
    ends_before = leader.ends_on is not None and leader.ends_on < role.starts_on
    return not ends_before and (role.ends_on is None or leader.starts_on <= role.ends_on)


def _accepted(rows: Iterable[Role]) -> set[int]:
    """Roles of people whom an accepted application of their school names: by name and address, as it finds them.

    Whoever else has that address, as of an office or by a slip in the file, has nothing to do with it.
    """
    schools = {role.school_id for role in rows if role.school_id}
    accepted = Interest.objects.filter(school__in=schools, status=Interest.Status.ACCEPTED)
    named = {
        (school, *who)
        for name, email in NAMED
        for school, *said in accepted.values_list("school", name, email)
        if all(who := _known_by(*said))
    }
    people = Person.objects.filter(pk__in={role.person_id for role in rows}).values_list("pk", "name", "email")
    known = {pk: _known_by(name, email) for pk, name, email in people}
    return {role.pk for role in rows if (role.school_id, *known[role.person_id]) in named}


def _known_by(name: str | None, email: str | None) -> tuple[str, str]:
    return name_key(name or ""), (email or "").strip().lower()


def _invited(rows: Iterable[Role], made: Collection[str]) -> set[int]:
    """Roles of people whom the upload made and who have an account by now."""
    new = {role.person_id for role in rows if f"{begin_of(Person)}{role.person_id}" in made}
    able = set(User.objects.filter(person__in=new).values_list("person", flat=True))
    return {role.pk for role in rows if role.person_id in able}


def _still_run_for(pks: list[int], _made: Collection[str]) -> set[int]:
    """Ties to schools that the hub runs, or ran, something else for by now."""
    rows = SchoolTie.objects.filter(pk__in=pks).values_list("pk", "school", "hub")
    schools = {school for _pk, school, _hub in rows}
    runs = set(Enrolment.objects.filter(school__in=schools).values_list("school", "hub"))
    runs |= set(Place.objects.filter(enrolment__school__in=schools).values_list("enrolment__school", "group__hub"))
    return {pk for pk, *of in rows if tuple(of) in runs}


# Which stay, and why; a tie that others need by now is theirs, and nobody has to hear of it.
GO_ON: Mapping[type[models.Model], tuple[Held, str]] = {
    Participant: (_in_registers, "{} stays: the registers have marks of theirs."),
    EnrolledTeacher: (_taking_part, "{} stays: they take part in a group that stays."),
    TeacherTurn: (_turns_of_use, ""),
    Role: (
        _of_use,
        "{} stays: it is needed for a group that stays, an application that was accepted, or for signing in.",
    ),
    SchoolTie: (_still_run_for, ""),
}
# What people call what has another name here.
_KINDS: Mapping[type[models.Model], str] = {
    Attendance: "Mark in a register",
    Award: "Money claimed or paid",
    EnrolledTeacher: "Teacher",
    TeacherTurn: "Time in a teacher’s place",
    SchoolTie: "Link to the school",
    VisitLog: "Log of a visit",
}


def kind_of(record: models.Model) -> str:
    """What a record is, in the words of a teacher."""
    what = _KINDS.get(type(record)) or str(record._meta.verbose_name)
    return f"{what[:1].upper()}{what[1:]}"


def called(record: models.Model) -> str:
    """A record as it is named in a reason."""
    name = f"{record.person}, {record}" if isinstance(record, Role) else str(record)
    return f"{kind_of(record)} “{name}”"[:200]
