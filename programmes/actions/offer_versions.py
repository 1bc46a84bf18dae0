"""A hub's own version of a national offer, and what the national team keeps for itself."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from hubportal.core import journal, locks
from programmes.actions.offer_years import copy_of
from programmes.actions.offers import CannotOffer, check_code, wait_for_codes
from programmes.models import Offer
from schools.actions import ours
from schools.models import Hub, User
from schools.rules import first_day

TAKEN = "Your hub has a version of this offer, or an offer with this code, already."


@transaction.atomic
def make_version(*, offer: Offer, hub: Hub, reason: str, by: User | None, like: Offer | None = None) -> Offer:
    """Copy a national offer for one hub, as a draft; once published its schools are offered it instead.

    Schools that are enrolled in the national offer stay there.

    :param like: another hub's version, which this one takes over; not with words that are that hub's alone.

    :raises CannotOffer: where it is no national offer that is published, or the hub has its version already.
    :raises CannotMove: where the hub has just been merged.
    """
    ours.at_hub(hub, first_day(offer.year))
    if offer.hub_id is not None or not offer.is_published:
        raise CannotOffer("Only a published offer of the national team can have a version of a hub's own.")
    # Whoever changes its code at this moment, and that of its versions, is waited for.
    wait_for_codes()
    locks.refresh(offer, ["code"], no_key=True)
    like = like or offer
    words = like if like.commitments.hub_id in (None, hub.pk) else offer
    own = {"hub_id": hub.pk, "stands_for_id": offer.pk, "hub_reason": reason, "commitments_id": words.commitments_id}
    version = copy_of(like, **own, code=offer.code, locked=[])
    check_code(version, TAKEN)
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as taken:
        raise CannotOffer(TAKEN) from taken
    version.set_phases(like.phase_sets())
    journal.record("Hub's own version made", on=version, by=by, note=reason)
    return version


@transaction.atomic
def lock_fields(*, offer: Offer, fields: Collection[str], by: User | None) -> None:
    """Say which fields of a national offer hubs leave as they are; versions that differ already stay."""
    before, after = sorted(offer.locked), sorted(fields)
    if before == after:
        return
    offer.locked, offer.is_for_target = after, False
    offer.save(update_fields=["locked", "is_for_target"])
    journal.record(
        "Kept for the national team", on=offer, by=by, changed={"locked": [", ".join(before), ", ".join(after)]}
    )
