"""How each kind of duty passes on with a replacement, and what ends with it at a school."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from hubportal.core import clock
from hubportal.core.templatetags.portal import long_day
from programmes.actions import turns
from programmes.actions.heads import needs_head
from programmes.actions.teacher_news import tell_back, tell_left
from programmes.actions.teaching import end_teaching
from programmes.models import EnrolledTeacher, Interest, Leader
from schools import roles
from schools.actions import handing
from schools.actions.giving import may_hand_on
from schools.models import Role, School, User
from workgroups.actions import leading, leaving, next_leaders, registers
from workgroups.actions.duties import Duty, Kind, open_interest, unconfirmed_interest
from workgroups.actions.known_as import KnownAs
from workgroups.models import Replacement, ReplacementPart
from workgroups.rules import replacing as rules


class CannotReplace(Exception):
    """A replacement that cannot be, said in words for people."""


def pass_on(
    change: Replacement, duties: Sequence[Duty], by: User, now: datetime, *, max_groups: int | None = None
) -> None:
    """Let duties pass on with a replacement, and keep a part for each, as it is taken back.

    :param max_groups: how many groups a year are agreed with whoever becomes a leader by it.

    :raises CannotReplace: where one of them cannot pass on; so do the failures of what it is a part of.
    """
    groups = [duty.record for duty in duties if duty.kind == Kind.GROUP]
    next_leaders.prepare(change, groups, by=by, now=now, max_groups=max_groups)
    for duty in duties:
        PASSING[duty.kind](change, duty, by, now)
    schools = {duty.school for duty in duties if duty.kind == Kind.PLACE and duty.school is not None}
    for school in sorted(schools, key=lambda one: one.pk):
        _end_teaching(change, school, by, now)
    if change.leaves and change.school is not None:
        _leave_school(change, change.school, by, now)


def add_part(replacement: Replacement, kind: str, label: str, **rest: Any) -> ReplacementPart:
    """Keep one thing that passes on with a replacement."""
    return ReplacementPart.objects.create(replacement=replacement, kind=kind, label=label[:250], **rest)


def _pass_place(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    enrolled: EnrolledTeacher = duty.record
    was_there = registers.days_there(person=change.person, enrolment=enrolled.enrolment, from_on=change.from_on)
    problem = rules.attended_problem(change.person.name, was_there)
    if problem:
        raise CannotReplace(problem)
    turns.hand_over(
        enrolled=enrolled,
        leaver=change.person,
        to=change.successor,
        from_on=change.from_on,
        now=now,
    )
    turns.tell_history(
        enrolment=enrolled.enrolment,
        leaver=change.person,
        to=change.successor,
        from_on=change.from_on,
        by=by,
        reason=change.reason,
    )
    tell_left(enrolment=enrolled.enrolment, person=change.person, from_on=change.from_on, by=by, now=now)
    if change.successor is not None:
        tell_back(enrolment=enrolled.enrolment, person=change.successor, now=now)
    given = _give(change, roles.TEACHER, enrolled.enrolment.school, by, now)
    add_part(change, Kind.PLACE, duty.label, enrolled=enrolled, given=given)


def _pass_role(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    role: Role = duty.record
    problem = _why_passed(role) or handing.why_not_end(role, change.from_on, clock.day_of(now))
    if problem:
        raise CannotReplace(problem)
    if role.school is None:
        return
    _end_role(change, role, duty.label, by, now, given=_give(change, role.kind, role.school, by, now))
    if role.kind == roles.HEADTEACHER:
        _pass_head(change, role.school)


def _why_passed(role: Role) -> str:
    """Why a role cannot pass on, or an empty string: it passes on already, as a teacher's place would."""
    standing = Replacement.objects.filter(status=Replacement.Status.PLANNED, parts__role=role)
    planned = standing.order_by("from_on").first()
    if planned is None:
        return ""
    who = f"{role.person} is replaced as {role.get_kind_display().lower()}" if planned.successor_id else f"{role} ends"
    return f"{who} from {long_day(planned.from_on)} already. Take that back first."


def _pass_head(change: Replacement, school: School) -> None:
    """What a school has applied for asks the newcomer where it named the leaver; whoever else it named stays.

    With nobody to follow it asks nobody.
    """
    for interest in _named_as_head(change, school):
        label = f"Headteacher of {interest.reference}, {interest.offer}"
        add_part(change, Kind.HEAD, label, interest=interest, was={"named": [interest.head_name, interest.head_email]})


def _named_as_head(change: Replacement, school: School) -> list[Interest]:
    leaver = (change.person.name, change.person.email)
    if change.successor is not None:
        found = open_interest(school)
        return [one for one in found if rules.may_be_one((one.head_name, one.head_email), leaver)]
    # Whoever is to come may have the school's address already, and the portal not know of them.
    known = KnownAs(change.person)
    found = known.at_address(unconfirmed_interest(school), "head_email")
    return [one for one in found if known.is_named(one.head_name, one.head_email) and needs_head(one)]


def _end_role(
    change: Replacement, role: Role, label: str, by: User, now: datetime, *, given: Role | None = None
) -> None:
    was, began = role.ends_on, role.starts_on
    handing.end_before(role=role, from_on=change.from_on, by=by, today=now.astimezone(clock.LONDON).date())
    _keep_end(change, role, label, was, given, began)


def _keep_end(  # noqa: PLR0917 - what stood there, in the order in which it is read
    change: Replacement,
    role: Role,
    label: str,
    was: date | None,
    given: Role | None = None,
    began: date | None = None,
) -> None:
    ends = {"ends_on": was.isoformat() if was else "", "ended_on": role.ends_on.isoformat() if role.ends_on else ""}
    if began is not None and began != role.starts_on:
        ends["starts_on"] = began.isoformat()
    add_part(change, Kind.ROLE, label, role=role, given=given, was=ends)


def _give(change: Replacement, kind: str, school: School, by: User, now: datetime) -> Role | None:
    """The successor's role from the day on, where it is new."""
    if change.successor is None:
        return None
    role, is_new = handing.give_from(
        person=change.successor, kind=kind, school=school, from_on=change.from_on, by=by, now=now
    )
    return role if is_new else None


def _pass_group(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    """What the leader logged and marked stays as it was."""
    group = duty.record
    made = leading.change_leader(
        group=group,
        leader=next_leaders.next_leader(change, group, now),
        from_on=change.from_on,
        reason=change.reason or str(change),
        by=by,
        now=now,
    )
    add_part(change, Kind.GROUP, duty.label, group=group, change=made)


def _end_leadership(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    """Nobody follows in it: whoever leads their groups from then on is a leader already."""
    leader: Leader = duty.record
    last_day, today = change.from_on - handing.A_DAY, now.astimezone(clock.LONDON).date()
    fell = leaving.end_leader(leader=leader, by=by, today=today, last_day=last_day, now=now)
    add_part(change, Kind.LEADER, duty.label, leader=leader, was={"ended_on": last_day.isoformat(), **fell})


def _pass_interest(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    """Who is contact, or is named, changes on the day; nobody yet: it stays until somebody is known."""
    one = duty.record
    if duty.kind == Kind.CONTACT:
        interest, was = one, {"named": [one.contact_name, one.contact_email]}
    else:
        interest, was = one.interest, {"named": [one.name, one.email], "pk": one.pk}
    add_part(change, duty.kind, duty.label, interest=interest, was=was)


def _pass_draft(change: Replacement, duty: Duty, by: User, now: datetime) -> None:
    """On the day they get the link to go on with it; nobody yet: it stays until somebody is known."""
    add_part(change, Kind.DRAFT, duty.label, was={"pk": duty.record.pk, "email": duty.record.email})


PASSING: Mapping[str, Callable[[Replacement, Duty, User, datetime], None]] = {
    Kind.PLACE: _pass_place,
    Kind.ROLE: _pass_role,
    Kind.GROUP: _pass_group,
    Kind.LEADER: _end_leadership,
    Kind.CONTACT: _pass_interest,
    Kind.NOMINEE: _pass_interest,
    Kind.DRAFT: _pass_draft,
}


def _end_teaching(change: Replacement, school: School, by: User, now: datetime) -> None:
    """Who has no place of a teacher left at a school no longer sees what its teachers see."""
    ended = end_teaching(person=change.person, school=school, by=by, today=now.astimezone(clock.LONDON).date())
    for role, was in ended:
        _keep_end(change, role, f"{role.get_kind_display()}, {school}", was)


def _leave_school(change: Replacement, school: School, by: User, now: datetime) -> None:
    """Whatever they still are there ends too, and they are based there no longer."""
    _end_roles(change, school, [*roles.AT_SCHOOL], by, now)
    if change.person.school_id == school.pk:
        add_part(change, Kind.BASE, f"Based at {school}")


def _end_roles(change: Replacement, school: School, kinds: Collection[str], by: User, now: datetime) -> None:
    held = Role.objects.by_hand().filter(person=change.person, school=school, kind__in=kinds)
    held = held.filter(Q(ends_on=None) | Q(ends_on__gte=change.from_on))
    for role in held.with_places().select_related("person").order_by("pk"):
        today = now.astimezone(clock.LONDON).date()
        if may_hand_on(by.scope, role) and not handing.why_not_end(role, change.from_on, today):
            _end_role(change, role, f"{role.get_kind_display()}, {school}", by, now)
