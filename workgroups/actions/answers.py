"""What somebody says before a meeting: not coming, sending a substitute, coming after all."""

from datetime import datetime

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from schools.models import Person, User
from workgroups.models import Answer, Meeting, Participant

Kind = Answer.Kind


class CannotAnswer(Exception):
    """Why a meeting takes no answer from this person (any more), in words for people."""


def why_no_answer(meeting: Meeting, person: Person, now: datetime) -> str:
    """Why this person cannot answer for this meeting; empty where they can."""
    if meeting.status == Meeting.Status.CANCELLED:
        return "This meeting has been cancelled. There is nothing for you to do."
    if meeting.starts_at <= now:
        return "This meeting has started or is over. Tell the group's leader if you could not come."
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    if not Participant.objects.on(day).filter(place__group=meeting.group_id, person=person).exists():
        return "You no longer take part in this group, so nobody expects you at this meeting."
    return ""


def answer_meeting(
    *, meeting: Meeting, person: Person, kind: str, substitute_name: str = "", by: User | None, now: datetime
) -> Answer:
    """Keep a person's answer; the last one counts, until the meeting starts. A substitute may be named later.

    :raises CannotAnswer: where the meeting takes no answer from them.
    """
    substitute_name = substitute_name.strip() if kind == Kind.SUBSTITUTE else ""
    problem = why_no_answer(meeting, person, now)
    if problem:
        raise CannotAnswer(problem)
    with transaction.atomic():
        before = Answer.objects.filter(meeting=meeting, person=person).first()
        answer, _made = Answer.objects.update_or_create(
            meeting=meeting,
            person=person,
            defaults={"kind": kind, "substitute_name": substitute_name, "answered_at": now},
        )
        if before is None or (before.kind, before.substitute_name) != (kind, substitute_name):
            journal.record(f"Answered: {answer.get_kind_display()}", on=meeting, by=by, note=_said(answer))
            notices.reconcile(meeting, now=now)
            wake.wake()
    return answer


def _said(answer: Answer) -> str:
    return f"{answer.person.name}: {answer.substitute_name}" if answer.substitute_name else answer.person.name
