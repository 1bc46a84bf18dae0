"""The meetings of a started group: what teachers answer, and registers."""

from datetime import datetime, timedelta

from hubportal.core import clock
from hubportal.dashboards.actions.demo.scene import Scene
from hubportal.dashboards.actions.demo.story import Step
from schools.rules import academic_year
from workgroups.actions.answers import answer_meeting
from workgroups.actions.registers import Line, close_register, mark_person, register_of
from workgroups.models import Answer, Attendance, Group, Meeting, Participant

ANSWER_BEFORE = timedelta(days=5)
COLLEAGUES = ("Sam Whitlock", "Jo Kettlewell", "Alex Hathersage")
LEFT_OPEN = (1, 5)


def leaves_register(scene: Scene, group: Group, at: int) -> bool:
    """Two groups of this year have not closed their last register."""
    return at in LEFT_OPEN and group.offer.year == academic_year(scene.story.today)


def tell(scene: Scene, group: Group, at: int) -> None:
    """Answers before each meeting, its register after it."""
    story = scene.story
    past = list(group.meetings.filter(ends_at__lt=story.now).order_by("starts_at"))
    left_open = past[-1].pk if past and leaves_register(scene, group, at) else None
    for meeting in group.meetings.select_related("group").order_by("starts_at"):
        before = min(meeting.starts_at - ANSWER_BEFORE, story.now - timedelta(hours=at % 5 + 1))
        if meeting.starts_at - timedelta(days=14) < before:
            story.at_moment(before, _answering(scene, meeting, at))
        if meeting.pk != left_open:
            story.at_moment(meeting.ends_at + timedelta(minutes=20), _holding(scene, meeting))
        else:
            story.at_moment(meeting.ends_at + timedelta(minutes=20), _beginning(scene, meeting))


def _answering(scene: Scene, meeting: Meeting, at: int) -> Step:
    return lambda now: _answer(scene, meeting, at, now)


def _answer(scene: Scene, meeting: Meeting, at: int, now: datetime) -> None:
    """One teacher cannot come, or sends a colleague."""
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    there = Participant.objects.on(day).filter(place__group=meeting.group_id).select_related("person").order_by("pk")
    people = [row.person for row in there if not row.person.email.endswith("@demo.example")]
    if not people:
        return
    person = people[(at + (meeting.number or 0)) % len(people)]
    sends = (at + (meeting.number or 0)) % 2
    kind = Answer.Kind.SUBSTITUTE if sends else Answer.Kind.CANNOT
    name = COLLEAGUES[at % len(COLLEAGUES)] if sends else ""
    answer_meeting(meeting=meeting, person=person, kind=kind, substitute_name=name, by=None, now=now)


def _holding(scene: Scene, meeting: Meeting) -> Step:
    def hold(now: datetime) -> None:
        for line in register_of(meeting):
            _mark(scene, meeting, line, now)
        close_register(meeting=meeting, by=scene.user_of(meeting.group.leader), now=now)

    return hold


def _beginning(scene: Scene, meeting: Meeting) -> Step:
    """Half of the register, then the telephone rang."""

    def begin(now: datetime) -> None:
        lines = register_of(meeting)
        for line in lines[: len(lines) // 2]:
            _mark(scene, meeting, line, now)

    return begin


def _mark(scene: Scene, meeting: Meeting, line: Line, now: datetime) -> None:
    mark, name = _mark_for(scene, line)
    by = scene.user_of(meeting.group.leader)
    mark_person(meeting=meeting, person=line.person, mark=mark, substitute_name=name, by=by, now=now)


def _mark_for(scene: Scene, line: Line) -> tuple[str, str]:
    if line.answer and line.answer.kind == Answer.Kind.SUBSTITUTE:
        return Attendance.Mark.SUBSTITUTE, line.answer.substitute_name
    if line.answer and line.answer.kind == Answer.Kind.CANNOT:
        return Attendance.Mark.APOLOGIES, ""
    drawn = scene.story.chance.random()
    if drawn < 0.03:
        return Attendance.Mark.APOLOGIES, ""
    return (Attendance.Mark.ABSENT if drawn < 0.07 else Attendance.Mark.PRESENT), ""
