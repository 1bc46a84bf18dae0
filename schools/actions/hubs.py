"""Hubs change: made and edited at once; another lead school, a split or a merger from a day on, done once."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.models import JournalEntry
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from schools import roles
from schools.actions import ours, people
from schools.actions.places import untold
from schools.actions.taking_along import (
    PlanAfter,
    move_staff,
    plans_after,
    staff_of,
    take_plans,
    take_uploads,
    take_writing,
)
from schools.models import Hub, HubChange, LocalAuthority, Role, School, SchoolQuerySet, User, changes

Kind, Status = HubChange.Kind, HubChange.Status
TAKEN = "Another hub has this name or code."


class CannotChangeHub(Exception):
    """A change of a hub that cannot be made, said in words for people."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to happen to a hub, as the form asks it."""

    kind: str
    hub: Hub
    from_on: date
    reason: str
    other: Hub | None = None
    lead_school: School | None = None
    lead_name: str = ""
    lead_email: str = ""
    takes_running: bool = False
    authorities: Collection[LocalAuthority] = ()
    schools: Collection[School] = ()
    leaving: Collection[Role] = field(default=())
    both: Collection[Role] = field(default=())


@transaction.atomic
def save_hub(
    *, hub: Hub | None, facts: dict[str, Any], authorities: Collection[LocalAuthority], by: User, now: datetime
) -> Hub:
    """Make a hub or change what is known of it; authorities without a hub may be given to it, with their schools.

    :raises CannotChangeHub: where another hub has the name or code.
    """
    code = facts.get("code") or (hub.code if hub else "")
    same = Hub.objects.filter(models.Q(name__iexact=facts["name"]) | models.Q(code=code))
    if (same.exclude(pk=hub.pk) if hub else same).exists():
        raise CannotChangeHub(TAKEN)
    before = {} if hub is None else {name: str(getattr(hub, name) or "") for name in facts}
    hub = hub or Hub()
    for name, value in facts.items():
        setattr(hub, name, value)
    try:
        with transaction.atomic():
            hub.save()
    except IntegrityError as lost:
        raise CannotChangeHub(TAKEN) from lost
    changed = {name: [before.get(name, ""), str(value or "")] for name, value in facts.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        journal.record("Details changed" if before else "Hub made", on=hub, by=by, changed=changed)
    _give_authorities(authorities, hub, by, now)
    return hub


@transaction.atomic
def give_authority(*, code: str, name: str, hub: Hub, by: User, now: datetime) -> LocalAuthority:
    """Let a local authority that no hub has belong to one, with its schools; made where no school was ever in it.

    :param code: the three digits of GIAS.
    :raises CannotChangeHub: where a hub has it, or the hub is closed.
    """
    if locks.hold(hub, no_key=True).closed_on is not None:
        raise CannotChangeHub(f"{hub} is closed.")
    authority, _made = LocalAuthority.objects.get_or_create(code=code, defaults={"name": name})
    if not _give_authorities([authority], hub, by, now):
        there = LocalAuthority.objects.select_related("hub").get(pk=authority.pk).hub
        raise CannotChangeHub(f"{authority} belongs to {there} already.")
    return authority


def _give_authorities(authorities: Collection[LocalAuthority], hub: Hub, by: User, now: datetime) -> list[str]:
    """Those that no hub has, with their schools; their names. Of two at once the second finds them taken."""
    rows = LocalAuthority.objects.select_for_update().filter(pk__in=[one.pk for one in authorities], hub=None)
    free = dict(rows.order_by("pk").values_list("pk", "name"))
    if free:
        LocalAuthority.objects.filter(pk__in=free).update(hub=hub)
        hubless = School.objects.filter(authority__in=free, hub=None, hub_set_by_hand=False)
        _give(hubless, hub, by=by, now=now, note="")
        journal.record("Local authorities given", on=hub, by=by, note=", ".join(free.values()))
    return list(free.values())


def schools_going(wish: Wish) -> SchoolQuerySet:
    """The schools that go to the other hub: of a merger all, of a split those chosen or of a chosen authority."""
    return changes.schools_going(
        wish.hub, wish.kind, [one.pk for one in wish.authorities], [one.pk for one in wish.schools]
    )


def plans_touched(wish: Wish) -> list[PlanAfter]:
    """The planned changes of hub of single schools that a split or merger redirects, or brings to nothing."""
    if wish.other is None:
        return []
    authorities = [one.pk for one in wish.authorities]
    return plans_after(
        hub=wish.hub, other=wish.other, kind=wish.kind, authorities=authorities, schools=schools_going(wish)
    )


def changes_ended(hub: Hub) -> models.QuerySet[HubChange]:
    """What is planned of a hub, and cannot be any more once it has gone on in another."""
    concerned = models.Q(hub=hub.pk) | models.Q(other=hub.pk)
    return HubChange.objects.filter(concerned, status=Status.PLANNED).select_related("hub", "other").order_by("pk")


def is_without_lead(wish: Wish, today: date) -> bool:
    """Whether nobody leads a hub from then on: that to which schools go, or one that gets another lead school."""
    if wish.other is None:
        staying = set(staff_of(wish.hub, wish.from_on)) - set(wish.leaving)
        return not wish.lead_name and not any(role.kind == roles.HUB_LEAD for role in staying)
    coming = list(staff_of(wish.hub, today)) if wish.kind == Kind.MERGER else [*wish.leaving, *wish.both]
    return not any(role.kind == roles.HUB_LEAD for role in [*staff_of(wish.other, today), *coming])


def check(wish: Wish, today: date) -> None:
    """:raises CannotChangeHub: where this cannot be, in words."""
    problem = _why_not(wish, today)
    if problem:
        raise CannotChangeHub(problem)


def _why_not(wish: Wish, today: date) -> str:
    if wish.from_on < today:
        return "Choose today or a later day: what has been is not changed."
    for hub in (wish.hub, wish.other):
        if hub is not None and hub.closed_on is not None:
            return f"{hub} is closed."
    if wish.other is not None and wish.other.pk == wish.hub.pk:
        return "Choose another hub."
    if wish.hub.changes.filter(kind=wish.kind, status=Status.PLANNED).exists():
        return "Such a change is planned for this hub already. Take it back first."
    if wish.kind == Kind.LEAD_SCHOOL and wish.lead_school and wish.lead_school.pk == wish.hub.lead_school_id:
        return f"{wish.lead_school} is the lead school already."
    if wish.kind == Kind.SPLIT and not schools_going(wish).exists():
        return "No school would go: choose a local authority or schools of this hub."
    return ""


@transaction.atomic
def plan_change(*, wish: Wish, by: User | None, now: datetime) -> HubChange:
    """Plan a change for its day, or let it happen at once; both hubs are told.

    :raises CannotChangeHub: where it cannot be, or somebody else was quicker.
    :raises CannotMove: where it is to be at once, and what others do in the hub's name takes long.
    """
    today = now.astimezone(clock.LONDON).date()
    if wish.from_on <= today:
        _take_turns(wish.hub, wish.other)
    # Whoever changes one of the two at this moment is waited for, always in one order; whoever is invited there is not.
    rows = Hub.objects.select_for_update(no_key=True).order_by("pk")
    hubs = {hub.pk: hub for hub in rows.filter(pk__in=[wish.hub.pk, wish.other.pk if wish.other else 0])}
    wish.hub.closed_on = hubs[wish.hub.pk].closed_on
    if wish.other is not None:
        wish.other.closed_on = hubs[wish.other.pk].closed_on
    check(wish, today)
    change = HubChange.objects.create(
        kind=wish.kind,
        hub=wish.hub,
        other=wish.other,
        lead_school=wish.lead_school,
        lead_name=wish.lead_name,
        lead_email=wish.lead_email,
        takes_running=wish.takes_running,
        from_on=wish.from_on,
        reason=wish.reason,
        by=by,
        made_at=now,
    )
    for name in ("authorities", "schools", "leaving", "both"):
        getattr(change, name).set(getattr(wish, name))
    if wish.from_on > today:
        _tell_journal(change, f"{change.get_kind_display()} planned", by)
        notices.reconcile(change, now=now)
        wake.wake()
    else:
        do_change(change=change, by=by, now=now)
    return change


def _take_turns(hub: Hub, other: Hub | None) -> None:
    """A hub that gets another lead school goes on as it is, and somebody may be invited to it."""
    if other is None:
        ours.join(hub.pk)
    else:
        ours.change(hub, other)


@transaction.atomic
def do_change(*, change: HubChange, by: User | None, now: datetime) -> None:
    """Let it happen: schools, authorities and roles; what runs follows in the upper apps.

    :raises CannotMove: where somebody else has just done it or taken it back, or what others do in the hub's name
        takes long.
    """
    _take_turns(change.hub, change.other)
    change.move_to(Status.DONE, by=by, ended_at=now)
    if change.kind == Kind.LEAD_SCHOOL:
        _change_lead_school(change, by, now)
    else:
        _move_schools(change, by, now)
        move_staff(change, by, now)
    if change.kind == Kind.MERGER:
        # Whoever reads the hub that goes on reads this one too, and what had gone on in this one.
        came = models.Q(pk=change.hub_id) | models.Q(goes_on_in=change.hub_id)
        Hub.objects.filter(came).update(goes_on_in=change.other)
        Hub.objects.filter(pk=change.hub_id).update(closed_on=change.from_on)
        take_writing(change, now)
        take_uploads(change)
        for planned in changes_ended(change.hub):
            take_back(change=planned, by=None, now=now, why=_why_not_any_more(planned))
    take_plans(change, now)
    _tell_journal(change, change.get_kind_display(), by)
    notices.reconcile(change, now=now)
    wake.wake()


@transaction.atomic
def take_rest(*, change: HubChange, now: datetime) -> None:
    """What came to a hub that was merged by whatever way since goes where it goes on. Safe to run again."""
    _move_schools(change, None, now)
    move_staff(change, None, now)
    take_writing(change, now)
    take_uploads(change)
    take_plans(change, now)


@transaction.atomic
def take_back(*, change: HubChange, by: User | None, now: datetime, why: str = "") -> None:
    """Take a planned change back; who had heard of it is told, also why where the portal does so itself.

    :raises CannotMove: where it is done, or was taken back.
    """
    change.move_to(Status.TAKEN_BACK, by=by, note=why, ended_at=now, untold=untold(change))
    _tell_journal(change, f"{change.get_kind_display()} taken back", by, why)
    notices.reconcile(change, now=now)
    wake.wake()


def _why_not_any_more(change: HubChange) -> str:
    """Which of the two hubs has been merged since this was planned, in words; nothing where both work."""
    return next((hub.why_closed for hub in (change.hub, change.other) if hub and hub.closed_on), "")


def do_due_changes(*, now: datetime) -> int:
    """Do the planned changes whose day has come and return how many were done; safe to run again."""
    today, done = now.astimezone(clock.LONDON).date(), 0
    for change in HubChange.objects.due(today).select_related("hub", "other", "lead_school"):
        # Of two sweeps at once, one is quicker.
        with apart(change), suppress(CannotMove):
            why = _why_not_any_more(change)
            if why:
                take_back(change=change, by=None, now=now, why=why)
                continue
            do_change(change=change, by=None, now=now)
            done += 1
    return done


def _change_lead_school(change: HubChange, by: User | None, now: datetime) -> None:
    Hub.objects.filter(pk=change.hub_id).update(lead_school=change.lead_school)
    if change.lead_name:
        people.invite(
            name=change.lead_name, email=change.lead_email, kind=roles.HUB_LEAD, hub=change.hub, by=by, now=now
        )
    today = now.astimezone(clock.LONDON).date()
    for role in change.leaving.not_over(today).select_related("person", "hub"):
        people.end_role(role=role, by=None, today=today)


def _move_schools(change: HubChange, by: User | None, now: datetime) -> None:
    wish = Wish(
        kind=change.kind,
        hub=change.hub,
        from_on=change.from_on,
        reason=change.reason,
        authorities=list(change.authorities.all()),
        schools=list(change.schools.all()),
    )
    going = list(schools_going(wish).values_list("pk", flat=True))
    mine = LocalAuthority.objects.filter(hub=change.hub)
    moving = mine if change.kind == Kind.MERGER else mine.filter(pk__in=[one.pk for one in wish.authorities])
    authorities = list(moving.values_list("pk", flat=True))
    LocalAuthority.objects.filter(pk__in=authorities).update(hub=change.other)
    rows = School.objects.filter(pk__in=going)
    # Chosen one by one, a school goes against its authority: kept by every import.
    rows.exclude(authority__in=authorities).update(hub_set_by_hand=True)
    if change.other is not None:
        _give(rows, change.other, by=by, now=now, note=change.reason)
    if change.kind == Kind.MERGER:
        change.schools.add(*going)
    else:
        change.schools.set(going)


def _give(schools: models.QuerySet[School], hub: Hub, *, by: User | None, now: datetime, note: str) -> None:
    """Let schools belong to a hub; each has it in its history, read by both hubs."""
    told = list(schools.order_by("pk").values_list("pk", "name", "hub", "hub__name"))
    School.objects.filter(pk__in=[pk for pk, *_rest in told]).update(hub=hub)
    JournalEntry.objects.bulk_create(
        (
            JournalEntry(
                at=now,
                by=by,
                what="Went to another hub with others" if was else "Given to a hub",
                record=f"{School._meta.label_lower}:{pk}",
                label=name[:200],
                changed={"hub": [before or "", hub.name]},
                note=note,
                owner_id=owner,
            )
            for pk, name, was, before in told
            for owner in {was or hub.pk, hub.pk}
        ),
        batch_size=500,
    )


def _tell_journal(change: HubChange, what: str, by: User | None, why: str = "") -> None:
    """Each of the two hubs has it in its own history."""
    day = f"from {change.from_on.day} {change.from_on:%B %Y}"
    words = f"{change.other or change.lead_school}, {day}"
    changed = {change.get_kind_display().lower(): [str(change.hub), words]}
    for hub in (change.hub, change.other):
        if hub is not None:
            journal.record(what, on=hub, by=by, note=why or change.reason, changed=changed)
