"""A meeting that only ends at another time, and a visit that only takes longer: answers stay, people are told."""

from datetime import time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from schools.roles import HUB_LEAD
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meeting_news import LATER, SOON, group, send
from tests.workgroups.test_visit_notices import BOOKED_FOR, JANUARY, _book, _send_all, visit
from tests.world import Side
from workgroups.actions import meetings, visits
from workgroups.models import Answer, Attendance, Group, Meeting, Visit

pytestmark = pytest.mark.django_db

__all__ = ["group", "visit"]


def lengthen(meeting: Meeting, end: time, now: object, *, start: time = time(13, 30)) -> Meeting:
    meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=meeting.pk)
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    slot = meetings.Slot(day, start, end)
    meetings.move_meeting(meeting=meeting, slot=slot, reason="", seen=meeting.sequence, by=None, now=now)  # type: ignore[arg-type]
    return meeting


def second(group: Group) -> Meeting:
    """The second meeting, with what somebody answered and a mark made beforehand."""
    meeting: Meeting = group.meetings.get(number=2)
    person = group.places.order_by("pk")[0].participants.get().person
    Answer.objects.create(meeting=meeting, person=person, kind="cannot", answered_at=NOW)
    Attendance.objects.create(meeting=meeting, person=person, mark="apologies", marked_at=NOW)
    return meeting


def test_meeting_that_only_ends_later_keeps_its_answers_and_everybody_is_told_once(group: Group) -> None:
    send(NOW)
    meeting = lengthen(second(group), time(17, 0), SOON)

    sent = send(LATER)

    day = f"{meeting.starts_at:%A} {meeting.starts_at.day} {meeting.starts_at:%B}"
    assert (meeting.answers.count(), meeting.register.count()) == (1, 1)
    assert len(sent) == 3
    assert all(one.subject.endswith("now ends at 5pm") for one in mail.outbox)
    assert all("Until: 5pm, no longer 4pm" in str(one.body) and day in str(one.body) for one in mail.outbox)
    assert JournalEntry.objects.about(meeting).get().what == "End of the meeting changed"
    assert send(LATER + timedelta(hours=1)) == []


def test_meeting_that_starts_at_another_hour_loses_its_answers(group: Group) -> None:
    send(NOW)
    meeting = lengthen(second(group), time(16, 0), SOON, start=time(13, 0))

    assert (meeting.answers.count(), meeting.register.count()) == (0, 0)


def test_end_that_is_changed_back_before_anybody_was_told_is_no_news(group: Group) -> None:
    send(NOW)
    meeting = lengthen(second(group), time(17, 0), SOON)
    lengthen(meeting, time(16, 0), SOON)

    assert send(LATER) == []


def test_end_changed_twice_before_it_was_told_names_the_one_that_people_know(group: Group) -> None:
    send(NOW)
    meeting = lengthen(second(group), time(17, 0), SOON)
    lengthen(meeting, time(17, 30), SOON)

    send(LATER)

    assert {"Until: 5.30pm, no longer 4pm" in str(one.body) for one in mail.outbox} == {True}


def test_page_says_what_became_of_the_meeting(side: Side) -> None:
    meeting = side.meeting
    start, end = (one.astimezone(clock.LONDON) for one in (meeting.starts_at, meeting.ends_at))
    day = {"day_0": start.day, "day_1": start.month, "day_2": start.year}
    later = f"{(end + timedelta(minutes=30)):%H:%M}"
    sent = {**day, "start": f"{start:%H:%M}", "end": later, "reason": "", "seen": meeting.sequence}

    answer = side.browser(HUB_LEAD).post(reverse("workgroups:meeting-move", args=[meeting.pk]), sent, follow=True)

    assert "The meeting ends at another time now." in answer.content.decode()


def longer(visit: Visit, half_days: int) -> Visit:
    fresh = Visit.objects.get(pk=visit.pk)
    visits.book_visit(visit=fresh, starts_at=BOOKED_FOR, half_days=half_days, seen=fresh.sequence, by=None, now=JANUARY)
    return fresh


def test_school_is_told_of_another_length_of_its_visit(visit: Visit) -> None:
    _book(visit)
    _send_all("visit_booked")
    longer(visit, 2)
    mail.outbox.clear()

    with clock.fixed(JANUARY):
        delivery.deliver_due()

    assert len(mail.outbox) == 3
    assert {one.subject.endswith("is now a full day long") for one in mail.outbox} == {True}
    assert {"stays on its day, but is to take longer" in str(one.body) for one in mail.outbox} == {True}
    assert {"9.30am (half a day)\nNow" in str(one.body) for one in mail.outbox} == {True}


def test_length_that_is_changed_back_before_the_school_was_told_is_no_news(visit: Visit) -> None:
    _book(visit)
    _send_all("visit_booked")
    longer(visit, 2)
    longer(visit, 1)

    notices.sweep(JANUARY)

    assert Notice.objects.filter(kind="visit_moved", state="planned").count() == 0
    assert Notice.objects.filter(kind="visit_reminder", state="planned").count() == 8


def test_other_length_before_the_booking_was_told_stands_in_that_email(visit: Visit) -> None:
    _book(visit)
    longer(visit, 2)

    kinds = set(Notice.objects.filter(state="planned", due_at__lte=JANUARY).values_list("kind", flat=True))

    assert kinds == {"visit_booked"}
