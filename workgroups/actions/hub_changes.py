"""What runs follows a hub that is split or goes on in another: groups, enrolments, leaders; all or nothing."""

from contextlib import suppress
from datetime import date, datetime

from django.db import models, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions.following import take_accepted
from programmes.actions.hub_changes import follow_change
from programmes.models import Enrolment, Leader
from schools.actions import ours, people
from schools.actions.holding import hold_people
from schools.actions.hubs import Wish, schools_going
from schools.models import Hub, HubChange, Person, Role, School
from schools.roles import LEADERS
from schools.rules import academic_year, free_name
from workgroups.actions.leaders_going import (
    bare_roles,
    leader_at_hub,
    leaders_leaving,
    leaders_of,
    move_bare_role,
    move_leader,
    visitor_at_hub,
)
from workgroups.actions.leading import OPEN_VISITS
from workgroups.models import CoLeader, Group, LeaderChange, Replacement, ReplacementPart
from workgroups.models.changed import OPEN_INTEREST
from workgroups.models.running import Running, running_at
from workgroups.notices.running import FOLLOWED, words_of


def counts_of(wish: Wish) -> dict[str, int]:
    """How much there is of each, for a preview; ``stay_`` and ``later_``: where what runs is to stay with the hub."""
    schools, is_merger = schools_going(wish), wish.kind == HubChange.Kind.MERGER
    running = running_at(wish.hub, schools, other=wish.other, is_all=is_merger)
    interests = wish.hub.interests.filter(status__in=OPEN_INTEREST)
    many = running.counts()
    later = running.of_later_years(academic_year(wish.from_on)).counts() if is_merger else dict.fromkeys(many, 0)
    return {
        "schools": schools.count(),
        **many,
        **{f"later_{name}": later[name] for name in ("groups", "enrolments")},
        "stay_groups": many["groups"] + many["mixed"] - later["groups"],
        "stay_enrolments": many["enrolments"] + many["in_mixed"] - later["enrolments"],
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
    is_all = change.kind == HubChange.Kind.MERGER
    return running_at(change.hub, change.schools_going(), other=change.other, is_all=is_all)


def follow(change: HubChange, now: datetime) -> None:
    """Let it all go on in the other hub, in the transaction of whoever has the hub's turn. Safe to run again."""
    if change.other is None:
        return
    today = now.astimezone(clock.LONDON).date()
    schools = School.objects.filter(pk__in=change.schools.values("pk"))
    # What runs first, then interest, people last, as everybody holds them.
    enrolments, groups = _hold_running(change, today)
    follow_change(change=change, schools=schools, now=now)
    for enrolment in enrolments:
        move_enrolment(enrolment, change.other, now)
    _hold_leaders(change, groups, today)
    led_before = list(_who_leads(change.other).values_list("pk", flat=True))
    for group in groups:
        _move_group(group, change, now)
    if change.takes_running:
        _move_replacements(change, schools, enrolments, today)
    bare = bare_roles(change, today)
    for leader in leaders_leaving(change, now):
        move_leader(leader, change, now)
    for role in bare:
        move_bare_role(role, change, now)
    for person in _who_leads(change.other).exclude(pk__in=led_before):
        people.tell_role(person=person, by=change.by, now=now)
    wake.wake()


def _hold_running(change: HubChange, today: date) -> tuple[list[Enrolment], list[Group]]:
    """What goes, as it is once it is held.

    What is for a later year never stays with a hub that has been merged: the other one gives the places of those
    years, and the closed one has no staff by then.
    """
    running = _running_of(change)
    if not change.takes_running:
        if change.kind != HubChange.Kind.MERGER:
            return [], []
        running = running.of_later_years(academic_year(today))
    enrolments = list(locks.all_held(running.enrolments.select_related("school")))
    return enrolments, list(locks.all_held(running.groups))


def _hold_leaders(change: HubChange, groups: list[Group], today: date) -> None:
    """Whoever leads in the hub, or has a part in a group that goes, in order of pk, before a role of any.

    Groups and leaders come in another order; and who visits for a group may have led in another hub all along.

    :raises Gone: where one of them has just been merged into another record: the next sweep follows then.
    """
    leaders = Leader.objects.filter(hub=change.hub).not_ended(today)
    leaders = leaders | leaders_of(Group.objects.filter(pk__in=[group.pk for group in groups]), today)
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


def _move_replacements(
    change: HubChange, schools: models.QuerySet[School], enrolments: list[Enrolment], today: date
) -> None:
    """Those that can still be taken back: planned, or done this year.

    Of a split those about a place in an enrolment that goes; those about no place go with their school.
    """
    ours = Replacement.objects.filter(hub=change.hub).exclude(status=Replacement.Status.TAKEN_BACK)
    if change.kind == HubChange.Kind.SPLIT:
        along = models.Q(school__in=schools.values("pk")) | models.Q(school__in=[one.school_id for one in enrolments])
        places = ReplacementPart.objects.filter(replacement=models.OuterRef("pk"), enrolled__isnull=False)
        goes = models.Exists(places.filter(enrolled__enrolment__in=enrolments))
        ours = ours.filter(goes | models.Q(along, ~models.Exists(places)))
    this_year = date(academic_year(today), 9, 1)
    ours.filter(models.Q(status=Replacement.Status.PLANNED) | models.Q(from_on__gte=this_year)).update(hub=change.other)


def move_enrolment(enrolment: Enrolment, hub: Hub, now: datetime) -> None:
    """Let another hub run it, unless it has gone elsewhere by now; the application that it came of goes with it."""
    before = enrolment.hub
    if Enrolment.objects.filter(pk=enrolment.pk, hub=before).update(hub=hub) == 1:
        people.tie_school(school=enrolment.school, hub=hub)
        enrolment.hub = hub
        take_accepted(enrolment=enrolment, now=now)
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
    open_visits = group.visits.filter(status__in=OPEN_VISITS)
    # Who led the group before has visits to log, perhaps.
    for visitor in Leader.objects.filter(pk__in=open_visits.values("leader")).order_by("pk"):
        open_visits.filter(leader=visitor).update(leader=visitor_at_hub(visitor, leader, change.from_on, now))
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
