"""Where a meeting is, and who is told when that changes."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail

from hubportal.core import clock
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meeting_news import LATER, SOON, group, move, second, send  # noqa: F401 - group is a fixture
from workgroups.actions import meetings
from workgroups.models import Group, Meeting

pytestmark = [pytest.mark.django_db, pytest.mark.once(but="test_another_place_is_told_to_everybody_once")]

KNOWN, OTHER = "Teaching centre", "Library"


def say(meeting: Meeting, venue: str, now: datetime) -> Meeting:
    """Say where a meeting is."""
    meeting = Meeting.objects.select_related("group__offer", "group__hub", "host").get(pk=meeting.pk)
    meetings.place_meeting(meeting=meeting, host=None, venue=venue, topic="", by=None, now=now)
    return meeting


def bodies() -> list[str]:
    """What was written."""
    return [str(one.body) for one in mail.outbox]


@pytest.fixture
def known(group: Group) -> Meeting:  # noqa: F811
    """A meeting whose place was in the e-mails with all dates, which have left."""
    meeting = say(second(group), KNOWN, NOW)
    send(NOW)
    return meeting


def test_another_place_is_told_to_everybody_once(known: Meeting) -> None:
    say(known, OTHER, SOON)

    sent, written, again = send(SOON), bodies(), send(LATER)

    assert (sent, again) == (["New place"] * 3, [])
    assert all(f"Where: {OTHER}\nNo longer at: {KNOWN}\n" in one and "change your cover" not in one for one in written)


def test_another_topic_is_no_news(known: Meeting) -> None:
    meetings.place_meeting(meeting=known, host=None, venue=KNOWN, topic="Bar models", by=None, now=SOON)

    assert send(SOON) == []


def test_place_that_is_changed_back_before_it_was_told_is_no_news(known: Meeting) -> None:
    say(known, OTHER, SOON)
    say(known, KNOWN, SOON + timedelta(minutes=1))

    assert send(LATER) == []


def test_first_place_comes_with_the_next_reminder(group: Group) -> None:  # noqa: F811
    send(NOW)
    meeting = say(second(group), KNOWN, SOON)
    first_reminder = clock.at_london(meeting.starts_at.date() - timedelta(days=14), 9)

    at_once, reminders = send(SOON), send(first_reminder)

    assert (at_once, len(reminders)) == ([], 3)
    assert all(f"Where: {KNOWN}\n" in one for one in bodies())


def test_first_place_after_the_last_reminder_is_told_at_once(group: Group) -> None:  # noqa: F811
    send(NOW)
    meeting = second(group)
    eve = clock.at_london(meeting.starts_at.date() - timedelta(days=1), 9)
    send(eve)
    say(meeting, KNOWN, eve)

    assert send(eve + timedelta(minutes=1)) == ["New place"] * 3
    assert all(f"Where: {KNOWN}\n" in one and "No longer" not in one for one in bodies())


def test_place_before_the_first_emails_is_in_them_and_no_news(group: Group) -> None:  # noqa: F811
    say(second(group), KNOWN, NOW)
    say(second(group), OTHER, SOON)

    assert send(LATER) == [group.name] * 3
    assert all(OTHER in one and KNOWN not in one for one in bodies())


def test_place_changed_with_a_move_is_told_in_one_email_with_its_reason(known: Meeting) -> None:
    move(known, date(2027, 3, 16), SOON)
    say(known, OTHER, SOON + timedelta(minutes=1))

    assert send(LATER) == ["New date"] * 3
    for words in ("Old date: ", "Tuesday 16 March 2027", f"No longer at: {KNOWN}", "Why: Snow"):
        assert all(words in one for one in bodies()), words


def test_place_of_a_meeting_that_took_place_is_told_to_nobody(known: Meeting) -> None:
    after = known.ends_at + timedelta(hours=1)
    send(after)
    say(known, OTHER, after)

    assert [one for one in send(after) if one == "New place"] == []
