"""Who leads a group beside its one leader: from when to when, and what they see of its schools."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.telling import person_recipient
from hubportal.core.workflow import CannotMove
from programmes.actions import leaders
from programmes.models import Leader
from schools.actions import people
from schools.actions.holding import hold_people
from schools.models import Role, User
from schools.roles import LEADS_SCHOOL
from workgroups.actions import leading
from workgroups.actions.leading import CannotChangeLeader, year_end
from workgroups.models import CoLeader, Group, Place
from workgroups.rules import planning


def open_schools(group: Group, places: Iterable[Place], *, by: User | None, now: datetime) -> None:
    """Whoever leads a group, or does so beside its leader, sees schools that join, as long as they do.

    :raises Gone: where one of them has just been merged into another record.
    """
    beside = list(group.co_leaders.not_over(clock.day_of(now)))
    # All before a role of any: whoever holds two of them holds them in this order too.
    hold_people([group.leader.person, *(one.leader.person for one in beside)])
    for place in places:
        leading.grant_school(place, group.leader, by=by, now=now)
        for one in beside:
            _give_beside(one, place, by=by, now=now)


def _give_beside(one: CoLeader, place: Place, *, by: User | None, now: datetime) -> None:
    first = max(one.since, place.placed_on)
    if one.until is None or one.until >= max(first, clock.day_of(now)):
        leading.grant_school(place, one.leader, by=by, now=now, starts_on=first, ends_on=one.until)


@transaction.atomic
def add_beside(
    *, group: Group, leader: Leader, since: date, until: date | None, by: User | None, now: datetime
) -> CoLeader:
    """Let somebody lead a group beside its leader: they see it, keep its registers, log visits, are reminded.

    :raises CannotChangeLeader: where they lead it already, are of another hub, or not there on these days.
    """
    # Its row is held: two who add the same person at once hear of each other.
    group = locks.held(Group.objects.select_related("offer", "hub", "leader"), group.pk)
    today = now.astimezone(clock.LONDON).date()
    leader = leaders.hold(leader)
    problem = _why_not_beside(group, leader, since, until, today)
    if problem:
        raise CannotChangeLeader(problem)
    one = CoLeader.objects.create(group=group, leader=leader, since=since, until=until, made_at=now)
    for place in group.places.taken().select_related("enrolment__school__hub", "group"):
        _give_beside(one, place, by=by, now=now)
    journal.record("Leads beside", on=group, by=by, note=_beside_words(one))
    _tell_group(one, group, now)
    return one


@transaction.atomic
def end_beside(*, one: CoLeader, by: User | None, now: datetime) -> None:
    """End that somebody leads a group beside its leader, with yesterday: they see it no more.

    :raises CannotMove: where somebody else has just ended it.
    """
    today = now.astimezone(clock.LONDON).date()
    yesterday = today - timedelta(days=1)
    if CoLeader.objects.not_over(today).filter(pk=one.pk).update(until=yesterday, changed_at=now) != 1:
        raise CannotMove("Somebody else has just ended this. Nothing was done twice.")
    set_last_day(one, yesterday, now)
    sources = [place.role_source for place in one.group.places.all()]
    held = Role.objects.filter(person=one.leader.person_id, kind=LEADS_SCHOOL, source__in=sources)
    if one.leader_id == one.group.leader_id:
        held = held.none()  # they lead it by now, and see its schools as its leader
    held.filter(starts_on__gte=today).delete()
    for role in held.filter(Q(ends_on=None) | Q(ends_on__gte=today)).select_related("person", "school__hub"):
        people.end_role(role=role, by=by, today=today)
    journal.record("Leads beside no more", on=one.group, by=by, note=str(one))
    _tell_group(one, one.group, now)


def set_last_day(one: CoLeader, until: date | None, now: datetime) -> None:
    """Let somebody lead beside until another day than was said: whoever has been told of them hears so.

    The caller reconciles what is written of the group.
    """
    said = (("leads_beside", one), ("year_dates", one.group))
    # None of it leaves between this look and the change.
    notices.hold(*said, ("beside_changed", one))
    them = person_recipient(one.leader.person).key
    told = notices.reached(said[0]) | (notices.reached(said[1]) & {them})
    one.until, one.changed_at, one.told = until, now, sorted(told)
    one.save(update_fields=["until", "changed_at", "told"])


def give_days_back(one: CoLeader, until: date | None, now: datetime) -> None:
    """Let somebody lead beside for as long as was said first; who has heard otherwise hears of it.

    The caller reconciles what is written of the group.
    """
    set_last_day(one, until, now)
    if not notices.reached(("beside_changed", one)):
        one.changed_at, one.told = None, []
        one.save(update_fields=["changed_at", "told"])


def forget_untold(leader: Leader) -> None:
    """Where somebody was taken off before their first day, and nobody had been told of them, keep the history alone."""
    CoLeader.objects.filter(leader=leader, until__lt=F("since"), told=[]).delete()


def _why_not_beside(group: Group, leader: Leader, since: date, until: date | None, today: date) -> str:
    if not group.is_open:
        return group.why_over("nobody joins its leader.")
    if leader.hub_id != group.hub_id:
        return f"{leader} leads groups of another hub."
    if leader.pk == group.leader_id or group.co_leaders.not_over(today).filter(leader=leader).exists():
        return f"{leader} leads this group already."
    if until is not None and until < since:
        return "The last day cannot be before the first."
    last = until or year_end(group.offer, group.hub)
    return planning.stay_problem(
        str(leader), starts_on=leader.starts_on, ends_on=leader.ends_on, first=since, last=last
    )


def _beside_words(one: CoLeader) -> str:
    until = f" until {one.until.day} {one.until:%B %Y}" if one.until else ""
    return f"{one}, from {one.since.day} {one.since:%B %Y}{until}"


def _tell_group(one: CoLeader, group: Group, now: datetime) -> None:
    notices.reconcile(one, group, *group.meetings.all(), *group.visits.all(), now=now)
    wake.wake()
