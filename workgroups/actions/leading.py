"""Who leads a group: giving it to somebody else from a day on."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.telling import person_recipient
from hubportal.core.templatetags.portal import long_day
from hubportal.core.workflow import CannotMove
from programmes.actions import leaders
from programmes.models import HalfTerm, Leader, Offer
from schools.actions import handing, people
from schools.actions.holding import hold_people
from schools.models import Hub, Role, User
from schools.roles import LEADS_SCHOOL
from schools.rules import first_day, last_day
from workgroups.models import Group, LeaderChange, Place, Replacement, Visit, with_load
from workgroups.notices.leaders import load, not_reached
from workgroups.rules import planning

Status = LeaderChange.Status
# How the journal calls it that a leader is another, and is the one before again.
CHANGED, TAKEN_BACK = "Leader changed", "Change of leader taken back"
OPEN_VISITS = (Visit.Status.TO_BOOK, Visit.Status.BOOKED)


class CannotChangeLeader(Exception):
    """A leader whom a group cannot have, said in words for people."""


def why_not_lead(*, leader: Leader, offer: Offer, hub: Hub, first: date | None = None) -> str:
    """Why somebody cannot lead one more group of an offer, or an empty string; locks the leader for the caller.

    :param first: the first day on which they would lead; None: at once.
    """
    if leader.hub_id != hub.pk or leader.kind != offer.leader_kind:
        return f"{offer.title} is led by a {offer.get_leader_kind_display()} of your hub."
    leader = leaders.hold(leader)
    return why_no_room(leader, offer.year) or planning.stay_problem(
        str(leader), starts_on=leader.starts_on, ends_on=leader.ends_on, first=first, last=year_end(offer, hub)
    )


def why_no_room(leader: Leader, year: int, more: int = 1) -> str:
    """Why somebody cannot lead so many more groups in a school year, or an empty string."""
    led: int = with_load(Leader.objects.filter(pk=leader.pk), year).get().led  # type: ignore[attr-defined]
    return planning.load_problem(str(leader), led, leader.max_groups, more)


def year_end(offer: Offer, hub: Hub) -> date:
    """The last day of a programme's year in a hub."""
    half_terms = HalfTerm.objects.for_hub_year(offer.year, hub)
    return half_terms[-1].ends_on if half_terms else last_day(offer.year)


@transaction.atomic
def change_leader(
    *,
    group: Group,
    leader: Leader,
    from_on: date,
    reason: str,
    by: User | None,
    now: datetime,
    back_on: date | None = None,
) -> LeaderChange:
    """Give a forming or running group to another leader, from a day past, today or to come; all are told.

    From a past day it changes at once: visits since then that wait for their log are the new leader's, what was
    logged and marked stays.

    :param back_on: of cover, the day from which whoever leads it until then leads it again, by itself.

    :raises CannotChangeLeader: where it cannot be that day, or this person cannot lead the group.
    :raises CannotMove: where the group has ended, or somebody else was quicker.
    """
    seen = group.leader_id
    group = locks.held(Group.objects.select_related("offer", "hub"), group.pk)
    if group.leader_id != seen:
        raise CannotMove(who_leads(group))
    today = now.astimezone(clock.LONDON).date()
    over = group.why_over("its leader stays as it is.")
    if over:
        raise CannotMove(over)
    hold_people((group.leader.person, leader.person))
    problem = _why_not_change(group, leader, from_on, today)
    problem = problem or _why_not_cover(group, leader, max(from_on, today), back_on)
    if problem:
        raise CannotChangeLeader(problem)
    try:
        with transaction.atomic():
            change = LeaderChange.objects.create(
                group=group,
                was=group.leader,
                leader=leader,
                from_on=from_on,
                reason=reason,
                made_at=now,
                back_on=back_on,
                untold=_waits_for_dates(group, leader),
            )
    except IntegrityError as lost:
        raise CannotMove("Another change of leader is planned for this group. Take that back first.") from lost
    if from_on > today:
        journal.record("Change of leader planned", on=group, by=by, note=reason, changed=_changed(change))
        _tell(change, now)
    else:
        hand_over(change=change, by=by, now=now)
    return change


def _waits_for_dates(group: Group, leader: Leader) -> list[str]:
    """Whose e-mail with all dates is still to come, and will say who leads; not the two, who have one of their own."""
    both = {person_recipient(one.person).key for one in (leader, group.leader)}
    return sorted(notices.waiting(("year_dates", group)).keys() - both)


def _who_heard(change: LeaderChange) -> dict[str, Any]:
    """Of a change that is taken back: who has not been written to about it, and who read of it with all dates."""
    about = (("leader_changed", change), ("leader_replaced", change))
    waits = notices.waiting(*about)
    silent = not_reached(load().get(pk=change.pk), notices.reached(*about))
    read = notices.reached(("year_dates", change.group), since=change.made_at)
    read.discard(person_recipient(change.leader.person).key)  # whose own e-mail with the dates says nothing of it
    return {"untold": sorted({*change.untold, *waits, *silent} - read), "read_with_dates": sorted(read)}


def who_leads(group: Group) -> str:
    """What to tell somebody who changes a leader that a colleague has changed since they read it."""
    who = journal.who_last(CHANGED, TAKEN_BACK, on=group)
    return (
        f"{who} has just given this group to {group.leader}. Nothing was done: look whether your change still holds, "
        "then send it again."
    )


def _why_not_cover(group: Group, leader: Leader, from_on: date, back_on: date | None) -> str:
    """Why cover cannot end on a day, or an empty string: whoever leads it now must still be there."""
    if back_on is None:
        return ""
    now = group.leader
    if back_on <= from_on:
        return "Cover ends after it begins, and after today: choose a later day."
    if back_on > last_day(group.offer.year):
        return f"Choose a day of the group's school year, {group.offer.year_label}, or no last day."
    if now.ends_on is not None and now.ends_on < back_on:
        return f"{now}'s last day is before the cover ends: nobody leads it after. Leave the end of the cover empty."
    if leader.ends_on is not None and leader.ends_on < back_on:
        return f"{leader}'s last day is before the cover ends. Choose somebody else."
    return ""


def _why_not_change(group: Group, leader: Leader, from_on: date, today: date) -> str:
    if (from_on < today and from_on < first_day(group.offer.year)) or from_on > last_day(group.offer.year):
        return f"Choose a day of the group's school year, {group.offer.year_label}."
    last = group.leader_changes.filter(status=Status.DONE).order_by("-from_on", "-pk").first()
    if last is not None and from_on < last.from_on:
        return f"{group.leader} leads this group only since {long_day(last.from_on)}: choose that day or a later one."
    if leader.pk == group.leader_id:
        return f"{leader} leads this group already."
    return why_not_lead(leader=leader, offer=group.offer, hub=group.hub, first=from_on)


@transaction.atomic
def hand_over(*, change: LeaderChange, by: User | None, now: datetime) -> None:
    """Let the new leader lead: schools, visits that lie ahead and reminders follow; what was logged stays.

    :raises CannotMove: where somebody else has just done it or taken it back.
    """
    today = now.astimezone(clock.LONDON).date()
    group, leader = change.group, change.leader
    locks.hold(group)  # before people, as everybody does
    hold_people((change.was.person, leader.person))  # before their roles, which end and begin
    change.move_to(Status.DONE, by=by, ended_at=now)
    Group.objects.filter(pk=group.pk).update(leader=leader)
    group.leader = leader
    for place in group.places.taken().select_related("enrolment__school"):
        _open_school(place, change, by=by, now=now)
    visits = group.visits.filter(status__in=OPEN_VISITS).exclude(leader=leader)
    if change.was.ends_on is None:
        # A visit that has been is logged by whoever made it, while they are there.
        visits = visits.filter(Q(on=None) | Q(on__gte=min(change.from_on, today)))
    visits.update(leader=leader)
    journal.record(CHANGED, on=group, by=by, note=change.reason, changed=_changed(change))
    _tell(change, now)
    if change.back_on is not None:
        LeaderChange.objects.create(
            group=group, was=leader, leader=change.was, from_on=change.back_on, reason="The cover ends.", made_at=now
        )


@transaction.atomic
def take_back(*, group: Group, by: User | None, now: datetime) -> None:
    """Take a planned change of leader back; who had been told of it is told.

    :raises CannotChangeLeader: where the leader it would stay with leaves before the group's year is over.
    :raises CannotMove: where none is planned (any more).
    """
    changes = group.leader_changes.filter(status=Status.PLANNED)
    planned = changes.select_related("group__offer", "group__hub", "leader__person", "was__person").first()
    if planned is None:
        raise CannotMove("No change of leader is planned for this group.")
    problem = why_not_take_back(planned, leaders.hold(planned.was))
    if problem:
        raise CannotChangeLeader(f"{problem} Nothing was taken back.")
    planned.move_to(Status.TAKEN_BACK, by=by, ended_at=now, **_who_heard(planned))
    journal.record(TAKEN_BACK, on=group, by=by, changed=_changed(planned))
    _tell(planned, now)


def why_not_take_back(planned: LeaderChange, stays: Leader) -> str:
    """Why a planned change cannot be taken back, or an empty string: who would lead on leaves before the year is over.

    Where a replacement lets them leave, that is what to take back. Reads the group's ``offer`` and ``hub``.
    """
    came_with = Replacement.objects.that_end_with(planned).select_related("person", "successor").first()
    instead = f"Once {planned.leader} leads it, give the group to somebody else."
    if came_with is not None:
        instead = f"Both came with the replacement “{came_with}”: take that back."
    return planning.stay_problem(
        str(stays),
        starts_on=stays.starts_on,
        ends_on=stays.ends_on,
        first=None,
        last=year_end(planned.group.offer, planned.group.hub),
        instead=instead,
    )


@transaction.atomic
def undo(*, change: LeaderChange, by: User | None, now: datetime) -> None:
    """Take a change of leader back on the day on which it was done: who was to lead never did, and is told so.

    :raises CannotMove: where somebody else was quicker.
    """
    group, was, today = change.group, change.was, clock.day_of(now)
    hold_people((was.person, change.leader.person))
    change.move_to(Status.TAKEN_BACK, by=by, ended_at=now, **_who_heard(change))
    Group.objects.filter(pk=group.pk).update(leader=was)
    group.leader = was
    for place in group.places.taken().select_related("enrolment__school"):
        _close_school(place, change.leader, handing.take_away, by=by, now=now)
        theirs = Role.objects.filter(source=place.role_source, person=was.person_id).select_related("person")
        ended = theirs.filter(ends_on=today - handing.A_DAY).order_by("-pk").first()
        if ended is not None and was.ends_on is None:
            handing.give_back(role=ended, ends_on=None, by=by)
        else:
            grant_school(place, was, by=by, now=now)
    group.visits.filter(status__in=OPEN_VISITS, leader=change.leader).update(leader=was)
    journal.record(TAKEN_BACK, on=group, by=by, changed=_changed(change))
    _tell(change, now)


def hand_over_due(*, now: datetime) -> int:
    """Let the planned changes happen whose day has come and return how many did; safe to run again."""
    today = now.astimezone(clock.LONDON).date()
    due = LeaderChange.objects.filter(status=Status.PLANNED, from_on__lte=today)
    done = 0
    for change in due.select_related("group__hub", "leader__person", "was__person").order_by("from_on", "pk"):
        # Of two sweeps at once, one is quicker.
        with apart(change), suppress(CannotMove):
            locks.refresh(change.group, ("status",))
            if not change.group.is_open:
                change.move_to(Status.TAKEN_BACK, by=None, ended_at=now)
                continue
            hand_over(change=change, by=None, now=now)
            done += 1
    return done


def grant_school(
    place: Place,
    leader: Leader,
    *,
    by: User | None,
    now: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> None:
    """A leader sees the schools of their groups; of somebody who takes part for themselves, only that person."""
    if place.enrolment.person_id is None:
        people.grant_role(
            person=leader.person,
            kind=LEADS_SCHOOL,
            school=place.enrolment.school,
            source=place.role_source,
            by=by,
            now=now,
            starts_on=starts_on,
            ends_on=ends_on,
        )


def _open_school(place: Place, change: LeaderChange, *, by: User | None, now: datetime) -> None:
    """The new leader sees the school from now on, the old one no longer by this place."""
    _close_school(place, change.was, people.end_role, by=by, now=now)
    grant_school(place, change.leader, by=by, now=now)


def _close_school(place: Place, leader: Leader, end: Callable[..., None], *, by: User | None, now: datetime) -> None:
    """Who leads a group no more sees its school as long as they lead beside its leader; where they do not, no longer.

    One role serves both: whoever led beside when they came to lead has the one they had.
    """
    today = clock.day_of(now)
    held: QuerySet[Role] = Role.objects.filter(source=place.role_source, person=leader.person_id).current(today)
    beside = list(place.group.co_leaders.not_over(today).filter(leader__person=leader.person_id).order_by("since"))
    is_beside = bool(beside) and beside[0].since <= today
    for role in held.select_related("person", "school__hub"):
        if not is_beside:
            end(role=role, by=by, today=today)
        elif beside[0].until is not None:
            people.end_role(role=role, by=by, today=today, last_day=beside[0].until)
    if beside and not is_beside:
        grant_school(place, leader, by=by, now=now, starts_on=beside[0].since, ends_on=beside[0].until)


def _changed(change: LeaderChange) -> dict[str, Sequence[str]]:
    day = change.from_on
    return {"leader": [str(change.was), f"{change.leader}, from {day.day} {day:%B %Y}"]}


def _tell(change: LeaderChange, now: datetime) -> None:
    group = change.group
    notices.reconcile(change, group, *group.meetings.all(), *group.visits.all(), now=now)
    wake.wake()
