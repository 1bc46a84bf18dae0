"""Who of a letter's recipients gets an e-mail as things are now, and who does not and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import models

from hubportal.core.models import BadAddress, Notice
from schools.actions.recipients import HAS_LEFT
from schools.models import Letter, LetterRecipient, notices_of
from schools.rules import letters as rules

SHARES = "Shares an address with somebody above"
HAS_HAD_IT = "Has had this letter by now"
NOT_TICKED = "Not ticked"
OFF_LIST = "No longer on the list or in the group that this was written to"
BAD_ADDRESS = "E-mails to this address come back"


@dataclass(frozen=True)
class Sorted:
    """Who of a letter's recipients gets an e-mail, and who does not, each with the reason."""

    going: list[LetterRecipient]
    unticked: list[LetterRecipient]
    others: list[tuple[LetterRecipient, str]]

    @property
    def offered(self) -> list[LetterRecipient]:
        """Those whom one may tick, in the order of the list."""
        return sorted([*self.going, *self.unticked], key=lambda one: one.pk)


def sort_out(letter: Letter) -> Sorted:
    """As it is now: an address that came to fail, or news that somebody came not to want, counts at once."""
    rows = list(_recipients(letter))
    bad = BadAddress.objects.among(row.address for row in rows)
    found = Sorted([], [], [])
    # Of a letter that was written again twice, the one that is sent first counts.
    others = Letter.objects.filter(again_of=letter.again_of_id).exclude(pk=letter.pk)
    had = reached_by(others) if letter.again_of_id else set()
    served: set[int | str] = set()
    for row in rows:
        row.letter = letter
        # The first at an address stands for all of it, also one of by now; where they get nothing, the next does.
        address: set[int | str] = {row.same_as_id or row.pk, row.address.lower()}
        reason = HAS_HAD_IT if who_is(row) in had else _reason(row, bad)
        reason = reason or (SHARES if served & address else "")
        if reason:
            found.others.append((row, reason))
        elif row.is_ticked:
            served |= address
            found.going.append(row)
        else:
            found.unticked.append(row)
    return found


def parts_of(letter: Letter, among: Iterable[LetterRecipient] | None = None) -> rules.Parts:
    """How many of a letter's list, or of some of its recipients, have no part in a programme."""
    if among is not None:
        listed = [row.pk in letter.with_part_now for row in among]
    else:
        listed = list(LetterRecipient.objects.filter(letter=letter, barred="").parts().values())
    return rules.Parts(len(listed), listed.count(False))


def reached_by(sent: models.QuerySet[Letter]) -> set[int | str]:
    """Whom letters have reached, or are on their way to: persons' keys, or bare addresses."""
    on_its_way = (Notice.State.PLANNED, Notice.State.SENDING, Notice.State.SENT)
    keys = recipients_of(notices_of(*sent).filter(state__in=on_its_way, bounced_at=None))
    rows = LetterRecipient.objects.filter(models.Q(pk__in=keys) | models.Q(same_as__in=keys, is_ticked=True))
    return {who_is(row) for row in rows}


def who_is(row: LetterRecipient) -> int | str:
    """The same for the same person, whatever letter they are a recipient of."""
    return row.person_id or row.email.lower()


def recipients_of(mails: models.QuerySet[Notice]) -> list[int]:
    """The keys of those whom these e-mails of letters go to."""
    return [int(key.partition(":")[2]) for key in mails.values_list("target", flat=True)]


def _recipients(letter: Letter) -> models.QuerySet[LetterRecipient]:
    rows = LetterRecipient.objects.filter(letter=letter).with_wishes().with_leavers().select_related("person", "school")
    # A school has some fifty facts.
    shown = ("person__name", "person__email", "school__name", "school__hub")
    return rows.only(*(field.name for field in LetterRecipient._meta.concrete_fields), *shown).order_by("pk")


def _reason(row: LetterRecipient, bad: Collection[str]) -> str:
    """Why somebody is not written to, or an empty string."""
    if row.barred:
        return row.barred
    if row.has_left:  # type: ignore[attr-defined]
        return HAS_LEFT
    if row.is_off_list:
        return OFF_LIST
    if not row.address:
        return rules.NO_ADDRESS
    if row.address.lower() in bad:
        return BAD_ADDRESS
    return row.news_problem
