"""What every chapter of the demo's story reads: the hub, its people, and the schools that take part."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hubportal.dashboards.actions.demo import cast
from hubportal.dashboards.actions.demo.cast import Named, Names
from hubportal.dashboards.actions.demo.story import Story
from programmes.models import Leader, Offer
from schools.models import Hub, School, Trust, User

# In a small primary the head is the maths lead too; here every fifth.
HEAD_APPLIES_EVERY = 5
# One teacher has no e-mail address: what is due to them fails, and the hub sees it.
WITHOUT_ADDRESS = 24


@dataclass(frozen=True, slots=True)
class Faculty:
    """A school's people, the same in every year."""

    head: Named
    contact: Named
    teachers: tuple[Named, ...]
    head_applies: bool


@dataclass
class Schools:
    """The hub's open state schools, in the order in which they come to take part."""

    rows: Sequence[School]
    trust: Trust | None
    names: Names
    used: set[int] = field(default_factory=set)
    faculties: dict[int, Faculty] = field(default_factory=dict)

    @property
    def first(self) -> School:
        """The school of the demo's headteacher, maths lead, office and teacher."""
        return self.rows[0]

    def number(self, school: School) -> int:
        """A school's place in the line: the same in every portal, as its key in the database is not."""
        return [one.pk for one in self.rows].index(school.pk)

    def take(self, offer: Offer, number: int, before: Sequence[School] = ()) -> list[School]:
        """Schools for an offer: those that went on from another phase, then new ones."""
        found = list(before)[:number]
        for school in self._fresh(offer):
            if len(found) >= number:
                break
            found.append(school)
        self.used.update(school.pk for school in found)
        return found

    def _fresh(self, offer: Offer) -> Iterator[School]:
        return (one for one in self.rows if one.pk not in self.used and one.phase_code in offer.school_phases)

    def faculty(self, school: School) -> Faculty:
        """The people of a school, made when first asked for."""
        if school.pk not in self.faculties:
            self.faculties[school.pk] = self._make_faculty(school)
        return self.faculties[school.pk]

    def _make_faculty(self, school: School) -> Faculty:
        first, second = self.names.of(school), self.names.of(school)
        if school == self.first:
            head = Named(cast.SCHOOL.name, cast.SCHOOL.email)
            teacher = Named(cast.TEACHER.name, cast.TEACHER.email)
            maths_lead = Named(cast.MATHS.name, cast.MATHS.email)
            return Faculty(head, maths_lead, (teacher, second), head_applies=False)
        head_applies = len(self.faculties) % HEAD_APPLIES_EVERY == HEAD_APPLIES_EVERY - 1
        if len(self.faculties) == WITHOUT_ADDRESS:
            second = Named(second.name, "")
        head = cast.head_of(school)
        return Faculty(head, head if head_applies else self.names.of(school), (first, second), head_applies)


@dataclass
class Scene:
    """The hub and everybody in it."""

    story: Story
    names: Names
    hub: Hub
    staff: dict[str, User]
    schools: Schools
    leaders: list[Leader] = field(default_factory=list)
    users: dict[int, User] = field(default_factory=dict)

    @property
    def lead(self) -> User:
        """The hub lead."""
        return self.staff[cast.LEAD.mailbox]

    @property
    def admin(self) -> User:
        """The hub administrator."""
        return self.staff[cast.ADMIN.mailbox]

    def leader_for(self, offer: Offer, at: int) -> Leader:
        """A leader of the offer's kind, taking turns."""
        fitting = [leader for leader in self.leaders if leader.kind == offer.leader_kind]
        return fitting[at % len(fitting)]

    def user_of(self, leader: Leader) -> User:
        """Who signs in as this leader."""
        if leader.person_id not in self.users:
            self.users[leader.person_id] = User.objects.get(person=leader.person_id)
        return self.users[leader.person_id]


def schools_of(hub: Hub, names: Names, chance: random.Random) -> Schools:
    """The open state schools of a hub; some of one trust come early, so that its lead sees them take part."""
    rows = list(
        School.objects.filter(hub=hub, gias_status=School.GiasStatus.OPEN).select_related("trust", "hub").order_by("pk")
    )
    rows = [school for school in rows if school.is_state_funded]
    chance.shuffle(rows)
    primaries = [school for school in rows if school.phase_code == School.Phase.PRIMARY]
    trusts = [school.trust for school in primaries if school.trust]
    trust = max(trusts, key=lambda one: (trusts.count(one), -one.pk), default=None)
    own = [school for school in primaries if school.trust == trust][:4]
    others = [school for school in rows if school not in own]
    for place, school in zip((0, 3, 6, 12), own, strict=False):
        others.insert(place, school)
    return Schools(others, trust, names)
