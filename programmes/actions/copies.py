"""What a school sent more than once: two that are the same become one, two that are not stand each for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hubportal.core import clock, journal, notices, wake
from programmes.actions.contacts import contact_changes
from programmes.actions.heads import waits_for_head
from programmes.actions.interest import keep_teachers, let_stand
from programmes.models import Interest, InterestApart, InterestMessage, InterestTeacher, Receipt
from programmes.notices.refusals import CONFIRMED, REFUSED
from programmes.rules import Named
from programmes.rules.copies import distinct
from schools.models import User

Status = Interest.Status
CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_job", "contact_is_head", "trn")
# Whoever is the contact agreed to these, then.
AGREED = ("commitments_id", "privacy_id", "agreed_at", "agreed_by")
HEAD = (
    *("head_name", "head_email", "head_confirmed_at", "head_refused_at", "head_refusal"),
    *("head_said_no_at", "head_no_entered_at"),
)
# What was decided when a school was put on the waiting list, and since.
WAITS = ("decided_at", "decided_by", "decision_reason", "hub_note", "passed_over_at", "passed_over_reason")
NOT_A_PAIR = "These two are not, or no longer, something that the same school sent twice. Nothing was changed."
NOT_KEPT = "Keep the one that is an application, or that is decided already: the other cannot stand for it."
TOO_MANY = "There are {places} places for teachers. Tick as many at most."
DECIDED = "The one that stays is decided already: nothing can be taken over into it but the questions."
TOLD_ONLY = "Whoever only told of an interest has agreed to nothing yet. Keep the contact as it is."
TOLD_APART = "{} has found that these are two, each to be decided about by itself. Nothing was merged."
TAKEN = "Somebody else of this name and address has applied for the same. Keep the contact as it is."


class CannotMerge(Exception):
    """Two that cannot be made one; said in words for people."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What the one that stays has of the other afterwards.

    ``teachers``: the keys of those of both who take part; None: as they are.
    """

    teachers: frozenset[int] | None = None
    contact: bool = False
    head: bool = False
    option: bool = False
    message: bool = False
    questions: bool = False

    @property
    def changes_sent(self) -> bool:
        """Whether what was sent becomes another."""
        return self.teachers is not None or self.contact or self.head or self.option or self.message


@transaction.atomic
def merge(*, kept: Interest, gone: Interest, taken: TakenOver, by: User, now: datetime) -> Interest:
    """Make one of two: the other points to it, and its sender hears what is decided about the one that stays.

    The evidence of both stays with what it came with, and is read on the page of the one that stays.

    :raises CannotMove: where somebody else was first.
    :raises CannotMerge: where they are no pair, somebody else has found that they are two, or more teachers are
        ticked than there are places.
    """
    kept, gone = _locked(kept, gone)
    _think_better(kept, gone, by)
    if (kept.is_light and not gone.is_light) or gone.status == Status.ACCEPTED:
        raise CannotMerge(NOT_KEPT)
    if kept.status == Status.ACCEPTED and taken.changes_sent:
        raise CannotMerge(DECIDED)
    has_waited = gone.status == Status.WAITING
    if kept.status == Status.SECOND:
        _let_copy_count(kept, by, now)
        kept, gone = (Interest.objects.for_link().get(pk=one.pk) for one in (kept, gone))
    teachers = _chosen_teachers(kept, gone, taken)
    others = list(Interest.objects.filter(duplicate_of=gone))
    Interest.objects.filter(duplicate_of=gone).update(duplicate_of=kept)
    known = _answers_with(kept, gone, by, now)
    gone.move_to(Status.MERGED, by=by, what="Merged into another", note=kept.reference, duplicate_of=kept, **known)
    changed = _take_place(kept, gone, by, has_waited=has_waited) | _take_over(kept, gone, taken, now)
    if teachers is not None:
        changed |= _keep_only(kept, teachers)
    messages = _take_questions(kept, gone) if taken.questions else []
    journal.record("Another one was merged into this", on=kept, by=by, note=gone.reference, changed=changed)
    notices.reconcile(kept, gone, *others, *messages, now=now)
    wake.wake()
    return kept


@transaction.atomic
def say_not_same(*, one: Interest, other: Interest, by: User, now: datetime) -> None:
    """Remember that two are two: a second copy is decided about by itself, and they are asked about no more.

    Its headteacher is asked to confirm, as for any first: not where the school has its place already.

    :raises CannotMerge: where they are no pair.
    """
    first, second = sorted(_locked(one, other), key=lambda row: row.pk)
    if not InterestApart.objects.remember(first.pk, second.pk, by=by, at=now):
        return
    Interest.objects.filter(pk__in=(first.pk, second.pk)).update(is_apart=True)
    for copy, its_first in ((first, second), (second, first)):
        if copy.status == Status.SECOND and copy.duplicate_of_id == its_first.pk:
            let_stand(copy=copy, by=by, now=now)
    for row, beside in ((first, second), (second, first)):
        journal.record("Found not to be the same", on=row, by=by, note=beside.reference)
    notices.reconcile(first, second, now=now)
    wake.wake()


def _let_copy_count(copy: Interest, by: User, now: datetime) -> None:
    """Decide about this copy from now on, and keep the first one beside it; in the transaction of the merge.

    The copy's headteacher is asked to confirm, where nobody has; the first one's link ends.
    """
    first = copy.duplicate_of
    if first is None or not first.is_undecided or copy.is_light:
        raise CannotMerge(NOT_KEPT)
    others = list(first.seconds.exclude(pk=copy.pk).filter(status=Status.SECOND))
    # The first one steps aside before: only one may stand for a school, phase and year.
    first.move_to(Status.SECOND, by=by, what="Stands beside another copy", note=copy.reference, duplicate_of=copy)
    copy.move_to(
        Status.SUBMITTED,
        by=by,
        what="Counts instead of the first",
        note=first.reference,
        duplicate_of=None,
        head_asked_at=now if waits_for_head(copy) else copy.head_asked_at,
        head_named_at=now if copy.head_email.lower() != first.head_email.lower() else copy.head_named_at,
        kept_by_id=first.kept_by_id,
    )
    Interest.objects.filter(pk__in=[one.pk for one in others]).update(duplicate_of=copy)


def _answers_with(kept: Interest, gone: Interest, by: User, now: datetime) -> dict[str, Any]:
    """What was decided before the other was even sent is decided about that one too, now that somebody has looked.

    Where both are decided alike its sender has heard it.
    """
    if hears_at_once(kept, gone):
        return {"decided_at": now, "decided_by": by}
    is_answered = kept.is_decided_before(gone)
    return {"decided_at": kept.decided_at, "decided_by_id": kept.decided_by_id} if is_answered else {}


def hears_at_once(kept: Interest, gone: Interest) -> bool:
    """Whether the sender of one that goes into another hears by that what was decided: before theirs had come."""
    return kept.is_decided_before(gone) and gone.status != kept.status


def asks_if_kept(kept: Interest, gone: Interest) -> bool:
    """Whether the headteacher of a second copy is asked once it stays instead of the first, which is undecided."""
    is_copy = kept.status == Status.SECOND and gone.is_undecided and not kept.is_light
    return is_copy and waits_for_head(kept)


def _take_place(kept: Interest, gone: Interest, by: User, *, has_waited: bool) -> dict[str, Any]:
    """The school keeps its place in line: when it applied first, and that it waits already; returns what is another.

    Who sent what when stays in the history of both; nobody is told the same twice.
    """
    if not (kept.is_undecided or kept.is_light) or (gone.is_light and not kept.is_light):
        return {}
    if has_waited and kept.status == Status.SUBMITTED:
        decision = {name: getattr(gone, name) for name in WAITS}
        kept.move_to(Status.WAITING, by=by, what="Waits as the other did", note=gone.reference, **decision)
        notices.hand_over("interest-second", kept, kept, becomes="interest-waiting")
        notices.hand_over("interest-waiting", gone, kept)
    if kept.submitted_at <= gone.submitted_at:
        return {}
    before, after = (one.submitted_at.astimezone(clock.LONDON).date() for one in (kept, gone))
    notices.redate(kept, "interest-received", "interest-head-told", before=before, after=after)
    # What was put right before it was sent stays so: it is told of already.
    kept.contact_corrected_at = kept.corrected_since_sent
    kept.submitted_at = gone.submitted_at
    kept.save(update_fields=["contact_corrected_at", "submitted_at"])
    return {"sent": [f"{day.day} {day:%B %Y}" for day in (before, after)]}


def _locked(one: Interest, other: Interest) -> tuple[Interest, Interest]:
    """Both as they are now, nobody else changing them.

    :raises CannotMerge: where they are not two of the same.
    """
    keys = (one.pk, other.pk)
    rows = {row.pk: row for row in Interest.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if len(rows) != 2 or not is_pair(*rows.values()):
        raise CannotMerge(NOT_A_PAIR)
    return rows[one.pk], rows[other.pk]


def _think_better(kept: Interest, gone: Interest, by: User) -> None:
    """Whoever has found them to be two may find otherwise; nobody else's page, opened before, does so for them.

    :raises CannotMerge: where somebody else has said so.
    """
    said = InterestApart.objects.naming(kept).naming(gone)
    theirs = said.filter(by__isnull=False).exclude(by=by).select_related("by__person").first()
    if theirs is not None:
        raise CannotMerge(TOLD_APART.format(theirs.by))
    said.delete()


def is_pair(one: Interest, other: Interest) -> bool:
    """Whether two can be asked about: of one hub, for the same, standing, and not copies of a third."""
    same = all(getattr(one, name) == getattr(other, name) for name in ("hub_id", "phase_id", "year", "for_person"))
    if not same or not (one.for_person or one.school_id == other.school_id):
        return False
    copies = [row for row in (one, other) if row.status == Status.SECOND]
    if copies:
        (copy, *more), first = copies, other if copies[0] is one else one
        return not more and copy.duplicate_of_id == first.pk and first.status in Interest.OPEN
    # Several of a school stand at once only where they were only told of, or told apart.
    return all(row.status in (Status.INTERESTED, *Interest.OPEN) for row in (one, other))


def _chosen_teachers(kept: Interest, gone: Interest, taken: TakenOver) -> list[InterestTeacher] | None:
    """Those who are ticked, each person once.

    :raises CannotMerge: for more than the offer has places for in one school.
    """
    if taken.teachers is None or kept.is_light or kept.for_person:
        return None
    both = [*kept.teachers.all(), *gone.teachers.all()]
    ticked = [one for one in both if one.pk in taken.teachers]
    keys = distinct((one.pk, one.name, one.email) for one in ticked)
    places = max(kept.applied_offer.teachers_per_school, kept.teachers.count())
    if len(keys) > places:
        raise CannotMerge(TOO_MANY.format(places=places))
    return [one for one in ticked if one.pk in keys]


def _keep_only(kept: Interest, teachers: Sequence[InterestTeacher]) -> dict[str, Any]:
    """Only these take part; the places that are left are to be named."""
    before = [str(one) for one in kept.teachers.all()]
    named = [Named(one.name, one.email, one.job_title, one.has_lead_role) for one in teachers]
    named += [Named()] * (len(before) - len(named))
    kept.teachers.all().delete()
    keep_teachers(kept, named)
    after = [one.name or "To be named" for one in named]
    return {"teachers": ["; ".join(before), "; ".join(after)]} if before != after else {}


def _take_over(kept: Interest, gone: Interest, taken: TakenOver, now: datetime) -> dict[str, Any]:
    """Contact, headteacher, option and message of the other, with what follows; returns what is another now."""
    values: dict[str, Any] = {}
    if taken.head and gone.head_email:
        values |= {name: getattr(gone, name) for name in HEAD}
        _swap_head_receipts(kept, gone)
        is_asked = not (gone.head_refused_at or kept.is_light) and waits_for_head(gone)
        asking = {"head_asked_at": now if is_asked else None, "head_ended_at": gone.head_ended_at}
        values |= {"head_asked": kept.head_asked + 1, "head_named_at": now, **asking}
    if taken.contact:
        if gone.is_light and not kept.is_light:
            raise CannotMerge(TOLD_ONLY)
        contact = {name: getattr(gone, name) for name in (*CONTACT, *AGREED)}
        values |= contact_changes(kept, head_email=values.get("head_email"), **contact)
    if taken.option and gone.option:
        values["option"] = gone.option
    if taken.message and gone.message and gone.message not in kept.message:
        values["message"] = "\n\n".join(text for text in (kept.message, gone.message) if text)
    shown = (*CONTACT[:4], "head_name", "head_email", "option", "message")
    changed = {
        name: [str(getattr(kept, name) or ""), str(values[name])]
        for name in shown
        if values.get(name, "") not in ("", getattr(kept, name))
    }
    for name, value in values.items():
        setattr(kept, name, value)
    try:
        with transaction.atomic():
            kept.save(update_fields=list(values))
    except IntegrityError as clash:
        raise CannotMerge(TAKEN) from clash
    return changed


def _swap_head_receipts(kept: Interest, gone: Interest) -> None:
    """How each headteacher answered goes with the answer; what was the one's that stays is read beside it."""
    both = Receipt.objects.filter(interest__in=(kept, gone), what=Receipt.What.HEAD)
    rows = list(both)
    for row in rows:
        row.interest = gone if row.interest_id == kept.pk else kept
    # Of each interest there is one at any moment: they are taken out and put back, with their keys.
    both.delete()
    Receipt.objects.bulk_create(rows)
    for kind in ("interest-head-recorded", REFUSED.key, CONFIRMED.key):
        notices.hand_over(kind, gone, kept)


def _take_questions(kept: Interest, gone: Interest) -> list[InterestMessage]:
    """What was asked and answered about the other; whoever's turn it is, by what was said last."""
    moved = list(InterestMessage.objects.filter(interest=gone))
    InterestMessage.objects.filter(interest=gone).update(interest=kept)
    last = kept.messages.order_by("-at", "-pk").first()
    if moved and last is not None:
        question = Interest.Question.ASKED if last.is_from_hub else Interest.Question.ANSWERED
        Interest.objects.filter(pk=kept.pk).update(question=question)
        Interest.objects.filter(pk=gone.pk).update(question="")
    return moved
