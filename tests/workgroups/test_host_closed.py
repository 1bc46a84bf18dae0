"""A school that has closed is offered for no meeting, and taken for none by whoever sends it all the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from hubportal.core import clock, delivery, notices
from schools.models import School, User
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meetings import END, START
from tests.workgroups.test_place_news import held_in
from workgroups.actions import meetings
from workgroups.models import Group, Meeting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REFUSED = "This school has closed, or has no place in the group any more: choose another place."
ELSEWHERE = "Teaching centre"


@pytest.fixture
def meeting(group: Group) -> Meeting:
    """A meeting at a place that everybody knows, of a group one of whose schools has closed today."""
    one = Meeting.objects.select_related("group__offer", "group__hub").get(group=group, number=2)
    meetings.place_meeting(meeting=one, host=None, venue=ELSEWHERE, topic="", by=None, now=NOW)
    send()
    at = School.objects.filter(pk=held_in(group).enrolment.school_id)
    at.update(gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date())
    return Meeting.objects.select_related("group__offer", "group__hub", "host").get(pk=one.pk)


def send() -> list[str]:
    """What leaves when the worker looks."""
    mail.outbox.clear()
    with clock.fixed(NOW):
        notices.sweep(NOW)
        delivery.deliver_due()
    return [str(one.subject) for one in mail.outbox]


def closed(meeting: Meeting) -> School:
    return held_in(meeting.group).enrolment.school


def open_one(meeting: Meeting) -> School:
    return meeting.group.places.latest("pk").enrolment.school


def ask(staff: User, path: str, sent: dict[str, Any] | None = None) -> Any:
    browser = Client()
    browser.force_login(staff)
    with clock.fixed(NOW):
        return browser.get(path) if sent is None else browser.post(path, sent)


def test_closed_school_is_not_offered_and_refused_with_no_email(meeting: Meeting, staff: User) -> None:
    place, sent = f"/groups/meetings/{meeting.pk}/place/", {"host": closed(meeting).pk, "venue": "", "topic": "Bars"}

    offered = [school.pk for school in ask(staff, place).context["form"].fields["host"].queryset]
    answer = ask(staff, place, sent)

    assert (offered, REFUSED in answer.content.decode()) == ([open_one(meeting).pk], True)
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.host, send()) == (ELSEWHERE, None, [])


def test_closed_school_has_no_turn_in_a_year_that_is_planned(meeting: Meeting, staff: User) -> None:
    Meeting.objects.filter(group=meeting.group).delete()
    plan = f"/groups/{meeting.group_id}/plan/"

    lines = list(ask(staff, plan).context["lines"])
    day = {f"day_{part}": value for part, value in enumerate(reversed(lines[0].initial["day"].timetuple()[:3]))}
    typed = {**day, "start": "1.30pm", "end": "4pm", "host": closed(meeting).pk, "venue": ""}
    kept = {f"meeting-0-{name}": value for name, value in typed.items()}
    answer = ask(staff, plan, {"meeting-TOTAL_FORMS": "1", "meeting-INITIAL_FORMS": "1", **kept})

    assert {line.initial["host"] for line in lines} == {open_one(meeting).pk}
    assert all(str(closed(meeting).pk) not in dict(line.fields["host"].choices) for line in lines)
    assert (REFUSED in answer.content.decode(), meeting.group.meetings.count()) == (True, 0)


def test_school_that_closes_meanwhile_is_refused_in_words(meeting: Meeting) -> None:
    host, words = closed(meeting), "has closed: choose another place"
    slot = meetings.Slot(clock.day_of(meeting.starts_at) + timedelta(days=1), START, END, host)

    with pytest.raises(meetings.CannotMeet, match=words):
        meetings.place_meeting(meeting=meeting, host=host, venue="", topic="", by=None, now=NOW)
    with pytest.raises(meetings.CannotMeet, match=words):
        meetings.plan_meetings(group=meeting.group, slots=[slot], by=None, now=NOW)


def test_meeting_that_was_there_before_it_closed_keeps_its_place_with_what_it_is_about(
    meeting: Meeting, staff: User
) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(host=closed(meeting), venue="")
    place, sent = f"/groups/meetings/{meeting.pk}/place/", {"host": closed(meeting).pk, "venue": "", "topic": "Bars"}
    send()

    page = ask(staff, place).content.decode()
    answer = ask(staff, place, sent)

    assert (f"{closed(meeting)} (has closed)" in page, answer.status_code) == (True, 302)
    meeting.refresh_from_db()
    assert (meeting.host, meeting.topic, send()) == (closed(meeting), "Bars", [])


def test_school_hosted_what_took_place_before_it_closed(meeting: Meeting, staff: User) -> None:
    before = NOW - timedelta(days=30)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=before, ends_at=before + timedelta(hours=2))
    sent = {"host": closed(meeting).pk, "venue": "", "topic": ""}

    answer = ask(staff, f"/groups/meetings/{meeting.pk}/place/", sent)

    assert answer.status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).host == closed(meeting)


@pytest.mark.parametrize(("many", "words"), [(1, "1 meeting there"), (2, "2 meetings there")])
def test_meetings_that_a_closed_school_was_to_host_are_counted(
    meeting: Meeting, staff: User, many: int, words: str
) -> None:
    at_it = meeting.group.meetings.order_by("-starts_at").values("pk")[:many]
    Meeting.objects.filter(pk__in=list(at_it.values_list("pk", flat=True))).update(host=closed(meeting), venue="")

    (row,) = ask(staff, "/groups/schools-changed/").context["rows"]

    assert row[5].endswith(f", {words}")
