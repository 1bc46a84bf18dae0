"""Leaders of groups: making one, ending their time."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from hubportal.core import clock, journal, wake
from programmes.models import Leader
from schools.actions import people
from schools.models import Hub, Person, Role, School, User
from schools.roles import LABELS


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
    try:
        with transaction.atomic():
            leader = Leader.objects.create(
                person=person, hub=hub, kind=kind, school=school, starts_on=starts_on, max_groups=max_groups
            )
    except IntegrityError as problem:
        raise CannotLead(f"{person.name} is already a {LABELS[kind]} of this hub.") from problem
    note = f"from {starts_on:%-d %B %Y}" if starts_on != today else ""
    journal.record(f"Became {leader.get_kind_display()}", on=leader, by=by, note=note)
    wake.wake()
    return leader


@transaction.atomic
def end_leader(*, leader: Leader, by: User | None, today: date, last_day: date) -> None:
    """End a leader's time with a hub, and the role with it; ``workgroups`` asks first whether they still lead a group.

    :raises CannotLead: where it has ended already, or would end before it began.
    """
    if last_day < leader.starts_on:
        raise CannotLead(f"{leader.person.name} starts on {leader.starts_on:%-d %B %Y}: the last day cannot be before.")
    if Leader.objects.filter(pk=leader.pk, ends_on=None).update(ends_on=last_day) != 1:
        raise CannotLead("Somebody else has just ended this. Nothing was done twice.")
    leader.ends_on = last_day
    held = Role.objects.filter(person=leader.person_id, kind=leader.kind, hub=leader.hub_id, source="")
    for role in held.current(today).select_related("hub", "person"):
        people.end_role(role=role, by=by, today=today, last_day=last_day)
    journal.record("Last day set", on=leader, by=by, note=f"{last_day:%-d %B %Y}")
    wake.wake()
