"""Hubs and the schools in them: what people change by hand."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from hubportal.core import journal, locks, notices
from schools.models import Hub, School, User
from schools.models.changes import PlannedChange

# How a school came to a hub, as the journal calls it.
BY_HAND, BY_AUTHORITY = "Hub set by hand", "Hub follows the local authority"


@transaction.atomic
def set_owner(*, rows: Sequence[Any], owner: User | None, by: User) -> int:
    """Let somebody of the hub's staff look after these, or (None) nobody in particular; return how many changed.

    :param rows: schools, or other records of one kind that have ``kept_by``.
    """
    changing = [one for one in rows if one.kept_by_id != (owner.pk if owner else None)]
    if changing:
        type(changing[0])._base_manager.filter(pk__in=[one.pk for one in changing]).update(kept_by=owner)
    for one in changing:
        one.kept_by = owner
        journal.record("Owner set", on=one, by=by, note=str(owner or "Nobody in particular"))
    return len(changing)


@transaction.atomic
def change_hub_email(*, hub: Hub, email: str, by: User) -> None:
    """Change where answers to a hub's e-mails go."""
    before = locks.hold(hub, no_key=True).email
    if before == email:
        return
    hub.email = email
    hub.save(update_fields=["email"])
    journal.record("E-mail address changed", on=hub, by=by, changed={"email": [before, email]})


def untold(change: PlannedChange) -> list[str]:
    """Who has still to hear of a change that is being taken back, as the outbox names them: they hear of neither."""
    return sorted(notices.waiting(*_mails_of(change)))


def told_of(change: PlannedChange) -> set[str]:
    """Who has heard of a change, as the outbox names them."""
    return notices.reached(*_mails_of(change))


def _mails_of(change: PlannedChange) -> list[tuple[str, PlannedChange]]:
    return [(kind.key, change) for kind in notices.kinds().values() if isinstance(change, kind.target_model)]


def put(school: School, hub: Hub | None, by: User | None, *, by_hand: bool, note: str = "") -> None:
    """Let a school, locked by the caller, belong to a hub. Both hubs read of it in their own journal."""
    before = school.hub
    if before == hub and school.hub_set_by_hand == by_hand:
        return
    school.hub, school.hub_set_by_hand = hub, by_hand
    school.save(update_fields=["hub", "hub_set_by_hand"])
    what = BY_HAND if by_hand else BY_AUTHORITY
    changed = {"hub": [str(before or ""), str(hub or "")]}
    for owner in {hub.pk if hub else None, before.pk if before else None}:
        journal.record(what, on=school, by=by, changed=changed, owner_id=owner, note=note)
