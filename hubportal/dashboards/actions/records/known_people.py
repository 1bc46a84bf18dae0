"""People as the lines of a sheet name them: found by address and name, or by school and name, or made."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.world import World, in_parts
from hubportal.dashboards.rules.reading import Misread
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Leader
from schools import roles
from schools.actions.giving import may_correct
from schools.models import Person, Role
from schools.rules import name_key


class People:
    """The people of the hub's schools, those with an address of the file, and those that the upload makes."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self._by_email: dict[str, list[Person]] = defaultdict(list)
        self._by_school: dict[tuple[int, str], list[Person]] = defaultdict(list)
        self._held: dict[int, set[tuple[str, int | None]]] = defaultdict(set)
        self._elsewhere: set[int] = set()
        self._seen: set[int] = set()

    def load(self, emails: Iterable[str], schools: Iterable[int]) -> None:
        """Read those who are at these schools, and those with these addresses."""
        for part in in_parts(set(schools)):
            at = Role.objects.filter(school__in=part).exclude(kind=roles.LEADS_SCHOOL).values("person")
            self._keep(Q(school__in=part) | Q(pk__in=at))
        for some in in_parts(email for email in set(emails) if email):
            self._keep(Q(email__in=some))
        self._read_roles()

    def _keep(self, who: Q) -> None:
        for person in Person.objects.filter(who).select_related("user").order_by("pk"):
            if person.pk not in self._seen:
                self._seen.add(person.pk)
                self._index(person, person.school_id)

    def _index(self, person: Person, school: int | None) -> None:
        if person.email:
            self._by_email[person.email.lower()].append(person)
        if school is not None:
            self._by_school[school, name_key(person.name)].append(person)

    def _read_roles(self) -> None:
        people = {person.pk: person for found in self._by_email.values() for person in found}
        people |= {person.pk: person for found in self._by_school.values() for person in found}
        for part in in_parts(people):
            held = Role.objects.filter(person__in=part).current(self.world.today).exclude(kind=roles.LEADS_SCHOOL)
            rows: Any = held.values_list("person", "kind", "school", "hub", "school__hub", "trust")
            for person, kind, school, hub, hub_of_school, trust in rows:
                self._held[person].add((kind, school))
                if school is not None:
                    self._by_school[school, name_key(people[person].name)].append(people[person])
                if trust is not None or kind == roles.NATIONAL or (hub or hub_of_school) != self.world.hub.pk:
                    self._elsewhere.add(person)

    def find(self, name: str, email: str, school: Known) -> Person | None:
        """Somebody known: of this address and name, else of this school and name."""
        wanted = name_key(name)
        same_address = [one for one in self._by_email.get(email, ()) if name_key(one.name) == wanted] if email else []
        # At one school the same name with another address may be the same person: they have got a new one.
        found = same_address or self._by_school.get((school.pk, wanted), [])
        distinct = {id(one): one for one in found}.values()
        return min(distinct, key=lambda one: (not hasattr(one, "user"), one.pk or 0), default=None)

    def check(self, person: Person | None, name: str, email: str, school: Known) -> None:
        """Look at whether a line can say something about somebody.

        :raises Misread: where several of this name are at the school and the file does not say which.
        """
        namesakes = {id(one) for one in self._by_school.get((school.pk, name_key(name)), ())}
        if person is not None and not email and len(namesakes) > 1:
            raise Misread(f"{school.name} has {len(namesakes)} people called {name}. Add the e-mail address.")

    def make(self, number: int, name: str, email: str, school: Known) -> Person:
        """Somebody new, at a school."""
        made = Person(name=name, email=email, school_id=school.pk)
        self._index(made, school.pk)
        return self.ledger.add(number, made, f"{name} is new at {school.name}.")

    def with_email(self, email: str, name: str) -> Person | None:
        """Somebody known by address and name, wherever they are."""
        same = [one for one in self._by_email.get(email, ()) if name_key(one.name) == name_key(name)] if email else []
        return next(iter(same), None)

    def make_without_school(self, number: int, name: str, email: str) -> Person:
        """Somebody new whose school is not known."""
        made = Person(name=name, email=email)
        self._index(made, None)
        return self.ledger.add(number, made)

    def may_add_to(self, person: Person) -> bool:
        """Whether facts of somebody who stood before are the hub's to add to: nobody who is anything elsewhere."""
        return self.world.is_national or person.pk not in self._elsewhere

    def is_ours(self, person: Person) -> bool:
        """Whether a line may say anything of somebody who stood before: at an own school, or ours to correct."""
        if person.pk is None or self.world.is_national:
            return True
        places = {person.school_id, *(school for _kind, school in self._held[key_of(person)])}
        register = self.world.register
        if any(register.known(place).is_own for place in places if place is not None and place in register):
            return True
        return may_correct(self.world.by, person)

    def hold(self, number: int, person: Person, kind: str, school: Known, since: date) -> None:
        """A role at a school, where it is not held already; nobody is invited."""
        held = self._held[key_of(person)]
        if (kind, school.pk) not in held:
            held.add((kind, school.pk))
            role = Role(person=person, kind=kind, school_id=school.pk, starts_on=since)
            self.ledger.add(number, role, f"{person.name}: {roles.LABELS[kind]}, {school.name}.")


class Leaders:
    """Who leads and led groups for the hub."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self._by_name: dict[str, list[Leader]] = defaultdict(list)
        self._by_email: dict[str, list[Leader]] = defaultdict(list)
        for leader in Leader.objects.filter(hub=world.hub).select_related("person").order_by("-starts_on", "pk"):
            self._index(leader)

    def _index(self, leader: Leader) -> None:
        self._by_name[name_key(leader.person.name)].append(leader)
        if leader.person.email:
            self._by_email[leader.person.email.lower()].append(leader)

    def find(self, name: str, email: str = "", kind: str = "", year: int | None = None) -> Leader | None:
        """A leader of this name or address, of this kind; in a year they led in, if need be."""
        found = [*(self._by_email.get(email, ()) if email else ()), *self._by_name.get(name_key(name), ())]
        fitting = [one for one in found if not kind or one.kind == kind]
        if year is not None:
            first, last = date(year, 9, 1), date(year + 1, 7, 1)
            there = [one for one in fitting if one.starts_on <= last and (one.ends_on is None or one.ends_on >= first)]
            return next(iter(there), None)
        return next(iter(fitting), None)

    def make(self, number: int, person: Person, kind: str, since: date, until: date | None = None) -> Leader:
        """Somebody who leads groups, from when to when; whoever leads today holds the role, and nobody is invited."""
        made = Leader(person=person, hub=self.world.hub, kind=kind, school_id=person.school_id, starts_on=since)
        made.ends_on, made.max_groups = until, 3
        self._index(made)
        self.ledger.add(number, made, f"{person.name} is new as {roles.LABELS[kind]}.")
        self.ledger.add(number, Role(person=person, kind=kind, hub=self.world.hub, starts_on=since, ends_on=until))
        return made
