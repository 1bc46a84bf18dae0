"""The portal's clock: the only place that time comes from.

In DEMO a stored shift moves the portal's date for web, worker and beat alike; elsewhere the shift is
never read. ``real_now`` is for leases, heartbeats and rate limits, which must not move with the demo.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

LONDON = ZoneInfo("Europe/London")
SHIFT_KEPT_SECONDS = 1.0

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)
_shift: dict[str, float] = {"seconds": 0.0, "read_at": float("-inf")}


def real_now() -> datetime:
    """The machine's time in UTC, whatever date the demo shows."""
    return datetime.now(UTC)


def now() -> datetime:
    """The portal's time, aware, in UTC."""
    return _fixed.get() or real_now() + timedelta(seconds=_shift_seconds())


def today() -> date:
    """The portal's date in Europe/London."""
    return now().astimezone(LONDON).date()


def day_of(moment: datetime) -> date:
    """The date of a moment in Europe/London."""
    return moment.astimezone(LONDON).date()


def at_london(day: date, hour: int = 8, minute: int = 0) -> datetime:
    """The aware UTC moment of a wall-clock time in London on ``day``."""
    return datetime.combine(day, time_of_day(hour, minute), tzinfo=LONDON).astimezone(UTC)


def from_eight(moment: datetime) -> datetime:
    """A moment, or 8.00 of its day where that is still to come: what a sweep does at night is read in the morning."""
    return max(moment, at_london(day_of(moment)))


def refresh() -> None:
    """Forget the shift that was read, so that a moved date shows at once (start of a request or task)."""
    _shift["read_at"] = float("-inf")


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Hold the portal's time still in this context: tests, and the demo's past."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)


def _shift_seconds() -> float:
    if not settings.DEMO:
        return 0.0
    if time.monotonic() - _shift["read_at"] > SHIFT_KEPT_SECONDS:
        model = apps.get_model("core", "ClockShift")
        _shift["seconds"] = float(model.objects.values_list("seconds", flat=True).first() or 0)
        _shift["read_at"] = time.monotonic()
    return _shift["seconds"]
