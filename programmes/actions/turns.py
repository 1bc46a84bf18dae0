"""Teachers' places pass from one person to the next: on a day past, today or to come."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from hubportal.core import clock, journal, locks
from hubportal.core.records import apart
from programmes.actions.enrolments import CannotName
from programmes.models import (
    EnrolledTeacher,
    Enrolment,
    TeacherTurn,
    keep_turns,
    out_of_turn,
    turn_elsewhere,
    turns_of,
)
from programmes.rules import turns
from schools.actions import handing
from schools.models import Person, User
from schools.roles import TEACHER


def why_not_hand_over(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date) -> str:
    """Why a place cannot pass on from a day, or an empty string."""
    enrolment = enrolled.enrolment
    if enrolment.has_ended:
        return f"{enrolment} is {enrolment.get_status_display().lower()}: its teachers stay as they were."
    problem = turns.why_not_end(turns_of(enrolled), leaver=leaver.pk, name=leaver.name, from_on=from_on)
    if problem or to is None:
        return problem
    if to.pk == leaver.pk or turn_elsewhere(enrolled, to.pk, since=from_on):
        return f"{to.name} already has a place in {enrolment.offer}. Choose somebody else."
    return ""


@transaction.atomic
def hand_over(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date, now: datetime) -> None:
    """Let a place be somebody else's, or nobody's yet, from a day on; attendance stays with whoever was there.

    :raises CannotName: where it is not the leaver's, the year has ended, or the other one has a place already.
    """
    enrolled = _hold(enrolled.pk)
    problem = why_not_hand_over(enrolled=enrolled, leaver=leaver, to=to, from_on=from_on)
    if problem:
        raise CannotName(problem)
    keep_turns(enrolled, turns.handed_over(turns_of(enrolled), from_on=from_on, to=to.pk if to else None))
    _follow_turns(enrolled.enrolment_id, now)


def why_not_give_back(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date) -> str:
    """Why a place that passed on from a day cannot be the leaver's again, or an empty string."""
    if enrolled.enrolment.has_ended:
        return "The school's year in this programme has ended since: its teachers stay as they were."
    if not _is_as_handed_over(enrolled, leaver, to, from_on):
        return "Somebody else has been named or replaced in that place since. Replace them instead."
    if turn_elsewhere(enrolled, leaver.pk, since=from_on):
        return f"{leaver.name} has another place in {enrolled.enrolment.offer} by now. Change that one first."
    return ""


def _is_as_handed_over(enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date) -> bool:
    """Whether a place is still as a change on a day left it: nobody else came, nobody went."""
    kept = turns.in_order(turns_of(enrolled))
    last_day = from_on - turns.A_DAY
    after = [turn for turn in kept if turn.since is not None and turn.since >= from_on]
    before = [turn for turn in kept if turn not in after]
    is_left = bool(before) and (before[-1].person, before[-1].until) == (leaver.pk, last_day)
    return is_left and after == ([turns.Turn(to.pk, from_on)] if to else [])


@transaction.atomic
def give_back(*, enrolled: EnrolledTeacher, from_on: date, now: datetime) -> None:
    """Take back that a place passed on from a day."""
    enrolled = _hold(enrolled.pk)
    keep_turns(enrolled, turns.given_back(turns_of(enrolled), from_on=from_on))
    _follow_turns(enrolled.enrolment_id, now)


def turn_over(*, now: datetime, places: Collection[int] | None = None) -> int:
    """Let places whose day has come be of whom their turns say, and return how many; safe to run again.

    One enrolment whose turns cannot be followed holds up no other.

    :param places: those of whose enrolments alone it is done; without it, of all.
    """
    due = out_of_turn(clock.day_of(now))
    if places is not None:
        due = due.filter(enrolment__in=EnrolledTeacher.objects.filter(pk__in=places).values("enrolment"))
    pks, changed = set(due.values_list("enrolment", flat=True)), 0
    for enrolment in Enrolment.objects.filter(pk__in=pks).order_by("pk"):
        with apart(enrolment):
            locks.hold(enrolment, no_key=True)
            changed += _follow_turns(enrolment.pk, now)
    return changed


def begin_at_start(enrolment: Enrolment, today: date) -> None:
    """Whoever is first in a place of an enrolment whose group starts takes part from the group's first meeting.

    Not who follows on a day to come: nobody had the place until then.
    """
    for enrolled in EnrolledTeacher.objects.filter(enrolment=enrolment, turns__since__isnull=False).distinct():
        first = enrolled.turns.order_by("since").first()
        has_begun = first is not None and first.since is not None and first.since <= today
        if first is not None and has_begun and not enrolled.turns.filter(since=None).exists():
            TeacherTurn.objects.filter(pk=first.pk).update(since=None)


def tell_history(
    *, enrolment: Enrolment, leaver: Person, to: Person | None, from_on: date, by: User | None, reason: str
) -> None:
    """Write into the enrolment's history who replaced whom."""
    who = f"{leaver.name} by {to.name}" if to else f"{leaver.name} leaves, to be named"
    note = f"{who}, from {turns.words(from_on)}"
    journal.record("Teacher replaced", on=enrolment, by=by, note=f"{note}: {reason}" if reason else note)


def hold_enrolments(places: Collection[int]) -> None:
    """Let nobody else name, free or pass on places of the enrolments of these until the caller is done."""
    rows = Enrolment.objects.select_for_update(no_key=True)
    list(rows.filter(pk__in=EnrolledTeacher.objects.filter(pk__in=places).values("enrolment")).order_by("pk"))


def _hold(pk: int) -> EnrolledTeacher:
    """With its enrolment, as whoever names somebody for the other place does: each sees what the other did."""
    hold_enrolments([pk])
    return locks.held(EnrolledTeacher.objects.select_related("enrolment__school", "enrolment__offer"), pk)


def _follow_turns(enrolment: int, now: datetime) -> int:
    """Those who go first: nobody has two places of one enrolment, not even for a moment."""
    today = clock.day_of(now)
    rows = {one.pk: turns.turn_on(turns_of(one), today) for one in out_of_turn(today).filter(enrolment=enrolment)}
    EnrolledTeacher.objects.filter(pk__in=rows).update(person=None)
    for pk, turn in rows.items():
        if turn is not None:
            EnrolledTeacher.objects.filter(pk=pk).update(person=turn.person)
            _begin_named(pk, turn, now)
    return len(rows)


def _begin_named(pk: int, turn: turns.Turn, now: datetime) -> None:
    """Whoever was named before the place opened is invited, and leads or not; after a replacement that does it."""
    if turn.leads is None or turn.since is None:
        return
    EnrolledTeacher.objects.filter(pk=pk).update(has_lead_role=turn.leads)
    place = EnrolledTeacher.objects.select_related("person", "enrolment__school").get(pk=pk)
    if place.person is not None:
        school = place.enrolment.school
        handing.invite_begun(person=place.person, kind=TEACHER, school=school, now=now)
