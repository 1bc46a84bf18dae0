"""What runs follows a hub that is split or goes on in another: groups, enrolments, leaders; all or nothing."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import models, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions.hub_changes import follow_change
from programmes.models import Enrolment, Leader
from schools.actions import ours, people
from schools.actions.holding import hold_people
from schools.actions.hubs import Wish, schools_going
from schools.models import Hub, HubChange, Person, Role, School
from schools.roles import LEADERS
from schools.rules import academic_year, free_name
from workgroups.models import CoLeader, Group, LeaderChange, Replacement, Visit
from workgroups.models.changed import OPEN_INTEREST
from workgroups.models.running import Running, running_at
from workgroups.notices.running import FOLLOWED, words_of

OPEN_VISITS = (Visit.Status.TO_BOOK, Visit.Status.BOOKED)


def counts_of(wish: Wish) -> dict[str, int]:
    """How much there is of each, for a preview."""
    schools = schools_going(wish)
    running = running_at(wish.hub, schools, is_all=wish.kind == HubChange.Kind.MERGER)
    interests = wish.hub.interests.filter(status__in=OPEN_INTEREST)
    return {
        "schools": schools.count(),
        **running.counts(),
        "interests": interests.filter(school__in=schools.values("pk")).count(),
    }


def follow_hub_changes(*, now: datetime) -> int:
    """Let what runs follow each split and merger that has happened, once; how many were followed. Safe to run again."""
    kinds = (HubChange.Kind.SPLIT, HubChange.Kind.MERGER)
    done = HubChange.objects.filter(status=HubChange.Status.DONE, kind__in=kinds, followed_at=None)
    followed = 0
    for change in done.select_related("hub", "other").order_by("from_on", "pk"):
        # What cannot be waited for now is followed by the next sweep.
        with apart(change), suppress(CannotMove):
            followed += _follow(change, now)
    return followed


@transaction.atomic
def _follow(change: HubChange, now: datetime) -> int:
    """One guarded UPDATE says who follows it: of two sweeps at once one does.

    :raises CannotMove: where what others do in the hub's name takes long.
    """
    if change.other is None:
        return 0
    ours.change(change.hub, change.other)
    mine = HubChange.objects.filter(pk=change.pk, followed_at=None)
    if mine.update(followed_at=now) != 1:
        return 0
    if change.takes_running:
        _keep_what_goes(change, _running_of(change))
    follow(change, now)
    return 1


def _running_of(change: HubChange) -> Running:
    return running_at(change.hub, change.schools_going(), is_all=change.kind == HubChange.Kind.MERGER)


def follow(change: HubChange, now: datetime) -> None:
    """Let it all go on in the other hub, in the transaction of whoever has the hub's turn. Safe to run again."""
    if change.other is None:
        return
    today = now.astimezone(clock.LONDON).date()
    schools = School.objects.filter(pk__in=change.schools.values("pk"))
    # What runs first, then interest, people last, as everybody holds them.
    enrolments, groups = _hold_running(change)
    follow_change(change=change, schools=schools, now=now)
    for enrolment in enrolments:
        move_enrolment(enrolment, change.other, now)
    _hold_leaders(change, groups, today)
    led_before = list(_who_leads(change.other).values_list("pk", flat=True))
    for group in groups:
        _move_group(group, change, now)
    if change.takes_running:
        _move_replacements(change, schools, today)
    for leader in _leaders_leaving(change, now):
        _move_leader(leader, change, now)
    _move_bare_roles(change, now)
    for person in _who_leads(change.other).exclude(pk__in=led_before):
        people.tell_role(person=person, by=change.by, now=now)
    wake.wake()


def _hold_running(change: HubChange) -> tuple[list[Enrolment], list[Group]]:
    """What goes, as it is once it is held."""
    if not change.takes_running:
        return [], []
    running = _running_of(change)
    enrolments = list(locks.all_held(running.enrolments.select_related("school")))
    return enrolments, list(locks.all_held(running.groups))


def _hold_leaders(change: HubChange, groups: list[Group], today: date) -> None:
    """Whoever leads in the hub, in order of pk, before a role of any: groups and leaders come in another order.

    :raises Gone: where one of them has just been merged into another record: the next sweep follows then.
    """
    leaders = Leader.objects.filter(hub=change.hub).not_ended(today)
    leaders = leaders | Leader.objects.filter(pk__in=[group.leader_id for group in groups])
    held = Role.objects.not_over(today).filter(kind__in=LEADERS, hub=change.hub, source="")
    either = models.Q(pk__in=leaders.values("person")) | models.Q(pk__in=held.values("person"))
    hold_people(Person.objects.filter(either))


def _keep_what_goes(change: HubChange, running: Running) -> None:
    """Let both hubs read how much goes, before it does."""
    if note := words_of(change, running):
        for owner in (change.hub_id, change.other_id):
            journal.record(FOLLOWED, on=change, by=None, note=note, owner_id=owner)


def _who_leads(hub: Hub) -> models.QuerySet[Person]:
    """Whoever leads groups in a hub, or may from a day on."""
    held = Role.objects.filter(kind__in=LEADERS, hub=hub, source="")
    return Person.objects.filter(pk__in=held.values("person")).order_by("pk")


def _move_replacements(change: HubChange, schools: models.QuerySet[School], today: date) -> None:
    """Those that can still be taken back: planned, or done this year."""
    ours = Replacement.objects.filter(hub=change.hub).exclude(status=Replacement.Status.TAKEN_BACK)
    if change.kind == HubChange.Kind.SPLIT:
        ours = ours.filter(school__in=schools.values("pk"))
    this_year = date(academic_year(today), 9, 1)
    ours.filter(models.Q(status=Replacement.Status.PLANNED) | models.Q(from_on__gte=this_year)).update(hub=change.other)


def move_enrolment(enrolment: Enrolment, hub: Hub, now: datetime) -> None:
    """Let another hub run it, unless it has gone elsewhere by now."""
    before = enrolment.hub
    if Enrolment.objects.filter(pk=enrolment.pk, hub=before).update(hub=hub) == 1:
        people.tie_school(school=enrolment.school, hub=hub)
        enrolment.hub = hub
        notices.reconcile(enrolment, now=now)
        changed = {"hub": [str(before), str(hub)]}
        for owner in (before.pk, hub.pk):
            journal.record("Goes on with another hub", on=enrolment, by=None, changed=changed, owner_id=owner)


def _move_group(group: Group, change: HubChange, now: datetime) -> None:
    """With its leaders, who become the other hub's too; a name that is taken there gets the old hub's beside it."""
    old, hub = change.hub, change.other or change.hub
    today = now.astimezone(clock.LONDON).date()
    leader = leader_at_hub(group.leader, hub, change.from_on, now)
    taken = Group.objects.of_programme(group.offer, hub).values_list("name", flat=True)
    name = free_name(group.name, set(taken), beside=old.name, longest=100)
    Group.objects.filter(pk=group.pk).update(hub=hub, leader=leader, name=name)
    group.visits.filter(status__in=OPEN_VISITS, leader=group.leader_id).update(leader=leader)
    for planned in group.leader_changes.filter(status=LeaderChange.Status.PLANNED).select_related("leader"):
        to = leader_at_hub(planned.leader, hub, change.from_on, now)
        LeaderChange.objects.filter(pk=planned.pk).update(was=leader, leader=to)
    for beside in group.co_leaders.not_over(today):
        CoLeader.objects.filter(pk=beside.pk).update(leader=leader_at_hub(beside.leader, hub, change.from_on, now))
    changed = {"hub": [str(old), str(hub)]}
    # Once: whoever reads the history of a group reads all of it.
    journal.record("Goes on with another hub", on=group, by=None, changed=changed, owner_id=hub.pk)
    group.refresh_from_db()
    notices.reconcile(group, *group.meetings.all(), *group.visits.all(), now=now)


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


def _leaders_leaving(change: HubChange, now: datetime) -> list[Leader]:
    """Of a merger all; of a split those ticked, and those whose groups have gone."""
    ours = Leader.objects.filter(hub=change.hub).not_ended(clock.day_of(now)).select_related("person", "hub")
    ours = ours.order_by("pk")
    if change.kind == HubChange.Kind.MERGER:
        return list(ours)
    ticked = Role.objects.filter(kind__in=LEADERS, pk__in=change.leaving.values("pk")).values("person")
    both = Role.objects.filter(kind__in=LEADERS, pk__in=change.both.values("pk")).values("person")
    for leader in ours.filter(person__in=both):
        leader_at_hub(leader, change.other or change.hub, change.from_on, now)
    return list(ours.filter(person__in=ticked))


def _move_leader(leader: Leader, change: HubChange, now: datetime) -> None:
    """At the other hub from the day; at the old one until yesterday, or to the year's end while a group stays there."""
    if change.other is None:
        return
    today = clock.day_of(now)
    leader_at_hub(leader, change.other, change.from_on, now)
    still = Group.objects.filter(leader=leader, status__in=Group.OPEN).exists()
    is_kept = still or not change.takes_running
    last_day = date(academic_year(today) + 1, 8, 31) if is_kept else change.from_on - timedelta(days=1)
    # Who was to stop before that stops then.
    last_day = max(min(last_day, leader.ends_on or last_day), leader.starts_on)
    Leader.objects.filter(pk=leader.pk).update(ends_on=last_day)
    held = Role.objects.filter(person=leader.person_id, kind=leader.kind, hub=change.hub, source="").not_over(today)
    for role in held.select_related("person", "hub"):
        people.end_role(role=role, by=None, today=today, last_day=last_day)


def _move_bare_roles(change: HubChange, now: datetime) -> None:
    """Whoever has a leader's role for good without being a leader goes as the staff does: a leader's ends by now."""
    today = clock.day_of(now)
    held = Role.objects.filter(kind__in=LEADERS, hub=change.hub, source="", ends_on=None)
    if change.kind == HubChange.Kind.SPLIT:
        held = held.filter(pk__in=change.leaving.values("pk"))
    last_day = None if change.takes_running else date(academic_year(today) + 1, 8, 31)
    for role in held.select_related("person", "hub"):
        people.grant_role(
            person=role.person, kind=role.kind, hub=change.other, by=None, now=now, starts_on=role.starts_on
        )
        people.end_role(role=role, by=None, today=today, last_day=last_day)
