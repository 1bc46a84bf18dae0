"""Groups: leader, schools, teachers and meetings, of past years or running."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from hubportal.core import clock, notices
from hubportal.dashboards.actions.records.at_two import AtTwoSchools
from hubportal.dashboards.actions.records.enrolled import Enrolments, Said
from hubportal.dashboards.actions.records.group_parts import GroupParts, Hours, first_moment, in_year
from hubportal.dashboards.actions.records.known_people import (
    OTHER_ADDRESS,
    OTHERS_PEOPLE,
    Leaders,
    People,
    is_other_address,
)
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.people import load_people, taking_part
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.names import read_name
from hubportal.dashboards.rules.reading import (
    NOBODY,
    Misread,
    in_full,
    read_email,
    shortened,
)
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Enrolment, Leader, Phase
from schools.models import Person, Role
from schools.roles import LEADS_SCHOOL, TEACHER
from schools.rules import first_day, last_day, name_key, year_label
from workgroups.actions import visits
from workgroups.models import Group, Place

Status = Group.Status
LED_BY = "{} is led by {}, {}, in the portal, and stays so."
ENDED = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN, Enrolment.Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says, all of it looked at before anything is made of it."""

    number: int
    name: str
    phase: Phase
    year: int
    is_running: bool
    # How the school's year ended, where the line says that, and not whether the group is over.
    ended: str
    school: Known
    # Whose place it is: a school that has become another since had it under its own name.
    of: Known
    leader_name: str
    leader_email: str
    days: dict[date, Hours]
    teachers: list[tuple[str, str]]


class Groups:
    """Plans lines of groups."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.enrolments, self.parts = Enrolments(world, ledger), GroupParts(world, ledger)
        self.people, self.leaders = People(world, ledger), Leaders(world, ledger)
        self.at_two = AtTwoSchools(world, self.people)
        self._touched: dict[int, Group] = {}

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read who is known at their schools, and the leaders."""
        self.enrolments.load(rows)
        load_people(self.world, self.people, rows)
        emails = []
        for row in rows:
            with suppress(Misread):
                emails.append(read_email(row.text("leader_email")))
        self.people.load(emails, ())
        self.at_two.look_through(rows)

    def read(self, row: Row) -> None:
        """One line: a school of a group.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        school = self.world.seen_school(row)
        phase = self.world.programme(row, row.needed("programme"), school)
        if phase is None:
            return
        line = self._line(row, phase, school)
        kept, left_out = self.at_two.kept(row, line.teachers)
        line = replace(line, teachers=kept)
        group = self.parts.named(line.name, line.year, phase.pk)
        enrolment = self.enrolments.check(line.of, phase, line.year)
        self._check_group(line, group)
        self._check_place(line, group, enrolment)
        hidden = self._hidden(line)
        line = replace(line, teachers=[one for one in line.teachers if one not in hidden])
        for name, email in line.teachers:
            self.people.look_for(line.number, name, email, line.school)
        self._keep(line, group, enrolment)
        for words in [*left_out, *(OTHERS_PEOPLE.format(name, line.school.name) for name, _email in hidden)]:
            self.ledger.say(row.number, words)

    def _hidden(self, line: Line) -> list[tuple[str, str]]:
        """Teachers of a school that has moved since whom the hub does not know: the past of the school goes without."""
        return [] if line.is_running else self.people.out_of_reach(line.teachers, line.school)

    def _line(self, row: Row, phase: Phase, school: Known) -> Line:
        year = row.year("year")
        if year > self.world.year:
            raise Misread(f"{year_label(year)} has not begun. Make its groups in the portal.")
        text = row.text("standing")
        usual = Status.RUNNING if year == self.world.year else Status.COMPLETED
        said = self.world.meant(row, "standing", text) if text else ""
        standing = said if said in (Status.RUNNING, Status.COMPLETED) else usual
        is_running = standing == Status.RUNNING
        if is_running and year < self.world.year:
            raise Misread(f"{year_label(year)} is over: its groups are completed.")
        if is_running:
            self.world.own_school(row)
        days = self._days(row, year)
        for day in days:
            in_year(day, year)
            if not is_running and day > self.world.today:
                raise Misread(f"The group is over, but meets on {in_full(day)}.")
        email = read_email(mail) if (mail := row.text("leader_email")) else ""
        leader = read_name(row.needed("leader"))
        if leader.lower() in NOBODY:
            raise Misread("The leader is not named.")
        name, was = shortened(row.needed("group"), 100), self.world.school_then(row, school, year)
        ended = "" if said in ("", standing) else text
        return Line(
            row.number, name, phase, year, is_running, ended, school, was, leader, email, days, taking_part(row)
        )

    def _days(self, row: Row, year: int) -> dict[date, Hours]:
        """The days of the meetings, each with its own time where one stands behind it, else that of the line.

        :raises Misread: where a day or a time is none, or the meetings end before they start.
        """
        (start, until), (end, _after) = row.span("starts"), row.span("ends")
        end = end or until
        found = row.moments("meeting", year)
        return {day: Hours.of(at, _end(at, end)) if at else Hours.of(start, end) for day, at in found.items()}

    def _check_group(self, line: Line, group: Group | None) -> None:
        if group is None:
            self._known_leader(line)
            return
        if name_key(group.leader.person.name) != name_key(line.leader_name):
            raise Misread(f"{group.name} is led by {group.leader}. Change the leader on the group’s page.")
        if not group.pk and is_other_address(group.leader.person, line.leader_email):
            led, email = self.ledger.line_of(group), group.leader.person.email
            raise Misread(OTHER_ADDRESS.format(line=led, name=line.leader_name, email=email))
        if group.pk and (group.status == Status.RUNNING) != line.is_running:
            raise Misread(f"{group.name} is {group.get_status_display().lower()} in the portal.")

    def _check_place(self, line: Line, group: Group | None, enrolment: Enrolment | None) -> None:
        if line.ended and (enrolment is None or self.ledger.is_new(enrolment)):
            raise Misread(f"“{line.ended}” is how the school’s year ended: bring that as past engagement first.")
        if enrolment is None:
            return
        if line.is_running and enrolment.status in ENDED:
            raise Misread(f"{line.of.name} has {enrolment.get_status_display().lower()} this programme already.")
        place = self.parts.place_of(enrolment)
        if place is not None and place.group is not group and (group is None or place.group_id != group.pk):
            raise Misread(f"{line.of.name} has its place in {place.group}.")
        if group is not None and not group.offer.is_grouped_with(enrolment.offer):
            raise Misread(f"{line.of.name} is enrolled in {enrolment.offer}, the group is of {group.offer}.")

    def _keep(self, line: Line, group: Group | None, enrolment: Enrolment | None) -> None:
        if enrolment is None:
            status = Enrolment.Status.ACTIVE if line.is_running else Enrolment.Status.COMPLETED
            offer = group.offer if group else self.enrolments.offer(line.number, line.phase, line.year)
            enrolment = self.enrolments.make(line.number, line.of, offer, Said(status))
        elif line.is_running and enrolment.status == Enrolment.Status.ACCEPTED:
            self.ledger.change(line.number, enrolment, f"{line.of.name} starts.", move=Enrolment.Status.ACTIVE)
        if group is None:
            group = self._make(line, enrolment)
        elif is_other_address(group.leader.person, line.leader_email):
            self.ledger.say(line.number, LED_BY.format(group.name, group.leader, group.leader.person.email))
        self._touched.setdefault(key_of(group), group)
        begins = first_day(line.year)
        left_on = enrolment.ended_on if enrolment.status == Enrolment.Status.WITHDRAWN else None
        place = self.parts.place(line.number, group, enrolment, begins, left_on)
        if self.ledger.line_of(place) == line.number:
            self.ledger.say(line.number, f"{line.of.name}: a place in {group.name}.")
        self.ledger.meet(line.number, place)
        for day, hours in line.days.items():
            self.parts.meet(line.number, group, day, hours)
        self._take_part(line, place, begins)

    def _take_part(self, line: Line, place: Place, begins: date) -> None:
        """The teachers of a line take part from the place of their school."""
        for name, email in line.teachers:
            person = self.people.find(name, email, line.school)
            person = person or self.people.make(line.number, name, email, line.school)
            self.people.give_address(line.number, person, email)
            if line.is_running:
                self.people.hold(line.number, person, TEACHER, line.school, begins)
            self.parts.take_part(line.number, place, person, begins)

    def _make(self, line: Line, enrolment: Enrolment) -> Group:
        offer = enrolment.offer
        leader = self._leader(line, offer.leader_kind)
        status = Status.RUNNING if line.is_running else Status.COMPLETED
        group = Group(name=line.name, offer=offer, hub=self.world.hub, leader=leader, status=status)
        group.taken_over_at = self.world.now
        self.parts.keep(group)
        words = f"{line.name}: {offer}, led by {leader.person.name}, {group.get_status_display().lower()}."
        return self.ledger.add(line.number, group, words)

    def _leader(self, line: Line, kind: str) -> Leader:
        year = line.year if not line.is_running else self.world.year
        found = self.leaders.find(line.leader_name, line.leader_email, kind, year)
        if found is not None:
            return found
        person = self._person(line)
        until = None if line.is_running else last_day(line.year)
        return self.leaders.make(line.number, person, kind, first_day(line.year), until)

    def _person(self, line: Line) -> Person:
        """Who leads and is no leader of this kind then: a leader otherwise, somebody known, or somebody new."""
        known = self._known_leader(line)
        return known or self.people.make_without_school(line.number, line.leader_name, line.leader_email)

    def _known_leader(self, line: Line) -> Person | None:
        other = self.leaders.find(line.leader_name, line.leader_email)
        known = other.person if other else self.people.who_leads(line.leader_name, line.leader_email)
        if known is None:
            self.leaders.check_namesake(line.leader_name, line.leader_email)
            self.people.check_leader(line.leader_name, line.leader_email)
        return known

    def finish(self) -> None:
        """What follows for each group as a whole."""
        for group in self._touched.values():
            held = [one for one in self.parts.places(group) if one.left_on is None]
            new = [one for one in held if one.pk is None]
            places: dict[str, Any] = {"places_taken": len(held), "places_max": _room(group, len(held))}
            if self.ledger.is_new(group):
                self._begin(group, places)
            elif new:
                # With the line that brings a school: it is the one that says what changes.
                self.ledger.change(self.ledger.line_of(new[0]), group, **places)
            if group.status == Status.RUNNING:
                self._follow(group, new)

    def _begin(self, group: Group, places: dict[str, Any]) -> None:
        """When a group that is new here began, and ended."""
        found = self.parts.meetings(group)
        group.places_taken, group.places_max = places["places_taken"] or 0, places["places_max"]
        group.started_at = first_moment(group, found, self.world.now)
        if group.status == Status.COMPLETED:
            group.ended_on = _last_day(group, [one.starts_at for one in found], self.world.today)
        self.parts.number_new(group)

    def _follow(self, group: Group, new: list[Place]) -> None:
        """Once they are kept: the leader sees the schools, what is still owed is planned and reminded of."""

        def after() -> None:
            notices.reconcile(group, *group.meetings.all(), now=self.world.now)
            if not new:
                return
            held = [
                Role(
                    person=group.leader.person,
                    kind=LEADS_SCHOOL,
                    school_id=place.enrolment.school_id,
                    starts_on=self.world.today,
                    source=place.role_source,
                )
                for place in new
            ]
            lines = {place.pk: self.ledger.line_of(place) for place in new}
            first = lines[new[0].pk]
            for role, place in zip(Role.objects.bulk_create(held), new, strict=True):
                self.ledger.entries[lines[place.pk]].made.append(role)
            before = set(group.visits.values_list("pk", flat=True))
            visits.plan_visits(group=group, by=self.world.by, now=self.world.now)
            for visit in group.visits.exclude(pk__in=before):
                self.ledger.entries[lines.get(visit.place_id, first)].made.append(visit)

        self.ledger.rest_on(group)
        self.ledger.after.append(after)


def _end(start: time, end: time | None) -> time | None:
    """The end that is said for all, where a meeting that starts at another time may have it."""
    return end if end and end > start else None


def _room(group: Group, held: int) -> int | None:
    """As many places as the offer says, unless the group had more schools."""
    most = group.places_max if group.pk else group.offer.group_max
    return None if most is None or held > most else most


def _last_day(group: Group, starts: list[datetime], today: date) -> date:
    last = max(starts).astimezone(clock.LONDON).date() if starts else date(group.offer.year + 1, 7, 31)
    return min(last, today)
