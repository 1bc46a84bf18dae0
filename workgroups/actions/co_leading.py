"""Who leads a group beside its one leader: from when to when, and what they see of its schools."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.telling import person_recipient
from hubportal.core.workflow import CannotMove
from programmes.actions import leaders
from programmes.models import Leader
from schools.actions import people
from schools.models import Role, User
from schools.roles import LEADS_SCHOOL
from workgroups.actions.leading import CannotChangeLeader, year_end
from workgroups.models import CoLeader, Group, Place
from workgroups.rules import planning


def grant_beside(place: Place, *, by: User | None, today: date) -> None:
    """Whoever leads the group beside its leader sees a school that joins, as long as they do."""
    for one in place.group.co_leaders.not_over(today):
        _give_beside(one, place, by=by)


def _give_beside(one: CoLeader, place: Place, *, by: User | None) -> None:
    if place.enrolment.person_id is not None:
        return
    given = {"kind": LEADS_SCHOOL, "school": place.enrolment.school, "source": place.role_source}
    first = max(one.since, place.placed_on)
    if one.until is None or one.until >= first:
        role = Role.objects.create(person=one.leader.person, starts_on=first, ends_on=one.until, **given)
        journal.record("Role given", on=role, by=by, note=one.leader.person.name)


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
        _give_beside(one, place, by=by)
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
