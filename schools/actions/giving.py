"""Who may give, end or correct what, asked of stored people and places; ``schools.rules`` answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string

from hubportal.core import clock
from schools import roles, rules
from schools.models import Hub, Person, Role, School, Trust, User
from schools.scope import Scope


@dataclass(frozen=True)
class GivingPlace:
    """Where a role is to be held: a hub, a school, a trust, or (all empty) the national team."""

    hub: Hub | None = None
    school: School | None = None
    trust: Trust | None = None

    def __str__(self) -> str:
        return str(self.hub or self.school or self.trust or "the national team")

    @property
    def lede(self) -> str:
        """The line under a form's heading."""
        return f"At {self}" if self.hub or self.school or self.trust else "In the national team"

    @property
    def url(self) -> str:
        """The page to go back to."""
        if self.school:
            return reverse("schools:school-people", args=[self.school.pk])
        return self.hub.get_absolute_url() if self.hub else reverse("schools:person-list")

    def for_rules(self) -> rules.RolePlace:
        """As rules take it; a trust is in every hub that has a school of it."""
        if self.school:
            return rules.RolePlace(_ids(self.school.hub_id), self.school.pk, self.school.trust_id)
        if self.trust:
            hubs = School.objects.filter(trust=self.trust, hub__isnull=False).values_list("hub", flat=True)
            return rules.RolePlace(frozenset(hubs.distinct()), trust_id=self.trust.pk)
        return rules.RolePlace(_ids(self.hub.pk if self.hub else None))

    def kinds_for(self, giver: Scope) -> tuple[str, ...]:
        """The kinds of role that exist here and that this person may give here."""
        fitting = self._fitting()
        kinds = [kind for kind in rules.kinds_to_give(giver) if kind in fitting]
        place = self.for_rules() if kinds else rules.RolePlace()
        return tuple(kind for kind in kinds if rules.may_give_role(kind, giver=giver, place=place))

    def _fitting(self) -> tuple[str, ...]:
        if self.hub:
            return roles.AT_HUB
        if self.school:
            return roles.AT_SCHOOL
        return roles.AT_TRUST if self.trust else (roles.NATIONAL,)


def may_give_any(giver: Scope) -> bool:
    """Whether somebody may give any role anywhere."""
    return bool(rules.kinds_to_give(giver))


def may_end(giver: Scope, role: Role) -> bool:
    """Whether somebody may end this role."""
    place = GivingPlace(hub=role.hub, school=role.school, trust=role.trust)
    return rules.may_end_role(role.kind, giver=giver, place=place.for_rules())


def may_hand_on(giver: Scope, role: Role) -> bool:
    """Whether somebody may say who follows in this role."""
    place = GivingPlace(hub=role.hub, school=role.school, trust=role.trust).for_rules()
    is_own = role.person_id == giver.person_id
    return rules.may_hand_on_role(role.kind, giver=giver, place=place, is_own=is_own)


def may_let_follow(giver: Scope, role: Role) -> bool:
    """Whether the form by which somebody follows in this role is theirs: the hub's, the school's or the trust's."""
    return bool(giver.staff_hub_ids or giver.school_lead_ids or giver.trust_ids) and may_hand_on(giver, role)


def named_places() -> QuerySet[Any]:
    """Teachers' places (``person``, ``enrolment__school``, ``enrolment__hub``), whichever hub runs them.

    Who takes part is for the hub that runs it to say, the roles at a school for the hub that has it: they may be two.
    """
    found: QuerySet[Any] = import_string(settings.NAMED_PLACES)()
    return found


def may_correct(by: User, person: Person, *, held: Iterable[Role] | None = None) -> bool:
    """Whether somebody may correct a person's details, the address to sign in with among them.

    They must be able to give every role that the person holds or will hold: else they could take over a mightier
    account. The hub that has somebody may then correct them, though not somebody who signs in and had a role in
    another hub; a school or trust only whom it alone has had, for an account that was used elsewhere is not the
    school's to move.

    :param held: all roles given by hand, ended ones too, with their places; read where they are not given.
    """
    ever = list(person.roles.by_hand().with_places() if held is None else held)
    if by.scope.is_national or not may_invite_again(by, person, held=ever):
        return by.scope.is_national
    user = getattr(person, "user", None)
    lasting = _lasting(ever)
    ended = [role for role in ever if role not in lasting]
    if user is not None and not all(_is_of_hubs(by.scope, role) for role in ended):
        return _is_only_within(by.scope, person, ever) if lasting else False
    # Of trusts only a hub gives roles.
    as_hub = all(role.trust_id is not None or by.scope.staffs(role.owner_id) for role in lasting)
    return as_hub or _is_only_within(by.scope, person, ever)


def hub_told_of(person: Person) -> int | None:
    """The hub whose journal tells of a person (its key): that of their school, else of the latest role that has one."""
    if person.school is not None and person.school.hub_id is not None:
        return person.school.hub_id
    held = person.roles.by_hand().with_places().order_by("-starts_on", "-pk")
    return next(filter(None, (role.owner_id for role in held)), None)


def may_invite_again(by: User, person: Person, *, held: Iterable[Role] | None = None) -> bool:
    """Whether somebody may send a person the way to sign in again: who may give every role they hold or will hold.

    It goes to the address that they sign in with and changes nothing, so it does not matter where they once were.

    :param held: as for ``may_correct``.
    """
    if by.scope.is_national:
        return True
    user = getattr(person, "user", None)
    if user is not None and user.is_superuser:
        return False
    lasting = _lasting(person.roles.by_hand().with_places() if held is None else held)
    if not lasting:
        return by.scope.staffs(person.school.hub_id if person.school else None)
    return all(_may_give(by.scope, role) for role in lasting)


def _lasting(held: Iterable[Role]) -> list[Role]:
    """Roles that have not ended.

    One that is planned is one already: whoever has the account, or the record, on its first day has the role.
    """
    today = clock.today()
    return [role for role in held if role.ends_on is None or role.ends_on >= today]


def reads_details(by: User, person: Person, *, held: Iterable[Role] | None = None) -> bool:
    """Whether somebody reads a person's telephone, job title, school and sign-in, not only name, address and role.

    :param held: as for ``may_correct``.
    """
    scope = by.scope
    if person.pk == by.person_id or scope.has(roles.NATIONAL, *roles.HUB_READERS):
        return True
    return person.school_id in scope.school_ids | scope.led_school_ids or may_correct(by, person, held=held)


def has_sign_in(held: Iterable[Role], user: User | None) -> bool:
    """Whether somebody signs in, or is something that one signs in as: a cover contact is only written to."""
    today = clock.today()
    current = [role for role in held if role.is_held_on(today)]
    return user is not None or not current or any(role.kind not in roles.WITHOUT_SIGN_IN for role in current)


def _is_only_within(scope: Scope, person: Person, ever: Iterable[Role]) -> bool:
    """Whether somebody is based, and has had every role they ever had, where one gives roles oneself."""
    user = getattr(person, "user", None)
    if person.school is None and user is not None and user.last_login is not None:
        return False  # they signed in as something that is not known any more
    places = [(role.hub_id, role.school, role.trust_id) for role in ever]
    if person.school is not None:
        places.append((None, person.school, None))
    return all(
        scope.staffs(hub_id or (school.hub_id if school else None))
        or (school is not None and school.pk in scope.school_lead_ids)
        or (school.trust_id if school else trust_id) in scope.trust_ids
        for hub_id, school, trust_id in places
    )


def _is_of_hubs(scope: Scope, role: Role) -> bool:
    """Whether a role is of a hub that one works for."""
    if role.trust is not None:
        return bool(GivingPlace(trust=role.trust).for_rules().hub_ids & scope.staff_hub_ids)
    return scope.staffs(role.owner_id)


def _may_give(giver: Scope, role: Role) -> bool:
    if role.kind in roles.LEADERS:
        return role.hub_id in giver.lead_hub_ids
    if role.kind not in rules.kinds_to_give(giver):
        return False
    place = GivingPlace(hub=role.hub, school=role.school, trust=role.trust)
    return rules.may_give_role(role.kind, giver=giver, place=place.for_rules())


def _ids(pk: int | None) -> frozenset[int]:
    return frozenset({pk} if pk else ())
