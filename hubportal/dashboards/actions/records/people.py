"""People: who works at which school, with address, job and roles."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hubportal.core import clock
from hubportal.dashboards.actions.records.known_people import Leaders, People
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Row, Undecided
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import ANOTHER, NAMESAKE, split_roles
from hubportal.dashboards.rules.names import read_people
from hubportal.dashboards.rules.reading import Misread, read_email, read_phone, read_trn, shortened
from hubportal.dashboards.rules.school_match import Known
from programmes.actions.new_heads import ask_heads_of
from schools import roles
from schools.models import Person, Role
from schools.rules import first_day
from schools.rules.addresses import meant_address

NAMESAKE_ASKED = "{name}, {label}, of {school}: there is a {label} of this name already, of {at}."
SAME_LEADER = "You said that {name} is the {label} of {at}: this line is left out. Change what is new on their page."
LONGEST = 300  # as much of a question is kept
# A line that says none of these says nothing of anybody.
NAMES = ("name", "first_name", "last_name")
# Of whom an address alone says who is meant.
NAMELESS = (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE)
SAID = (*NAMES, "email", "phone", "job", "trn")


class PeopleOfSchools:
    """Plans lines of people."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.people, self.leaders = People(world, ledger), Leaders(world, ledger)
        self.since = first_day(world.year)
        self._roleless: list[Person] = []

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read who is known of them."""
        load_people(self.world, self.people, rows)

    def read(self, row: Row) -> None:
        """One line: one person.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        if not any(row.text(key) for key in SAID):
            self.ledger.say(row.number, "Nothing is filled in.")
            return
        email = read_email(text) if (text := row.text("email")) else ""
        school = self.world.own_school(row)
        name, kinds = self._who(row, email)
        if self._leads_already(row.number, name, email, kinds, school):
            return
        trn = read_trn(text) if (text := row.text("trn")) else ""
        facts = {"job_title": shortened(row.text("job"), 100), "phone": read_phone(row.text("phone")), "trn": trn}
        person = self._person(row.number, name, email, trn, school)
        if self.ledger.is_new(person) and self.ledger.line_of(person) == row.number and not kinds:
            self.ledger.say(row.number, f"No role is said: {name} is known, and no letter to contacts goes there.")
            self._roleless.append(person)
        self._add(row.number, person, email, facts, school)
        for kind in kinds:
            self._hold(row.number, person, kind, school)
        if not school.is_open:
            self.ledger.say(row.number, f"{school.name} is not open today.")
        if meant := meant_address(email):
            self.ledger.say(row.number, f"Is the address right? {email} may be meant to be {meant}.")

    def finish(self) -> None:
        """A new headteacher is asked about what runs once they are there, whatever day their role counts from."""
        with_role = {id(one.person) for one in self.ledger.new(Role)}
        self.ledger.roleless = sum(id(one) not in with_role for one in self._roleless)
        heads = [one for one in self.ledger.new(Role) if one.kind == roles.HEADTEACHER]
        schools = {one.school_id for one in heads if one.school_id is not None}
        if schools:
            self.ledger.after.append(lambda: ask_heads_of(schools, now=clock.now()))

    def _leads_already(self, number: int, name: str, email: str, kinds: Sequence[str], school: Known) -> bool:
        """Whether somebody new who is to lead is a leader of this name whom the hub has, as somebody has said.

        :raises Undecided: where nobody has.
        """
        kind = next((one for one in kinds if one in roles.LEADERS), "")
        known = self.leaders.namesake(name, email, kind) if kind else None
        if known is None or self.people.find(name, email, school) is not None:
            return False
        at, label = str(known.school or known.person.school or known.person.email), roles.LABELS[kind]
        text = NAMESAKE_ASKED.format(name=name, school=school.name, label=label, at=at)[:LONGEST]
        if (said := self.world.said(NAMESAKE, text)) is None:
            self.world.asking.word(number, NAMESAKE, text)
            raise Undecided(f"{text} Say whether they are one person or two.")
        self.world.asking.answered(number, NAMESAKE, text, said)
        if said == ANOTHER:
            return False
        self.ledger.say(number, SAME_LEADER.format(name=name, label=label, at=at))
        return True

    def _person(self, number: int, name: str, email: str, trn: str, school: Known) -> Person:
        """Who is known, or somebody new.

        :raises Misread: where it may be somebody else, as of another number.
        """
        person = self.people.look_for(number, name, email, school)
        self.ledger.meet(number, person)
        if person is not None and trn and person.trn not in ("", trn):
            raise Misread(f"{name} has another teacher reference number at {school.name}. Are they two people?")
        person = person or self.people.make(number, name, email, school)
        self.people.hear_address(number, person, email)
        return person

    def _who(self, row: Row, email: str) -> tuple[str, list[str]]:
        """Name and roles; an address without a name is the office's, or that of the one head or lead of the school.

        :raises Misread: where there is neither, and of whoever may be one of several.
        """
        kinds = self._kinds(row)
        only = kinds or [roles.OFFICE]
        if not email or any(row.text(key) for key in NAMES) or only[0] not in NAMELESS:
            return row.name(), kinds
        return roles.LABELS[only[0]], only

    def _kinds(self, row: Row) -> list[str]:
        """The roles of a line; none said: somebody who is known, without a role."""
        found = []
        for text in row.texts("role"):
            for part in split_roles(text):
                kind = self.world.meant(row, "role", part)
                if kind and kind not in found:
                    found.append(kind)
        return found

    def _add(self, number: int, person: Person, email: str, facts: dict[str, str], school: Known) -> None:
        """What the file says and the portal does not know; a sign-in address is never changed by a file."""
        new = {name: value for name, value in facts.items() if value and value != getattr(person, name)}
        if email and email != person.email.lower():
            if hasattr(person, "user"):
                self.ledger.say(number, f"{person.name} signs in as {person.email}: the address stays.")
            else:
                new["email"] = email
        if person.school_id is None:
            new["school_id"] = str(school.pk)
        if not new:
            return
        if not self.people.may_add_to(person):
            self.ledger.say(number, f"The details of {person.name} are not the hub’s alone to change, and stay.")
            return
        values: dict[str, Any] = {name: int(value) if name == "school_id" else value for name, value in new.items()}
        said = {name: school.name if name == "school_id" else value for name, value in new.items()}
        words = f"{person.name}: {', '.join(f'{_WORDS[name]} {value}' for name, value in sorted(said.items()))}."
        self.ledger.change(number, person, words, **values)

    def _hold(self, number: int, person: Person, kind: str, school: Known) -> None:
        if kind not in roles.LEADERS:
            self.people.hold(number, person, kind, school, self.since)
        else:
            self.leaders.lead(number, person, kind, school, self.since)


_WORDS = {"job_title": "job title", "phone": "telephone", "trn": "TRN", "email": "e-mail", "school_id": "school"}


def load_people(world: World, people: People, rows: Sequence[Row]) -> None:
    """Read who is at the schools of these lines, and who has their addresses."""
    emails = []
    for row in rows:
        with suppress(Misread):
            emails.append(read_email(text) if (text := row.text("email")) else "")
        for one in row.by_years():
            with suppress(Misread):
                emails += [email for _name, email in taking_part(one)]
    people.load(emails, [school.pk for school in world.schools_of(rows)])


def taking_part(row: Row) -> list[tuple[str, str]]:
    """Who takes part, each with the address that is said of them.

    :raises Misread: where a name or an address cannot be read.
    """
    return read_people(row.beside("teacher", "teacher_email"))
