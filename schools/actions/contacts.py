"""Whom one writes to at a school: keeping addresses, and putting them on a letter that had none there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from hubportal.core import clock, journal
from hubportal.core.records import record_key
from schools import roles, rules
from schools.actions import people
from schools.actions.giving import GivingPlace
from schools.actions.holding import hold_heads
from schools.actions.letter_sorting import Sorted, sort_out
from schools.actions.letters import check_open
from schools.actions.recipients import NOBODY, first_of, roles_at
from schools.models import Letter, LetterRecipient, Person, Role, School, User
from schools.rules.letters import NO_ADDRESS

KINDS = (roles.OFFICE, roles.HEADTEACHER, roles.MATHS_LEAD)
NOT_YOURS = "Only staff of the school's own hub keep whom one writes to there."


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to be kept: of which school, as what, by which name (empty: by what they are) and address."""

    school: School
    kind: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Who was kept, and whether they are on the letter that they were kept for."""

    people: list[Person]
    is_on_letter: bool


class CannotKeep(people.CannotChangePeople):
    """A contact that cannot be kept."""

    def __init__(self, contact: Contact, why: str) -> None:
        super().__init__(why)
        self.contact = contact


@transaction.atomic
def keep(*, contacts: Iterable[Contact], by: User, now: datetime, letter: Letter | None = None) -> Kept:
    """Keep contacts of schools, and put them on a letter while it is a draft. Nobody is invited: they are written to.

    All of them are kept or none; they are the schools', also where the letter has left without them.

    :raises CannotKeep: for one of another hub's school, or whose details are not the hub's to change, or for a second
        headteacher of a school.
    """
    found, contacts = [], list(contacts)
    hold_heads(one.school.pk for one in contacts if one.kind == roles.HEADTEACHER)
    people.hold_named((one.name or called(one.school, one.kind), one.email) for one in contacts)
    for one in contacts:
        if one.kind not in GivingPlace(school=one.school).kinds_for(by.scope):
            raise CannotKeep(one, NOT_YOURS)
        try:
            found.append(_keep(one, by, now))
        except people.CannotChangePeople as problem:
            raise CannotKeep(one, str(problem)) from problem
    held = Letter.objects.select_for_update().filter(pk=letter.pk, status=Letter.Status.DRAFT) if letter else None
    draft = held.first() if held is not None else None
    if draft is not None:
        complete(letter=draft, by=by, now=now)
    return Kept(found, is_on_letter=draft is not None)


def _keep(one: Contact, by: User, now: datetime) -> Person:
    today = clock.day_of(now)
    held = Role.objects.current(today).filter(school=one.school, kind=one.kind).select_related("person")
    name = one.name or called(one.school, one.kind)
    for role in held.order_by("pk"):
        is_same = not one.name or rules.name_key(role.person.name) == rules.name_key(name)
        if is_same and not role.person.email:
            people.correct_person(person=role.person, by=by, facts={"email": one.email}, now=now)
            return role.person
    person = people.know(name=name, email=one.email, by=by, school=one.school)
    others = [role.person for role in held.order_by("pk") if one.kind == roles.HEADTEACHER]
    if others and person not in others:
        raise people.CannotChangePeople(rules.second_head_problem(one.school.name, others[0].name, name))
    people.grant_role(person=person, kind=one.kind, by=by, now=now, school=one.school)
    return person


def called(school: School, kind: str) -> str:
    """What a contact without a name is called: the headteacher as the national register has it, else by the role."""
    return school.head_name if kind == roles.HEADTEACHER and school.head_name else roles.LABELS[kind]


def without_address(letter: Letter, found: Sorted | None = None) -> list[LetterRecipient]:
    """Those on a letter's list, as it was sorted, who stand for the contact of a school and have no address."""
    labels = tuple(f"{roles.LABELS[kind]}, " for kind in roles.CONTACTS)
    rows = [row for row, reason in (found or sort_out(letter)).others if reason == NO_ADDRESS and row.school_id]
    return [row for row in rows if row.name == NOBODY or row.why.startswith(labels)]


def known_at(schools: Iterable[int], *, by: User, now: datetime) -> dict[int, list[Role]]:
    """Who are the contacts of some schools, of those whom one sees."""
    held: dict[int, list[Role]] = defaultdict(list)
    for role in roles_at(schools, roles.CONTACTS, by=by, today=clock.day_of(now)).select_related("school"):
        held[role.school_id or 0].append(role)
    return held


def reachable(rows: Iterable[LetterRecipient], *, by: User, now: datetime) -> dict[int, Role]:
    """Whom one could write to instead, by school."""
    schools = {row.school_id for row in rows if row.school_id}
    held = known_at(schools, by=by, now=now) if schools else {}
    return {school: first[0] for school, mine in held.items() if (first := first_of(mine))}


@transaction.atomic
def complete(*, letter: Letter, by: User, now: datetime) -> int:
    """Put on a letter's list who can be written to by now at schools that had no address; how many.

    :raises CannotWrite: where it is no draft any more.
    """
    held = check_open(letter)
    rows = without_address(held)
    found = reachable(rows, by=by, now=now)
    alone = LetterRecipient.objects.filter(letter=held, same_as=None, barred="").exclude(email="")
    first = {row.email.lower(): row for row in alone}
    changed = []
    for row in rows:
        role = found.get(row.school_id or 0)
        if role is None:
            continue
        person = role.person
        row.person, row.name, row.email, row.barred = person, person.name, person.email, ""
        row.why = f"{roles.LABELS[role.kind]}, {role.school}"[:250]
        row.about = row.about or record_key(role)
        row.same_as = first.get(person.email.lower())
        first.setdefault(person.email.lower(), row)
        changed.append(row)
    LetterRecipient.objects.bulk_update(changed, ["person", "name", "email", "why", "about", "barred", "same_as"])
    if changed:
        Letter.objects.filter(pk=held.pk).update(version=F("version") + 1)
        journal.record("Addresses completed", on=held, by=by, note=str(len(changed)))
    return len(changed)
