"""What a hub that is split or merged takes to the other one: its staff, its writing, its files, its schools' plans."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models

from hubportal.core import clock
from hubportal.core.models import Upload
from hubportal.core.workflow import CannotMove
from schools import roles
from schools.actions import moves, people
from schools.actions.holding import hold_people
from schools.models import (
    Hub,
    HubChange,
    HubMove,
    Letter,
    LetterTemplate,
    LocalAuthority,
    Role,
    School,
    User,
    notices_of,
)
from schools.rules import academic_year, free_name, last_day

Kind = HubChange.Kind


def staff_of(hub: Hub, today: date) -> models.QuerySet[Role]:
    """Who works for a hub today or is to, leaders among them."""
    held = Role.objects.not_over(today).filter(hub=hub, source="")
    return held.select_related("person", "hub").order_by("kind", "person__name", "pk")


def last_day_at(kind: str, day: date, *, takes_running: bool, is_needed: bool = False) -> date:
    """Until when whoever goes has their role at the old hub: the day before, or the end of its year.

    That is where somebody is needed for what stays: all of a hub that has no other staff, as it went on in another,
    and otherwise (``is_needed``) whoever leads some of it.
    """
    is_needed = is_needed or (kind == Kind.MERGER and not takes_running)
    return last_day(academic_year(day)) if is_needed else day - timedelta(days=1)


def move_staff(change: HubChange, by: User | None, now: datetime) -> None:
    """The same roles at the other hub from today, or from when they begin, until the day on which each was to end.

    At the old one until yesterday, or while something runs there, and never longer than before. Each is told, but of
    a role that they had there already.
    """
    if change.other is None:
        return
    today = now.astimezone(clock.LONDON).date()
    before = set(staff_of(change.other, today).values_list("person", "kind"))
    # All before a role of any: whoever holds two of them holds them in this order too. Their roles are read after.
    hold_people(role.person for role in _moving(change, today))
    moving = list(_moving(change, today))
    ends_on = last_day_at(change.kind, today, takes_running=change.takes_running)
    staying = set() if change.kind == Kind.MERGER else set(change.both.values_list("pk", flat=True))
    for role in moving:
        move_role(role, change.other, last_day=None if role.pk in staying else ends_on, by=by, now=now)
    new = [role for role in moving if (role.person_id, role.kind) not in before]
    for person in {role.person_id: role.person for role in new}.values():
        people.tell_role(person=person, by=by or change.by, now=now)


def move_role(role: Role, hub: Hub, *, last_day: date | None, by: User | None, now: datetime) -> None:
    """Give somebody the role in another hub for as long, and end it here with a day; None: it stays here too."""
    person, kind = role.person, role.kind
    begins, ends = role.starts_on, role.ends_on
    people.grant_role(person=person, kind=kind, hub=hub, by=by, now=now, starts_on=begins, ends_on=ends)
    if last_day is not None:
        # Not ``by`` somebody: a hub that goes on in another may be left without a lead.
        ends_on = min(last_day, ends or last_day)
        people.end_role(role=role, by=None, today=clock.day_of(now), last_day=ends_on)


def _moving(change: HubChange, today: date) -> models.QuerySet[Role]:
    """Of a merger all, of a split those ticked; leaders follow with their groups."""
    held = staff_of(change.hub, today).exclude(kind__in=roles.LEADERS)
    if change.kind == Kind.MERGER:
        return held
    return held.filter(models.Q(pk__in=change.leaving.values("pk")) | models.Q(pk__in=change.both.values("pk")))


def take_writing(change: HubChange, now: datetime) -> None:
    """Templates, and letters that have not left yet, go on in the other hub: nobody answers for them in a closed one.

    A name that is taken there gets the old hub's beside it.
    """
    taken = set(LetterTemplate.objects.filter(hub=change.other).values_list("name", flat=True))
    for template in LetterTemplate.objects.filter(hub=change.hub).order_by("pk"):
        template.name = free_name(template.name, taken, beside=change.hub.name, longest=100)
        taken.add(template.name)
        template.hub = change.other
        template.save(update_fields=["hub", "name"])
    letters = list(_waiting_letters(change.hub, now))
    Letter.objects.filter(pk__in=[one.pk for one in letters]).update(hub=change.other)
    notices_of(*letters).update(owner=change.other)


def _waiting_letters(hub: Hub, now: datetime) -> models.QuerySet[Letter]:
    waits = models.Q(status=Letter.Status.DRAFT) | models.Q(status=Letter.Status.SENT, due_at__gt=now)
    return Letter.objects.filter(waits, hub=hub)


def take_uploads(change: HubChange) -> None:
    """Files that were brought in are taken back by the hub that goes on; what was only checked is looked at anew."""
    rows = Upload.objects.filter(owner=change.hub)
    rows.filter(state=Upload.State.READY).update(state=Upload.State.NEW, counts={}, unknown={})
    rows.update(owner=change.other)


@dataclass(frozen=True, slots=True)
class PlanAfter:
    """A planned change of hub of one school, and from which hub to which it is once the hubs have changed."""

    move: HubMove
    was: Hub | None
    hub: Hub | None

    @property
    def is_off(self) -> bool:
        """Whether the school is where it was to go by then."""
        return self.was == self.hub and self.move.was_id != self.move.hub_id


def plans_after(
    *, hub: Hub, other: Hub, kind: str, authorities: Iterable[int], schools: models.QuerySet[School]
) -> list[PlanAfter]:
    """The planned changes of hub that are other ones once a hub has been split or goes on in another."""
    touched = HubMove.objects.touched_by(hub=hub, kind=kind, authorities=authorities, schools=schools)
    return [
        PlanAfter(move, other if move.leaves else move.was, other if move.is_redirected else move.hub)
        for move in touched.for_notice().order_by("school__name", "pk")
    ]


def take_plans(change: HubChange, now: datetime) -> None:
    """Planned changes of hub go where the hub goes on, and both hubs read so; what comes to nothing is taken back."""
    if change.other is None:
        return
    hub = Hub.objects.select_related("goes_on_in").get(pk=change.hub_id)
    why = hub.why_closed or f"{change.other} has taken over a part of {hub}."
    authorities = change.authorities.values_list("pk", flat=True)
    schools = School.objects.filter(pk__in=change.schools.values("pk"))
    for plan in plans_after(hub=hub, other=change.other, kind=change.kind, authorities=authorities, schools=schools):
        # Whoever takes it back at this moment is first.
        with suppress(CannotMove):
            moves.redirect(move=plan.move, was=plan.was, hub=plan.hub, why=why, is_off=plan.is_off, now=now)


def left_at(hub: Hub, now: datetime) -> list[models.QuerySet[Any]]:
    """What a merged hub has no longer: schools, had or planned, roles for good, letters that wait, templates, files."""
    return [
        School.objects.filter(hub=hub),
        HubMove.objects.filter(hub=hub, status=HubMove.Status.PLANNED),
        LocalAuthority.objects.filter(hub=hub),
        Role.objects.filter(hub=hub, source="", ends_on=None),
        LetterTemplate.objects.filter(hub=hub),
        _waiting_letters(hub, now),
        Upload.objects.filter(owner=hub),
    ]
