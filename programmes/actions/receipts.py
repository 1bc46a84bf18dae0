"""What came by phone, by e-mail or on paper, entered by the hub's staff, with the evidence."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from hubportal.core import files, journal, locks
from programmes.actions.answers import tell_answer
from programmes.actions.evidence import drop_receipts
from programmes.actions.interest import Application, submit
from programmes.actions.light import Telling, tell_interest
from programmes.actions.questions import PRESSED_TWICE
from programmes.models import Interest, Receipt
from schools.models import User

OTHER_HEAD = (
    "The headteacher, or their address, was changed meanwhile. Nothing was recorded: look whom you record it for."
)

TOLD_BEFORE = "{name} has told of this already, as {reference}. Nothing was entered: look there."


class CannotEnter(Exception):
    """Something that is not entered, said in words for people."""


@dataclass(frozen=True, slots=True)
class Came:
    """How something came and when, with what there is to show for it."""

    how: str
    on: date
    note: str = ""
    evidence: "UploadedFile[Any] | None" = None


@transaction.atomic
def enter(*, what: Application | Telling, came: Came, by: User, now: datetime) -> Interest:
    """Keep an application or an interest that somebody told the hub; they get the usual e-mail, which says so.

    Applications may have closed: the hub decides whether it still takes this one.

    :raises NotOpen: for what this school cannot join at all.
    :raises CannotEnter: where this was entered already, or its contact has told of it themselves.
    """
    if isinstance(what, Telling):
        interest, is_new = tell_interest(telling=what, by=by, now=now)
        if not is_new and interest.reference != what.reference:
            raise CannotEnter(TOLD_BEFORE.format(name=interest.contact_name, reference=interest.reference))
    else:
        interest = submit(application=what, by=by, now=now, is_by_hub=True)
    receipt = _keep(interest, Receipt.What.SENT, came, by=by, now=now)
    journal.record("Entered by the hub", on=interest, by=by, note=f"It came {receipt.get_how_display()}.")
    return interest


@transaction.atomic
def enter_head(*, interest: Interest, asked: int, came: Came, by: User, now: datetime, confirms: bool = True) -> None:
    """Record what the headteacher told the hub, a yes or a no; they are told what was recorded in their name.

    Pressed twice it is recorded once.

    :param asked: which asking the form was about: each headteacher who is named has another.
    :raises CannotEnter: where there is nothing to confirm any more, or another headteacher was named meanwhile.
    """
    # The second of two presses waits here for the first.
    standing = locks.hold(interest)
    if standing.head_asked != asked:
        raise CannotEnter(OTHER_HEAD)
    if _has_just_entered(standing, came, by=by, now=now, confirms=confirms):
        return
    unconfirmed = Interest.objects.open().filter(
        pk=interest.pk, offer__isnull=False, head_confirmed_at=None, head_asked=asked
    )
    confirmed_at, refused_at = (now, None) if confirms else (None, now)
    refusal = "" if confirms else came.note
    is_kept = unconfirmed.update(
        head_confirmed_at=confirmed_at,
        head_refused_at=refused_at,
        head_refusal=refusal,
        # Whoever enters a yes knows that the no holds no longer.
        head_no_entered_at=refused_at,
    )
    if is_kept != 1:
        raise CannotEnter("The headteacher has confirmed already, or this is no longer open. Nothing was changed.")
    interest.head_confirmed_at, interest.head_refused_at, interest.head_refusal = confirmed_at, refused_at, refusal
    what = "Headteacher's confirmation entered" if confirms else "Headteacher's refusal entered"
    receipt = _keep(interest, Receipt.What.HEAD, came, by=by, now=now)
    tell_answer(interest, now)
    journal.record(what, on=interest, by=by, note=f"{interest.head_name}: it came {receipt.get_how_display()}.")


def _has_just_entered(interest: Interest, came: Came, *, by: User, now: datetime, confirms: bool) -> bool:
    """Whether the same person recorded this very answer of the headteacher a moment ago."""
    said = {"how": came.how, "came_on": came.on, "note": came.note, "evidence__isnull": not came.evidence}
    same = interest.receipts.filter(what=Receipt.What.HEAD, entered_by=by, entered_at__gt=now - PRESSED_TWICE, **said)
    is_answer = (interest.head_confirmed_at if confirms else interest.head_refused_at) is not None
    return is_answer and same.exists()


def _keep(interest: Interest, what: str, came: Came, *, by: User, now: datetime) -> Receipt:
    evidence = came.evidence and files.keep(came.evidence, kinds=files.DOCUMENTS, by=by, now=now)
    if what == Receipt.What.HEAD:
        # Of an answer that counts no more: another one was given, or another headteacher was named.
        drop_receipts(interest, Receipt.What.HEAD)
    facts = {"how": came.how, "came_on": came.on, "note": came.note, "entered_by": by, "entered_at": now}
    try:
        with transaction.atomic():
            receipt = Receipt.objects.create(interest=interest, what=what, evidence=evidence or None, **facts)
    except IntegrityError as twice:
        raise CannotEnter("This was entered already. Nothing was done twice.") from twice
    return receipt
