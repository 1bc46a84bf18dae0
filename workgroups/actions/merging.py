"""What becomes of registers, answers and places when two records of one person are made one."""

from typing import Any

from hubportal.core import notices
from schools.actions.merging import Settle
from schools.actions.merging_keys import Keys
from workgroups.actions.told import who_is_told
from workgroups.models import Answer, Attendance, CoLeader, LeaderChange, Meeting, Participant


def _participant(kept: Participant, gone: Participant) -> None:
    """In the group since the earlier day of the two; where a step in the portal let one take part, by that."""
    values: dict[str, Any] = {"since": min(kept.since, gone.since)}
    if kept.brought_at is not None and gone.brought_at is None:
        values |= {"brought_at": None, "entered_at": gone.entered_at}
    Participant.objects.filter(pk=kept.pk).update(**values)
    gone.delete()


def _answer(kept: Answer, gone: Answer) -> None:
    """The later answer counts."""
    if gone.answered_at > kept.answered_at:
        later = {"kind": gone.kind, "substitute_name": gone.substitute_name, "answered_at": gone.answered_at}
        Answer.objects.filter(pk=kept.pk).update(**later)
    gone.delete()


def _attendance(kept: Attendance, gone: Attendance) -> None:
    """Who came was there, whichever of the two was marked; of two marks alike the later counts."""
    came = Attendance.CAME
    if (gone.mark in came, gone.marked_at) > (kept.mark in came, kept.marked_at):
        marked = {"mark": gone.mark, "substitute_name": gone.substitute_name, "marked_at": gone.marked_at}
        Attendance.objects.filter(pk=kept.pk).update(**marked, marked_by=gone.marked_by, school=gone.school)
    gone.delete()


def _told_of(change: LeaderChange) -> set[str]:
    return notices.reached(("leader_changed", change), ("leader_replaced", change))


KEYS = [
    Keys(LeaderChange, "untold", _told_of),
    Keys(LeaderChange, "read_with_dates"),
    Keys(CoLeader, "told"),
    Keys(Meeting, "untold", who_is_told),
]
CLASHES: dict[str, Settle] = {
    "workgroups.Participant.person": _participant,
    "workgroups.Answer.person": _answer,
    "workgroups.Attendance.person": _attendance,
}
