"""Leaders of groups: making one, ending their time."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from hubportal.core import clock, journal, locks, wake
from programmes.models import Leader
from schools.actions import people
from schools.actions.holding import hold_person
from schools.models import Hub, Person, Role, School, User
from schools.roles import LABELS

# How the journal calls it.
BASED, AGREED = "Base school changed", "Groups a year changed"


class CannotLead(Exception):
    """A leader who cannot be made, said in words for people."""


@transaction.atomic
def make_leader(
    *,
    hub: Hub,
    kind: str,
    by: User | None,
    now: datetime,
    starts_on: date,
    name: str = "",
    email: str = "",
    person: Person | None = None,
    school: School | None = None,
    max_groups: int = 1,
) -> Leader:
    """Make somebody known, or somebody new by name and e-mail, a leader of a hub; gives the role and invites them.

    :raises CannotLead: where they are one already.
    """
    today = now.astimezone(clock.LONDON).date()
    if person is None:
        person = people.invite(name=name, email=email, kind=kind, by=by, now=now, hub=hub)
    else:
        people.add_role(person=person, kind=kind, by=by, now=now, hub=hub)
    if school is not None and person.school_id is None:
        person.school = school
        person.save(update_fields=["school"])
    leader = Leader(person=person, hub=hub, kind=kind, school=school, starts_on=starts_on, max_groups=max_groups)
    _begin(leader, by=by, today=today)
    return leader


@transaction.atomic
def succeed(
    *, person: Person, after: Leader, max_groups: int, from_on: date, by: User | None, now: datetime
) -> tuple[Leader, Role | None]:
    """Make somebody a leader as another was from a day on; with the role, where that is new.

    Whoever replaces the other tells them how to sign in, on the day.

    :raises CannotLead: where they are one already.
    """
    kind, hub, today = after.kind, after.hub, clock.day_of(now)
    is_held = Role.objects.filter(person=person, kind=kind, hub=hub, source="").current(max(from_on, today)).exists()
    given = people.grant_role(person=person, kind=kind, hub=hub, by=by, now=now, starts_on=from_on)
    leader = Leader(person=person, hub=hub, kind=kind, starts_on=from_on, max_groups=max_groups)
    _begin(leader, by=by, today=today)
    return leader, None if is_held else given


@transaction.atomic
def take_away(*, leader: Leader, by: User | None, today: date) -> None:
    """Take back that somebody became a leader: nothing is left of what nobody was told or did.

    Where something names them as a leader, yesterday was the last day, also of what had not begun.
    """
    journal.record(f"No longer {leader.get_kind_display()}: taken back", on=leader, by=by)
    with suppress(ProtectedError), transaction.atomic():
        leader.delete()
        return
    last_day = today - timedelta(days=1)
    leader.starts_on, leader.ends_on = min(leader.starts_on, last_day), last_day
    leader.save(update_fields=["starts_on", "ends_on"])


def _begin(leader: Leader, *, by: User | None, today: date) -> None:
    """:raises CannotLead: where they are one already."""
    try:
        with transaction.atomic():
            leader.save()
    except IntegrityError as problem:
        raise CannotLead(f"{leader.person} is already a {LABELS[leader.kind]} of this hub.") from problem
    note = f"from {_words(leader.starts_on)}" if leader.starts_on != today else ""
    journal.record(f"Became {leader.get_kind_display()}", on=leader, by=by, note=note)
    wake.wake()


def hold(leader: Leader) -> Leader:
    """A leader as they are now, until the transaction ends; the person before, as in a merger of two records.

    :raises Gone: where that person has just been merged into another record, or the leader taken out.
    """
    hold_person(leader.person)
    return locks.held(Leader.objects.select_related("person", "school", "hub"), leader.pk)


@transaction.atomic
def end_leader(*, leader: Leader, by: User | None, now: datetime, last_day: date | None) -> None:
    """Set or correct the last day of a leader's time with a hub, and of the role with it; None: they stay.

    ``workgroups`` holds them, and asks first whether they still lead a group.

    :raises CannotLead: where nothing would change, somebody else was quicker, or it would end before it began.
    """
    problem = _why_not_end(leader, last_day)
    if problem:
        raise CannotLead(problem)
    before = leader.ends_on
    if Leader.objects.filter(pk=leader.pk, ends_on=before).update(ends_on=last_day) != 1:
        raise CannotLead("Somebody else has just changed this. Nothing was done twice.")
    leader.ends_on = last_day
    _end_role(leader, by=by, now=now)
    what = "Last day taken back" if last_day is None else "Last day corrected" if before else "Last day set"
    day = last_day or before
    journal.record(what, on=leader, by=by, note=_words(day) if day else "")
    wake.wake()


@transaction.atomic
def change_base(*, leader: Leader, school: School | None, by: User | None) -> None:
    """Base a leader at another school from now on; what they logged and lead stays as it is.

    :raises CannotLead: where it is the same school, or somebody else was quicker.
    """
    seen = leader.school_id
    leader = hold(leader)
    before = leader.school
    if leader.school_id != seen:
        raise CannotLead(who_based(leader))
    if before == school:
        raise CannotLead(f"{leader} is based there already.")
    Leader.objects.filter(pk=leader.pk).update(school=school)
    # Where they are known to belong moves with it, unless that is another place.
    Person.objects.filter(pk=leader.person_id, school=before).update(school=school)
    changed = {"school": [str(before or ""), str(school or "")]}
    journal.record(BASED, on=leader.person, by=by, changed=changed, owner_id=leader.hub_id)


@transaction.atomic
def agree_groups(*, leader: Leader, max_groups: int, by: User | None) -> None:
    """Agree with a leader how many groups they lead in a year; those that they lead stay theirs.

    :raises CannotLead: where that is agreed already, or somebody else was quicker.
    """
    seen = leader.max_groups
    leader = hold(leader)
    if leader.max_groups != seen:
        raise CannotLead(who_agreed(leader))
    if max_groups == seen:
        raise CannotLead(f"That is agreed with {leader} already.")
    Leader.objects.filter(pk=leader.pk).update(max_groups=max_groups)
    changed = {"max_groups": [str(seen), str(max_groups)]}
    journal.record(AGREED, on=leader.person, by=by, changed=changed, owner_id=leader.hub_id)


def who_agreed(leader: Leader) -> str:
    """What to tell somebody who changes a number of groups that a colleague has changed since they read it."""
    return (
        f"{journal.who_last(AGREED, on=leader.person)} has just changed how many groups {leader} leads in a year to "
        f"{leader.max_groups}. Nothing was saved: look whether your change still holds, then send it again."
    )


def who_based(leader: Leader) -> str:
    """What to tell somebody who changes a base school that a colleague has changed since they read it."""
    now = f"to {leader.school}" if leader.school else "to none"
    return (
        f"{journal.who_last(BASED, on=leader.person)} has just changed the base school of {leader} {now}. Nothing was "
        "saved: look whether your change still holds, then send it again."
    )


def _why_not_end(leader: Leader, last_day: date | None) -> str:
    name = leader.person.name
    if last_day == leader.ends_on:
        return f"The last day of {name} is {_words(last_day)} already." if last_day else f"{name} has no last day."
    if last_day is not None and last_day < leader.starts_on:
        return f"{name} starts on {_words(leader.starts_on)}: the last day cannot be before."
    same = Leader.objects.filter(person=leader.person_id, hub=leader.hub_id, kind=leader.kind)
    # By their days: what they led before comes with records of past years, and is written down later.
    again = same.filter(starts_on__gt=leader.starts_on).order_by("starts_on").first()
    if again is not None:
        return f"{name} came back on {_words(again.starts_on)}: what was before stays as it is."
    return ""


def _end_role(leader: Leader, *, by: User | None, now: datetime) -> None:
    """The role follows the last day; where it had ended and they are here after all, it is given again from today."""
    today = clock.day_of(now)
    held = Role.objects.filter(person=leader.person_id, kind=leader.kind, hub=leader.hub_id, source="").current(today)
    last_day = leader.ends_on
    if last_day is None or (last_day >= today and not held.exists()):
        people.grant_role(person=leader.person, kind=leader.kind, by=by, now=now, hub=leader.hub)
    if last_day is not None:
        for role in held.select_related("hub", "person"):
            people.end_role(role=role, by=by, today=today, last_day=last_day)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
