"""Schools that the register opens again: they are themselves, whatever they had become; what went there stays there."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key
from schools.models import School, SchoolSplit, Succession, User
from schools.rules import listed

OPEN_AGAIN = "Open again"
CHANGED = "Changed by a GIAS import"
STAYED = "Who and what had gone to {} stays there: people, applications and what runs."


def ties_of(keys: Collection[int]) -> dict[int, list[School]]:
    """What schools that are open again had become, by key; those that became nothing are left out.

    What somebody said by hand holds until the register has closed the school itself: it may only be late.
    """
    found: defaultdict[int, list[School]] = defaultdict(list)
    for school in School.objects.filter(pk__in=keys, succeeded_by__isnull=False).select_related("succeeded_by"):
        if school.succeeded_by is not None:
            found[school.pk].append(school.succeeded_by)
    for split in SchoolSplit.objects.filter(school__in=keys).select_related("became"):
        found[split.school_id].append(split.became)
    for pk in _only_said(found):
        del found[pk]
    return dict(found)


def _only_said(keys: Collection[int]) -> set[int]:
    """Those that became another by hand and that no file has closed."""
    said = Succession.objects.filter(school__in=keys, status=Succession.Status.DONE).exclude(
        how=Succession.How.CONVERTED
    )
    pks = set(said.values_list("school", flat=True))
    entries = JournalEntry.objects.about(*School.objects.filter(pk__in=pks)).filter(what=CHANGED)
    closed = School.GiasStatus.CLOSED.label
    by_file = {entry.record for entry in entries if entry.changed.get("status", ["", ""])[1] == closed}
    return {pk for pk in pks if record_key(School(pk=pk)) not in by_file}


def open_again(schools: Collection[School], *, by: User | None, now: datetime) -> Iterator[JournalEntry]:
    """Let schools that are open again follow nobody; what the hub of each, and of what it had become, reads of it."""
    ties = ties_of([one.pk for one in schools])
    School.objects.filter(pk__in=ties).update(succeeded_by=None)
    SchoolSplit.objects.filter(school__in=ties).delete()
    for school in schools:
        became = ties.get(school.pk, [])
        names = listed(became)
        for owner in {school.hub_id, *(one.hub_id for one in became)}:
            yield JournalEntry(
                at=now,
                by=by,
                what=OPEN_AGAIN,
                record=record_key(school),
                label=str(school)[:200],
                changed={"became": [names, ""]} if became else {},
                note=STAYED.format(names) if became else "",
                owner_id=owner,
            )
