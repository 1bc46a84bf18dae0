"""Leaders go along with a hub's schools to the other hub; at the old one they stay while they lead something there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from hubportal.core import clock
from programmes.models import Leader, LeaderQuerySet
from schools.actions import people
from schools.actions.hubs import Wish, schools_going
from schools.actions.taking_along import last_day_at, move_role
from schools.models import Hub, HubChange, Role
from schools.roles import LABELS, LEADERS
from workgroups.actions.leading import OPEN_VISITS
from workgroups.models import CoLeader, Group, LeaderChange, Visit
from workgroups.models.running import running_at


@dataclass(frozen=True, slots=True)
class Going:
    """What becomes of somebody: there from a day, at the old hub until a day (None: as before), and whether to lead."""

    name: str
    role: str
    from_on: date
    last_day: date | None
    still_leads: bool = False


def who_goes(wish: Wish) -> list[Going]:
    """Of a split everybody who is ticked, then whoever leads a group that goes."""
    if wish.kind != HubChange.Kind.SPLIT:
        return []
    running = running_at(wish.hub, schools_going(wish), other=wish.other, is_all=False).groups
    groups = running if wish.takes_running else running.none()
    found = [_going(role, wish, groups) for role in wish.leaving]
    found += [_beside(role.person.name, role.kind, wish, role) for role in wish.both]
    told = {role.person_id for role in (*wish.leaving, *wish.both)}
    # Whose time is over by then gets no role there either.
    leaders = leaders_of(groups, wish.from_on).not_ended(wish.from_on).exclude(person__in=told).select_related("person")
    found += [_beside(one.person.name, one.kind, wish) for one in leaders.order_by("person__name", "pk")]
    return found


def leaders_of(groups: models.QuerySet[Group], today: date) -> LeaderQuerySet:
    """Whoever leads one of these groups, alone or beside, or is to, or still has a visit to log there; ended or not."""
    found = models.Q(pk__in=groups.values("leader"))
    for rows in _led_by(today):
        found |= models.Q(pk__in=rows.filter(group__in=groups).values("leader"))
    return Leader.objects.filter(found)


def _led_by(today: date) -> tuple[models.QuerySet[Any], ...]:
    """What besides the group itself says who has something to do with it."""
    beside = CoLeader.objects.not_over(today)
    coming = LeaderChange.objects.filter(status=LeaderChange.Status.PLANNED)
    return beside, coming, Visit.objects.filter(status__in=OPEN_VISITS)


def _going(role: Role, wish: Wish, groups: Iterable[Group]) -> Going:
    still_leads = False
    if role.kind in LEADERS:
        theirs = Leader.objects.filter(hub=wish.hub, person=role.person_id).not_ended(wish.from_on)
        still_leads = any(leads_at(one, wish.from_on, but=groups) for one in theirs)
    last_day = last_day_at(wish.kind, wish.from_on, takes_running=wish.takes_running, is_needed=still_leads)
    begins = max(wish.from_on, role.starts_on)
    last_day = min(last_day, role.ends_on or last_day)
    return Going(role.person.name, LABELS[role.kind], begins, last_day, still_leads)


def _beside(name: str, kind: str, wish: Wish, role: Role | None = None) -> Going:
    return Going(name, LABELS[kind], max(wish.from_on, role.starts_on) if role else wish.from_on, None)


def leads_at(leader: Leader, today: date, *, but: Iterable[Group] = ()) -> bool:
    """Whether a leader leads an open group, or is to, leads one beside its leader, or is to visit one of its schools.

    :param but: groups that go to another hub.
    """
    theirs = models.Q(leader=leader)
    for rows in _led_by(today):
        theirs |= models.Q(pk__in=rows.filter(leader=leader).values("group"))
    return Group.objects.filter(theirs, status__in=Group.OPEN).exclude(pk__in=[one.pk for one in but]).exists()


def leader_at_hub(leader: Leader, hub: Hub, from_on: date, now: datetime) -> Leader:
    """The same person as a leader of another hub for as long, made where they are none there yet; with the role."""
    last_day, today = leader.ends_on, clock.day_of(now)
    lasts = models.Q(ends_on=None) if last_day is None else models.Q(ends_on=None) | models.Q(ends_on__gte=last_day)
    same = Leader.objects.filter(lasts, person=leader.person, hub=hub, kind=leader.kind)
    there = same.order_by(models.F("ends_on").desc(nulls_first=True), "pk").first()
    if there is None:
        there = Leader.objects.create(
            person=leader.person,
            hub=hub,
            kind=leader.kind,
            school=leader.school,
            starts_on=min(from_on, last_day or from_on),
            ends_on=last_day,
            max_groups=leader.max_groups,
        )
    if there.ends_on is None or there.ends_on >= today:
        role = people.grant_role(person=leader.person, kind=leader.kind, hub=hub, by=None, now=now)
        if there.ends_on is not None:
            people.end_role(role=role, by=None, today=today, last_day=there.ends_on)
    return there


def visitor_at_hub(visitor: Leader, leader: Leader, from_on: date, now: datetime) -> Leader:
    """Who has a visit of a group still to log once it is at another hub.

    Whoever had it here; where their time is over at both hubs, the group's leader, as wherever somebody's time ends.
    """
    at_either = models.Q(pk=visitor.pk) | models.Q(person=visitor.person_id, hub=leader.hub_id, kind=visitor.kind)
    if not Leader.objects.filter(at_either).not_ended(clock.day_of(now)).exists():
        return leader
    return leader_at_hub(visitor, leader.hub, from_on, now)


def leaders_leaving(change: HubChange, now: datetime) -> list[Leader]:
    """Of a merger all; of a split those ticked. Who is ticked for both hubs leads for the other one from here on."""
    ours = Leader.objects.filter(hub=change.hub).not_ended(clock.day_of(now)).select_related("person", "hub")
    ours = ours.order_by("pk")
    if change.kind == HubChange.Kind.MERGER:
        return list(ours)
    ticked = Role.objects.filter(kind__in=LEADERS, pk__in=change.leaving.values("pk")).values("person")
    both = Role.objects.filter(kind__in=LEADERS, pk__in=change.both.values("pk")).values("person")
    for leader in ours.filter(person__in=both):
        leader_at_hub(leader, change.other or change.hub, change.from_on, now)
    return list(ours.filter(person__in=ticked))


def move_leader(leader: Leader, change: HubChange, now: datetime) -> None:
    """At the other hub from the day; at the old one as all staff, and to the year's end while they lead there."""
    if change.other is None:
        return
    today = clock.day_of(now)
    leader_at_hub(leader, change.other, change.from_on, now)
    last_day = _last_day(change, change.from_on, is_needed=leads_at(leader, today))
    # Who was to stop before that stops then.
    last_day = max(min(last_day, leader.ends_on or last_day), leader.starts_on)
    Leader.objects.filter(pk=leader.pk).update(ends_on=last_day)
    held = Role.objects.filter(person=leader.person_id, kind=leader.kind, hub=change.hub, source="").not_over(today)
    for role in held.select_related("person", "hub"):
        people.end_role(role=role, by=None, today=today, last_day=last_day)


def bare_roles(change: HubChange, today: date) -> list[Role]:
    """Leaders' roles of those who go without being leaders there: to be looked for before any leader goes."""
    leads = Leader.objects.filter(hub=change.hub, person=models.OuterRef("person"), kind=models.OuterRef("kind"))
    held = Role.objects.filter(~models.Exists(leads.not_ended(today)), kind__in=LEADERS, hub=change.hub, source="")
    if change.kind == HubChange.Kind.SPLIT:
        ticked = models.Q(pk__in=change.leaving.values("pk")) | models.Q(pk__in=change.both.values("pk"))
        held = held.filter(ticked)
    return list(held.not_over(today).select_related("person", "hub").order_by("pk"))


def move_bare_role(role: Role, change: HubChange, now: datetime) -> None:
    """As the staff does: at the other hub for as long, and here no more, unless they are ticked for both."""
    if change.other is not None:
        stays = change.both.filter(pk=role.pk).exists()
        last_day = None if stays else _last_day(change, clock.day_of(now))
        move_role(role, change.other, last_day=last_day, by=None, now=now)


def _last_day(change: HubChange, day: date, *, is_needed: bool = False) -> date:
    return last_day_at(change.kind, day, takes_running=change.takes_running, is_needed=is_needed)
