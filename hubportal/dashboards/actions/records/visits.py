"""Visits: what a leader saw at a school, on days that have been."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from hubportal.dashboards.actions.records.as_read import AsRead
from hubportal.dashboards.actions.records.known_people import Leaders, is_other_address
from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.names import read_name
from hubportal.dashboards.rules.reading import Misread, in_full, read_email, read_half_days, shortened
from hubportal.dashboards.rules.school_match import Known
from programmes.models import HalfTerm, Leader
from schools.rules import academic_year, name_key, year_label
from workgroups.models import Group, Place, Visit, VisitLog
from workgroups.rules.visits import length_words

Status = Visit.Status
LONGEST = 10_000
TO_COME = "The visit of {} is still to come. Book it in the portal."


class Visits:
    """Plans lines of visits."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.leaders = Leaders(world, ledger)
        self._places: dict[tuple[int, int], list[Place]] = defaultdict(list)
        rows = Place.objects.filter(group__hub=world.hub).exclude(group__status=Group.Status.CANCELLED)
        for place in rows.select_related("group__offer", "group__leader__person", "enrolment__school").order_by("pk"):
            today = world.register.standing(place.enrolment.school_id)
            self._places[today, place.group.offer.year].append(place)
        found = Visit.objects.filter(group__hub=world.hub)
        # Nobody may have booked, logged or called off one meanwhile.
        AsRead(found, "group", "place", "status", "on").watched(ledger, Group)
        self._terms: dict[int, list[HalfTerm]] = {}
        self._visits: dict[int, list[Visit]] = defaultdict(list)
        for visit in found.select_related("log", "group").order_by("number", "pk"):
            self._visits[visit.place_id].append(visit)

    def prepare(self, rows: Sequence[Row]) -> None:
        """Nothing to be read ahead."""

    def read(self, row: Row) -> None:
        """One line: one visit, or several of a school.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        school = self.world.school(row)
        been, ahead = self._days(row)
        places = [self._place(row, school, day) for day in been]
        leaders = [self._leader(row, place) for place in places]
        half_days = read_half_days(text) if (text := row.text("half_days")) else 0
        texts = {"shared": row.text("notes"), "people_met": row.text("met"), "private": row.text("private")}
        for text in texts.values():
            shortened(text, LONGEST)
        known = [self._on(place, day) for place, day in zip(places, been, strict=True)]
        for day, place, leader, visit in zip(been, places, leaders, known, strict=True):
            if visit is None:
                length = half_days or place.group.offer.visit_half_days
                self._make(row.number, place, leader, (day, length), texts)
            else:
                self._add(row.number, visit, texts)
        for day in ahead:
            self.ledger.say(row.number, TO_COME.format(in_full(day)))

    def _days(self, row: Row) -> tuple[list[date], list[date]]:
        """The days of the visits that have been, and those of visits that are still to come, beside such.

        :raises Misread: where there is none that has been.
        """
        days = row.days("date", self.world.year)
        if not days:
            raise Misread("The date of the visit is empty.")
        been = [day for day in days if day <= self.world.today]
        if not been:
            raise Misread(TO_COME.format(in_full(days[0])))
        return been, days[len(been) :]

    def finish(self) -> None:
        """Nothing to be done at the end."""

    def _place(self, row: Row, school: Known, day: date) -> Place:
        year, text = academic_year(day), row.text("programme")
        found, was = self._places[school.pk, year], self.world.school_then(row, school, year)
        found = [one for one in found if one.enrolment.school_id == was.pk] or found
        if text:
            phase = self.world.programme(row, text, school)
            found = [one for one in found if phase is None or one.group.offer.phase_id == phase.pk]
        if not found:
            raise Misread(f"{school.name} has no group in {year_label(year)}. Bring the groups first.")
        if len(found) > 1:
            groups = ", ".join(one.group.name for one in found)
            raise Misread(
                f"{school.name} was in more than one group in {year_label(year)} ({groups}). Say the programme."
            )
        return found[0]

    def _leader(self, row: Row, place: Place) -> Leader:
        text = row.text("leader")
        if not text:
            return place.group.leader
        name, led = read_name(text), place.group.leader
        email = read_email(mail) if (mail := row.text("leader_email")) else ""
        if name_key(led.person.name) == name_key(name) and not is_other_address(led.person, email):
            return led
        if self.leaders.are_several(name, email, place.group.offer.year):
            raise Misread(f"Several leaders are called {name}. Add the e-mail address, “E-mail of who visited”.")
        found = self.leaders.find(name, email, year=place.group.offer.year) or self.leaders.find(name, email)
        if found is None:
            self.leaders.check_namesake(name, email)
            raise Misread(
                f"Nobody called {text} leads groups for the hub. Bring the leaders first, or correct the name."
            )
        return found

    def _on(self, place: Place, day: date) -> Visit | None:
        """The visit of a day that stands.

        :raises Misread: where it is booked in the portal, and to be logged there.
        """
        found = [one for one in self._visits[place.pk] if one.on == day and one.status != Status.CANCELLED]
        if found and found[0].status == Status.BOOKED:
            raise Misread("This visit is booked in the portal. Log it there.")
        return found[0] if found else None

    def _make(self, number: int, place: Place, leader: Leader, when: tuple[date, int], texts: dict[str, str]) -> None:
        day, half_days = when
        term = self._term(day)
        planned = [one for one in self._visits[place.pk] if one.status == Status.TO_BOOK and one.term == term]
        visit = Visit(
            group=place.group,
            place=place,
            school=place.enrolment.school,
            leader=leader,
            number=max((one.number for one in self._visits[place.pk]), default=0) + 1,
            term=term,
            book_from=day,
            book_by=day,
            on=day,
            half_days=half_days,
            status=Status.DONE,
        )
        if planned:
            # The visit that was owed in this term is this one.
            owed = planned[0]
            visit.number, visit.book_from, visit.book_by = owed.number, owed.book_from, owed.book_by
            self._visits[place.pk].remove(owed)
            self.ledger.remove(owed)
        self._visits[place.pk].append(visit)
        words = f"visit of {in_full(day)}, {length_words(half_days)}, by {leader.person.name}"
        self.ledger.add(number, visit, f"{place.enrolment.school}: {words}.")
        log = VisitLog(visit=visit, on=day, half_days=half_days, written_by=self.world.by, written_at=self.world.now)
        log.shared, log.people_met, log.private = texts["shared"], texts["people_met"], texts["private"]
        self.ledger.add(number, log)

    def _add(self, number: int, visit: Visit, texts: dict[str, str]) -> None:
        """Notes that the portal does not have; what it has is not written over."""
        self.ledger.meet(number, visit)
        log: VisitLog | None = getattr(visit, "log", None)
        if log is None or self.ledger.is_new(visit):
            return
        new = {name: text for name, text in texts.items() if text and not getattr(log, name)}
        if any(text and getattr(log, name) not in ("", text) for name, text in texts.items()):
            self.ledger.say(number, "The log in the portal says something else, and stays.")
        if new:
            self.ledger.change(number, log, "Notes added.", **new)

    def _term(self, day: date) -> int:
        year = academic_year(day)
        if year not in self._terms:
            self._terms[year] = HalfTerm.objects.for_hub_year(year, self.world.hub)
        found = [one.term for one in self._terms[year] if day <= one.ends_on]
        if found:
            return found[0]
        return 1 if day.month >= 9 else 2 if day.month < 4 else 3
