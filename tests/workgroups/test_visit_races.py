"""Two people at the same visit, meeting, register or answer at once, with real threads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from tests import factories as make
from tests.races import at_once
from workgroups.actions import answers, logs, meetings, registers, visits
from workgroups.models import Answer, Attendance, Group, Meeting, Visit, VisitLog

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
RIVALS = 4


def _at_once(step: Callable[[int], object]) -> list[str]:
    """What each rival came to hear."""

    def run(number: int) -> str:
        try:
            step(number)
        except (CannotMove, meetings.CannotMeet):
            return "told"
        return "won"

    return sorted(at_once(run, range(RIVALS)))


def _moment(number: int) -> datetime:
    return clock.at_london(date(2027, 1, 18) + timedelta(days=number), 9)


def test_two_people_booking_at_once_make_one_booking() -> None:
    make.make_half_terms()
    pk = make.VisitFactory(number=1).pk

    def book(number: int) -> None:
        visit = Visit.objects.select_related("group__offer", "group__hub").get(pk=pk)
        visits.book_visit(visit=visit, starts_at=_moment(number), seen=0, by=None, now=NOW)

    outcomes = _at_once(book)

    assert outcomes == ["told", "told", "told", "won"]
    assert JournalEntry.objects.filter(what="Booked").count() == 1
    assert len(set(Notice.objects.values_list("kind", "recipient", "occurrence"))) == Notice.objects.count()


def test_two_people_moving_at_once_make_one_move() -> None:
    make.make_half_terms()
    starts_at = clock.at_london(date(2027, 2, 3), 9)
    pk = make.VisitFactory(number=1, status="booked", starts_at=starts_at, on=starts_at.date()).pk

    def move(number: int) -> None:
        visit = Visit.objects.select_related("group__offer", "group__hub").get(pk=pk)
        visits.book_visit(visit=visit, starts_at=_moment(number), seen=0, by=None, now=NOW)

    outcomes = _at_once(move)

    assert outcomes == ["told", "told", "told", "won"]
    assert Visit.objects.get(pk=pk).sequence == 1


def test_visit_moved_and_cancelled_at_once_is_one_of_the_two() -> None:
    make.make_half_terms()
    starts_at = clock.at_london(date(2027, 2, 3), 9)
    pk = make.VisitFactory(number=1, status="booked", starts_at=starts_at, on=starts_at.date()).pk

    def step(number: int) -> None:
        visit = Visit.objects.select_related("group__offer", "group__hub").get(pk=pk)
        if number % 2:
            visits.book_visit(visit=visit, starts_at=_moment(number), seen=0, by=None, now=NOW)
        else:
            visits.cancel_booking(visit=visit, reason="Snow", seen=0, by=None, now=NOW)

    outcomes = _at_once(step)

    assert outcomes == ["told", "told", "told", "won"]
    assert Visit.objects.get(pk=pk).sequence == 1


def test_two_people_logging_at_once_keep_one_log() -> None:
    pk = make.VisitFactory(number=1).pk
    users = [make.make_user() for _ in range(RIVALS)]
    entry = logs.LogEntry(on=NOW.date(), half_days=1, people_met="Tam Teacher", shared="Bar models.")

    def log(number: int) -> None:
        visit = Visit.objects.get(pk=pk)
        logs.log_visit(visit=visit, entry=replace(entry, shared=f"{number}"), by=users[number], now=NOW)

    outcomes = _at_once(log)

    assert outcomes == ["told", "told", "told", "won"]
    assert VisitLog.objects.count() == 1


def test_visits_planned_by_two_people_at_once_are_made_once() -> None:
    make.make_half_terms()
    group = make.GroupFactory(status="running")
    make.PlaceFactory(group=group)

    outcomes = _at_once(lambda number: visits.plan_visits(group=Group.objects.get(pk=group.pk), by=None, now=NOW))

    assert outcomes == ["won"] * RIVALS
    assert group.visits.count() == group.offer.visits - 1  # the autumn has passed


def test_two_people_marking_one_register_lose_nothing() -> None:
    meeting = make.MeetingFactory(number=1)
    place = make.PlaceFactory(group=meeting.group)
    people = [make.ParticipantFactory(place=place).person for _ in range(RIVALS)]
    users = [make.make_user() for _ in range(RIVALS)]
    shared = make.ParticipantFactory(place=place).person

    def mark(number: int) -> None:
        for person in (shared, people[number]):
            registers.mark_person(
                meeting=Meeting.objects.get(pk=meeting.pk),
                person=person,
                mark="present",
                by=users[number],
                now=meeting.ends_at,
            )

    outcomes = _at_once(mark)

    assert outcomes == ["won"] * RIVALS
    assert set(Attendance.objects.values_list("person", "mark")) == {
        (person.pk, "present") for person in (*people, shared)
    }


def test_the_same_button_pressed_by_two_at_once_keeps_one_answer() -> None:
    meeting = make.MeetingFactory(number=1)
    person = make.ParticipantFactory(place__group=meeting.group).person

    outcomes = _at_once(
        lambda number: answers.answer_meeting(
            meeting=Meeting.objects.get(pk=meeting.pk), person=person, kind="cannot", by=None, now=NOW
        )
    )

    assert outcomes == ["won"] * RIVALS
    assert Answer.objects.get().kind == "cannot"


def _slot(day: date) -> meetings.Slot:
    return meetings.Slot(day, time(13, 30), time(16))


def test_two_meetings_moved_to_one_day_at_once_need_two_days() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    made = [make.MeetingFactory(group=group, number=number).pk for number in range(1, RIVALS + 1)]
    Meeting.objects.update(
        starts_at=clock.at_london(date(2027, 3, 2), 13), ends_at=clock.at_london(date(2027, 3, 2), 16)
    )

    def move(number: int) -> None:
        meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=made[number])
        meetings.move_meeting(meeting=meeting, slot=_slot(date(2027, 3, 16)), reason="", seen=0, by=None, now=NOW)

    outcomes = _at_once(move)

    assert outcomes == ["told", "told", "told", "won"]


def test_meeting_moved_and_cancelled_at_once_is_one_of_the_two() -> None:
    make.make_half_terms()
    pk = make.MeetingFactory(number=1).pk

    def step(number: int) -> None:
        meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=pk)
        if number % 2:
            slot = _slot(date(2027, 3, 2) + timedelta(days=number))
            meetings.move_meeting(meeting=meeting, slot=slot, reason="", seen=0, by=None, now=NOW)
        else:
            meetings.cancel_meeting(meeting=meeting, reason="Snow", seen=0, by=None, now=NOW)

    outcomes = _at_once(step)

    assert outcomes == ["told", "told", "told", "won"]
    assert Meeting.objects.get(pk=pk).sequence == 1


def test_meetings_brought_back_on_one_day_at_once_need_two_days() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    day = date(2027, 3, 16)
    made = [make.MeetingFactory(group=group, number=number, status="cancelled").pk for number in range(1, RIVALS + 1)]
    Meeting.objects.update(starts_at=_slot(day).starts_at, ends_at=_slot(day).ends_at)

    def bring_back(number: int) -> None:
        meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=made[number])
        meetings.bring_back(meeting=meeting, by=None, now=NOW)

    outcomes = _at_once(bring_back)

    assert outcomes == ["told", "told", "told", "won"]
