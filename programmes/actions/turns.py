"""Teachers' places pass from one person to the next: on a day past, today or to come."""

from datetime import date

from django.db import transaction

from hubportal.core import journal, locks
from programmes.actions.enrolments import CannotName
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn, keep_turns, out_of_turn, turns_of
from programmes.rules import turns
from schools.models import Person, User


def why_not_hand_over(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date) -> str:
    """Why a place cannot pass on from a day, or an empty string."""
    enrolment = enrolled.enrolment
    if enrolment.has_ended:
        return f"{enrolment} is {enrolment.get_status_display().lower()}: its teachers stay as they were."
    problem = turns.why_not_end(turns_of(enrolled), leaver=leaver.pk, name=leaver.name, from_on=from_on)
    if problem or to is None:
        return problem
    others = EnrolledTeacher.objects.filter(enrolment=enrolment).exclude(pk=enrolled.pk).prefetch_related("turns")
    if to.pk == leaver.pk or any(
        turn.person == to.pk and turn.meets(from_on) for one in others for turn in turns_of(one)
    ):
        return f"{to.name} already has a place in {enrolment.offer}. Choose somebody else."
    return ""


@transaction.atomic
def hand_over(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date, today: date) -> None:
    """Let a place be somebody else's, or nobody's yet, from a day on; attendance stays with whoever was there.

    :raises CannotName: where it is not the leaver's, the year has ended, or the other one has a place already.
    """
    enrolled = _hold(enrolled.pk)
    problem = why_not_hand_over(enrolled=enrolled, leaver=leaver, to=to, from_on=from_on)
    if problem:
        raise CannotName(problem)
    keep_turns(enrolled, turns.handed_over(turns_of(enrolled), from_on=from_on, to=to.pk if to else None))
    _follow_turns([enrolled.pk], today)


def is_as_handed_over(*, enrolled: EnrolledTeacher, leaver: Person, to: Person | None, from_on: date) -> bool:
    """Whether a place is still as a change on a day left it: nobody else came, nobody went."""
    kept = turns.in_order(turns_of(enrolled))
    last_day = from_on - turns.A_DAY
    after = [turn for turn in kept if turn.since is not None and turn.since >= from_on]
    before = [turn for turn in kept if turn not in after]
    is_left = bool(before) and (before[-1].person, before[-1].until) == (leaver.pk, last_day)
    return is_left and after == ([turns.Turn(to.pk, from_on)] if to else [])


@transaction.atomic
def give_back(*, enrolled: EnrolledTeacher, from_on: date, today: date) -> None:
    """Take back that a place passed on from a day."""
    enrolled = _hold(enrolled.pk)
    keep_turns(enrolled, turns.given_back(turns_of(enrolled), from_on=from_on))
    _follow_turns([enrolled.pk], today)


def turn_over(*, today: date) -> int:
    """Let places whose day has come be of whom their turns say, and return how many; safe to run again."""
    with transaction.atomic():
        pks = list(out_of_turn(today).values_list("pk", flat=True))
        if pks:
            list(EnrolledTeacher.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
        return _follow_turns(pks, today)


def begin_at_start(enrolment: Enrolment) -> None:
    """Whoever is first in a place of an enrolment whose group starts takes part from the group's first meeting."""
    for enrolled in EnrolledTeacher.objects.filter(enrolment=enrolment, turns__since__isnull=False).distinct():
        first = enrolled.turns.order_by("since").first()
        if first is not None and not enrolled.turns.filter(since=None).exists():
            TeacherTurn.objects.filter(pk=first.pk).update(since=None)


def tell_history(
    *, enrolment: Enrolment, leaver: Person, to: Person | None, from_on: date, by: User | None, reason: str
) -> None:
    """Write into the enrolment's history who replaced whom."""
    who = f"{leaver.name} by {to.name}" if to else f"{leaver.name} leaves, to be named"
    note = f"{who}, from {turns.words(from_on)}"
    journal.record("Teacher replaced", on=enrolment, by=by, note=f"{note}: {reason}" if reason else note)


def _hold(pk: int) -> EnrolledTeacher:
    return locks.held(EnrolledTeacher.objects.select_related("enrolment__school", "enrolment__offer"), pk)


def _follow_turns(pks: list[int], today: date) -> int:
    """Those who go first: nobody has two places of one enrolment, not even for a moment."""
    if not pks:
        return 0
    rows = {one.pk: turns.holder_on(turns_of(one), today) for one in out_of_turn(today).filter(pk__in=pks)}
    EnrolledTeacher.objects.filter(pk__in=rows).update(person=None)
    for pk, holder in rows.items():
        if holder is not None:
            EnrolledTeacher.objects.filter(pk=pk).update(person=holder)
    return len(rows)
