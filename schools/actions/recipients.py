"""Whom a letter to a list of people or of schools goes to."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Lower

from hubportal.core import clock
from hubportal.core.records import record_key
from schools import roles, rules
from schools.models import Person, PersonQuerySet, Role, School, SchoolQuerySet, User
from schools.rules.letters import Candidate, Concerned

HEADS, MATHS_LEADS, OFFICES, CONTACTS, ONE = "heads", "maths_leads", "offices", "contacts", "one"
AT_SCHOOLS = {
    HEADS: (roles.HEADTEACHER,),
    MATHS_LEADS: (roles.MATHS_LEAD,),
    OFFICES: (roles.OFFICE, roles.COVER),
    CONTACTS: roles.CONTACTS,
    ONE: roles.CONTACTS,
}
SCHOOL_AUDIENCES = (
    (HEADS, "Headteachers"),
    (MATHS_LEADS, "Maths leads"),
    (OFFICES, "School offices and cover contacts"),
    (CONTACTS, "All contacts: headteachers, maths leads and offices"),
    (ONE, "One contact of each: the headteacher, else the maths lead, else the office"),
)
HAS_LEFT = "Has left: holds no role today"
CLOSED = "The school is closed"
NOBODY = "Nobody known"


def of_people(people: PersonQuerySet, _whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """The people of a list, each as what they are today."""
    held: dict[int, list[Role]] = defaultdict(list)
    today = clock.day_of(now)
    shown = ("person", "kind", "hub__name", "school__name", "trust__name")
    current = Role.objects.current(today).by_hand().filter(person__in=people.order_by().values("pk"))
    for role in current.select_related("hub", "school", "trust").only(*shown).order_by("kind", "pk"):
        held[role.person_id].append(role)
    values = people.order_by("name", "pk").values_list("pk", "name", "email", "school", "user__is_superuser")
    found = []
    for pk, name, email, school, is_superuser in values:
        mine = held[pk]
        schools = [role.school_id for role in mine if role.school_id]
        found.append(
            Candidate(
                name=name,
                email=email,
                why="; ".join(str(role) for role in mine) or "No role today",
                person_id=pk,
                school_id=schools[0] if schools else school,
                barred="" if mine or is_superuser else HAS_LEFT,
            )
        )
    return found


def of_schools(schools: SchoolQuerySet, whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """Who holds a kind of role at the schools of a list; where nobody does the school is there, without an address."""
    kinds = AT_SCHOOLS[whom]
    rows = list(schools.order_by("name", "pk").values_list("pk", "name", "gias_status", "head_name"))
    held: dict[int, list[Role]] = defaultdict(list)
    for role in roles_at(schools.order_by().values("pk"), kinds, by=by, today=clock.day_of(now)):
        held[role.school_id or 0].append(role)
    found = []
    for pk, name, gias_status, head_name in rows:
        barred = CLOSED if gias_status == School.GiasStatus.CLOSED else ""
        mine = first_of(held[pk]) if whom == ONE else held[pk]
        found += [as_candidate(role, name, barred=barred) for role in mine]
        if not mine:
            who = head_name if roles.HEADTEACHER in kinds and head_name else NOBODY
            found.append(Candidate(who, "", f"{roles.LABELS[kinds[0]]}, {name}", school_id=pk, barred=barred))
    return found


def first_of(held: Iterable[Role]) -> list[Role]:
    """The one contact of a school who is written to where one is enough: of those with an address; or nobody."""
    with_address = [role for role in held if role.person.email]
    return sorted(with_address, key=lambda role: roles.CONTACTS.index(role.kind))[:1]


def barred_at(school: School) -> str:
    """Why nobody at a school is written to, or an empty string."""
    return CLOSED if school.has_closed else ""


def roles_at(
    schools: models.QuerySet[School, Any] | Iterable[int], kinds: Iterable[str], *, by: User, today: date
) -> models.QuerySet[Role]:
    """Who holds these kinds of role at some schools today, of the people whom one sees."""
    seen = Person.objects.visible_to(by).values("pk")
    current = Role.objects.current(today).filter(school__in=schools, kind__in=kinds, person__in=seen)
    return current.select_related("person").order_by("person__name", "pk")


def as_candidate(role: Role, school: str, *, barred: str = "", facts: dict[str, str] | None = None) -> Candidate:
    """Who holds a role at a school."""
    return Candidate(
        name=role.person.name,
        email=role.person.email,
        why=f"{roles.LABELS[role.kind]}, {school}",
        person_id=role.person_id,
        school_id=role.school_id,
        barred=barred,
        facts=facts or {},
        about=record_key(role),
    )


def still_in_roles(keys: Collection[int], today: date) -> set[int]:
    """Who holds one of these kinds of role at one of these schools by now."""
    of_list = Role.objects.filter(pk__in=keys)
    kinds, at = of_list.order_by().values("kind"), of_list.order_by().values("school")
    held = Role.objects.current(today).filter(kind__in=kinds, school__in=at)
    return set(held.values_list("person", flat=True))


def known_as(contacts: Iterable[tuple[str, str]], *, by: User) -> dict[tuple[str, str], int]:
    """Which person, of those whom one sees, each contact (a name and an address) is; see ``contact_key``."""
    emails = {email.lower() for _name, email in contacts if email}
    seen = Person.objects.visible_to(by).annotate(small=Lower("email"))
    people = seen.filter(small__in=emails).order_by("-pk")
    return {contact_key(name, email): pk for pk, name, email in people.values_list("pk", "name", "email")}


def contact_key(name: str, email: str) -> tuple[str, str]:
    """How a contact is compared with a person: by name, however it is written, and address."""
    return rules.name_key(name), email.lower()


def with_part(asked: Concerned, today: date) -> Concerned:
    """Who works for the programme: in a hub or the national team."""
    held = Role.objects.current(today).filter(person__in=asked.people, kind__in=(roles.NATIONAL, *roles.AT_HUB))
    return Concerned(people=frozenset(held.values_list("person", flat=True)))


# Who is still on the lists of a letter that waits, by what they are lists of.
STILL = {"schools.role": still_in_roles}
