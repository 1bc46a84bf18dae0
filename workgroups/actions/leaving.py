"""A leader's time with a hub ends: which groups need another leader first, and what falls away with their last day."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hubportal.core import notices
from programmes.actions import leaders
from programmes.models import Leader
from schools.actions import people
from schools.models import Role, User
from workgroups.actions import leading
from workgroups.models import CoLeader, Group, LeaderChange, Place, Visit
from workgroups.rules import planning


def groups_left(*, leader: Leader, last_day: date | None = None) -> list[Group]:
    """The forming and running groups that would be without a leader after a last day (None: today's leaders stay)."""
    open_groups = Group.objects.filter(status__in=Group.OPEN)
    given_on = Q(leader_changes__status=LeaderChange.Status.PLANNED)
    if last_day is not None:
        given_on &= Q(leader_changes__from_on__lte=last_day + timedelta(days=1))
    still = open_groups.filter(leader=leader).exclude(pk__in=open_groups.filter(given_on).values("pk"))
    coming = open_groups.filter(leader_changes__leader=leader, leader_changes__status=LeaderChange.Status.PLANNED)
    return list(open_groups.filter(Q(pk__in=still.values("pk")) | Q(pk__in=coming.values("pk"))).order_by("name", "pk"))


@transaction.atomic
def end_leader(*, leader: Leader, by: User | None, today: date, last_day: date | None, now: datetime) -> None:
    """End a leader's time with a hub once every group is led by somebody else; correct the day, or take it back (None).

    :raises CannotChangeLeader: where they would still lead a forming or running group, naming each.
    :raises leaders.CannotLead: where nothing would change, or their time would end before it began.
    """
    leader = leading.hold_leader(leader.pk)
    left = [] if last_day is None else groups_left(leader=leader, last_day=last_day)
    problem = planning.still_leads_problem(str(leader), [group.name for group in left])
    if problem:
        raise leading.CannotChangeLeader(problem)
    leaders.end_leader(leader=leader, by=by, today=today, last_day=last_day)
    _close_schools(leader, by=by, today=today)
    if last_day is not None:
        _pass_on_visits(leader, now)
        _end_all_beside(leader, last_day, now)


def _end_all_beside(leader: Leader, last_day: date, now: datetime) -> None:
    """Nobody leads a group beside its leader after their last day, or is reminded of it."""
    beyond = CoLeader.objects.filter(Q(until=None) | Q(until__gt=last_day), leader=leader)
    groups = list(Group.objects.filter(pk__in=beyond.values("group")))
    beyond.filter(since__gt=last_day).delete()
    beyond.update(until=last_day)
    for group in groups:
        notices.reconcile(group, *group.meetings.all(), *group.visits.all(), now=now)


def _close_schools(leader: Leader, *, by: User | None, today: date) -> None:
    """A leader sees the schools of their groups until their last day; those of a group that has ended, no longer."""
    for place in Place.objects.taken().filter(group__leader=leader).select_related("group", "enrolment__school"):
        goes_on = place.group.is_open
        if leader.ends_on is None:
            if goes_on:
                leading.grant_school(place, leader, by=by, today=today)
            continue
        held = Role.objects.filter(source=place.role_source, person=leader.person_id).current(today)
        if not goes_on:
            held = held.filter(Q(ends_on=None) | Q(ends_on__gt=leader.ends_on))
        for role in held.select_related("person", "school__hub"):
            people.end_role(role=role, by=by, today=today, last_day=leader.ends_on)


def _pass_on_visits(leader: Leader, now: datetime) -> None:
    """Visits that they made and have not logged go to who leads the group now, who can still ask them."""
    visits = list(
        Visit.objects.filter(leader=leader, status__in=leading.OPEN_VISITS)
        .exclude(group__leader=leader)
        .select_related("group")
    )
    for visit in visits:
        visit.leader_id = visit.group.leader_id
    Visit.objects.bulk_update(visits, ["leader"])
    notices.reconcile(*visits, now=now)
