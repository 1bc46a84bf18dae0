"""People as the lines of a sheet name them: found by address and name, or by school and name, or made."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from hubportal.dashboards.actions.records.initials import Initials
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.same_address import SameAddress, in_question
from hubportal.dashboards.actions.records.same_name import SameName
from hubportal.dashboards.actions.records.world import World, in_parts
from hubportal.dashboards.rules.reading import Misread
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Leader
from schools import roles
from schools.actions.giving import may_correct
from schools.models import Person, Role
from schools.rules import first_day, name_key, second_head_problem

OTHER_ADDRESS = (
    "Line {line} has {name} with another address, {email}. Two people? Tell their names apart, as by a middle name. "
    "One? Leave out one of the two addresses."
)
NAMESAKE_LEADS = (
    "{name} leads, or led, for the hub with another address, {email}. Two people? Make the other one a leader in the "
    "portal first. One? Leave out the address, or correct it in the portal."
)
SHARED_ADDRESS = (
    "{email} is the address of {known}. The same person as {name}? Then write that name. Two people? Leave the address "
    "out, or write the leader’s own."
)
KEEPS_ADDRESS = "{} has another address in the portal, {}, and keeps it."
SECOND_LEAD = (
    "{school} has a maths lead: {known}. {name} will be one, too. The same person? Then write that name. One after the "
    "other? Leave this line out, and press Replace on the school’s page."
)
OTHERS_PEOPLE = "{} is left out: {} belongs to another hub today, which keeps its people."
# Of these a school has one, as a rule.
ALONE = (roles.HEADTEACHER, roles.MATHS_LEAD)


class People:
    """The people of the hub's schools, those with an address of the file, and those that the upload makes."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger, self._same_name = world, ledger, SameName(world)
        self._same_address, self._initials = SameAddress(world, ledger), Initials(world, ledger)
        self._by_email: dict[str, list[Person]] = defaultdict(list)
        self._by_school: dict[tuple[int, str], list[Person]] = defaultdict(list)
        self._held: dict[int, set[tuple[str, int | None]]] = defaultdict(set)
        self._roles: dict[int, list[Role]] = defaultdict(list)
        self._heads_as_read: dict[int, set[int]] = defaultdict(set)
        # By school: who has a role there of which a school has one person, as a rule.
        self._alone: dict[tuple[str, int], list[Person]] = defaultdict(list)
        self._known: dict[int, Person] = {}
        # By person: the first line that says their address, and that.
        self._given: dict[int, tuple[int, str]] = {}
        # Name and address of people whom the hub does not see.
        self._hidden: set[tuple[str, str]] = set()

    def load(self, emails: Iterable[str], schools: Iterable[int]) -> None:
        """Read those who are at these schools, and those with these addresses."""
        for part in in_parts(set(schools)):
            for school, heads in heads_of(part, self.world.today).items():
                self._heads_as_read[school] |= heads
            at = Role.objects.filter(school__in=part).exclude(kind=roles.LEADS_SCHOOL).values("person")
            self._keep(Q(school__in=part) | Q(pk__in=at))
        for some in in_parts(email for email in set(emails) if email):
            self._keep(Q(email__in=some))
        self._read_roles()

    def _keep(self, who: Q) -> None:
        rows = Person.objects.filter(who)
        seen = rows if self.world.is_national else rows.visible_to(self.world.by).for_hub(self.world.hub)
        for person in seen.select_related("user").order_by("pk"):
            if person.pk not in self._known:
                self._known[person.pk] = person
                self._index(person, person.school_id)
        others = rows.exclude(email="").exclude(pk__in=seen.values("pk"))
        self._hidden |= {(email.lower(), name_key(name)) for email, name in others.values_list("email", "name")}

    def _index(self, person: Person, school: int | None) -> None:
        if person.email:
            self._by_email[person.email.lower()].append(person)
        if school is not None:
            self._index_at(school, person)

    def _index_at(self, school: int, person: Person) -> None:
        self._by_school[school, name_key(person.name)].append(person)
        self._initials.know(person, school)

    def _read_roles(self) -> None:
        for part in in_parts(self._known):
            for role in Role.objects.filter(person__in=part).by_hand().with_places():
                self._roles[role.person_id].append(role)
                if role.is_held_on(self.world.today):
                    self._held[role.person_id].add((role.kind, role.school_id))
                    if role.school_id is not None:
                        person = self._known[role.person_id]
                        self._index_at(role.school_id, person)
                        if role.kind in ALONE:
                            self._alone[role.kind, role.school_id].append(person)

    def find(self, name: str, email: str, school: Known) -> Person | None:
        """Somebody known: of this address and name, else of this school and name, else whom somebody has said."""
        found = {id(one): one for one in self._called(name, email, school)}.values()
        if not found:
            said = self._same_address.said_one(name, email, self._by_email.get(email, ()))
            return said or self._initials.said_one(name, email, school)
        return min(found, key=lambda one: (not hasattr(one, "user"), one.pk or 0))

    def _called(self, name: str, email: str, school: Known) -> list[Person]:
        # At one school the same name with another address may be the same person: they have got a new one.
        return self._with_address(name, email) or self._by_school.get((school.pk, name_key(name)), [])

    def look_for(self, number: int, name: str, email: str, school: Known) -> Person | None:
        """The same, after a look at whether a line can say something about them; None for somebody to be made.

        :raises Misread: where several of this name are at the school and the file does not say which, where a line
            before has them with another address, and for somebody of another hub.
        :raises Undecided: where the address is known as that of somebody of another name, or the name with initials
            may be another's at the school, and nobody has said whether that is them.
        """
        person = self.find(name, email, school)
        self.check_address(person, name, email)
        namesakes = {id(one) for one in self._by_school.get((school.pk, name_key(name)), ())}
        if person is not None and not email and len(namesakes) > 1:
            raise Misread(f"{school.name} has {len(namesakes)} people called {name}. Add the e-mail address.")
        if person is None and self._is_hidden(name, email):
            raise Misread(f"{name} works elsewhere: invite them instead.")
        if not self._called(name, email, school):
            self._ask(number, name, email, school)
        if person is None and not self.world.has_people_of(school):
            raise Misread(f"{school.name} belongs to another hub, and nobody there is known as {name}.")
        return person

    def _ask(self, number: int, name: str, email: str, school: Known) -> None:
        """Whether somebody new is who has their address, or is there by initials or in full: the address goes first."""
        those = self._by_email.get(email, ())
        self._same_address.ask(number, name, email, those)
        if self._same_address.said_one(name, email, those) is None:
            self._initials.ask(number, name, email, school)

    def check_address(self, person: Person | None, name: str, email: str) -> None:
        """Look at whether the lines have somebody with one address.

        :raises Misread: where they have two: that may be two people of one name.
        """
        line, given = self._given.get(id(person), (0, email))
        if email and given != email:
            raise Misread(OTHER_ADDRESS.format(line=line, name=name, email=given))

    def hear_address(self, number: int, person: Person, email: str) -> None:
        """With which address a line has somebody; the first one counts. Whoever looks is told of whose it is, too."""
        if not email:
            return
        self._given.setdefault(id(person), (number, email))
        if not self.ledger.is_new(person) and person.email.lower() != email:
            others = self._same_address.words_of(person.name, email, self._by_email.get(email, ()), is_known=True)
            if others:
                self.ledger.say(number, others)

    def teaches_at(self, name: str, email: str, school: Known) -> bool:
        """Whether somebody of this name and address is on record as a teacher of a school today."""
        held = (roles.TEACHER, school.pk)
        return any(held in self._held[key_of(one)] for one in self._with_address(name, email))

    def out_of_reach(self, named: Iterable[tuple[str, str]], school: Known) -> list[tuple[str, str]]:
        """Those of a school that has moved since whom the hub does not know: its past goes without them."""
        if self.world.has_people_of(school):
            return []
        return [one for one in named if self.find(*one, school) is None]

    @property
    def known(self) -> list[int]:
        """The keys of those who were read."""
        return list(self._known)

    def _with_address(self, name: str, email: str) -> list[Person]:
        wanted = name_key(name)
        return [one for one in self._by_email.get(email, ()) if name_key(one.name) == wanted] if email else []

    def _is_hidden(self, name: str, email: str) -> bool:
        return (email, name_key(name)) in self._hidden

    def make(self, number: int, name: str, email: str, school: Known) -> Person:
        """Somebody new, at a school."""
        made = Person(name=name, email=email, school_id=school.pk)
        alike = self._same_address.words_of(name, email, self._by_email.get(email, ()))
        short = self._initials.words_of(name, school)
        self._index(made, school.pk)
        self.ledger.add(number, made, f"{name}{f', {email},' if email else ''} is new at {school.name}.")
        for words in filter(None, (alike, short, self._same_name.said_of(name))):
            self.ledger.say(number, words)
        return made

    def who_leads(self, name: str, email: str) -> Person | None:
        """Somebody known by name and address, at whatever school; None for somebody to be made.

        :raises Misread: for somebody of another hub, who becomes a leader of this one by invitation only.
        """
        found = next(iter(self._with_address(name, email)), None)
        if found is None and self._is_hidden(name, email):
            raise Misread(f"{name} works elsewhere: make them a leader in the portal first, which tells them of it.")
        return found

    def check_leader(self, name: str, email: str) -> None:
        """Look at whether somebody new who is to lead has the address of somebody of another name.

        :raises Misread: where they have; the lines of one group name its leader alike, so that no answer would do.
        """
        known = in_question(name, email, self._by_email.get(email, ()))
        if known is not None:
            raise Misread(SHARED_ADDRESS.format(email=email, known=known, name=name))

    def make_without_school(self, number: int, name: str, email: str) -> Person:
        """Somebody new whose school is not known."""
        made = Person(name=name, email=email)
        self._index(made, None)
        return self.ledger.add(number, made)

    def may_add_to(self, person: Person) -> bool:
        """Whether the hub may add to what is known of somebody, as it may on their page."""
        return person.pk is None or may_correct(self.world.by, person, held=self._roles[person.pk])

    def give_address(self, number: int, person: Person, email: str) -> None:
        """An address for somebody who has none; one that is known stays."""
        self.hear_address(number, person, email)
        if is_other_address(person, email):
            self.ledger.say(number, KEEPS_ADDRESS.format(person.name, person.email))
        elif email and not person.email and self.may_add_to(person):
            self.ledger.change(number, person, f"{person.name}: e-mail {email}.", email=email)

    def hold(self, number: int, person: Person, kind: str, school: Known, since: date) -> None:
        """A role at a school, where it is not held already; nobody is invited, and a headteacher stays the only one.

        Beside another maths lead whoever looks is told of them.
        """
        held = self._held[key_of(person)]
        if (kind, school.pk) in held:
            return
        if kind in ALONE:
            others = self._alone[kind, school.pk]
            if others and kind == roles.HEADTEACHER:
                self.ledger.say(number, second_head_problem(school.name, others[0].name, person.name))
                return
            if others:
                self.ledger.say(number, self._second_lead(school, others[0], person))
            others.append(person)
            if kind == roles.HEADTEACHER:
                self.ledger.heads[school.pk] = self._heads_as_read[school.pk]
        held.add((kind, school.pk))
        role = Role(person=person, kind=kind, school_id=school.pk, starts_on=since, brought_at=self.world.now)
        self.ledger.add(number, role, f"{person.name}: {roles.LABELS[kind]}, {school.name}.")

    def _second_lead(self, school: Known, lead: Person, newcomer: Person) -> str:
        line = self.ledger.line_of(lead)
        known = f"{lead.name}, of line {line}" if line and self.ledger.is_new(lead) else lead.name
        return SECOND_LEAD.format(school=school.name, known=known, name=newcomer.name)


def heads_of(schools: Iterable[int], today: date) -> dict[int, set[int]]:
    """The keys of the headteachers of some schools, whoever sees them."""
    found: dict[int, set[int]] = defaultdict(set)
    held = Role.objects.filter(kind=roles.HEADTEACHER, school__in=schools).current(today)
    for school, person in held.values_list("school", "person"):
        found[school].add(person)
    return found


class Leaders:
    """Who leads and led groups for the hub."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self._by_name: dict[str, list[Leader]] = defaultdict(list)
        self._by_email: dict[str, list[Leader]] = defaultdict(list)
        for leader in (
            Leader.objects.filter(hub=world.hub).select_related("person", "school").order_by("-starts_on", "pk")
        ):
            self._index(leader)

    def _index(self, leader: Leader) -> None:
        self._by_name[name_key(leader.person.name)].append(leader)
        if leader.person.email:
            self._by_email[leader.person.email.lower()].append(leader)

    def find(self, name: str, email: str = "", kind: str = "", year: int | None = None) -> Leader | None:
        """A leader of this address or name, of this kind; in a year they led in, if need be.

        A namesake of whom another address is known is somebody else, and so is who has the address, as of an office,
        and quite another name.
        """
        alike = [one for one in self._by_name.get(name_key(name), ()) if not is_other_address(one.person, email)]
        there = [one for one in self._with_address(email) if not _is_called_otherwise(one.person, name)]
        same = name_key(name)
        found = [*sorted(there, key=lambda one: name_key(one.person.name) != same), *alike]
        fitting = [one for one in found if not kind or one.kind == kind]
        return next((one for one in fitting if year is None or _led_in(one, year)), None)

    def are_several(self, name: str, email: str, year: int) -> bool:
        """Whether more than one who led in a year has this name, and the address where one is said and known."""
        alike = [one for one in self._by_name.get(name_key(name), ()) if not is_other_address(one.person, email)]
        with_it = [one for one in alike if email and one.person.email.lower() == email]
        return len({key_of(one.person) for one in with_it or alike if _led_in(one, year)}) > 1

    def _with_address(self, email: str) -> list[Leader]:
        return self._by_email.get(email, []) if email else []

    def check_namesake(self, name: str, email: str) -> None:
        """Look at whether somebody who is to be made a leader is known as one, by another address or another name.

        :raises Misread: where they may be: the group would be a namesake's, or one person would be two.
        """
        if others := self._with_address(email):
            line = self.ledger.line_of(others[0])
            known = f"{others[0].person}, of line {line}" if line else str(others[0].person)
            raise Misread(
                SHARED_ADDRESS.format(email=email, known=f"{known}, who leads, or led, for the hub", name=name)
            )
        alike = [one for one in self._by_name.get(name_key(name), ()) if is_other_address(one.person, email)]
        if alike:
            line = self.ledger.line_of(alike[0])
            words = OTHER_ADDRESS if line else NAMESAKE_LEADS
            raise Misread(words.format(line=line, name=name, email=alike[0].person.email))

    def namesake(self, name: str, email: str, kind: str) -> Leader | None:
        """Somebody of a name who leads, or is to, and whom no other address tells from who is to be made a leader.

        Not one of whom nothing else is known: that is rather who is meant.
        """
        return next(
            (
                one
                for one in self._by_name.get(name_key(name), ())
                if one.kind == kind and (one.ends_on is None or one.ends_on >= self.world.today)
                if not is_other_address(one.person, email)
                if one.school_id or one.person.school_id or one.person.email
            ),
            None,
        )

    def lead(self, number: int, person: Person, kind: str, school: Known, since: date) -> None:
        """Let this very person lead, where they do not yet: a namesake does not lead for them, nor what is over.

        Where nothing is known of a namesake that would tell the two apart, whoever looks is told.
        """
        alike = [one for one in self._by_name.get(name_key(person.name), ()) if one.kind == kind]
        theirs = [one for one in alike if key_of(one.person) == key_of(person)]
        ends = [one.ends_on for one in theirs if one.ends_on is not None]
        goes_on = [one for one in alike if one.ends_on is None or one.ends_on >= self.world.today]
        if led := [one for one in theirs if one in goes_on]:
            if led[0].school is not None and led[0].school_id != school.pk:
                self.ledger.say(number, f"{person.name} is based at {led[0].school} in the portal, and stays so.")
            return
        if any(not (one.school_id or one.person.school_id or one.person.email) for one in goes_on):
            new = "If that is somebody else, make this one a leader in the portal."
            known = f"{person.name} is a {roles.LABELS[kind]}, without school or address on record, and stays so."
            self.ledger.say(number, f"{known} {new}")
            return
        self.make(number, person, kind, max([since, *(day + timedelta(days=1) for day in ends)]))

    def make(self, number: int, person: Person, kind: str, since: date, until: date | None = None) -> Leader:
        """Somebody who leads groups, from when to when; whoever leads today holds the role, and nobody is invited."""
        made = Leader(person=person, hub=self.world.hub, kind=kind, school_id=person.school_id, starts_on=since)
        made.ends_on, made.max_groups = until, 3
        self._index(made)
        self.ledger.add(number, made, f"{person.name} is new as {roles.LABELS[kind]}.")
        self.ledger.add(number, Role(person=person, kind=kind, hub=self.world.hub, starts_on=since, ends_on=until))
        return made


def _led_in(leader: Leader, year: int) -> bool:
    return leader.starts_on <= date(year + 1, 7, 1) and (leader.ends_on is None or leader.ends_on >= first_day(year))


def _is_called_otherwise(person: Person, name: str) -> bool:
    """Whether a name is quite another: not even one word of it, as the surname, is this person's."""
    return set(name_key(person.name).split()).isdisjoint(name_key(name).split())


def is_other_address(person: Person, email: str) -> bool:
    """Whether an address that a file says of somebody is another one than is known of this person."""
    return bool(email and person.email) and person.email.lower() != email
