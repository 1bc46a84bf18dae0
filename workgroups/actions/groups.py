"""The verbs of groups: make, place schools, start, complete, cancel; participants follow enrolments."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments, turns
from programmes.models import Enrolment, Leader, Offer
from schools.actions import ours, people
from schools.models import Hub, Role, School, User
from schools.rules import first_day
from workgroups.actions import co_leading, leading, meetings, participants, visits
from workgroups.models import Group, Meeting, Place, Visit
from workgroups.rules import planning

SCHOOLS_STAY = "its schools stay as they are."
WENT = "{what} has just gone to {hub}: that hub places it. Nothing was done."
JUST_JOINED = "Somebody else has just placed a school in this group. Nothing was done: look again."


class CannotGroup(Exception):
    """A step with a group that cannot be taken, said in words for people."""


@transaction.atomic
def make_group(*, offer: Offer, hub: Hub, name: str, leader: Leader, host: School | None, by: User | None) -> Group:
    """Make a forming group of an offer; it has as many places as the offer says (none said: open).

    :raises CannotMove: where the hub has just been merged.
    :raises CannotGroup: where the offer is another hub's own; where the leader is of another kind than it asks for, of
        another hub, leaves before the year is over, or leads as many groups of the year as agreed; and where the name
        is taken.
    """
    ours.at_hub(hub, first_day(offer.year))
    if offer.hub_id not in (None, hub.pk):
        raise CannotGroup(f"{offer} is another hub's own programme.")
    problem = leading.why_not_lead(leader=leader, offer=offer, hub=hub)
    if problem:
        raise CannotGroup(problem)
    rest = {"leader": leader, "host": host, "places_max": offer.group_max}
    taken = CannotGroup("Your hub already has a group of this name in this programme and year.")
    # The database tells apart by the offer; here its versions count too.
    if Group.objects.of_programme(offer, hub).filter(name=name).exists():
        raise taken
    group, is_new = Group.objects.get_or_create(offer=offer, hub=hub, name=name, defaults=rest)
    if not is_new:
        raise taken
    journal.record("Group made", on=group, by=by, note=f"{offer}, led by {leader}")
    return group


@transaction.atomic
def place_school(*, group: Group, enrolment: Enrolment, by: User | None, now: datetime) -> Place:
    """Give a school a place with its teachers; the leader may see the school from now on.

    :raises CannotGroup: where the group is full (also by somebody who was quicker), the school already has a
        place, or it is enrolled in something else.
    :raises CannotMove: where the school, the group or the hub has just gone to another.
    """
    _hold_here(group, enrolment)
    place = _give_place(group, enrolment, by=by, now=now)
    co_leading.open_schools(group, [place], by=by, now=now)
    visits.plan_visits(group=group, by=by, now=now)
    _tell(group, now)
    return place


def _hold_here(group: Group, *chosen: Enrolment) -> None:
    """Hold enrolments that are to have a place, once no change of the hub can move them, or the group, to another.

    :raises CannotMove: where one has done so by now.
    """
    ours.at_hub(group.hub)
    enrolments.hold(*chosen)
    beside = Enrolment.objects.filter(pk__in=[one.pk for one in chosen]).exclude(hub=group.hub_id)
    gone = [*beside.select_related("hub"), *Group.objects.filter(pk=group.pk).exclude(hub=group.hub_id)]
    if gone:
        raise CannotMove(WENT.format(what=gone[0], hub=gone[0].hub))


def _lock(group: Group) -> None:
    """Let nobody else change a group until the caller is done; who came before is heard of. Enrolments go before it.

    :raises CannotMove: where it has another status than the caller has seen.
    """
    seen = group.status
    locks.refresh(group, ("status",))
    if group.status != seen:
        raise CannotMove(group.who_was_first(of_moves=True))


def _lock_with_places(group: Group) -> list[Enrolment]:
    """Let nobody else change a group, or the enrolments that hold its places, until the caller is done.

    Whoever places or withdraws a school holds its enrolment before the group: so does this. Returns the enrolments.

    :raises CannotMove: where it has another status than the caller has seen, or somebody joined it at this moment.
    """
    seen = [place.enrolment for place in group.places.taken().select_related("enrolment").order_by("enrolment")]
    enrolments.hold(*seen)
    _lock(group)
    taken = set(group.places.taken().values_list("enrolment", flat=True))
    if not taken <= {one.pk for one in seen}:
        raise CannotMove(JUST_JOINED)
    return [one for one in seen if one.pk in taken]


def _give_place(group: Group, enrolment: Enrolment, *, by: User | None, now: datetime) -> Place:
    """One school's place; who sees it, and what follows for the whole group, is the caller's."""
    today = now.astimezone(clock.LONDON).date()
    if not group.offer.is_grouped_with(enrolment.offer) or enrolment.hub_id != group.hub_id:
        raise CannotGroup(f"{enrolment.who} is not enrolled in {group.offer} with this hub.")
    if enrolment.status not in (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE):
        raise CannotGroup(f"{enrolment.who} is {enrolment.get_status_display().lower()}: it cannot be placed.")
    _take_seat(group)
    # Its row is locked now: whoever started it or gave it another leader meanwhile is seen.
    group.refresh_from_db(fields=("status", "started_at", "leader", "places_taken"))
    if Place.objects.taken().filter(enrolment=enrolment).exists():
        raise CannotGroup(f"{enrolment.who} already has a place in a group.")
    place = Place.objects.create(group=group, enrolment=enrolment, placed_on=today, entered_at=now)
    participants.follow_teachers(place, now)
    people.tie_school(school=enrolment.school, hub=group.hub)
    what = "Person placed" if enrolment.person else "School placed"
    journal.record(what, on=group, by=by, note=enrolment.person.name if enrolment.person else enrolment.school.name)
    if group.status == Group.Status.RUNNING:
        enrolments.activate(enrolment=enrolment, by=by)
    return place


@transaction.atomic
def place_schools(*, group: Group, chosen: Collection[Enrolment], by: User | None, now: datetime) -> None:
    """Give several schools a place each: all or none.

    :raises CannotGroup: where there are more of them than places left, or one cannot be placed.
    :raises CannotMove: where a school, the group or the hub has just gone to another.
    """
    left = None if group.places_max is None else group.places_max - group.places_taken
    if left is not None and 0 < left < len(chosen):
        places = "1 place is" if left == 1 else f"{left} places are"
        raise CannotGroup(f"You ticked {len(chosen)} schools, but only {places} left. None was placed.")
    _hold_here(group, *chosen)
    placed = [_give_place(group, enrolment, by=by, now=now) for enrolment in chosen]
    co_leading.open_schools(group, placed, by=by, now=now)
    visits.plan_visits(group=group, by=by, now=now)
    _tell(group, now)


@transaction.atomic
def remove_school(*, place: Place, reason: str, by: User | None, now: datetime) -> None:
    """Take a school out of its group: its seat is free, its people are expected no more, its open visits go.

    :raises CannotGroup: where somebody else has just done it.
    :raises CannotMove: where the group is over, or somebody has just started, completed or cancelled it.
    """
    _lock(place.group)
    over = place.group.why_over(SCHOOLS_STAY)
    if over:
        raise CannotMove(over)
    _free_place(place, reason=reason, by=by, today=now.astimezone(clock.LONDON).date())
    visits.plan_visits(group=place.group, by=by, now=now)
    _tell(place.group, now)


def _free_place(place: Place, *, reason: str, by: User | None, today: date) -> None:
    """One school's leaving; what follows for the whole group is the caller's."""
    if Place.objects.filter(pk=place.pk, left_on=None).update(left_on=today) != 1:
        raise CannotGroup("This school has already left the group.")
    group = place.group
    Group.objects.filter(pk=group.pk).update(places_taken=F("places_taken") - 1)
    participants.leave(place, today)
    people.end_roles_from(source=place.role_source, by=by, today=today)
    Role.objects.filter(source=place.role_source, starts_on__gt=today).delete()
    journal.record("School left", on=group, by=by, note=f"{place.enrolment.who}: {reason}" if reason else str(place))


@transaction.atomic
def start_group(*, group: Group, by: User | None, now: datetime, reason: str = "") -> None:
    """Start a group: enrolments become active, visits are planned, everybody gets all dates of the year.

    :raises CannotGroup: where schools or meetings are missing, or it is below its minimum without a reason.
    :raises CannotMove: where somebody else has just started it.
    """
    # Locked before anything is counted: nobody leaves it between the look and the start.
    held = _lock_with_places(group)
    why_not = planning.why_not_start(start_facts(group, reason))
    if why_not:
        raise CannotGroup(why_not)
    group.move_to(
        Group.Status.RUNNING, by=by, what="Group started", note=reason, started_at=now, start_reason=reason.strip()
    )
    for enrolment in held:
        enrolments.activate(enrolment=enrolment, by=by)
    participants.take_part_from_first_meeting(group, now)
    visits.plan_visits(group=group, by=by, now=now)
    _tell(group, now)


def start_facts(group: Group, reason: str = "") -> planning.StartFacts:
    """What the group has for its start."""
    one, many = group.offer.noun.split(",")
    return planning.StartFacts(
        one=one,
        many=many,
        schools=group.places.taken().count(),
        group_min=group.offer.group_min,
        meetings=group.meetings.standing().count(),
        meetings_due=group.offer.meetings,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What a group's year still lacks: meetings to come, registers, logs of visits, visits that were never booked."""

    ahead: list[Meeting]
    unmarked: list[Meeting]
    unlogged: list[Visit]
    unbooked: list[Visit]

    @property
    def missing(self) -> int:
        """How many things are missing of what should have been."""
        return len(self.unmarked) + len(self.unlogged) + len(self.unbooked)


def left_open(group: Group, now: datetime) -> LeftOpen:
    """What is missing before a group's year is complete."""
    planned = group.meetings.filter(status=Meeting.Status.PLANNED).order_by("starts_at", "pk")
    still = list(group.visits.filter(status__in=visits.OPEN).select_related("school").order_by("book_by", "pk"))
    return LeftOpen(
        ahead=[one for one in planned if one.ends_at > now],
        unmarked=[one for one in planned if one.ends_at <= now],
        unlogged=[one for one in still if one.status == Visit.Status.BOOKED],
        unbooked=[one for one in still if one.status == Visit.Status.TO_BOOK],
    )


@transaction.atomic
def complete_group(*, group: Group, by: User | None, now: datetime, reason: str = "") -> None:
    """End a group's year: its schools have completed theirs, and today is the last day its leader sees them.

    Visits that were never booked are cancelled.

    :raises CannotGroup: while a meeting lies ahead, or where something is missing and no reason is given.
    :raises CannotMove: where somebody else has just completed or cancelled it.
    """
    today = now.astimezone(clock.LONDON).date()
    # Locked before anything is counted: nobody plans a meeting between the look and the end.
    _lock_with_places(group)
    left = left_open(group, now)
    why_not = planning.why_not_complete(ahead=len(left.ahead), missing=left.missing, reason=reason)
    if why_not:
        raise CannotGroup(why_not)
    group.move_to(Group.Status.COMPLETED, by=by, what="Group completed", note=reason.strip(), ended_on=today)
    for place in group.places.taken().select_related("enrolment").order_by("enrolment"):
        if place.enrolment.may_move_to(Enrolment.Status.COMPLETED):
            enrolments.complete(enrolment=place.enrolment, by=by, today=today)
        people.end_roles_from(source=place.role_source, by=by, today=today, last_day=today)
    visits.plan_visits(group=group, by=by, now=now)
    _tell(group, now)


@transaction.atomic
def cancel_group(*, group: Group, reason: str, by: User | None, now: datetime) -> None:
    """Give a group up: what lies ahead of it is cancelled, its schools can be placed elsewhere.

    Everybody is told in one e-mail, with the dates that they had.
    """
    today = now.astimezone(clock.LONDON).date()
    group.move_to(
        Group.Status.CANCELLED,
        by=by,
        what="Group cancelled",
        note=reason,
        ended_on=today,
        cancelled_at=now,
        cancel_reason=reason,
    )
    meetings.cancel_with_group(group=group, reason=reason, by=by, now=now)
    for place in group.places.taken().select_related("enrolment__school", "group"):
        _free_place(place, reason="The group was cancelled.", by=by, today=today)
    visits.plan_visits(group=group, by=by, now=now)
    _tell(group, now)


def reconcile_participants(*, now: datetime) -> int:
    """Let groups follow what changed in enrolments and return how many places changed; safe to run again.

    A place of a teacher becomes that of whose turn it is today; a teacher named later takes part, one taken out no
    longer does, and an enrolment that was withdrawn or paused frees its place.
    """
    today = now.astimezone(clock.LONDON).date()
    changed = 0
    turns.turn_over(now=now)
    taken = Place.objects.taken().filter(group__status__in=Group.OPEN)
    open_places = taken.select_related("group__hub", "enrolment__school")
    ended = open_places.filter(enrolment__status__in=(Enrolment.Status.WITHDRAWN, Enrolment.Status.PAUSED))
    for place in ended:
        # Somebody may have taken the school out, or started the group, at this moment.
        with apart(place), suppress(CannotGroup, CannotMove):
            # It leaves by the doing of whoever paused or withdrew it.
            enrolment = place.enrolment
            remove_school(place=place, reason=enrolment.end_reason, by=enrolment.moved_by(), now=now)
            changed += 1
    for place in open_places.filter(participants.out_of_step(today)):
        with apart(place), suppress(CannotMove):
            # Nobody takes the school out between this look and what follows from it.
            _lock(place.group)
            if Place.objects.taken().filter(pk=place.pk).exists():
                participants.follow_teachers(place, now)
                _tell(place.group, now)
                changed += 1
    return changed


def _take_seat(group: Group) -> None:
    """One guarded UPDATE counts the seat: the loser of the last one finds the group full."""
    free = Q(places_max=None) | Q(places_taken__lt=F("places_max"))
    taken = Group.objects.filter(free, pk=group.pk, status__in=Group.OPEN).update(places_taken=F("places_taken") + 1)
    if taken == 1:
        return
    group.refresh_from_db()
    if not group.is_open:
        raise CannotMove(f"This group is {group.get_status_display().lower()}: nobody can join it.")
    raise CannotGroup(f"The group is full: all {group.places_max} places are taken.")


def _tell(group: Group, now: datetime) -> None:
    notices.reconcile(group, *group.meetings.all(), now=now)
    wake.wake()
