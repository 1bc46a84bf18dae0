"""A person's reach: which hubs, schools and trusts their roles of today open. Built once a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from schools import roles


@dataclass(frozen=True, slots=True)
class Held:
    """One role held today."""

    kind: str
    hub_id: int | None = None
    school_id: int | None = None
    trust_id: int | None = None
    # A hub that has gone on in the role's own: what it did is read with that one's.
    former_hub_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What the roles of today add up to.

    ``hub_ids`` are the hubs whose work may be read (staff and board), ``former_hub_ids`` those of them that are read
    because they went on in one's own; ``staff_hub_ids`` those it may be
    changed in; ``lead_hub_ids`` those the person leads; ``leader_hub_ids`` those the person leads groups for.
    """

    person_id: int | None
    kinds: frozenset[str]
    is_national: bool
    hub_ids: frozenset[int]
    former_hub_ids: frozenset[int]
    staff_hub_ids: frozenset[int]
    lead_hub_ids: frozenset[int]
    leader_hub_ids: frozenset[int]
    school_ids: frozenset[int]
    school_lead_ids: frozenset[int]
    school_staff_ids: frozenset[int]
    trust_ids: frozenset[int]
    led_school_ids: frozenset[int]

    def has(self, *kinds: str) -> bool:
        """Whether one of these kinds is held today."""
        return not self.kinds.isdisjoint(kinds)

    def oversees(self, hub_id: int | None) -> bool:
        """Whether the person reads what belongs to a hub as the hub does: its staff, its board, the national team.

        A kind of role held somewhere says nothing about a record: whoever sees a record from a school of theirs
        reads it as the school does, whatever they are in another hub.
        """
        return self.is_national or (hub_id is not None and hub_id in self.hub_ids)

    def staffs(self, hub_id: int | None) -> bool:
        """Whether the person changes what belongs to a hub."""
        return hub_id is not None and hub_id in self.staff_hub_ids


def build_scope(held: Iterable[Held], *, person_id: int | None, is_superuser: bool) -> Scope:
    """Add up roles; a superuser (made on the command line) counts as national."""
    held = list(held)
    kinds = {one.kind for one in held} | ({roles.NATIONAL} if is_superuser else set())

    def hubs(*wanted: str) -> frozenset[int]:
        return frozenset(one.hub_id for one in held if one.kind in wanted and one.hub_id)

    def schools(*wanted: str) -> frozenset[int]:
        return frozenset(one.school_id for one in held if one.kind in wanted and one.school_id)

    own = hubs(*roles.HUB_READERS)
    former = frozenset(one.former_hub_id for one in held if one.kind in roles.HUB_READERS and one.former_hub_id) - own
    return Scope(
        person_id=person_id,
        kinds=frozenset(kinds),
        is_national=roles.NATIONAL in kinds,
        hub_ids=own | former,
        former_hub_ids=former,
        staff_hub_ids=hubs(*roles.HUB_STAFF),
        lead_hub_ids=hubs(roles.HUB_LEAD),
        leader_hub_ids=hubs(*roles.LEADERS),
        school_ids=schools(roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.TEACHER),
        school_lead_ids=schools(roles.HEADTEACHER, roles.MATHS_LEAD),
        school_staff_ids=schools(roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE),
        trust_ids=frozenset(one.trust_id for one in held if one.kind == roles.TRUST_LEAD and one.trust_id),
        # With a leader's role ends what came with it.
        led_school_ids=schools(roles.LEADS_SCHOOL) if kinds.intersection(roles.LEADERS) else frozenset(),
    )


def among(path: str, ids: Iterable[int]) -> Q:
    """Rows whose place is one of these; without any the path is not even joined, which the database would plan."""
    return Q(**{f"{path}__in": ids}) if ids else Q(pk__in=())


def reach(user: Any) -> Scope | None:
    """The scope of somebody signed in, None for anybody else."""
    scope: Scope | None = getattr(user, "scope", None)
    return scope
