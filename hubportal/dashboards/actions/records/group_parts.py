"""Groups as the lines of a sheet need them: their schools, teachers and meetings, known or made."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hubportal.core import clock
from hubportal.core.templatetags.portal import clock_time
from hubportal.dashboards.actions.records.as_read import AsRead
from hubportal.dashboards.actions.records.enrolled import Teachers
from hubportal.dashboards.actions.records.known_people import is_other_address
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.reading import Misread, folded, in_full
from programmes.models import Enrolment
from schools.models import Person
from schools.rules import first_day, last_day, name_key, year_label
from workgroups.actions import meetings
from workgroups.models import Group, Meeting, Participant, Place
from workgroups.rules.planning import LAST_END, time_problem

USUAL_START, USUAL_LENGTH = time(13, 30), timedelta(hours=2, minutes=30)
ANY_DAY = date(2000, 1, 1)
NO_TIME = "{} to {} is assumed for the meetings to come, as the file says no time."
NO_END = "{} is assumed as the end of the meetings to come from {}, as the file says none."
Status = Meeting.Status


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when meetings are; ``assumed`` says what of it nobody said."""

    start: time
    end: time
    assumed: str = ""

    @classmethod
    def of(cls, start: time | None = None, end: time | None = None) -> "Hours":
        """What is said, and what is usual where that is not.

        :raises Misread: where they end before they start, or are at night, as 1.30 for 1.30pm.
        """
        begins = start or USUAL_START
        ends = end or _later(begins)
        said = [clock_time(datetime.combine(ANY_DAY, one, clock.LONDON)) for one in (begins, ends)]
        if ends <= begins:
            raise Misread("The meetings end before they start.")
        if problem := time_problem(begins, ends):
            raise Misread(f"The meetings would be from {said[0]} to {said[1]}. {problem}")
        assumed = NO_TIME.format(*said) if start is None else NO_END.format(*reversed(said)) if end is None else ""
        return cls(begins, ends, assumed)


def _later(start: time) -> time:
    """The end of a meeting of the usual length, as late as meetings may end."""
    end = datetime.combine(ANY_DAY, start) + USUAL_LENGTH
    return min(end.time(), LAST_END) if end.date() == ANY_DAY else LAST_END


class GroupParts:
    """The groups of a hub with what belongs to them."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self._watch()
        rows = Group.objects.filter(hub=world.hub).select_related("offer", "leader__person", "hub").order_by("pk")
        self._groups: dict[str, list[Group]] = defaultdict(list)
        for group in rows:
            self._groups[folded(group.name)].append(group)
        self._load()
        self._renumbered: dict[int, Group] = {}

    def _watch(self) -> None:
        """Nobody may have placed a school, planned a meeting, or taken part meanwhile in a group that is written on."""
        of_hub = {"group__hub": self.world.hub}
        places, meetings = Place.objects.filter(**of_hub), Meeting.objects.filter(**of_hub)
        taking = Participant.objects.filter(place__group__hub=self.world.hub)
        AsRead(places, "group", "enrolment", "left_on").watched(self.ledger, Group)
        AsRead(meetings, "group", "status", "starts_at").watched(self.ledger, Group)
        AsRead(taking, "place__group", "person", "since", "until").watched(self.ledger, Group)

    def _load(self) -> None:
        of_hub = {"group__hub": self.world.hub}
        self._places: dict[int, list[Place]] = defaultdict(list)
        self._of_enrolment: dict[int, Place] = {}
        for place in Place.objects.filter(**of_hub).select_related("group__offer", "enrolment__school").order_by("pk"):
            self._places[key_of(place.group)].append(place)
            if place.left_on is None:
                self._of_enrolment[key_of(place.enrolment)] = place
        self._days: dict[int, dict[date, Meeting]] = defaultdict(dict)
        for meeting in Meeting.objects.filter(**of_hub).select_related("group").order_by("pk"):
            day = meeting.starts_at.astimezone(clock.LONDON).date()
            before = self._days[meeting.group_id].get(day)
            if before is None or before.status == Status.CANCELLED:
                self._days[meeting.group_id][day] = meeting
        self._takers: dict[tuple[int, str], list[Participant]] = defaultdict(list)
        taking = Participant.objects.filter(place__group__hub=self.world.hub).select_related("person__user")
        for one in taking.order_by("pk"):
            self._takers[one.place_id, name_key(one.person.name)].append(one)
        self._teachers = Teachers(self.world, self.ledger)

    def named(self, name: str, year: int, phase: int | None = None) -> Group | None:
        """The group of a name in a year.

        :raises Misread: where two programmes have one of this name.
        """
        found = [one for one in self._groups.get(folded(name), ()) if one.offer.year == year]
        found = [one for one in found if phase is None or one.offer.phase_id == phase]
        if len(found) > 1:
            raise Misread(f"Two groups are called {name} in {year_label(year)}. Say which programme it is.")
        return found[0] if found else None

    def keep(self, group: Group) -> None:
        """A group that the upload makes."""
        self._groups[folded(group.name)].append(group)

    def places(self, group: Group) -> list[Place]:
        """All places of a group."""
        return self._places[key_of(group)]

    def place_of(self, enrolment: Enrolment) -> Place | None:
        """Where a school's year has its place now."""
        return self._of_enrolment.get(key_of(enrolment))

    def place(self, number: int, group: Group, enrolment: Enrolment, placed_on: date, left_on: date | None) -> Place:
        """A place of a school in a group, there already or made."""
        standing = self.place_of(enrolment)
        known = [one for one in self.places(group) if one.enrolment is enrolment or one is standing]
        known = known or [one for one in self.places(group) if enrolment.pk and one.enrolment_id == enrolment.pk]
        if known:
            return known[0]
        stands = {"placed_on": placed_on, "left_on": left_on, "brought_at": self.world.now}
        made = Place(group=group, enrolment=enrolment, **stands)
        self.places(group).append(made)
        if left_on is None:
            self._of_enrolment[key_of(enrolment)] = made
        return self.ledger.add(number, made)

    def takers(self, place: Place, name: str, email: str = "") -> list[Person]:
        """Who of this name takes part, or took part, from a place; of several the one of this address."""
        found = list({key_of(one.person): one.person for one in self._takers[key_of(place), name_key(name)]}.values())
        return [one for one in found if email and one.email.lower() == email] or found

    def take_part(self, number: int, place: Place, person: Person, since: date) -> None:
        """Let somebody take part from a place, and stand among the teachers of its enrolment."""
        if any(not _are_two(one, person) for one in self.takers(place, person.name)):
            return
        first = self._teachers.name(number, place.enrolment, person, since)
        if first is None:
            return
        taking = {"since": first, "until": place.left_on, "brought_at": self.world.now}
        made = Participant(place=place, person=person, **taking)
        one = self.ledger.add(number, made, f"{person.name} takes part in {place.group.name}.")
        for school in self._elsewhere(place, person):
            self.ledger.say(number, f"{person.name} takes part in {place.group.name} from {school}, too.")
        self._takers[key_of(place), name_key(person.name)].append(one)

    def _elsewhere(self, place: Place, person: Person) -> list[str]:
        """The other schools from which somebody takes part in the group of a place."""
        others = [one for one in self.places(place.group) if one is not place and one.left_on is None]
        found = [(one, taker) for one in others for taker in self.takers(one, person.name)]
        pks = [one.enrolment.school_id for one, taker in found if key_of(taker) == key_of(person)]
        return [self.world.register.known(pk).name for pk in pks]

    def meeting_on(self, group: Group, day: date) -> Meeting | None:
        """The meeting of a group on a day."""
        return self._days[key_of(group)].get(day)

    def meetings(self, group: Group) -> list[Meeting]:
        """All meetings of a group that stand, in their order."""
        standing = [one for one in self._days[key_of(group)].values() if one.status != Status.CANCELLED]
        return sorted(standing, key=lambda one: one.starts_at)

    def unplanned(self, group: Group, day: date) -> str:
        """What is to be known of a meeting that somebody came to, and of which the portal knows nothing."""
        self.ledger.unplanned += 1
        near = min((abs(one - day), one) for one in self._days[key_of(group)]) if self._days[key_of(group)] else None
        nearest = f" The nearest is of {in_full(near[1])}." if near else ""
        return f"{group.name} has no meeting on {in_full(day)}: one is entered as held.{nearest}"

    def meet(self, number: int, group: Group, day: date, hours: Hours, words: str = "") -> Meeting:
        """A meeting of a group on a day, there already or made; one that is over was held."""
        known = self.meeting_on(group, day)
        if known is not None and known.status != Status.CANCELLED:
            return known
        start, end = (clock.at_london(day, one.hour, one.minute) for one in (hours.start, hours.end))
        half_days = group.offer.meeting_half_days
        status = Status.HELD if end <= self.world.now else Status.PLANNED
        made = Meeting(group=group, starts_at=start, ends_at=end, half_days=half_days, status=status)
        self._days[key_of(group)][day] = made
        if not self.ledger.is_new(group):
            self._renumber(group)
        self.ledger.add(number, made, words or f"{group.name}: meeting of {in_full(day)}.")
        if status == Status.PLANNED and hours.assumed:
            # Reminders name it: whoever looks is to know that nobody said it.
            self.ledger.untimed += 1
            self.ledger.say(number, hours.assumed)
        return made

    def _renumber(self, group: Group) -> None:
        if group.pk not in self._renumbered:
            self._renumbered[group.pk] = group
            self.ledger.after.append(lambda: meetings.number_again(group))

    def number_new(self, group: Group) -> None:
        """The meetings of a group that the upload makes are 1, 2, 3 … by their dates."""
        for number, meeting in enumerate(self.meetings(group), start=1):
            meeting.number = number


def _are_two(one: Person, other: Person) -> bool:
    """Whether two of one name are two people: each has an address of their own."""
    return key_of(one) != key_of(other) and is_other_address(one, other.email.lower())


def in_year(day: date, year: int) -> None:
    """Look at whether a day belongs to a school year.

    :raises Misread: where it does not.
    """
    if not first_day(year) <= day <= last_day(year):
        raise Misread(f"{in_full(day)} is not in the school year {year_label(year)}.")


def first_moment(group: Group, found: list[Meeting], now: datetime) -> datetime:
    """When a group of which only its meetings are known began."""
    begins = clock.at_london(first_day(group.offer.year), 9)
    return min([now, *(one.starts_at for one in found[:1])]) if found else min(now, begins)
