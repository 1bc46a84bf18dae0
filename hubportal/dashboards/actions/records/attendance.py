"""Attendance: who came to which meeting."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from hubportal.dashboards.actions.records.group_parts import GroupParts, Hours, in_year
from hubportal.dashboards.actions.records.known_people import People
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.people import load_people
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.reading import Misread, YearUnsaid, day_within, in_full, read_email
from schools.models import Person
from schools.rules import academic_year, first_day, year_label
from workgroups.models import Attendance, Group, Meeting, Place

Mark = tuple[date, str]
YEAR_WANTED = (
    "“{}” does not say which year. Say the school year for all lines, on the page where you say what the columns are; "
    "or write the date in full, as 12/01/2027."
)


class Registers:
    """Plans lines of attendance."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.parts, self.people = GroupParts(world, ledger), People(world, ledger)
        rows = Attendance.objects.filter(meeting__group__hub=world.hub).select_related("person")
        self._marks = {(one.meeting_id, one.person_id): one for one in rows}

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read who is known of them."""
        load_people(self.world, self.people, [row for row in rows if row.text("school") or row.text("urn")])
        self.world.look_through("mark", (text for row in rows for text in _marks(row)))

    def read(self, row: Row) -> None:
        """One line: the marks of one person.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        name, email = row.name(), read_email(text) if (text := row.text("email")) else ""
        group = self._group(row)
        place, person = self._who(row, group, name, email)
        marks = self._read_marks(row, group)
        self.people.check_address(person, name, email)
        if person is None:
            person = self.people.make(row.number, name, email, self.world.register.known(self._today(place)))
        self.people.hear_address(row.number, person, email)
        first = min([first_day(group.offer.year), *(day for day, _mark in marks)])
        if marks:
            self.parts.take_part(row.number, place, person, max(first, place.placed_on))
        for day, mark in marks:
            self._mark(row.number, place, person, day, mark)

    def finish(self) -> None:
        """Nothing to be done at the end."""

    def _group(self, row: Row) -> Group:
        name = row.needed("group")
        year = row.year("year") if row.text("year") else self._year_of(row)
        found = self.parts.named(name, year)
        if found is None:
            raise Misread(f"No group is called {name} in {year_label(year)}. Bring the groups first.")
        return found

    def _year_of(self, row: Row) -> int:
        """The school year of the first day that the line names.

        :raises Misread: where that does not say its year.
        """
        try:
            day = row.day("date")
            if day is None:
                wide = row.mapping.columns.get("by_day", ())
                day = day_within(wide[0][1]) if wide else None
        except YearUnsaid as problem:
            raise Misread(YEAR_WANTED.format(problem.text)) from problem
        return academic_year(day) if day else self.world.year

    def _read_marks(self, row: Row, group: Group) -> list[Mark]:
        year = group.offer.year
        found = row.heading_days("by_day", year)
        day, text = row.day("date", year), row.text("mark")
        if day is not None and (text or not row.mapping.columns.get("by_day")):
            found.append((day, row.needed("mark")))
        marks = [(one, self.world.meant(row, "mark", said)) for one, said in found]
        marks = [(one, mark) for one, mark in marks if mark]
        for one, _mark in marks:
            self._check_day(group, one)
        return marks

    def _check_day(self, group: Group, day: date) -> None:
        in_year(day, group.offer.year)
        if day > self.world.today:
            raise Misread(f"The meeting of {in_full(day)} is still to come.")
        meeting = self.parts.meeting_on(group, day)
        if meeting is not None and meeting.status == Meeting.Status.CANCELLED:
            raise Misread(f"The meeting of {in_full(day)} was cancelled.")
        if meeting is not None and meeting.status == Meeting.Status.PLANNED and meeting.ends_at > self.world.now:
            raise Misread(f"The meeting of {in_full(day)} is not over yet.")

    def _who(self, row: Row, group: Group, name: str, email: str) -> tuple[Place, Person | None]:
        """From which place somebody takes part, and who they are; None for somebody new."""
        places = self.parts.places(group)
        takers = [(one, taker) for one in places for taker in self.parts.takers(one, name, email)]
        if not (row.text("school") or row.text("urn")):
            return self._only(takers, group, name)
        # Within a group a school is known by less: only those count from which somebody of this name takes part.
        likely = [one for one in takers if self.world.may_be(row, one[0].enrolment.school_id)]
        if len(likely) == 1:
            return likely[0]
        school = self.world.school(row)
        was = self.world.school_then(row, school, group.offer.year)
        places = [one for one in places if self._today(one) == school.pk]
        places = [one for one in places if one.enrolment.school_id == was.pk] or places
        if not places:
            raise Misread(f"{school.name} has no place in {group.name}.")
        takers = [one for one in takers if one[0] in places]
        if takers:
            return self._only(takers, group, name)
        return places[0], self.people.look_for(row.number, name, email, school)

    def _today(self, place: Place) -> int:
        """The school of a place, or the one that took its place since."""
        return self.world.register.standing(place.enrolment.school_id)

    def _only(self, takers: Sequence[tuple[Place, Person]], group: Group, name: str) -> tuple[Place, Person]:
        if len(takers) > 1:
            are_of_one = len({id(place) for place, _person in takers}) == 1
            what = "Say the e-mail address, as the portal has it." if are_of_one else "Add the school."
            raise Misread(f"Two people called {name} take part in {group.name}. {what}")
        if not takers:
            raise Misread(f"Nobody called {name} takes part in {group.name}. Add the school.")
        return takers[0]

    def _mark(self, number: int, place: Place, person: Person, day: date, mark: str) -> None:
        group = place.group
        words = "" if self.parts.meeting_on(group, day) else self.parts.unplanned(group, day)
        meeting = self.parts.meet(number, group, day, Hours.of(), words)
        if meeting.status == Meeting.Status.PLANNED:
            self.ledger.change(number, meeting, f"The meeting of {in_full(day)} was held.", move="held")
        key = (key_of(meeting), key_of(person))
        known = self._marks.get(key)
        if known is not None:
            self.ledger.meet(number, known)
            self.ledger.change(number, known, f"{person.name}, {in_full(day)}: {mark}.", mark=mark, substitute_name="")
            return
        made = Attendance(meeting=meeting, person=person, school_id=place.enrolment.school_id, mark=mark)
        made.marked_by, made.marked_at = self.world.by, self.world.now
        self._marks[key] = self.ledger.add(number, made, f"{person.name}, {in_full(day)}: {mark}.")


def _marks(row: Row) -> Iterator[str]:
    for key in ("mark", "by_day"):
        with suppress(Misread):
            yield from row.words_in(row.mapping.kind.field(key))
