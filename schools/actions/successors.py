"""What a school became: said by hand where no file of links says it; its people follow."""

from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, models, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from schools.actions import people
from schools.actions.holding import hold_person
from schools.actions.import_plan import Plan, known_urns, plan_links
from schools.actions.import_writes import Writer
from schools.actions.places import untold
from schools.adapters.gias import Link
from schools.models import Hub, Person, Role, School, SchoolSplit, SchoolUrn, Succession, User

How, Status = Succession.How, Succession.Status
CONVERTED, MERGED, SPLIT = How.CONVERTED, How.MERGED, How.SPLIT
PLANNED = "It is planned already that {} on {}. Take that back first."

ALREADY = (
    "{old} became {new} already, and that cannot be undone: its people and what was open have gone there. "
    "If it is wrong, end these people's roles at {new} and invite them where they belong, and withdraw there "
    "what came with them and enter it again."
)


class CannotFollow(Exception):
    """A successor that a school cannot have, said in words for people."""


@transaction.atomic
def say_successor(
    *, school: School, successor: School, how: str, since: date, reason: str, by: User | None, now: datetime
) -> Succession:
    """Say what a school became on a day, or becomes on a later one; both hubs are told.

    Converted: it is the same school under the other one's URN and facts, where at most one of the two has work in the
    portal. Merged: it is closed and points to its successor. Split: it is closed and each of its work goes where its
    hub says.

    :raises CannotFollow: where the two would follow each other in a ring, or it is planned otherwise already.
    """
    rows = School.objects.select_for_update().order_by("pk").in_bulk([school.pk, successor.pk])
    old, new = rows[school.pk], rows[successor.pk]
    planned = next((one for one in old.successions.planned() if SPLIT not in (how, one.how)), None)
    problem = _why_not(old, new) or (PLANNED.format(planned, _words(planned.from_on)) if planned else "")
    if problem:
        raise CannotFollow(problem)
    succession = Succession(
        school=old,
        successor_urn=_urn(new),
        how=how,
        school_name=old.name,
        successor_name=new.name,
        hub_id=old.hub_id,
        successor_hub_id=new.hub_id,
        from_on=since,
        reason=reason,
        by=by,
        made_at=now,
    )
    try:
        with transaction.atomic():
            succession.save()
    except IntegrityError as lost:
        raise CannotFollow(PLANNED.format(succession, _words(since))) from lost
    if since > now.astimezone(clock.LONDON).date():
        _journal(succession, new, f"Becomes another school from {_words(since)}", by)
        _tell(succession, now)
    else:
        do_succession(succession=succession, by=by, now=now)
    return succession


@transaction.atomic
def do_succession(*, succession: Succession, by: User | None, now: datetime) -> None:
    """Its day has come.

    :raises CannotFollow: where it cannot be any more.
    :raises CannotMove: where somebody else has just done it or taken it back.
    """
    succession.move_to(Status.DONE, by=by, ended_at=now)
    new = School.objects.filter(urns__urn=succession.successor_urn).first()
    if new is not None and new.pk == succession.school_id:
        return  # a file of links was quicker
    rows = School.objects.select_for_update().order_by("pk").in_bulk([succession.school_id, new.pk if new else 0])
    old = rows[succession.school_id]
    new = rows.get(new.pk) if new else None
    if new is None:
        raise CannotFollow(f"No school has the URN {succession.successor_urn} any more.")
    problem = _why_not(old, new)
    if problem:
        raise CannotFollow(problem)
    _become(old, new, succession, by=by, now=now)
    _tell(succession, now)


def _become(old: School, new: School, succession: Succession, *, by: User | None, now: datetime) -> None:
    since, reason, how = succession.from_on, succession.reason, succession.how
    if new.gias_status == School.GiasStatus.PROPOSED:
        # It works from now on, also where the register has not said so yet.
        School.objects.filter(pk=new.pk).update(gias_status=School.GiasStatus.OPEN)
    if how == SPLIT:
        SchoolSplit.objects.get_or_create(school=old, became=new)
    else:
        urn = _urn(new)
        _link(old, new, since=since, is_merger=how == MERGED, by=by, now=now)
        converted = SchoolUrn.objects.filter(school=old, urn=urn).exists()
        if converted or not School.objects.filter(pk=old.pk).exists():
            went_on = School.objects.get(pk=old.pk if converted else new.pk)
            journal.record("Goes on under another URN", on=went_on, by=by, note=reason)
            return
    _close(old, new, how, since=since, reason=reason, by=by)


@transaction.atomic
def take_back(*, succession: Succession, by: User | None, now: datetime, why: str = "") -> None:
    """Take back what was planned; who had heard of it is told.

    :raises CannotMove: where it is done, or was taken back.
    """
    succession.move_to(Status.TAKEN_BACK, by=by, note=why, ended_at=now, untold=untold(succession))
    new = School.objects.filter(urns__urn=succession.successor_urn).first() or succession.school
    _journal(succession, new, "Becomes no other school: taken back", by, why)
    _tell(succession, now)


def do_due_successions(*, now: datetime) -> int:
    """Do what was planned for today and return how much was done; safe to run again.

    What cannot be any more, for example because the other school has closed itself, is taken back with the reason.
    """
    today, done = now.astimezone(clock.LONDON).date(), 0
    for succession in Succession.objects.due(today).for_notice():
        # Of two sweeps at once, one is quicker.
        with apart(succession), suppress(CannotMove):
            try:
                do_succession(succession=succession, by=None, now=now)
                done += 1
            except CannotFollow as problem:
                succession.refresh_from_db(fields=("status", "ended_at"))
                take_back(succession=succession, by=None, now=now, why=str(problem))
    return done


def _journal(succession: Succession, new: School, what: str, by: User | None, note: str = "") -> None:
    """Read by both hubs."""
    old = succession.school
    changed = {"becomes": [old.name, succession.successor_name]}
    for owner in {old.hub_id, new.hub_id}:
        journal.record(what, on=old, by=by, note=note or succession.reason, changed=changed, owner_id=owner)


def _tell(succession: Succession, now: datetime) -> None:
    notices.reconcile(succession, now=now)
    wake.wake()


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _why_not(old: School, new: School) -> str:
    if old.pk == new.pk:
        return "A school cannot become itself. Choose another one."
    if new.gias_status == School.GiasStatus.CLOSED:
        return f"{new} is closed itself. Choose the school that goes on."
    if new.succeeded_by_id == old.pk:
        return f"{new} became {old} itself, so {old} cannot become {new}."
    if old.succeeded_by_id not in (None, new.pk):
        return ALREADY.format(old=old, new=old.succeeded_by)
    return ""


def _urn(school: School) -> int:
    return int(school.urns.values_list("urn", flat=True).get(is_current=True))


def _link(old: School, new: School, *, since: date, is_merger: bool, by: User | None, now: datetime) -> None:
    """As one line of a file of links does it; by that the old school closes, which the register says only later."""
    urn = _urn(old)
    plan = Plan(known_urns(), statuses={urn: School.GiasStatus.CLOSED})
    plan_links(plan, [Link(line=0, old_urn=urn, new_urn=_urn(new), is_merger=is_merger, since=since)])
    Writer(plan, (), by=by, now=now).write()


def _close(old: School, new: School, how: str, *, since: date, reason: str, by: User | None) -> None:
    before = old.get_gias_status_display()
    closed = School.GiasStatus.CLOSED
    School.objects.filter(pk=old.pk).update(
        gias_status=closed, closed_on=models.functions.Coalesce("closed_on", models.Value(since))
    )
    changed = {"status": [before, closed.label], "became": ["", str(new)]}
    for owner in {old.hub_id, new.hub_id}:
        what = "One of the schools that it became" if how == SPLIT else "Became part of another school"
        journal.record(what, on=old, by=by, note=reason, changed=changed, owner_id=owner)


def move_people(*, now: datetime) -> int:
    """Let the people of a closed school belong to its successor, with their roles from today; how many roles moved.

    Safe to run again. What somebody attended stays with them.
    """
    today = now.astimezone(clock.LONDON).date()
    gone = School.objects.filter(gias_status=School.GiasStatus.CLOSED, succeeded_by__isnull=False)
    held = Role.objects.by_hand().current(today).filter(school__in=gone.values("pk"))
    moved = 0
    for role in held.select_related("person", "school__succeeded_by", "school__hub").order_by("pk"):
        # Somebody may have ended it, or merged its person into another, at this moment.
        with apart(role), suppress(CannotMove):
            moved += _move_role(role, now)
    for hub in Hub.objects.filter(lead_school__in=gone.values("pk")).select_related("lead_school").order_by("pk"):
        with apart(hub):
            Hub.objects.filter(pk=hub.pk).update(lead_school=hub.lead_school and hub.lead_school.succeeded_by)
    for school in gone.filter(people__isnull=False).select_related("succeeded_by").distinct().order_by("pk"):
        with apart(school):
            Person.objects.filter(school=school).update(school=school.succeeded_by)
    return moved


def _move_role(role: Role, now: datetime) -> int:
    """The same role at the successor, until the same day; the old one ends with yesterday."""
    school, today = role.school, clock.day_of(now)
    if school is None or school.succeeded_by is None:
        return 0
    hold_person(role.person)  # before their roles, as whoever gives them one does
    locks.refresh(role, ("ends_on",))
    ends_on = role.ends_on
    if ends_on is not None and ends_on < today:
        return 0
    people.end_role(role=role, by=None, today=today)
    new = school.succeeded_by
    people.grant_role(person=role.person, kind=role.kind, school=new, by=None, now=now, ends_on=ends_on)
    return 1
