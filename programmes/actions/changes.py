"""What whoever sent an interest may still do until it is decided: ask for the link, change, withdraw."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from hubportal.core import journal, locks, notices, wake
from programmes.actions.contacts import contact_changes
from programmes.actions.decisions import close, decided_already
from programmes.actions.evidence import drop_receipts
from programmes.actions.heads import asked_anew
from programmes.actions.interest import PAUSE_BETWEEN_LINKS, keep_teachers
from programmes.models import Interest, PhaseOption, Receipt
from programmes.rules import Named
from schools.models import User

FIELDS = (
    *("contact_name", "contact_email", "contact_phone", "contact_job", "contact_is_head"),
    *("head_name", "head_email", "message", "trn", "option_id"),
)


SETTLED = "This is settled together with another one of the same by now. Nothing was changed."
TAKEN = "Somebody with this name and e-mail address has applied for the same already. Nothing was changed."


class CannotChange(Exception):
    """Something that can no longer be changed; said in words for people."""


class ChangedMeanwhile(CannotChange):
    """Somebody else has changed it since it was read."""


@dataclass(frozen=True, slots=True)
class Change:
    """All that may be changed of what was sent."""

    contact_name: str
    contact_email: str
    contact_phone: str
    contact_job: str
    contact_is_head: bool
    head_name: str
    head_email: str
    message: str
    teachers: tuple[Named, ...]
    trn: str = ""
    option_id: int | None = None


def seen_of(interest: Interest) -> str:
    """What tells whether somebody else has changed it since."""
    sent = [[getattr(interest, name) for name in FIELDS], interest.status, teacher_lines(teachers_of(interest))]
    if interest.is_light:  # what an application is for stays
        sent.append([interest.phase_id, interest.year])
    return hashlib.sha256(json.dumps(sent).encode()).hexdigest()[:20]


def teachers_of(interest: Interest) -> list[Named]:
    """Its places as they stand."""
    return [Named(one.name, one.email, one.job_title, one.has_lead_role) for one in interest.teachers.all()]


def teacher_lines(teachers: Sequence[Named]) -> list[str]:
    """Teachers as the history names them."""
    found = []
    for one in teachers:
        known = ", ".join(part for part in (one.name or "To be named", one.job_title, one.email) if part)
        found.append(f"{known}, leading role" if one.has_lead_role else known)
    return found


def too_late(interest: Interest) -> str:
    """What to tell whoever sent it, and changes or withdraws it when that is over."""
    return SETTLED if interest.is_settled_with_first else decided_already(interest)


@transaction.atomic
def ask_for_link(*, interest: Interest, now: datetime) -> None:
    """Send the contact a link, to the stored address only; asked twice in a moment, it is one."""
    due = Q(link_asked_at=None) | Q(link_asked_at__lte=now - PAUSE_BETWEEN_LINKS)
    if Interest.objects.filter(due, pk=interest.pk).update(link_asked_at=now):
        notices.reconcile(interest, now=now)
        wake.wake()


@transaction.atomic
def change_sent(*, interest: Interest, change: Change, seen: str, by: User | None, now: datetime) -> bool:
    """Change what was sent, until it is decided; another headteacher is asked anew. Whether anything was new.

    :raises ChangedMeanwhile: where somebody else has changed it since it was read.
    :raises CannotChange: where it is decided or closed, or somebody of the new name and address has applied for the
        same.
    """
    locked = locks.held(Interest.objects.select_related("school", "offer"), interest.pk)
    if not locked.may_be_changed:
        raise CannotChange(too_late(locked))
    if seen_of(locked) != seen:
        raise ChangedMeanwhile("Somebody else has changed this since you opened it. Please look again.")
    changed = differences(locked, change)
    teachers = [teacher_lines(teachers_of(locked)), teacher_lines(change.teachers)]
    if teachers[0] != teachers[1]:
        locked.teachers.all().delete()
        keep_teachers(locked, change.teachers)
    elif not changed:
        return False
    values = {name: pair[1] for name, pair in changed.items()}
    values |= _what_follows(locked, change, now)
    keep_unless_taken(locked, values)
    if "head_asked" in values:
        # What the hub had entered was another headteacher's answer.
        drop_receipts(locked, Receipt.What.HEAD)
    if teachers[0] != teachers[1]:
        changed["teachers"] = ["; ".join(one) for one in teachers]
    what = "Changed by whoever applied" if locked.for_person else "Changed by the school"
    journal.record(what, on=locked, by=by, note=f"By {change.contact_name}", changed=_in_words(changed))
    notices.reconcile(locked, now=now)
    wake.wake()
    return True


def differences(interest: Interest, change: Change) -> dict[str, list[Any]]:
    """What of an application, but for its teachers, is to be another: by name, as it is and as it is to be."""
    return {
        name: [getattr(interest, name), getattr(change, name)]
        for name in FIELDS
        if getattr(interest, name) != getattr(change, name)
    }


def _in_words(changed: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As the history says it: options by name; that the teacher reference number is another one, not which."""
    found = dict(changed)
    if "trn" in found:
        found["trn"] = ["", "given anew"]
    if "option_id" in found:
        keys = found.pop("option_id")
        names = {one.pk: one.name for one in PhaseOption.objects.filter(pk__in=[key for key in keys if key])}
        found["option"] = [names.get(key, "") for key in keys]
    return found


def keep_unless_taken(locked: Interest, values: dict[str, Any]) -> None:
    """Write these values.

    :raises CannotChange: where somebody of this name and address has applied for the same.
    """
    try:
        with transaction.atomic():
            Interest.objects.filter(pk=locked.pk).update(**values)
    except IntegrityError as taken:
        raise CannotChange(TAKEN) from taken


def _what_follows(locked: Interest, change: Change, now: datetime) -> dict[str, Any]:
    """What a new address of the contact brings; whether the headteacher is asked anew."""
    found = contact_changes(
        locked,
        head_email=change.head_email,
        contact_name=change.contact_name,
        contact_email=change.contact_email,
        contact_job=change.contact_job,
    )
    found |= by_themselves(locked, found, now)
    new_head = (change.head_name, change.head_email) != (locked.head_name, locked.head_email)
    if new_head or change.contact_is_head != locked.contact_is_head:
        found |= asked_anew(locked, now)
        if change.contact_is_head:
            found |= {"head_asked_at": None, "head_confirmed_at": now}
    return found


def by_themselves(interest: Interest, changed: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Where the contact gives another address themselves: the old one hears of it, the new one gets the link."""
    if "link_number" not in changed:
        return {}
    return {"former_email": interest.contact_email, "email_changed_at": now, "link_asked_at": now}


@transaction.atomic
def withdraw_sent(*, interest: Interest, reason: str, by: User | None, now: datetime) -> None:
    """The school no longer wishes to take part; a colleague's copy, if there is one, takes its place.

    :raises CannotChange: where it is decided or closed.
    """
    if not interest.may_be_changed:
        raise CannotChange(too_late(interest))
    what = f"Withdrawn by {interest.contact_name}"
    close(interest=interest, by=by, now=now, reason=reason, what=what, is_by_sender=True)
