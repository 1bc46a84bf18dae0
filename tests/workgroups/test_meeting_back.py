"""A meeting that was moved, cancelled and brought back before the e-mails left: nobody waits on the old date."""

from datetime import date

import pytest
from django.core import mail

from hubportal.core.models import Notice
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meeting_news import (
    END,
    LAST,
    LATER,
    SOON,
    START,
    back,
    cancel,
    group,
    move,
    second,
    send,
    told,
)
from workgroups.actions import meetings
from workgroups.models import Group, Meeting

__all__ = ["group"]

pytestmark = pytest.mark.django_db


def test_moved_cancelled_and_brought_back_before_the_emails_left_is_told_as_a_new_date(group: Group) -> None:
    send(NOW)
    known = second(group).starts_at
    move(second(group), date(2027, 3, 16), SOON)
    cancel(second(group), SOON)
    back(second(group), SOON)

    sent = send(LATER)

    assert sent == ["New date"] * 3
    assert all(f"Old date: {known:%A} {known.day} {known:%B}" in str(one.body) for one in mail.outbox)
    assert all("Tuesday 16 March 2027" in str(one.body) for one in mail.outbox)
    assert send(LAST) == []


def test_who_had_heard_of_the_cancellation_of_a_moved_meeting_hears_that_it_is_back(group: Group) -> None:
    send(NOW)
    move(second(group), date(2027, 3, 16), SOON)
    cancel(second(group), SOON)
    first = Notice.objects.filter(kind="meeting_cancelled").order_by("pk")[0]
    Notice.objects.filter(pk=first.pk).update(state="sent", sent_at=SOON)
    back(second(group), SOON)

    sent = send(LATER)

    assert sent == ["It takes place after all", "New date", "New date"]
    assert told("meeting_back") == {first.recipient}
    assert all("Tuesday 16 March 2027" in str(one.body) for one in mail.outbox)


def test_meeting_added_cancelled_and_brought_back_before_the_emails_left_is_told_as_added(group: Group) -> None:
    send(NOW)
    slot = meetings.Slot(date(2027, 4, 20), START, END)
    meetings.plan_meetings(group=group, slots=[slot], by=None, now=SOON)
    new = Meeting.objects.latest("pk")
    cancel(new, SOON)
    back(new, SOON)

    sent = send(LATER)

    assert sent == ["One more date"] * 3
    assert send(LAST) == []
