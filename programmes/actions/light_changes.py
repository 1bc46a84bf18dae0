"""What whoever told of an interest may still change of it, until they apply."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from hubportal.core import journal, locks, notices, wake
from hubportal.core.clock import day_of
from programmes.actions.changes import CannotChange, ChangedMeanwhile, by_themselves, seen_of, too_late
from programmes.actions.contacts import contact_changes
from programmes.actions.interest import wait_for_interest
from programmes.models import Interest, Phase
from programmes.models.wishes import wishes_of
from schools.models import User
from schools.rules import year_label

MEANWHILE = "Somebody else has changed this since you opened it. Please look at it again; nothing was changed."
INVITED = "You have been invited to apply for this. Withdraw it, and tell your hub of the other one."
NOT_OPEN = "Your school cannot join this programme in this year any more. Choose another one."
TOLD_BEFORE = "You have told of an interest in this one already. Nothing was changed."


@dataclass(frozen=True, slots=True)
class ToldChange:
    """All that may be changed of what was told."""

    phase_id: int
    year: int
    contact_name: str
    contact_email: str
    contact_phone: str
    contact_job: str
    contact_is_head: bool
    message: str


def is_invited(interest: Interest) -> bool:
    """Whether somebody has been invited to apply for it: then it stays what they were invited to."""
    return interest.invited_at is not None or bool(notices.reached(("interest-invited", interest)))


@transaction.atomic
def change_told(*, interest: Interest, change: ToldChange, seen: str, by: User | None, now: datetime) -> bool:
    """Change what was told. Whether anything was new.

    For another programme it is, as if told of now, a second copy where the school has applied for that one.

    :raises ChangedMeanwhile: where somebody else has changed it since it was read.
    :raises CannotChange: where it is applied for or closed, or cannot be for the other programme.
    """
    wait_for_interest(interest.school_id)
    locked = locks.held(Interest.objects.select_related("school", "phase", "offer"), interest.pk)
    if not (locked.is_light and locked.may_be_changed):
        raise CannotChange(too_late(locked))
    if seen_of(locked) != seen:
        raise ChangedMeanwhile(MEANWHILE)
    values = {name: value for name, value in asdict(change).items() if getattr(locked, name) != value}
    if not values:
        return False
    changed = _in_words(locked, values)
    status = locked.status
    if "phase_id" in values or "year" in values:
        first, beside = _for_another(locked, change, now)
        status = Interest.Status.SECOND if first else Interest.Status.INTERESTED
        values |= beside
    followed = contact_changes(
        locked,
        contact_name=change.contact_name,
        contact_email=change.contact_email,
        contact_job=change.contact_job,
    )
    values |= followed | by_themselves(locked, followed, now)
    Interest.objects.filter(pk=locked.pk).update(**values)
    journal.record("Changed by the school", on=locked, by=by, note=f"By {change.contact_name}", changed=changed)
    if status != locked.status:
        locked.move_to(status, by=by, what="Is for another programme now", note=changed["programme"][1])
    notices.reconcile(locked, now=now)
    wake.wake()
    return True


def _for_another(locked: Interest, change: ToldChange, now: datetime) -> tuple[Interest | None, dict[str, Any]]:
    """What the school has applied for there, and what else becomes of an interest that is for another programme."""
    notices.hold(("interest-invited", locked))
    if is_invited(locked):
        raise CannotChange(INVITED)
    joins = {(phase.pk, wish.year): wish.is_open for phase, wish in wishes_of(locked.school, day_of(now))}
    wanted = (change.phase_id, change.year)
    if wanted not in joins:
        raise CannotChange(NOT_OPEN)
    same = Interest.objects.of_school(locked.school_id, *wanted).exclude(pk=locked.pk)
    if same.filter(contact_email__iexact=locked.contact_email, status__in=Interest.STANDING).exists():
        raise CannotChange(TOLD_BEFORE)
    first = same.open().select_for_update().first()
    return first, {"option_id": None, "could_apply": joins[wanted], "duplicate_of": first}


def _in_words(locked: Interest, values: dict[str, Any]) -> dict[str, list[Any]]:
    """As the history says it: the programme by name."""
    changed = {name: [getattr(locked, name), value] for name, value in values.items()}
    if changed.pop("phase_id", None) or "year" in changed:
        changed.pop("year", None)
        phase = Phase.objects.filter(pk=values.get("phase_id", locked.phase_id)).first()
        after = f"{phase} {year_label(values.get('year', locked.year))}"
        changed["programme"] = [locked.programme, after]
    return changed


@transaction.atomic
def correct_address(*, keys: Collection[int], was: str, email: str, by: User | None, now: datetime) -> None:
    """From the page that confirms what was told a moment ago: the e-mail that confirms it goes to the right address.

    Links that went to the mistyped one end. What has another address by now stays.
    """
    told = Interest.objects.filter(pk__in=keys, offer=None, contact_email__iexact=was)
    rows = [one for one in locks.all_held(told.select_related("school").order_by("pk")) if one.may_be_changed]
    for one in rows:
        changed = {"contact_email": [one.contact_email, email]}
        Interest.objects.filter(pk=one.pk).update(**contact_changes(one, contact_email=email))
        journal.record("Mistyped address corrected", on=one, by=by, note=f"By {one.contact_name}", changed=changed)
    notices.reconcile(*rows, now=now)
    wake.wake()
