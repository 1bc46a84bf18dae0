"""The waiting list: how many places there are, and who is passed over when one frees."""

from datetime import date, datetime

from django.db import transaction

from hubportal.core import journal
from hubportal.core.workflow import CannotMove
from programmes.models import HubOffer, Interest, Offer
from schools.models import Hub, User

NOT_WAITING = "This is not on the waiting list any more. Nothing was changed."


@transaction.atomic
def set_terms(
    *, offer: Offer, hub: Hub, places: int | None, owner: User | None, by: User, names_by: date | None = None
) -> None:
    """How many places an offer has in a hub (None: its target counts), its owner, until when teachers are named.

    Reminders follow a new day with the next sweep.
    """
    row, _made = HubOffer.objects.select_for_update().get_or_create(offer_id=offer.base_id, hub=hub)
    changed = {"places": [_words(row.places), _words(places)], "owner": [_words(row.kept_by), _words(owner)]}
    changed["teachers named by"] = [_words(row.names_by), _words(names_by)]
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return
    row.places, row.kept_by, row.names_by = places, owner, names_by
    row.save(update_fields=["places", "kept_by", "names_by"])
    journal.record("Places and owner set", on=offer, by=by, changed=changed, owner_id=hub.pk)


@transaction.atomic
def pass_over(*, interest: Interest, reason: str, by: User, now: datetime) -> None:
    """Propose the next one instead, until somebody takes this back; the school hears nothing of it.

    :raises CannotMove: where it no longer waits, or was passed over already.
    """
    _change(interest, None, passed_over_at=now, passed_over_reason=reason)
    journal.record("Passed over for now", on=interest, by=by, note=reason)


@transaction.atomic
def propose_again(*, interest: Interest, by: User) -> None:
    """Let it be proposed again, in its place in the line.

    :raises CannotMove: where it no longer waits, or was not passed over.
    """
    _change(interest, interest.passed_over_at, passed_over_at=None, passed_over_reason="")
    journal.record("Proposed again", on=interest, by=by)


def _change(
    interest: Interest, before: datetime | None, *, passed_over_at: datetime | None, passed_over_reason: str
) -> None:
    standing = Interest.objects.filter(pk=interest.pk, status=Interest.Status.WAITING, passed_over_at=before)
    is_same = before == passed_over_at
    if is_same or standing.update(passed_over_at=passed_over_at, passed_over_reason=passed_over_reason) != 1:
        raise CannotMove(NOT_WAITING if interest.status != Interest.Status.WAITING else interest.who_was_first())
    interest.passed_over_at, interest.passed_over_reason = passed_over_at, passed_over_reason


def _words(value: object) -> str:
    return "" if value is None else str(value)
