"""Replacing somebody from a day, all in one step: what passes on, to whom, and what is said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from hubportal.core import clock, journal, wake
from programmes.actions.enrolments import CannotName
from programmes.actions.leaders import CannotLead
from programmes.rules.turns import words
from schools.actions import addresses, merging, people
from schools.actions.holding import hold_person
from schools.models import Person, Role, School, User
from schools.rules import is_person
from workgroups.actions import leading, replacement_news, taking_effect
from workgroups.actions.duties import Duty, Kind, duties_of, interests_of, why_lost
from workgroups.actions.outlook import Line, lines_of, stays_open
from workgroups.actions.passing import CannotReplace, add_part, pass_on
from workgroups.models import Replacement
from workgroups.rules import replacing as rules

PRESSED_TWICE = timedelta(minutes=1)
PLANNED = "{group}: {planned}. Take that back on the group’s page first, or take the tick from the group."
# What the steps of a replacement refuse, each in words for people.
REFUSALS = (
    CannotName,
    CannotLead,
    leading.CannotChangeLeader,
    people.CannotChangePeople,
    merging.CannotMerge,
)
STILL_SIGNS_IN = (
    "{person} signs in with this address, and still does so for: {stays}. Give {person} another address first, "
    "or tick that several people share it."
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who comes: known already, or to be known by name and address.

    ``max_groups``: how many groups a year are agreed with them, where they become a leader by it.
    """

    person: Person | None = None
    name: str = ""
    email: str = ""
    job_title: str = ""
    max_groups: int | None = None

    def is_who(self, one: Person) -> bool:
        """Whether this is somebody who is known."""
        return self.person == one if self.person else is_person((self.name, self.email), (one.name, one.email))


@dataclass(frozen=True, slots=True)
class Plan:
    """A replacement as it was asked for; ``duties`` are those that pass on, ``school`` where it happens."""

    person: Person
    newcomer: Newcomer | None
    duties: Sequence[Duty]
    school: School | None
    from_on: date
    leaves: bool = False
    reason: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a replacement would do; ``is_invited``: whether whoever comes is written to.

    ``is_shared``: unless somebody else signs in with their address.
    """

    change: Replacement
    lines: Sequence[Line]
    stays_open: Sequence[str]
    is_invited: bool
    is_shared: bool


def preview(*, plan: Plan, by: User, now: datetime) -> Preview:
    """What would happen, found out by doing it and taking it back: nothing of it stays.

    :raises CannotReplace: where a part of it cannot be.
    """
    with transaction.atomic():
        change = replace(plan=plan, by=by, now=now)
        is_shared = plan.is_shared and not any(part.kind == Kind.ADDRESS for part in change.parts.all())
        is_invited = change.gives_sign_in(clock.day_of(now))
        found = Preview(change, lines_of(change), stays_open(change), is_invited, is_shared)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def replace(*, plan: Plan, by: User, now: datetime) -> Replacement:
    """Let somebody follow another from a day: at once where it has come, else on that day by itself.

    :raises CannotReplace: where a part of it cannot be; then nothing of it is done.
    :raises CannotMove: where somebody else was quicker.
    """
    today = now.astimezone(clock.LONDON).date()
    if (problem := rules.date_problem(plan.from_on, today)) or not (plan.duties or plan.leaves):
        raise CannotReplace(problem or "Tick what passes on.")
    person = _hold(plan)
    if done := _just_done(person, plan, by, now):
        return done
    duties = _standing(person, plan, by, today)
    change = Replacement.objects.create(
        person=person,
        successor=_successor(plan, by),
        school=plan.school,
        hub_id=_hub_id(plan),
        from_on=plan.from_on,
        leaves=plan.leaves,
        reason=plan.reason,
        made_by=by,
        made_at=now,
    )
    try:
        max_groups = plan.newcomer.max_groups if plan.newcomer else None
        pass_on(change, duties, by, now, max_groups=max_groups)
        _pass_address(change, plan, by, now)
    except REFUSALS as why:
        raise CannotReplace(str(why)) from why
    journal.record("Decided", on=change, by=by, note=change.reason)
    _tell_history(change, by)
    taking_effect.follow(change, now)
    if change.from_on <= today:
        taking_effect.take_effect(change=change, by=by, now=now)
    replacement_news.tell_replaced(change=change, by=by, now=now)
    wake.wake()
    return change


def _hold(plan: Plan) -> Person:
    """Whom it is about, as they are now: two who replace the same person at once are heard in turn.

    :raises Gone: where one of the two has just been merged into another record, or taken out.
    """
    came, kinds = plan.newcomer, (Kind.PLACE, Kind.GROUP)
    places, groups = ([duty.record.pk for duty in plan.duties if duty.kind == kind] for kind in kinds)
    to = (came.person or people.known(came.name, came.email)) if came else None
    taking_effect.hold((), places, groups, interests_of(plan.duties))
    if came and came.person is None:
        people.hold_named([(came.name, came.email)], beside=[plan.person.pk])
    taking_effect.hold((plan.person, to), (), ())
    if came and came.person:
        hold_person(came.person)
    return hold_person(plan.person)


def _just_done(person: Person, plan: Plan, by: User, now: datetime) -> Replacement | None:
    """The same of a moment ago, with the same successor: a button pressed twice does it once."""
    same = Replacement.objects.filter(
        person=person, school=plan.school, from_on=plan.from_on, leaves=plan.leaves, made_by=by
    ).exclude(status=Replacement.Status.TAKEN_BACK)
    labels = {duty.label[:250] for duty in plan.duties}
    for change in same.filter(made_at__gt=now - PRESSED_TWICE).select_related("successor").order_by("-pk"):
        came, to = plan.newcomer, change.successor
        is_same = came.is_who(to) if came and to else not (came or to)
        if is_same and labels <= set(change.parts.values_list("label", flat=True)):
            return change
    return None


def _standing(person: Person, plan: Plan, by: User, today: date) -> list[Duty]:
    """What passes on, as it stands now.

    :raises CannotReplace: where something of it is no longer theirs, or passes on already: somebody else was quicker.
    """
    now = {duty.key: duty for duty in duties_of(person, by=by, today=today)}
    lost = [duty.label for duty in plan.duties if duty.key not in now]
    if lost:
        raise CannotReplace(why_lost(person, lost))
    found = [now[duty.key] for duty in plan.duties]
    planned = [PLANNED.format(group=duty.record, planned=duty.held_up) for duty in found if duty.held_up]
    if planned:
        raise CannotReplace(" ".join(planned))
    return found


def _successor(plan: Plan, by: User) -> Person | None:
    came = plan.newcomer
    groups = [duty.record for duty in plan.duties if duty.kind == Kind.GROUP]
    if problem := rules.leader_problem(len(groups), has_successor=came is not None):
        raise CannotReplace(problem)
    person = came.person if came else None
    if came is not None and person is None:
        _remember(plan.person, came)
        person = people.know(
            name=came.name,
            email=came.email,
            by=by,
            hub=groups[0].hub if groups else None,
            # Whoever leads groups from then on may work anywhere.
            school=plan.school if any(duty.kind not in (Kind.GROUP, Kind.LEADER) for duty in plan.duties) else None,
            job_title=came.job_title,
        )
    if person == plan.person:
        raise CannotReplace(f"{person} cannot take over from themselves. Choose somebody else.")
    return person


def _remember(leaver: Person, came: Newcomer) -> None:
    """Whoever was to follow before, and lost the address as that was taken back, is known by it again."""
    taken_back = Replacement.objects.filter(person=leaver, status=Replacement.Status.TAKEN_BACK)
    before = Person.objects.filter(replaces__in=taken_back, email="", name__iexact=" ".join(came.name.split()))
    if leaver.email.lower() == came.email.strip().lower():
        Person.objects.filter(pk__in=before.order_by("-pk").values("pk")[:1]).update(email=leaver.email.lower())


def _hub_id(plan: Plan) -> int | None:
    """Whose staff read of it: the hub that runs what passes on, else the school's."""
    owners = [duty.hub_id for duty in plan.duties if duty.hub_id is not None]
    return owners[0] if owners else plan.school.hub_id if plan.school else None


def _pass_address(change: Replacement, plan: Plan, by: User, now: datetime) -> None:
    """Of two people with one address, as that of a post, who follows has it on the day, if the leaver needs it no more.

    :raises CannotReplace: where the leaver still signs in with it.
    """
    leaver, to = change.person, change.successor
    if to is None or not addresses.shares(leaver, to):
        return
    merging.say_not_same(one=leaver, other=to, by=by, now=now)
    stays = addresses.signs_in_for(leaver, change.from_on)
    if not stays:
        was = {"address": to.email.lower(), "new": _is_new(change, plan)}
        add_part(change, Kind.ADDRESS, f"Signs in with {to.email}", was=was)
    elif plan.newcomer is not None and plan.newcomer.person is None and not plan.is_shared:
        raise CannotReplace(STILL_SIGNS_IN.format(person=leaver, stays=stays))


def _is_new(change: Replacement, plan: Plan) -> bool:
    """Whether whoever comes is something by this replacement alone: taken back, the address is none of theirs."""
    if plan.newcomer is None or plan.newcomer.person is not None:
        return False
    others = Role.objects.filter(person=change.successor).not_over(change.from_on)
    return not others.exclude(pk__in=change.parts.exclude(given=None).values("given")).exists()


def _tell_history(change: Replacement, by: User) -> None:
    """Each person's page says who replaced whom from when; so does the school's, and the group's."""
    who = f"{change.person} by {change.successor}" if change.successor else f"{change.person}, nobody yet"
    note = f"{who}, from {words(change.from_on)}" + (f": {change.reason}" if change.reason else "")
    about: list[Any] = [change.person, change.successor, change.school]
    about += [part.group for part in change.parts.select_related("group__hub")]
    about += [
        place.group
        for part in change.parts.filter(kind=Kind.PLACE).select_related("enrolled__enrolment")
        if part.enrolled is not None
        for place in part.enrolled.enrolment.places.taken().select_related("group__hub")
    ]
    for one in dict.fromkeys(filter(None, about)):
        journal.record("Replaced", on=one, by=by, note=note, owner_id=change.hub_id)
