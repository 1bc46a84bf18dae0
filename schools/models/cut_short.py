"""Roles that ended before they had lasted a day, as the journal has kept them."""

from collections.abc import Iterable
from datetime import date

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from schools.models.people import Role


def cut_short(past: Iterable[Role]) -> dict[int, tuple[date, date]]:
    """Of roles that ended before they had lasted a day: when each began, or was to, and on which day it was ended.

    The role itself can only say the day before: it may not end before it starts. The journal has kept both.
    """
    short = [role for role in past if role.starts_on == role.ends_on]
    entries = JournalEntry.objects.about(*short) if short else JournalEntry.objects.none()
    found: dict[int, tuple[date, date]] = {}
    for entry in entries:
        before, _after = entry.changed.get("starts_on", ("", ""))
        if before and entry.what == "Role ended":
            found.setdefault(int(entry.record.partition(":")[2]), (date.fromisoformat(before), clock.day_of(entry.at)))
    return found
