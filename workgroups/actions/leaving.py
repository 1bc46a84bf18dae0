"""A leader's time with a hub ends: which groups need another leader first, and what falls away with their last day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from hubportal.core import clock, notices
from programmes.actions import leaders
from programmes.models import Leader
from schools.actions import people
from schools.models import Role, User
from workgroups.actions import co_leading, leading
from workgroups.models import CoLeader, Group, LeaderChange, Place, Visit
from workgroups.rules import planning

# What falls away with a leader's last day, by what it is; kept as JSON with the leader.
Fell = Mapping[str, Sequence[Any]]


def groups_left(*, leader: Leader, last_day: date | None = None) -> list[Group]:
    """The forming and running groups that would be without a leader after a last day (None: today's leaders stay)."""
    open_groups = Group.objects.filter(status__in=Group.OPEN)
    given_on = Q(leader_changes__status=LeaderChange.Status.PLANNED)
    if last_day is not None:
        given_on &= Q(leader_changes__from_on__lte=last_day + timedelta(days=1))
    still = open_groups.filter(leader=leader).exclude(pk__in=open_groups.filter(given_on).values("pk"))
    coming = open_groups.filter(leader_changes__leader=leader, leader_changes__status=LeaderChange.Status.PLANNED)
    return list(open_groups.filter(Q(pk__in=still.values("pk")) | Q(pk__in=coming.values("pk"))).order_by("name", "pk"))


def groups_bereft(*, ending: Iterable[Role], last_day: date) -> list[tuple[Leader, list[Group]]]:
    """Of leaders whose role at their hub ends with a day, each who would leave groups without a leader, with these."""
    theirs = Q(pk__in=())
    for role in ending:
        theirs |= Q(person=role.person_id, hub=role.hub_id, kind=role.kind)
    rows = Leader.objects.filter(theirs).not_ended(last_day).for_list()
    left = [(leader, groups_left(leader=leader, last_day=last_day)) for leader in rows]
    return [(leader, groups) for leader, groups in left if groups]


def groups_beside(fell: Fell) -> QuerySet[Group]:
    """The groups that somebody no longer leads beside their leader, by name."""
    return Group.objects.filter(pk__in=[group for _pk, group, *_days in fell.get("beside", [])]).order_by("name", "pk")


@transaction.atomic
def end_leader(*, leader: Leader, by: User | None, today: date, last_day: date | None, now: datetime) -> Fell:
    """End a leader's time with a hub once every group is led by somebody else; correct the day, or take it back (None).

    Returns what falls away with it. That is kept, and given back before another day counts.

    :raises CannotChangeLeader: where they would still lead a forming or running group, naming each.
    :raises leaders.CannotLead: where nothing would change, or their time would end before it began.
    """
    leader = leaders.hold(leader)
    left = [] if last_day is None else groups_left(leader=leader, last_day=last_day)
    problem = planning.still_leads_problem(str(leader), [group.name for group in left])
    if problem:
        raise leading.CannotChangeLeader(problem)
    before = leader.ends_on
    leaders.end_leader(leader=leader, by=by, now=now, last_day=last_day)
    _close_schools(leader, by=by, now=now)
    if before is not None:
        _give_back(leader, before, by, now)
    fell: Fell = {}
    if last_day is not None:
        visits = _pass_on_visits(leader, now)
        fell = {"visits": visits, "beside": end_all_beside(leader=leader, by=by, last_day=last_day, now=now)}
    Leader.objects.filter(pk=leader.pk).update(fell=fell)
    return fell


def _give_back(leader: Leader, last_day: date, by: User | None, now: datetime) -> None:
    """What fell away with a last day that counts no more: what they led beside, and visits, if nobody changed them."""
    for kept in leader.fell.get("beside", []):
        _lead_again(leader, last_day, kept, by, now)
    for pk, passed_to in leader.fell.get("visits", []):
        open_visits = Visit.objects.filter(pk=pk, status__in=leading.OPEN_VISITS)
        open_visits.filter(leader=passed_to).update(leader=leader)
        notices.reconcile(*open_visits, now=now)


@transaction.atomic
def end_all_beside(*, leader: Leader, by: User | None, last_day: date, now: datetime) -> list[Any]:
    """Nobody leads a group beside its leader after their last day, sees its schools, or is reminded of it.

    Returns what they did beyond that day: each with its key, its group, and from when to when.
    """
    rows = CoLeader.objects.standing().filter(Q(until=None) | Q(until__gt=last_day), leader=leader)
    beyond = list(rows.select_related("group").order_by("pk"))
    found = [[one.pk, one.group_id, str(one.since), str(one.until or "")] for one in beyond]
    groups = list({one.group_id: one.group for one in beyond}.values())
    for one in beyond:
        co_leading.set_last_day(one, last_day, now)
    # Of a group that they lead themselves they see the schools as its leader.
    for place in Place.objects.taken().filter(group__in=groups).exclude(group__leader__person=leader.person_id):
        held = Role.objects.filter(source=place.role_source, person=leader.person_id)
        held.filter(starts_on__gt=last_day).delete()
        for role in held.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).select_related("person", "school__hub"):
            people.end_role(role=role, by=by, today=clock.day_of(now), last_day=last_day)
    _tell(beyond, now)
    return found


def _lead_again(leader: Leader, last_day: date, kept: Sequence[Any], by: User | None, now: datetime) -> None:
    """They lead beside for as long as they were to; not where that was changed since, or the group is over."""
    until = date.fromisoformat(kept[3]) if kept[3] else None
    rows = CoLeader.objects.select_related("group", "leader__person").filter(group__status__in=Group.OPEN)
    one = rows.filter(pk=kept[0], until=last_day).first()
    if one is None:
        return
    co_leading.give_days_back(one, until, now)
    group, today = one.group, clock.day_of(now)
    for place in group.places.taken().select_related("enrolment__school"):
        if until is None or until >= today:
            first = max(one.since, place.placed_on)
            leading.grant_school(place, leader, by=by, now=now, starts_on=first, ends_on=until)
    _tell([one], now)


def _tell(beside: Iterable[CoLeader], now: datetime) -> None:
    for one in beside:
        notices.reconcile(one, one.group, *one.group.meetings.all(), *one.group.visits.all(), now=now)


def _close_schools(leader: Leader, *, by: User | None, now: datetime) -> None:
    """A leader sees the schools of their groups until their last day; those of a group that has ended, no longer."""
    today = clock.day_of(now)
    for place in Place.objects.taken().filter(group__leader=leader).select_related("group", "enrolment__school"):
        goes_on = place.group.is_open
        if leader.ends_on is None:
            if goes_on:
                leading.grant_school(place, leader, by=by, now=now)
            continue
        held = Role.objects.filter(source=place.role_source, person=leader.person_id).current(today)
        if not goes_on:
            held = held.filter(Q(ends_on=None) | Q(ends_on__gt=leader.ends_on))
        for role in held.select_related("person", "school__hub"):
            people.end_role(role=role, by=by, today=today, last_day=leader.ends_on)


def _pass_on_visits(leader: Leader, now: datetime) -> list[Any]:
    """Visits that they made and have not logged go to who leads the group now, who can still ask them.

    Returns each with whose it is from then on.
    """
    visits = list(
        Visit.objects.filter(leader=leader, status__in=leading.OPEN_VISITS)
        .exclude(group__leader=leader)
        .select_related("group")
    )
    for visit in visits:
        visit.leader_id = visit.group.leader_id
    Visit.objects.bulk_update(visits, ["leader"])
    notices.reconcile(*visits, now=now)
    return [[visit.pk, visit.leader_id] for visit in visits]
