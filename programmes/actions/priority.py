"""A hub's priority list: filled from a file that was looked at first, taken away line by line or whole."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple
from datetime import datetime

from django.db import transaction

from hubportal.core import journal, locks
from hubportal.core.models.file import PREVIEW_KEPT
from programmes.models import PriorityListing, PriorityUpload
from programmes.rules import priority_list
from programmes.rules.priority_list import Entry, Plan, plan_of
from schools.models import Hub, School, SchoolUrn, User

NO_LINES = "There are no lines under the heading row. Nothing was changed."
NOT_WAITING = "This file was applied or thrown away already. Nothing was done twice."
HAS_CHANGED = "The list, or a school in the file, has changed since you looked. Look at it again, then apply the file."
NOT_LISTED = "{school} is not on the list any more. Nothing was done twice."


class CannotFill(Exception):
    """A file that is not taken; said in words for people."""


@transaction.atomic
def look_at(
    *, hub: Hub, entries: Sequence[Entry], is_whole: bool, file_name: str, by: User, now: datetime
) -> PriorityUpload:
    """Keep what a file says, in place of what this person looked at before and did not apply; changes no list.

    :raises CannotFill: for a file without lines.
    """
    if not entries:
        raise CannotFill(NO_LINES)
    PriorityUpload.objects.filter(hub=hub, by=by, is_pending=True).delete()
    facts = {"is_whole": is_whole, "is_pending": True, "entries": [astuple(one) for one in entries]}
    return PriorityUpload.objects.create(hub=hub, by=by, at=now, file_name=file_name[:200], **facts)


def plan_for(upload: PriorityUpload) -> Plan:
    """What a file would do to its hub's list as it is now."""
    lines = [Entry(*entry) for entry in upload.entries]
    rows = PriorityListing.objects.filter(hub=upload.hub).order_by("school__name", "pk")
    listed = {pk: (name, why) for pk, name, why in rows.values_list("school", "school__name", "reason")}
    return plan_of(lines, _schools(upload.hub, lines), listed, is_whole=upload.is_whole)


def mark_of(plan: Plan) -> str:
    """What tells whether a plan is the one that somebody has looked at."""
    return hashlib.sha256(json.dumps(asdict(plan)).encode()).hexdigest()[:20]


@transaction.atomic
def apply(*, upload: PriorityUpload, seen: str, by: User, now: datetime) -> PriorityUpload:
    """Do to the list what the preview said.

    :param seen: the mark of the plan that was looked at.
    :raises CannotFill: where the file is applied or thrown away, or would do something else now.
    """
    locks.wait_for_turn(f"priority list {upload.hub_id}")
    held = PriorityUpload.objects.select_for_update().filter(pk=upload.pk, is_pending=True).first()
    if held is None:
        raise CannotFill(NOT_WAITING)
    plan = plan_for(held)
    if mark_of(plan) != seen:
        raise CannotFill(HAS_CHANGED)
    _write(held.hub, plan)
    held.is_pending, held.entries, held.by, held.at = False, [], by, now
    held.added, held.changed, held.removed = len(plan.fresh), len(plan.changed), len(plan.gone)
    held.problems = plan.problems
    held.save()
    note = f"{held.added} added, {held.changed} changed, {held.removed} removed, {len(plan.problems)} lines left out"
    journal.record("Priority list filled", on=held.hub, by=by, note=note)
    return held


@transaction.atomic
def throw_away(*, upload: PriorityUpload) -> None:
    """Forget a file that was looked at.

    :raises CannotFill: where it was applied or thrown away.
    """
    number, _by_model = PriorityUpload.objects.filter(pk=upload.pk, is_pending=True).delete()
    if not number:
        raise CannotFill(NOT_WAITING)


def forget_old(*, now: datetime) -> None:
    """Forget the files that were looked at and not applied for long; for the sweep."""
    PriorityUpload.objects.pending().filter(at__lt=now - PREVIEW_KEPT).delete()


@transaction.atomic
def take_off(*, listing: PriorityListing, by: User) -> None:
    """Take one school off the list.

    :raises CannotFill: where somebody else has just done so.
    """
    number, _by_model = PriorityListing.objects.filter(pk=listing.pk).delete()
    if not number:
        raise CannotFill(NOT_LISTED.format(school=listing.school))
    journal.record("Taken off the priority list", on=listing.school, by=by, owner_id=listing.hub_id)


@transaction.atomic
def clear_list(*, hub: Hub, by: User) -> int:
    """Take all schools off a hub's list and return how many."""
    number, _by_model = PriorityListing.objects.filter(hub=hub).delete()
    if number:
        journal.record("Priority list cleared", on=hub, by=by, note=f"{number} schools")
    return number


def _write(hub: Hub, plan: Plan) -> None:
    fresh = [PriorityListing(hub=hub, school_id=one.pk, reason=one.reason) for one in plan.fresh]
    reasons = {one.pk: one.reason for one in plan.changed}
    rows = list(PriorityListing.objects.filter(hub=hub, school__in=reasons))
    for row in rows:
        row.reason = reasons[row.school_id]
    PriorityListing.objects.bulk_create(fresh)
    PriorityListing.objects.bulk_update(rows, ["reason"])
    PriorityListing.objects.filter(hub=hub, school__in=[one.pk for one in plan.gone]).delete()


def _schools(hub: Hub, lines: Sequence[Entry]) -> dict[int, priority_list.School]:
    """The schools that the lines name, by URN, with why the list does not take them."""
    named = dict(SchoolUrn.objects.filter(urn__in=[one.urn for one in lines if one.urn]).values_list("urn", "school"))
    ours = School.objects.for_hub(hub).filter(pk__in=named.values()).values("pk")
    rows = School.objects.filter(pk__in=named.values()).select_related("hub", "succeeded_by")
    own = set(rows.filter(pk__in=ours).values_list("pk", flat=True))
    known = {one.pk: _known(one, is_ours=one.pk in own) for one in rows}
    return {urn: known[pk] for urn, pk in named.items()}


def _known(school: School, *, is_ours: bool) -> priority_list.School:
    other = "" if is_ours else f"{school} belongs to {school.hub or 'no hub'}."
    after = f" It became {school.succeeded_by}." if school.succeeded_by else ""
    closed = f"{school} has closed.{after}" if school.has_closed else ""
    return priority_list.School(school.pk, str(school), other, closed)
