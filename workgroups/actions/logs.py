"""Logging a visit: what the school reads, what stays with leader and hub, and correcting it later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hubportal.core import clock, journal, notices, wake
from hubportal.core.templatetags.portal import day, long_day
from hubportal.core.workflow import CannotMove
from programmes.models import Tag
from schools.models import User
from workgroups.models import AgreedAction, Visit, VisitLog
from workgroups.rules import visits as rules

# A private note stays out of the journal, which more people read.
NOT_SHOWN = "(not shown)"


class CannotLog(Exception):
    """Why a log cannot be kept, in words for people."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreed action: what, who, by when."""

    text: str
    owner_name: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What somebody wrote about a visit."""

    on: date
    half_days: int
    people_met: str
    shared: str
    private: str = ""
    tags: Sequence[Tag] = ()
    agreed: Sequence[Agreed] = ()


def log_visit(*, visit: Visit, entry: LogEntry, by: User, now: datetime) -> VisitLog:
    """Keep the log of a visit and with it move the visit to done, booked before or not.

    :raises CannotLog: where the visit cannot have been on that day.
    :raises CannotMove: where somebody else logged or cancelled it first.
    """
    _check_day(visit, entry, now)
    with transaction.atomic():
        booked_start = visit.starts_at if visit.on == entry.on else None
        visit.move_to(
            Visit.Status.DONE,
            by=by,
            what="Visit logged",
            on=entry.on,
            starts_at=booked_start,
            half_days=entry.half_days,
            was_at=None,
        )
        log = VisitLog.objects.create(visit=visit, written_by=by, written_at=now, **_fields(entry))
        log.tags.set(entry.tags)
        _write_agreed(log, entry.agreed)
        notices.reconcile(visit, now=now)
        wake.wake()
    return log


def correct_log(*, log: VisitLog, entry: LogEntry, seen: int, by: User, now: datetime) -> bool:
    """Correct a log; the journal keeps what was there before. Returns whether anything changed.

    :param seen: the log's ``version`` as the person saw it: a correction of an old page loses.
    :raises CannotLog: where the visit cannot have been on that day.
    :raises CannotMove: where somebody else corrected it meanwhile.
    """
    visit = log.visit
    _check_day(visit, entry, now)
    changed = _changes(log, entry)
    if not changed:
        return False
    with transaction.atomic():
        guarded = VisitLog.objects.filter(pk=log.pk, version=seen)
        if guarded.update(version=seen + 1, **_fields(entry)) != 1:
            raise CannotMove(visit.who_was_first())
        booked_start = visit.starts_at if visit.on == entry.on else None
        Visit.objects.filter(pk=visit.pk).update(on=entry.on, starts_at=booked_start, half_days=entry.half_days)
        log.tags.set(entry.tags)
        if "agreed actions" in changed:
            log.actions.all().delete()
            _write_agreed(log, entry.agreed)
        journal.record("Log corrected", on=visit, by=by, changed=changed)
    return True


def entry_of(log: VisitLog) -> LogEntry:
    """The log as it stands."""
    return LogEntry(
        on=log.on,
        half_days=log.half_days,
        people_met=log.people_met,
        shared=log.shared,
        private=log.private,
        tags=tuple(log.tags.all()),
        agreed=tuple(Agreed(row.text, row.owner_name, row.due_on) for row in log.actions.all()),
    )


def _check_day(visit: Visit, entry: LogEntry, now: datetime) -> None:
    today = now.astimezone(clock.LONDON).date()
    problem = rules.log_problem(entry.on, year=visit.group.offer.year, today=today)
    if problem:
        raise CannotLog(problem)


def _fields(entry: LogEntry) -> dict[str, Any]:
    return {
        "on": entry.on,
        "half_days": entry.half_days,
        "people_met": entry.people_met,
        "shared": entry.shared,
        "private": entry.private,
    }


def _write_agreed(log: VisitLog, agreed: Sequence[Agreed]) -> None:
    """A school's person who is named exactly is linked; anybody else stays a name."""
    takes_part = log.visit.place.participants.select_related("person")
    people = {row.person.name.casefold(): row.person for row in takes_part}
    AgreedAction.objects.bulk_create(
        AgreedAction(
            log=log,
            text=one.text,
            owner_name=one.owner_name,
            person=people.get(one.owner_name.casefold()),
            due_on=one.due_on,
        )
        for one in agreed
    )


def _changes(log: VisitLog, entry: LogEntry) -> dict[str, list[str]]:
    """Changed fields as people call them, old and new; a private note is named but not shown."""
    old, new = _shown(entry_of(log)), _shown(entry)
    changed = {name: [old[name], new[name]] for name in new if old[name] != new[name]}
    if log.private != entry.private:
        changed["private note"] = [NOT_SHOWN, NOT_SHOWN]
    return changed


def _shown(entry: LogEntry) -> dict[str, str]:
    return {
        "date": day(entry.on),
        "length": rules.length_words(entry.half_days),
        "people met": entry.people_met,
        "tags": ", ".join(sorted(tag.name for tag in entry.tags)),
        "what was seen": entry.shared,
        "agreed actions": "; ".join(_agreed_words(one) for one in entry.agreed),
    }


def _agreed_words(one: Agreed) -> str:
    due = f"by {long_day(one.due_on)}" if one.due_on else ""
    return ", ".join(part for part in (one.text, one.owner_name, due) if part)
