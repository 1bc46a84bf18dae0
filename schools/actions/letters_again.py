"""Writing a letter again, to those whom it has not reached."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction

from hubportal.core.models import Notice
from schools.actions import contacts, letter_sorting, letters
from schools.models import Letter, LetterRecipient, User, notices_of
from schools.rules import letters as rules


def unreached(letter: Letter) -> list[LetterRecipient]:
    """Whom a letter that was sent has not reached: no address or a bad one, failed, came back, or was taken back.

    Neither has one that was written again since, as far as the portal knows.
    """
    failed = [Notice.State.FAILED, Notice.State.MISSED]
    if letter.status == Letter.Status.CANCELLED:
        failed.append(Notice.State.CANCELLED)
    about = notices_of(letter)
    lost = letter_sorting.recipients_of(about.filter(models.Q(state__in=failed) | models.Q(bounced_at__isnull=False)))
    # Whoever was given an address after the draft was begun has none in their row, and got the letter.
    no_address = models.Q(barred__in=("", rules.NO_ADDRESS), email="") & ~models.Q(
        pk__in=letter_sorting.recipients_of(about)
    )
    wanted = models.Q(pk__in=lost) | no_address | models.Q(barred=letter_sorting.BAD_ADDRESS)
    rows = LetterRecipient.objects.filter(wanted, letter=letter, is_ticked=True, same_as=None)
    found = list(rows.select_related("person").order_by("pk"))
    reached = _reached_since(letter) if found else set()
    return [row for row in found if letter_sorting.who_is(row) not in reached]


def _reached_since(letter: Letter) -> set[int | str]:
    """Whom a later one with the same text has reached, or is on its way to."""
    return letter_sorting.reached_by(Letter.objects.filter(again_of=letter.again_of_id or letter.pk, pk__gt=letter.pk))


def _their_other_schools(rows: Sequence[LetterRecipient]) -> list[LetterRecipient]:
    """Where somebody stands for several schools in one e-mail, the rows that share it with theirs."""
    names = {row.pk: row.name.casefold() for row in rows}
    shared = LetterRecipient.objects.filter(same_as__in=names, is_ticked=True, barred="").select_related("person")
    return [one for one in shared.order_by("pk") if one.name.casefold() == names[one.same_as_id or 0]]


@transaction.atomic
def write_again(*, letter: Letter, by: User, now: datetime) -> Letter:
    """A draft with the same text to those whom a letter has not reached, at the addresses that they have now.

    Where nobody was known at a school, whoever is by now.

    :raises letters.CannotWrite: where it has reached everybody, or was never sent.
    """
    if Letter.objects.get(pk=letter.pk).is_draft:
        raise letters.CannotWrite("This letter has not been sent yet: go on with this draft.")
    rows = unreached(letter)
    if not rows:
        raise letters.CannotWrite("As far as the portal knows this letter has reached everybody on its list.")
    candidates = [
        rules.Candidate(
            row.name,
            row.address,
            row.why,
            person_id=row.person_id,
            school_id=row.school_id,
            facts=row.facts,
            about=row.about,
        )
        for row in [*rows, *_their_other_schools(rows)]
    ]
    draft = letters.begin(
        candidates=candidates,
        hub=letter.hub,
        picked=f"Not reached by “{letter.subject}”",
        picked_from=letter.get_absolute_url(),
        by=by,
        now=now,
        of=letter,
    )
    contacts.complete(letter=draft, by=by, now=now)
    return draft
