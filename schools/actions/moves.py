"""A school goes to another hub by hand, at once or from a day on; both hubs are told, and no import undoes it."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from schools.actions import ours
from schools.actions.places import BY_AUTHORITY, BY_HAND, put, untold
from schools.models import Hub, HubMove, School, User

Status = HubMove.Status
PLANNED = "{school} goes to {hub} on {day}: that is planned already. Take it back first."


class CannotMoveSchool(Exception):
    """A change of hub that cannot be made, said in words for people."""


@transaction.atomic
def move_school(
    *,
    school: School,
    hub: Hub | None,
    from_on: date,
    reason: str,
    takes_interest: bool,
    by: User | None,
    now: datetime,
) -> HubMove:
    """Give a school to a hub from a day on; ``hub`` None: it follows its local authority again.

    What runs stays with the hub that runs it. Undecided interest goes with the school, or stays.

    :raises CannotMoveSchool: where the day has passed, it belongs there already, a change is planned, or somebody
        was quicker.
    """
    today = now.astimezone(clock.LONDON).date()
    ours.join(school.hub_id, hub.pk if hub else school.authority.hub_id)
    fresh = _held(school.pk)
    hub = hub and Hub.objects.get(pk=hub.pk)  # it may have been merged since it was chosen
    goes_to = hub or fresh.authority.hub
    problem = _why_not(fresh, goes_to, seen=school.hub_id, by_hand=hub is not None, from_on=from_on, today=today)
    if problem:
        raise CannotMoveSchool(problem)
    move = HubMove(
        school=fresh,
        was=fresh.hub,
        hub=goes_to,
        by_hand=hub is not None,
        from_on=from_on,
        reason=reason,
        takes_interest=takes_interest,
        by=by,
        made_at=now,
    )
    try:
        with transaction.atomic():
            move.save()
    except IntegrityError as lost:
        raise CannotMoveSchool(_planned_words(fresh)) from lost
    if from_on > today:
        changed = {"hub": [str(move.was or ""), f"{goes_to or 'no hub'}, from {_words(from_on)}"]}
        for owner in _owners(move):
            journal.record("Change of hub planned", on=fresh, by=by, note=reason, changed=changed, owner_id=owner)
        _tell(move, now)
    else:
        do_move(move=move, by=by, now=now)
    school.refresh_from_db(fields=["hub", "hub_set_by_hand"])
    return move


def _held(pk: int) -> School:
    return locks.held(School.objects.select_related("hub", "authority__hub"), pk)


def _why_not(school: School, hub: Hub | None, *, seen: int | None, by_hand: bool, from_on: date, today: date) -> str:
    if from_on < today:
        return "Choose today or a later day: what has been is not changed."
    if school.hub_id != seen:
        return given_meanwhile(school)
    if hub is not None and hub.closed_on is not None:
        return f"{hub} is closed. Choose another hub."
    if school.hub_moves.filter(status=Status.PLANNED).exists():
        return _planned_words(school)
    if school.hub == hub and school.hub_set_by_hand == by_hand:
        return f"{school} belongs to {hub or 'no hub'} already."
    return ""


def given_meanwhile(school: School) -> str:
    """That somebody was quicker, and what they have done."""
    who = journal.who_last(BY_HAND, BY_AUTHORITY, on=school)
    return f"{who} has just given {school} to {school.hub or 'no hub'}. Nothing was done twice."


def _planned_words(school: School) -> str:
    planned = school.hub_moves.select_related("hub").filter(status=Status.PLANNED).first()
    if planned is None:
        return "Somebody else has just changed this. Nothing was done twice."
    return PLANNED.format(school=school, hub=planned.hub or "no hub", day=_words(planned.from_on))


@transaction.atomic
def do_move(*, move: HubMove, by: User | None, now: datetime) -> None:
    """Let the school belong to the hub from now on.

    :raises CannotMove: where somebody else has just done it or taken it back.
    """
    ours.join(move.was_id, move.hub_id)
    move.refresh_from_db(fields=["hub"])
    move.move_to(Status.DONE, by=by, ended_at=now)
    school = _held(move.school_id)
    hub, note = move.hub if move.by_hand else school.authority.hub, move.reason
    if hub is not None and hub.closed_on is not None:
        # It has gone on in another hub between the plan and the day.
        note = f"{note}\n{hub.why_closed}"
        hub = hub.goes_on_in
    put(school, hub, by, by_hand=move.by_hand, note=note)
    _tell(move, now)


@transaction.atomic
def take_back(*, move: HubMove, by: User | None, now: datetime, why: str = "") -> None:
    """Take a planned change back; of the two hubs those are told who had heard of it, why where the portal does so.

    :raises CannotMove: where it is done, or was taken back.
    """
    move.move_to(Status.TAKEN_BACK, by=by, note=why, ended_at=now, untold=untold(move))
    for owner in _owners(move):
        journal.record("Change of hub taken back", on=move.school, by=by, note=why or move.reason, owner_id=owner)
    _tell(move, now)


@transaction.atomic
def redirect(*, move: HubMove, was: Hub | None, hub: Hub | None, why: str, is_off: bool, now: datetime) -> None:
    """Let a planned change be from and to these hubs, as one of them has been split or merged; both read of it anew.

    :param is_off: it comes to nothing by that, and is taken back.
    :raises CannotMove: where it is done, or was taken back.
    """
    locks.refresh(move, ("status",))
    if not move.is_planned:
        raise CannotMove(f"The change of hub of {move.school} is not planned any more.")
    before, move.was = move.hub, was
    if is_off:
        move.save(update_fields=["was"])
        take_back(move=move, by=None, now=now, why=why)
        return
    # Told anew as one that is made now: who was told where it goes hears where it goes instead.
    move.hub, move.made_at, move.reason = hub, now, f"{move.reason}\n{why}"
    move.save(update_fields=["was", "hub", "made_at", "reason"])
    changed = {"hub": [str(before or ""), f"{hub or 'no hub'}, from {_words(move.from_on)}"]}
    for owner in _owners(move):
        journal.record(
            "Planned change of hub follows", on=move.school, by=None, note=why, changed=changed, owner_id=owner
        )
    _tell(move, now)


def do_due_moves(*, now: datetime) -> int:
    """Do the planned changes whose day has come and return how many were done; safe to run again."""
    today, done = now.astimezone(clock.LONDON).date(), 0
    for move in HubMove.objects.due(today).for_notice():
        # Of two sweeps at once, one is quicker.
        with apart(move), suppress(CannotMove):
            do_move(move=move, by=None, now=now)
            done += 1
    return done


def _owners(move: HubMove) -> list[int]:
    """The hubs that read of it."""
    return sorted({pk for pk in (move.was_id, move.hub_id) if pk is not None})


def _tell(move: HubMove, now: datetime) -> None:
    notices.reconcile(move, now=now)
    wake.wake()


def _words(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"
