"""Enrolments and offers as the lines of a sheet need them: found, or made for years before the portal."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from hubportal.dashboards.actions.records.as_read import AsRead
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.offering import Offered
from hubportal.dashboards.actions.records.world import World, in_parts
from hubportal.dashboards.rules.choices import label_of
from hubportal.dashboards.rules.reading import Misread, in_full
from hubportal.dashboards.rules.school_match import Known
from programmes.models import EnrolledTeacher, Enrolment, EnrolmentQuerySet, Offer, Phase, TeacherTurn
from programmes.rules.turns import A_DAY
from schools.models import Person, SchoolTie
from schools.rules import first_day, year_label

Status = Enrolment.Status
UNKNOWN = (
    "Nothing is known of {}, so that {} could be entered. Make an offer of it first, under Offers: a draft will do."
)
FOR_PERSONS = (
    "{} is for single persons in {}, not for schools. Who took part is brought as past engagement, with their names; "
    "groups and payments of such programmes are not brought in."
)
ONCE = "A school does {} once, and {} has {} on record already: is that right?"
IN_TURN = "{} goes before {}, in an earlier year, and {} has both on record in {}: is that right?"
# What may be begun again.
GIVEN_UP = (Status.PAUSED, Status.WITHDRAWN)
FILLS = "{} has a place that was to be named."
COMING = "{} has a place from {}, and gets no other before."
LEFT = "{} had a place until {}, and gets none again by a file."


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says about one school's year."""

    status: str
    ended_on: date | None = None
    reason: str = ""


def standing_words(status: str) -> str:
    """What a school's year is, as pages call it."""
    return label_of("outcome", status).lower()


def ended_words(status: str, values: Mapping[str, Any]) -> str:
    """What a school's year is, and when and why it ended, as it will be written."""
    ended_on, reason = values.get("ended_on"), values.get("end_reason")
    words = standing_words(status) + (f" on {in_full(ended_on)}" if ended_on else "")
    return f"{words} (“{reason}”)" if reason else words


class Enrolments:
    """What schools take and took part in, those that the upload makes among them."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.offers = Offered(world.hub)
        self._by_school: dict[int, list[Enrolment]] = defaultdict(list)
        self._by_person: dict[int, list[Enrolment]] = defaultdict(list)
        self._of_hub = Q(hub=world.hub) | Q(school__hub=world.hub)
        self._keep(Enrolment.objects.filter(self._of_hub, person=None))

    def load(self, rows: Sequence[Row]) -> None:
        """Read what the schools of these lines took with other hubs."""
        for part in in_parts(self.world.named_schools(rows)):
            self._keep(Enrolment.objects.filter(school__in=part, person=None).exclude(self._of_hub))

    def _keep(self, rows: EnrolmentQuerySet) -> None:
        for one in rows.select_related("offer__phase", "school", "hub").order_by("pk"):
            (self._by_person[one.person_id] if one.person_id else self._by_school[one.school_id]).append(one)

    def load_persons(self, people: Iterable[int]) -> None:
        """Read what these people took by themselves, with whatever hub."""
        for part in in_parts(people):
            self._keep(Enrolment.objects.filter(person__in=part))

    def of(self, school: Known, person: Person | None = None) -> list[Enrolment]:
        """All of one school, or of somebody who takes part without their school."""
        return self._by_school[school.pk] if person is None else self._by_person[key_of(person)]

    def standing(self, school: Known, phase: Phase, year: int, person: Person | None = None) -> Enrolment | None:
        """What a part in a programme of a year is: one that stands before one that was withdrawn."""
        found = [one for one in self.of(school, person) if (one.offer.phase_id, one.offer.year) == (phase.pk, year)]
        return min(found, key=lambda one: (one.status == Status.WITHDRAWN, one.pk or 0), default=None)

    def check(self, school: Known, phase: Phase, year: int) -> Enrolment | None:
        """A school's part, after a look at whether the line can say anything about it.

        :raises Misread: where another hub has the school, or ran it, or there is no offer to enter it under.
        """
        self._check_had(school, year)
        found = self.standing(school, phase, year)
        if found is None and self.offers.is_for_persons(phase, year):
            raise Misread(FOR_PERSONS.format(phase, year_label(year)))
        self._check_found(found, school.name, phase, year)
        return found

    def check_person(
        self, person: Person | None, name: str, school: Known, phase: Phase, year: int
    ) -> Enrolment | None:
        """The same of somebody's own part, who may be new.

        :raises Misread: as of a school's.
        """
        self._check_had(school, year)
        found = self.standing(school, phase, year, person) if person else None
        self._check_found(found, name, phase, year)
        return found

    def _check_had(self, school: Known, year: int) -> None:
        self.world.check_year(year)
        self.world.check_had(school, year)

    def _check_found(self, found: Enrolment | None, who: str, phase: Phase, year: int) -> None:
        label = year_label(year)
        if found is not None and found.hub_id != self.world.hub.pk:
            raise Misread(f"Another hub has {who} in {phase}, {label}, on record already.")
        if found is not None or self.offers.of(phase, year):
            return
        if self.offers.like(phase, year) is None:
            raise Misread(UNKNOWN.format(phase, label))
        if year >= self.world.year:
            raise Misread(f"{phase} is not offered in {label}. Ask the national team to offer it.")

    def offer(self, number: int, phase: Phase, year: int) -> Offer:
        """The offer of a programme in a year; one of the past is made as it is in the nearest year."""
        if offers := self.offers.of(phase, year):
            return offers[0]
        like = self.offers.like(phase, year)
        if like is None:
            raise Misread(UNKNOWN.format(phase, year_label(year)))
        made = self.offers.make_like(like, year)
        return self.ledger.add(number, made, f"{phase} is entered as a programme of {year_label(year)}.")

    def make(self, number: int, school: Known, offer: Offer, said: Said, person: Person | None = None) -> Enrolment:
        """A school's year as it was, or is; or that of somebody who takes part without their school."""
        is_over = offer.year < self.world.year or said.status in (Status.COMPLETED, Status.WITHDRAWN)
        taken_over = Enrolment.TakenOver.PAST if is_over else Enrolment.TakenOver.RUNNING
        has_ended = said.status in (Status.COMPLETED, Status.WITHDRAWN)
        year_end = min(date(offer.year + 1, 7, 31), self.world.today)
        made = Enrolment(
            school_id=school.pk,
            person=person,
            offer=offer,
            hub=self.world.hub,
            status=said.status,
            accepted_on=min(first_day(offer.year), self.world.today),
            paused_from=Status.ACTIVE if said.status == Status.PAUSED else "",
            ended_on=(said.ended_on or year_end) if has_ended else None,
            end_reason=said.reason,
            taken_over="" if said.status == Status.ACCEPTED else taken_over,
        )
        before = self._done_before(school, offer, person)
        self.of(school, person).append(made)
        self.tie(number, school)
        who = f"{person.name}, {school.name}" if person else school.name
        words = f"{who}: {offer}, {ended_words(made.status, vars(made))}."
        self.ledger.add(number, made, words)
        if before:
            years = ", ".join(f"{year_label(year)} ({standing_words(status)})" for year, status in before)
            self.ledger.say(number, ONCE.format(offer.phase, school.name, years))
        if person is None and said.status not in GIVEN_UP:
            self.doubt_turn(number, school, offer)
        return made

    def _done_before(self, school: Known, offer: Offer, person: Person | None) -> list[tuple[int, str]]:
        """In which other years a school did what is done once, and how far it came; paused may be begun again."""
        if not offer.is_once or person is not None:
            return []
        same = [one for one in self._kept_up(school) if one.offer.phase_id == offer.phase_id]
        found = {one.offer.year: self.ledger.standing(one) for one in same if one.offer.year != offer.year}
        return sorted(found.items())

    def doubt_turn(self, number: int, school: Known, offer: Offer) -> None:
        """Say that a school has two programmes in one year of which one goes before the other."""
        others = [one.offer.phase for one in self._kept_up(school) if one.offer.year == offer.year]
        pairs = [pair for one in others for pair in ((one, offer.phase), (offer.phase, one))]
        for first, then in pairs:
            if self.offers.goes_before(first, then):
                self.ledger.say(number, IN_TURN.format(first, then, school.name, year_label(offer.year)))

    def _kept_up(self, school: Known) -> list[Enrolment]:
        """What a school took part in and neither paused nor gave up."""
        return [one for one in self.of(school) if self.ledger.standing(one) not in GIVEN_UP]

    def tie(self, number: int, school: Known) -> None:
        """The hub keeps seeing a school of its own, whichever hub it moves to later; no other's."""
        if self.world.owned.tie(school.pk):
            self.ledger.add(number, SchoolTie(school_id=school.pk, hub=self.world.hub))


class Teachers:
    """Who stands among the teachers of an enrolment; whoever is named has a place that is held there, while one is."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.ledger = ledger
        rows = EnrolledTeacher.objects.filter(enrolment__hub=world.hub)
        # Nobody may have named or replaced one meanwhile.
        turns = ("turns", "turns__person", "turns__since", "turns__until")
        as_read = AsRead(rows, "enrolment", "person", *turns).watched(ledger, Enrolment)
        stands = ((key, person) for key, found in as_read.items() for _place, person, *_turn in found)
        self._named = {(key, person) for key, person in stands if person}
        # By place: from which day nobody has had it. By enrolment and person: what the portal says of their time there.
        self._left: dict[int, date] = {}
        self._dated: dict[tuple[int, int], str] = {}
        taken = set[int]()
        for turn in TeacherTurn.objects.filter(enrolled__enrolment__hub=world.hub).select_related("enrolled", "person"):
            pair = (turn.enrolled.enrolment_id, turn.person_id)
            if turn.until is not None and turn.until < world.today:
                self._left[turn.enrolled_id] = max(turn.until + A_DAY, self._left.get(turn.enrolled_id, date.min))
                self._dated.setdefault(pair, LEFT.format(turn.person, in_full(turn.until)))
                continue
            taken.add(turn.enrolled_id)
            if turn.since is not None and turn.since > world.today:
                self._dated[pair] = COMING.format(turn.person, in_full(turn.since))
            else:
                self._named.add(pair)
        self._free: dict[int, list[EnrolledTeacher]] = defaultdict(list)
        for place in rows.filter(person=None).exclude(pk__in=taken).order_by("pk"):
            self._free[place.enrolment_id].append(place)

    def name(self, number: int, enrolment: Enrolment, person: Person, since: date, words: str = "") -> date | None:
        """Let somebody stand there from a day on, where they do not yet; returns from which day they do.

        None where they do not: nobody who has a place there later, or has left one, gets another by a file.
        """
        pair = (key_of(enrolment), key_of(person))
        if pair in self._named:
            return since
        if pair in self._dated:
            self.ledger.say(number, self._dated[pair])
            return None
        self._named.add(pair)
        if not self._free[pair[0]]:
            self.ledger.add(number, EnrolledTeacher(enrolment=enrolment, person=person), words)
            return since
        self.ledger.rest_on(enrolment)
        place = self._free[pair[0]].pop(0)
        self.ledger.change(number, place, f"{words} {FILLS.format(person.name)}".strip(), person=person)
        if place.pk not in self._left:
            return since
        since = max(since, self._left[place.pk])
        self.ledger.add(number, TeacherTurn(enrolled=place, person=person, since=since))
        return since
