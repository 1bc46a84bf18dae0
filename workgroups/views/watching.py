"""What to watch in a group: registers, logs and bookings that are late, folded by kind and by school."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from hubportal.core import clock
from hubportal.core.templatetags.portal import count, long_day
from workgroups.models import Meeting, Visit

# So many lines are read at a glance; more fold away.
AT_A_GLANCE = 4


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that is late: where it is put right, and in which words."""

    url: str
    words: str


@dataclass(slots=True)
class Kind:
    """Things that are late in the same way, by school (meetings have none)."""

    label: str
    by_school: dict[str, list[Late]] = field(default_factory=dict)

    def add(self, school: str, late: Late) -> None:
        """One more."""
        self.by_school.setdefault(school, []).append(late)

    @property
    def words(self) -> str:
        """How many of what."""
        return count(sum(map(len, self.by_school.values())), self.label)

    @property
    def is_long(self) -> bool:
        """Whether it folds away."""
        return len(self.by_school) > AT_A_GLANCE


def watched(meetings: Iterable[Meeting], visits: Sequence[Visit], now: datetime) -> list[Kind]:
    """The kinds of which there is anything, in the order in which they are put right."""
    today = now.astimezone(clock.LONDON).date()
    registers = Kind("register missing,registers missing")
    for one in meetings:
        if one.status == Meeting.Status.PLANNED and one.ends_at <= now:
            day = one.starts_at.astimezone(clock.LONDON).date()
            registers.add(f"Meeting {one.number}", Late(one.get_absolute_url(), long_day(day)))
    unlogged = Kind("visit without a log,visits without a log")
    unbooked = Kind("visit not booked in time,visits not booked in time")
    for visit in visits:
        if visit.status == Visit.Status.BOOKED and visit.on and visit.on < today:
            unlogged.add(visit.school.name, _late(visit, visit.on))
        elif visit.status == Visit.Status.TO_BOOK and visit.book_by < today:
            unbooked.add(visit.school.name, _late(visit, visit.book_by, "by "))
    return [kind for kind in (registers, unlogged, unbooked) if kind.by_school]


def _late(visit: Visit, day: date, by: str = "") -> Late:
    return Late(visit.get_absolute_url(), f"Visit {visit.number}, {by}{long_day(day)}")
