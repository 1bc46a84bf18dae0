"""When one is reminded of a date."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hubportal.core import clock
from hubportal.core.models import Notice


class Reminder(NamedTuple):
    """One of several reminders of a date: due at 8 in London some days before, worth sending until the next."""

    days: int
    due_at: datetime
    until: datetime


SOON = {0: "today", 1: "tomorrow", 2: "in two days"}


def soon_words(starts_at: datetime, notice: Notice) -> str:
    """How soon a date is on the day on which an e-mail is read: tomorrow; empty where it is further ahead."""
    read_at = notice.sent_at or max(notice.due_at, clock.now())
    days = (starts_at.astimezone(clock.LONDON).date() - read_at.astimezone(clock.LONDON).date()).days
    return SOON.get(days, "")


def reminders_of(starts_at: datetime, days: Sequence[int], told_at: datetime | None) -> list[Reminder]:
    """The reminders of a date, the earliest first; the last may be sent until the start.

    One that was due when somebody was told of the date (``told_at``) is left out: that e-mail said it.
    """
    day = starts_at.astimezone(clock.LONDON).date()
    due = [clock.at_london(day - timedelta(days=before)) for before in days]
    found = [Reminder(*one) for one in zip(days, due, [*due[1:], starts_at], strict=True)]
    return [one for one in found if told_at is None or one.due_at > told_at]
