"""A hub's priority list: filled from a file, taken away line by line or whole."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hubportal.core import journal, locks
from programmes.adapters.priority_file import Entry
from programmes.models import PriorityListing, PriorityUpload
from schools.models import Hub, School, SchoolUrn, User

Problem = tuple[int, str, str]


@transaction.atomic
def fill_list(
    *, hub: Hub, entries: Sequence[Entry], is_whole: bool, file_name: str, by: User, now: datetime
) -> PriorityUpload:
    """Add these schools to a hub's list, or let them be the whole of it; lines that name none of its schools are kept.

    A file in which no school can be found changes nothing.
    """
    locks.wait_for_turn(f"priority list {hub.pk}")
    wanted, problems = _schools(hub, entries)
    before = {one.school_id: one for one in PriorityListing.objects.filter(hub=hub)}
    fresh = [PriorityListing(hub=hub, school_id=pk, reason=why) for pk, why in wanted.items() if pk not in before]
    other = [before[pk] for pk, why in wanted.items() if pk in before and why and before[pk].reason != why]
    for one in other:
        one.reason = wanted[one.school_id]
    gone = [one.pk for pk, one in before.items() if pk not in wanted] if is_whole and wanted else []
    PriorityListing.objects.bulk_create(fresh)
    PriorityListing.objects.bulk_update(other, ["reason"])
    PriorityListing.objects.filter(pk__in=gone).delete()
    upload = PriorityUpload.objects.create(
        hub=hub,
        by=by,
        at=now,
        file_name=file_name[:200],
        is_whole=is_whole,
        added=len(fresh),
        changed=len(other),
        removed=len(gone),
        problems=problems,
    )
    note = f"{len(fresh)} added, {len(other)} changed, {len(gone)} removed, {len(problems)} lines left out"
    journal.record("Priority list filled", on=hub, by=by, note=note)
    return upload


@transaction.atomic
def take_off(*, listing: PriorityListing, by: User) -> None:
    """Take one school off the list."""
    journal.record("Taken off the priority list", on=listing.school, by=by, owner_id=listing.hub_id)
    listing.delete()


@transaction.atomic
def clear_list(*, hub: Hub, by: User) -> int:
    """Take all schools off a hub's list and return how many."""
    number, _by_model = PriorityListing.objects.filter(hub=hub).delete()
    if number:
        journal.record("Priority list cleared", on=hub, by=by, note=f"{number} schools")
    return number


def _schools(hub: Hub, entries: Sequence[Entry]) -> tuple[dict[int, str], list[Problem]]:
    """The reason by the school's key, and the lines that are left out."""
    urns = dict(SchoolUrn.objects.filter(urn__in=[one.urn for one in entries if one.urn]).values_list("urn", "school"))
    ours = set(School.objects.for_hub(hub).filter(pk__in=urns.values()).values_list("pk", flat=True))
    wanted: dict[int, str] = {}
    problems: list[Problem] = []
    for one in entries:
        school = urns.get(one.urn or 0)
        problem = one.problem or _problem(school, ours, wanted)
        if problem:
            problems.append((one.line, one.written, problem))
        elif school is not None:
            wanted[school] = one.reason
    return wanted, problems


def _problem(school: int | None, ours: set[int], wanted: dict[int, str]) -> str:
    if school is None:
        return "No school has this URN."
    if school not in ours:
        return "This school belongs to another hub."
    return "This school stands further up in the file already." if school in wanted else ""
