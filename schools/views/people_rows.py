"""A school's people as its page shows them to one reader: roles of today, details, and what may be done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hubportal.core import clock
from hubportal.core.templatetags.portal import long_day
from schools import roles
from schools.actions.giving import has_sign_in, may_correct, may_end, may_let_follow, named_places, reads_details
from schools.models import Person, Role, School, User
from schools.scope import Scope


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of a school as its page of people shows them to one reader; each role with whether it may be ended.

    ``to_come``: the roles that they come to have.
    """

    person: Person
    held: list[tuple[Role, bool]]
    to_come: list[Role]
    hears: list[str]
    reads_details: bool
    may_correct: bool
    signs_in: bool
    may_replace: bool

    @property
    def is_listed(self) -> bool:
        """Whether they have a role there, or come to have one."""
        return bool(self.held or self.to_come)


# By person, the hubs that run what they take part in: key and name.
Taught = dict[int, dict[int, str]]


def taught_by(scope: Scope, school: School) -> Taught:
    """For hubs: which of them run what each teacher of a school takes part in."""
    if not scope.hub_ids:
        return {}
    found: Taught = defaultdict(dict)
    places = named_places().filter(enrolment__school=school).order_by("pk")
    for person, hub, name in places.values_list("person", "enrolment__hub", "enrolment__hub__name"):
        found[person][hub] = name
    return found


def _may_replace(scope: Scope, role: Role, taught: Taught) -> bool:
    """Who takes part is replaced by the hub that runs it, or the school; whoever holds a role, by its giver."""
    hubs = taught.get(role.person_id) if role.kind == roles.TEACHER else None
    leads = role.school_id in scope.school_lead_ids or (role.school and role.school.trust_id in scope.trust_ids)
    if not hubs or leads:
        return may_let_follow(scope, role)
    return any(map(scope.staffs, hubs))


def reads_then(by: User, school: School) -> bool:
    """Whether one reads only who was there while one's hub ran something for the school, not who has come since."""
    scope = by.scope
    if not scope.hub_ids or scope.oversees(school.hub_id):
        return False
    return not School.objects.visible_to(by).with_staff_read_by(by).filter(pk=school.pk).exists()


def row_of(by: User, school: School, person: Person, *, ever: list[Role], taught: Taught) -> PersonRow:
    """Somebody with all roles they ever held, and which hubs run what each of the school takes part in."""
    today = clock.today()
    held = _held_at(school, ever, today)
    return PersonRow(
        person=person,
        held=[(role, may_end(by.scope, role)) for role in held],
        to_come=_in_order(role for role in ever if role.school_id == school.pk and role.starts_on > today),
        hears=list(dict.fromkeys(roles.HEARS[role.kind] for role in held)),
        reads_details=reads_details(by, person, held=ever),
        may_correct=person.pk == by.person_id or may_correct(by, person, held=ever),
        signs_in=has_sign_in(ever, getattr(person, "user", None)),
        may_replace=any(_may_replace(by.scope, role, taught) for role in held),
    )


def _held_at(school: School, ever: list[Role], today: date) -> list[Role]:
    return _in_order(role for role in ever if role.school_id == school.pk and role.is_held_on(today))


def _in_order(held: Iterable[Role]) -> list[Role]:
    return sorted(held, key=lambda role: (role.kind, role.pk))


def was_there(school: School, ever: list[Role]) -> str:
    """What somebody without a role at a school, today or later, was there last."""
    role = next((one for one in ever if one.school_id == school.pk), None)
    if role is None:
        return "No role"
    return f"{role.get_kind_display()} until {long_day(role.ends_on)}"
