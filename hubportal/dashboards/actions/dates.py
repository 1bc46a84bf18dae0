"""The demo's date, moved for web, worker and beat alike."""

from datetime import date, timedelta
from math import ceil

from django.db import transaction

from hubportal.core import clock
from hubportal.core.models import ClockShift
from hubportal.core.wake import wake

FURTHEST = timedelta(days=3 * 366)
MORNING = 9


def move_date(*, to: date | None) -> None:
    """Let it be nine on the morning of a day, None for the real date: its reminders of 8.00 are due.

    Not the time of day that it is now: just before midnight the date would not last.

    :raises ValueError: for one too far away.
    """
    real_now = clock.real_now()
    today = real_now.astimezone(clock.LONDON).date()
    if to is not None and abs(to - today) > FURTHEST:
        raise ValueError(to)
    seconds = 0 if to in (None, today) else ceil((clock.at_london(to or today, MORNING) - real_now).total_seconds())
    with transaction.atomic():
        ClockShift.objects.update_or_create(pk=1, defaults={"seconds": seconds})
        wake()
    clock.refresh()
