"""The register of a meeting: mark a person, and be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch

from hubportal.core import clock, journal, locks, notices, wake
from programmes.models import Enrolment
from schools.models import Person, School, User
from workgroups.models import Answer, Attendance, Meeting, Participant

Mark = Attendance.Mark
NEEDS_NAME = "Say who came as the substitute."


class CannotMark(Exception):
    """Why a mark cannot be set or a register cannot be closed, in words for people."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a register, with what they said before and how they are marked."""

    person: Person
    school: School | None
    answer: Answer | None
    attendance: Attendance | None

    @property
    def mark(self) -> str:
        """The mark, empty where none is set yet."""
        return self.attendance.mark if self.attendance else ""

    @property
    def said(self) -> str:
        """What they answered before the meeting, where it is not that they come."""
        if self.answer is None or self.answer.kind == Answer.Kind.COMING:
            return ""
        if self.answer.kind == Answer.Kind.SUBSTITUTE:
            return f"sends {self.answer.substitute_name or 'a substitute'}"
        return "can’t come"


def register_of(meeting: Meeting) -> list[Line]:
    """Who takes part on the meeting's day, by name; somebody with two places stands there once.

    Whoever was marked stays in it, last, though they are said to have left before: attendance stays with the person.
    """
    marked = Attendance.objects.filter(meeting=meeting).select_related("marked_by__person", "person", "school")
    marks = {one.person_id: one for one in marked.order_by("school__name", "person__name", "pk")}
    rows = (
        Participant.objects.on(_day(meeting))
        .filter(place__group=meeting.group_id)
        .select_related("person", "place__enrolment__school")
        .prefetch_related(
            Prefetch("person__answers", queryset=Answer.objects.filter(meeting=meeting), to_attr="answered")
        )
        .order_by("place__enrolment__school__name", "person__name", "pk")
    )
    once: dict[int, Participant] = {}
    for row in rows:
        once.setdefault(row.person_id, row)
    others = [one for one in marks.values() if one.person_id not in once]
    lines = [_line(row, marks.get(row.person_id)) for row in once.values()]
    return lines + [Line(person=one.person, school=one.school, answer=None, attendance=one) for one in others]


def last_mark(lines: Iterable[Line]) -> Attendance | None:
    """The mark that was set last, with who set it."""
    marks = [line.attendance for line in lines if line.attendance]
    return max(marks, key=lambda mark: (mark.marked_at, mark.pk), default=None)


def why_not_markable(meeting: Meeting, now: datetime) -> str:
    """Why the register is shut; empty from the morning of the meeting's day on."""
    if meeting.status == Meeting.Status.CANCELLED:
        return "This meeting has been cancelled: there is no register."
    if _day(meeting) > now.astimezone(clock.LONDON).date():
        return "This meeting is still to come. The register opens on its day."
    return ""


@transaction.atomic
def mark_person(
    *, meeting: Meeting, person: Person, mark: str, substitute_name: str = "", by: User, now: datetime
) -> Attendance:
    """Mark one person; each has a row of their own, so that two people marking at once lose nothing.

    A change after the register was closed is written to the journal.

    :raises CannotMark: where the register is shut, the person takes no part, or a substitute has no name.
    """
    substitute_name = substitute_name.strip() if mark == Mark.SUBSTITUTE else ""
    if mark == Mark.SUBSTITUTE and not substitute_name:
        raise CannotMark(NEEDS_NAME)
    # Whoever cancels the meeting at this moment goes first, or finds the mark.
    meeting = locks.held(Meeting.objects.select_related("group"), meeting.pk)
    problem = why_not_markable(meeting, now)
    if problem:
        raise CannotMark(problem)
    place = (
        Participant.objects.on(_day(meeting))
        .filter(place__group=meeting.group_id, person=person)
        .select_related("place__enrolment")
        .order_by("pk")
        .first()
    )
    before = Attendance.objects.filter(meeting=meeting, person=person).first()
    if place is None and before is None:
        raise CannotMark(f"{person.name} does not take part in this group on that day.")
    row, _made = Attendance.objects.update_or_create(
        meeting=meeting,
        person=person,
        defaults={
            "mark": mark,
            "substitute_name": substitute_name,
            "school_id": _school_id(place, before),
            "marked_by": by,
            "marked_at": now,
        },
    )
    _record_correction(meeting, before, row, by)
    return row


def close_register(*, meeting: Meeting, by: User, now: datetime) -> None:
    """Done: the meeting was held. Nothing happens where it is held already.

    :raises CannotMark: where the register is shut or somebody is not marked yet, with their names.
    :raises CannotMove: where somebody else changed the meeting at the same moment.
    """
    problem = why_not_markable(meeting, now) or _still_missing(register_of(meeting))
    if problem:
        raise CannotMark(problem)
    if meeting.status == Meeting.Status.HELD:
        return
    with transaction.atomic():
        meeting.move_to(Meeting.Status.HELD, by=by, what="Register complete")
        notices.reconcile(meeting, now=now)
        wake.wake()


def _line(row: Participant, mark: Attendance | None) -> Line:
    answered: list[Answer] = row.person.answered  # type: ignore[attr-defined]
    return Line(
        person=row.person,
        school=row.place.enrolment.school,
        answer=answered[0] if answered else None,
        attendance=mark,
    )


def _school_id(place: Participant | None, before: Attendance | None) -> int | None:
    """Whose expectation a mark counts for: of somebody who has left by now, as it was marked before."""
    if place is not None:
        return place.place.enrolment.school_id
    return before.school_id if before else None


def _still_missing(lines: Iterable[Line]) -> str:
    lines = list(lines)
    if not lines:
        return "Nobody takes part in this group on that day, so there is nobody to mark."
    missing = [line.person.name for line in lines if not line.mark]
    return f"Not marked yet: {', '.join(missing)}." if missing else ""


def _record_correction(meeting: Meeting, before: Attendance | None, row: Attendance, by: User) -> None:
    """After the register was closed, every change says who made it."""
    old, new = (_words(before) if before else "not marked"), _words(row)
    if meeting.status == Meeting.Status.HELD and old != new:
        journal.record("Register corrected", on=meeting, by=by, changed={row.person.name: [old, new]})


def _words(row: Attendance) -> str:
    label = str(row.get_mark_display())
    return f"{label} ({row.substitute_name})" if row.substitute_name else label


def _day(meeting: Meeting) -> date:
    return meeting.starts_at.astimezone(clock.LONDON).date()


def days_there(*, person: Person, enrolment: Enrolment, from_on: date) -> list[date]:
    """The days from a day on at which somebody was at meetings of an enrolment's groups."""
    came = Attendance.objects.filter(
        person=person,
        mark__in=Attendance.CAME,
        meeting__group__places__enrolment=enrolment,
        meeting__starts_at__gte=clock.at_london(from_on, 0),
    )
    return [at.astimezone(clock.LONDON).date() for at in came.values_list("meeting__starts_at", flat=True)]
