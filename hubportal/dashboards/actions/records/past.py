"""Past engagement: a school's years in programmes, and how they ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hubportal.dashboards.actions.records.enrolled import (
    GIVEN_UP,
    Enrolments,
    Said,
    Teachers,
    ended_words,
    standing_words,
)
from hubportal.dashboards.actions.records.known_people import OTHERS_PEOPLE, People
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.people import load_people, taking_part
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import NOTHING
from hubportal.dashboards.rules.reading import Misread, folded, in_full, shortened
from hubportal.dashboards.rules.school_match import Known
from programmes.actions.following import MOVABLE
from programmes.models import Enrolment, Phase
from schools.models import Person
from schools.roles import TEACHER
from schools.rules import academic_year, first_day, year_label

Status = Enrolment.Status
# Signing up is not completing: whoever brings a list of those who signed up is to see what is made of it.
NOBODY_NAMED = (
    "{} is for single persons in {}: say who took part. Choose the column of their names, or add one: “Who took part”."
)
NO_NAME = "The e-mail address is left out: no name says whose it is."
UNSAID = (
    "How {} ended is not said, and is taken as completed. Another outcome can be chosen for all lines, by the columns."
)


@dataclass(frozen=True, slots=True)
class Year:
    """What a line says of one school year."""

    phase: Phase
    year: int
    said: Said
    # Whether it says how that ended.
    is_said: bool
    # Names and addresses of those who took part.
    named: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One year of a school in a programme, or of somebody who takes part without their school."""

    phase: Phase
    year: int
    # Whose it is: a school that has become another since did it under its own name.
    of: Known
    said: Said
    # Name and address, of somebody's own part; of a school's, nobody's.
    who: tuple[str, str] | None
    old: Enrolment | None
    # Who took part for the school.
    teachers: Sequence[tuple[str, str]] = ()


class Past:
    """Plans lines of past engagement."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.enrolments = Enrolments(world, ledger)
        self.people, self.teachers = People(world, ledger), Teachers(world, ledger)

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read what their schools and people took part in."""
        self.enrolments.load(rows)
        if any("teacher" in row.mapping.columns for row in rows[:1]):
            load_people(self.world, self.people, rows)
            self.enrolments.load_persons(self.people.known)

    def read(self, row: Row) -> None:
        """One line: one or several years of a school, or of people there.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        school = self.world.seen_school(row)
        years = [self._year(row.of_year(year), phase, year) for phase, year in self._parts(row, school)]
        parts = [part for one in years for part in self._of_whom(row, school, one)]
        named = list(dict.fromkeys(who for one in years for who in one.named))
        hidden = self.people.out_of_reach(named, school)
        for one in named:
            if one not in hidden:
                self.people.look_for(row.number, *one, school)
        for part in parts:
            _check_move(part.old, part.said)
        for part in parts:
            self._keep(row.number, school, part, [one for one in part.teachers if one not in hidden])
        self._say_unsaid(row.number, years)
        for name, _email in hidden:
            self.ledger.say(row.number, OTHERS_PEOPLE.format(name, school.name))
        if years and row.text("teacher_email") and not named:
            self.ledger.say(row.number, NO_NAME)

    def _say_unsaid(self, number: int, years: list[Year]) -> None:
        """Say which of the years that are over are taken as completed, as the line does not say how they ended."""
        unsaid = [one.year for one in years if not one.is_said and one.year < self.world.year]
        are_all = len(unsaid) == len(years)
        if unsaid:
            self.ledger.say(number, UNSAID.format("it" if are_all else ", ".join(map(year_label, sorted(set(unsaid))))))

    def _year(self, row: Row, phase: Phase, year: int) -> Year:
        said = self._said(row)
        return Year(phase, year, self._checked(said, year), bool(said.status), taking_part(row))

    def _of_whom(self, row: Row, school: Known, one: Year) -> Iterator[Part]:
        """A school's part, or that of each person, with what is known of it.

        :raises Misread: where the line can say nothing about it, or does not say whose it is.
        """
        phase, year, said = one.phase, one.year, one.said
        # What may go on does so at the school of today.
        was = school if said.status in MOVABLE else self.world.school_then(row, school, year)
        if not self.enrolments.offers.is_for_persons(phase, year):
            yield Part(phase, year, was, said, None, self.enrolments.check(was, phase, year), one.named)
            return
        if not one.named:
            raise Misread(NOBODY_NAMED.format(phase, year_label(year)))
        for name, email in one.named:
            person = self.people.look_for(row.number, name, email, school)
            old = self.enrolments.check_person(person, name, was, phase, year)
            yield Part(phase, year, was, said, (name, email), old)

    def finish(self) -> None:
        """Nothing to be done at the end."""

    def _parts(self, row: Row, school: Known) -> list[tuple[Phase, int]]:
        wide = row.pairs("by_year")
        cells = [(int(year), text) for year, text in wide if folded(text) not in NOTHING]
        found = [(self.world.programme(row, text, school), year) for year, text in cells]
        if not row.mapping.columns.get("by_year"):
            found = [(self.world.programme(row, row.needed("programme"), school), row.year("year"))]
        for _phase, year in found:
            self.world.check_year(year)
        return list(dict.fromkeys((phase, year) for phase, year in found if phase is not None))

    def _said(self, row: Row) -> Said:
        text = row.text("outcome")
        status = self.world.meant(row, "outcome", text) if text else ""
        return Said(status, row.day("ended"), shortened(row.text("reason"), 1_000))

    def _checked(self, said: Said, year: int) -> Said:
        """What is said of a year, or what goes without saying.

        :raises Misread: where a year that is over would still go on.
        """
        is_over = year < self.world.year
        usual = Status.COMPLETED if is_over else Status.ACTIVE if year == self.world.year else Status.ACCEPTED
        status = said.status or usual
        if is_over and status in (Status.ACTIVE, Status.ACCEPTED):
            raise Misread(f"{year_label(year)} is over: say whether the school completed it, paused or withdrew.")
        if year > self.world.year and status != Status.ACCEPTED:
            raise Misread(f"{year_label(year)} has not begun: a school can only be accepted for it.")
        if said.ended_on and said.ended_on > self.world.today:
            raise Misread(f"The day on which it ended, {in_full(said.ended_on)}, is still to come.")
        return Said(status, said.ended_on, said.reason)

    def _keep(self, number: int, school: Known, part: Part, teachers: list[tuple[str, str]]) -> None:
        said, year = part.said, part.year
        if said.ended_on and academic_year(said.ended_on) != year:
            self.ledger.say(number, f"{in_full(said.ended_on)} is not in {year_label(year)}: is that right?")
        person = self._person(number, part.who, school, year) if part.who else None
        # A line before may have said the same, or more.
        old = part.old or self.enrolments.standing(part.of, part.phase, year, person)
        if old is None:
            offer = self.enrolments.offer(number, part.phase, year)
            stands = self.enrolments.make(number, part.of, offer, said, person)
        else:
            stands = old
            self._bring_up(number, old, part, person)
        if person is None:
            for one in teachers:
                taker = self._person(number, one, school, year)
                words = f"{taker.name} took part for {part.of.name}."
                self.teachers.name(number, stands, taker, first_day(year), words)
        elif year >= self.world.year:
            # Who takes part in a group are those who stand among the teachers, of a person's own part too.
            words = "" if self.ledger.is_new(stands) else f"{person.name} takes part in {stands.offer}."
            self.teachers.name(number, stands, person, first_day(year), words)

    def _person(self, number: int, who: tuple[str, str], school: Known, year: int) -> Person:
        """Somebody known, or new; whoever takes part now holds the role for it, and nobody is invited."""
        person = self.people.find(*who, school) or self.people.make(number, *who, school)
        self.people.give_address(number, person, who[1])
        if year >= self.world.year and self.world.has_people_of(school):
            self.people.hold(number, person, TEACHER, school, first_day(year))
        return person

    def _bring_up(self, number: int, old: Enrolment, part: Part, person: Person | None) -> None:
        said, who = part.said, person.name if person else part.of.name
        self._compare(number, old, said)
        if self.ledger.standing(old) == old.status != said.status and not self.ledger.is_new(old):
            ended = {"ended_on": said.ended_on or self.world.today, "end_reason": said.reason}
            values = ended if said.status in (Status.COMPLETED, Status.WITHDRAWN) else {}
            becomes = ended_words(said.status, values)
            words = f"{who}: {old.offer}, {standing_words(old.status)} becomes {becomes}."
            self.ledger.change(number, old, words, move=said.status, **values)
            if person is None and said.status not in GIVEN_UP:
                self.enrolments.doubt_turn(number, part.of, old.offer)

    def _compare(self, number: int, old: Enrolment, said: Said) -> None:
        """A line before it may have said the same of this year, or something else."""
        line, stands = self.ledger.line_of(old), self.ledger.standing(old)
        if line and stands != said.status:
            self.ledger.say(number, f"Line {line} says {standing_words(stands)}, and that is kept.")
        else:
            self.ledger.meet(number, old)


def _check_move(old: Enrolment | None, new: Said) -> None:
    if old is not None and old.pk and old.status != new.status and not old.may_move_to(new.status):
        stands, says = standing_words(old.status), standing_words(new.status)
        raise Misread(f"{old} is {stands} in the portal, and {says} in the file. Change one of them by hand.")
