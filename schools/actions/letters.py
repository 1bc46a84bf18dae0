"""Writing to many people: a draft from a list, its text and recipients, a test, sending once, taking back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from hubportal.core import files, journal, notices, wake
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from schools.actions.letter_sorting import SHARES, Sorted, parts_of, sort_out
from schools.models import Hub, Letter, LetterRecipient, LetterTemplate, User, notices_of
from schools.rules import letters as rules

MOST_ATTACHED = 3 * files.MEGABYTE
ATTACHED = (*files.DOCUMENTS, *files.TABLES)
PRESSED_TWICE = timedelta(seconds=10)
FARTHEST = timedelta(days=365)
LONGEST_ABOUT = 100


class CannotWrite(Exception):
    """A step of a letter that cannot be taken, said in words for people."""


class SentAlready(CannotMove):
    """A letter that left with an earlier press: in another window, by somebody else, or with a double click."""

    def __init__(self, letter: Letter) -> None:
        self.mails = notices_of(letter).count()
        super().__init__(f"{letter.sent_by} has sent this letter already. Nothing is sent twice.")


@transaction.atomic
def begin(
    *,
    candidates: Iterable[rules.Candidate],
    hub: Hub | None,
    picked: str,
    picked_from: str,
    by: User,
    now: datetime,
    of: Letter | None = None,
    is_marketing: bool = False,
) -> Letter:
    """Make a draft to the people of a list, of the hub or (None) the national team.

    :param of: the letter that is written again, whose text and attachment it begins with.
    :raises CannotWrite: where nobody is on the list, or more than one letter may go to.
    """
    chosen = rules.choose(candidates)
    if not chosen:
        raise CannotWrite("There is nobody on this list to write to. Choose other people, or widen the filter.")
    if len(chosen) > rules.MOST_RECIPIENTS:
        raise CannotWrite(
            f"There are {len(chosen):,} people on this list. One letter goes to {rules.MOST_RECIPIENTS:,} at most: "
            "narrow the filter and write several."
        )
    letter = Letter.objects.create(
        hub=hub,
        written_by=by,
        made_at=now,
        picked=picked[:200],
        picked_from=picked_from[:2000],
        subject=of.subject if of else "",
        text=of.text if of else "",
        is_marketing=of.is_marketing if of else is_marketing,
        again_of=(of.again_of or of) if of else None,
        attachment=files.copy(of.attachment, by=by, now=now) if of and of.attachment else None,
    )
    _add(letter, chosen)
    if parts_of(letter).nobody_has_one:
        letter.is_marketing = True
        letter.save(update_fields=["is_marketing"])
    journal.record("Letter begun", on=letter, by=by, note=letter.picked)
    return letter


def _add(letter: Letter, chosen: Sequence[rules.Chosen]) -> None:
    rows = [
        LetterRecipient(
            letter=letter,
            person_id=one.candidate.person_id,
            school_id=one.candidate.school_id,
            name=one.candidate.name[:150],
            email=one.candidate.email.strip(),
            why=one.candidate.why[:250],
            facts={name: value for name, value in one.candidate.facts.items() if value},
            about=rules.fitting(one.candidate.about, LONGEST_ABOUT),
            barred=one.candidate.barred[:150],
        )
        for one in chosen
    ]
    first = [row for row, one in zip(rows, chosen, strict=True) if one.same_as is None]
    LetterRecipient.objects.bulk_create(first, batch_size=500)
    others = [(row, rows[one.same_as]) for row, one in zip(rows, chosen, strict=True) if one.same_as is not None]
    for row, same in others:
        row.same_as = same
    LetterRecipient.objects.bulk_create([row for row, _same in others], batch_size=500)


def _hold(letter: Letter) -> Letter:
    """The letter as it is now, until the end of the transaction.

    :raises CannotWrite: where it is not there any more.
    """
    held = Letter.objects.select_for_update().filter(pk=letter.pk).first()
    if held is None:
        raise CannotWrite("This draft has just been thrown away, so nothing was sent or changed.")
    return held


def check_open(letter: Letter, seen: int | None = None) -> Letter:
    """The letter, held until the end of the transaction, while it is a draft and as whoever takes a step saw it.

    :raises CannotWrite: where it was sent meanwhile, or changed in another window.
    """
    held = _hold(letter)
    if not held.is_draft:
        raise CannotWrite(f"This letter is {held.get_status_display().lower()} already: it cannot be changed.")
    if seen is not None and held.version != seen:
        raise CannotWrite(f"{held.who_was_first()} Look at the letter as it is now, then press again.")
    return held


@transaction.atomic
def write(
    *,
    letter: Letter,
    by: User,
    now: datetime,
    subject: str,
    text: str,
    is_marketing: bool,
    attachment: "UploadedFile[Any] | None" = None,
    keeps_attachment: bool = True,
    seen: int | None = None,
) -> None:
    """Write the text.

    :raises CannotWrite: where it is no draft any more, or was changed in another window, for a placeholder that
        there is not, or where it is said to be no news and nobody on its list has a part in a programme.
    :raises BadFile: for an attachment that is not taken.
    """
    held = check_open(letter, seen)
    unknown = rules.unknown_in(f"{subject}\n{text}")
    if unknown:
        raise CannotWrite(rules.unknown_words(unknown))
    if not is_marketing and parts_of(held).nobody_has_one:
        raise CannotWrite(rules.NOBODYS_PART)
    old = held.attachment
    stored = old if keeps_attachment else None
    if attachment is not None:
        stored = files.keep(attachment, kinds=ATTACHED, by=by, now=now, most=MOST_ATTACHED)
    held.subject, held.text, held.is_marketing, held.attachment = subject, text, is_marketing, stored
    held.version += 1
    held.save(update_fields=["subject", "text", "is_marketing", "attachment", "version"])
    if old is not None and old != stored:
        files.forget(old)
    journal.record("Letter written", on=held, by=by)


@transaction.atomic
def tick(*, letter: Letter, shown: Collection[int], ticked: Collection[int], by: User, seen: int | None = None) -> None:
    """Of the recipients that a page showed, keep those that are ticked.

    :raises CannotWrite: where it is no draft any more, or was changed in another window.
    """
    held = check_open(letter, seen)
    rows = LetterRecipient.objects.filter(letter=held, pk__in=shown)
    changed = rows.filter(pk__in=ticked, is_ticked=False).update(is_ticked=True)
    changed += rows.filter(is_ticked=True).exclude(pk__in=ticked).update(is_ticked=False)
    if changed:
        Letter.objects.filter(pk=held.pk).update(version=models.F("version") + 1)
        journal.record("Recipients chosen", on=held, by=by)


@transaction.atomic
def test(*, letter: Letter, recipient: LetterRecipient, by: User, now: datetime) -> None:
    """Send the letter as one of the recipients will get it, to whoever writes it; a button pressed twice sends once.

    :raises CannotWrite: where it has no text yet.
    """
    held = _hold(letter)
    _check_text(held)
    if held.tested_at is not None and held.tested_by == by and now - held.tested_at < PRESSED_TWICE:
        return
    held.tested_at, held.tested_by, held.tested_for = now, by, recipient
    held.save(update_fields=["tested_at", "tested_by", "tested_for"])
    notices.reconcile(held, now=now)
    wake.wake()


@transaction.atomic
def send(*, letter: Letter, by: User, now: datetime, seen: int, due_at: datetime | None = None) -> int:
    """Hand a letter to the outbox, for now or a moment to come; how many e-mails it is.

    :raises CannotWrite: where it was changed in another window, nobody would get it, or is in a part that it is said to
        be about, or too much is sent in a day.
    :raises SentAlready: where it was sent already, in another window or by somebody else.
    """
    # Of two that write one letter again, the second waits here and sees whom the first reaches.
    if letter.again_of_id is not None:
        Letter.objects.select_for_update(no_key=True).filter(pk=letter.again_of_id).first()
    held = _hold(letter)
    if held.status == Letter.Status.SENT:
        raise SentAlready(held)
    check_open(held, seen)
    _check_text(held)
    _check_moment(due_at, now)
    _check_rate(by, now)
    held.move_to(
        Letter.Status.SENT, by=by, seen={"version": seen}, sent_at=now, sent_by=by, due_at=max(due_at or now, now)
    )
    found = sort_out(held)
    _check_list(found)
    reasons: dict[str, list[int]] = defaultdict(list)
    for row, reason in found.others:
        if reason not in (row.barred, SHARES):
            reasons[reason].append(row.pk)
    for reason, pks in reasons.items():
        LetterRecipient.objects.filter(pk__in=pks).update(barred=reason)
    _stand_first(found)
    for start in range(0, len(found.going), 500):
        notices.reconcile(*found.going[start : start + 500], now=now)
    wake.wake()
    return len(found.going)


def _stand_first(found: Sorted) -> None:
    """Of those at one address it is they who are written to, and the others who share it with them."""
    for row in found.going:
        if row.same_as_id:
            same = models.Q(pk=row.same_as_id) | models.Q(same_as=row.same_as_id)
            LetterRecipient.objects.filter(same, letter=row.letter_id).exclude(pk=row.pk).update(same_as=row)
            row.same_as = None
            row.save(update_fields=["same_as"])
    first = {row.address.lower(): row for row in found.going}
    for row, reason in found.others:
        if reason == SHARES and row.address.lower() in first:
            LetterRecipient.objects.filter(pk=row.pk).update(same_as=first[row.address.lower()])


def _check_text(letter: Letter) -> None:
    if not (letter.subject and letter.text):
        raise CannotWrite("Write a subject and a text first.")
    unsaid = rules.unsaid_in(letter.text)
    if unsaid:
        raise CannotWrite(f"The text still has “{unsaid}”: say it, or take it out.")


def _check_list(found: Sorted) -> None:
    if not found.going:
        raise CannotWrite("Nobody would get this letter. Tick somebody first.")


def _check_moment(due_at: datetime | None, now: datetime) -> None:
    if due_at is not None and not now < due_at <= now + FARTHEST:
        raise CannotWrite("Choose a moment in the coming year, or send it now.")


def _check_rate(by: User, now: datetime) -> None:
    """A sign-in that somebody else got hold of must not write to everybody all day."""
    sent = Letter.objects.filter(sent_by=by, sent_at__gt=now - timedelta(days=1)).count()
    if sent >= rules.MOST_A_DAY:
        raise CannotWrite(f"You have sent {sent} letters since this time yesterday. Send the next one tomorrow.")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What of a letter is not sent any more: how many e-mails had left, waited, and were on their way to leaving."""

    left: int
    stopped: int
    stopping: int


@transaction.atomic
def cancel(*, letter: Letter, by: User) -> TakenBack:
    """Take back what has not left: delivery sends none of a letter that is, nor what it has begun with, within moments.

    :raises CannotMove: where it was never sent, was taken back already, or nothing waits any more.
    """
    if letter.is_draft:
        raise CannotMove("This letter has not been sent: there is nothing to take back.")
    if letter.status == Letter.Status.CANCELLED:
        raise CannotMove("This letter has been taken back already.")
    about = notices_of(letter)
    if not about.filter(state__in=(Notice.State.PLANNED, Notice.State.SENDING)).exists():
        raise CannotMove("Every e-mail of this letter has left: there is nothing to take back.")
    letter.move_to(Letter.Status.CANCELLED, by=by, what="Letter taken back")
    stopped = about.filter(state=Notice.State.PLANNED).update(state=Notice.State.CANCELLED)
    states = Counter(about.values_list("state", flat=True))
    return TakenBack(states[Notice.State.SENT], stopped, states[Notice.State.SENDING])


@transaction.atomic
def discard(*, letter: Letter, by: User) -> None:
    """Throw a draft away.

    :raises CannotWrite: where it was sent meanwhile.
    """
    held = check_open(letter)
    journal.record("Draft thrown away", on=held, by=by, note=held.picked)
    attachment = held.attachment
    held.delete()
    if attachment is not None:
        files.forget(attachment)


@transaction.atomic
def use_template(*, letter: Letter, template: LetterTemplate, by: User, seen: int) -> None:
    """Begin a draft with a template's text.

    :raises CannotWrite: where it was sent meanwhile, or changed in another window.
    """
    held = check_open(letter, seen)
    held.subject, held.text = template.subject, template.text
    held.is_marketing = template.is_marketing or parts_of(held).nobody_has_one
    held.version += 1
    held.save(update_fields=["subject", "text", "is_marketing", "version"])
    journal.record("Template used", on=held, by=by, note=template.name)
