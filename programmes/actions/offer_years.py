"""Offers of a year: made one by one as drafts, published when they are ready, or taken away."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.db.models.deletion import Collector

from hubportal.core import journal
from programmes.actions.following import follow_version
from programmes.actions.offers import CannotOffer, OfferInUse, check_admitted, check_code
from programmes.models import Interest, InterestQuerySet, Offer, Phase
from programmes.rules.offers import KEPT_ONCE_ASKED, why_not_change
from programmes.rules.years import LATE_WINDOW, code_in_year, day_in_year, free_code, own_code, window_in
from schools.actions import ours
from schools.models import Hub, User
from schools.rules import first_day

IS_OF_IT = "A group, or a hub’s own version, is of this offer: it stays."
# Why an offer stays published.
ASKED_FOR = "Schools have asked for this offer: it stays published. Close its applications instead."
ALONE = "Schools wait for a decision, and the national offer is a draft: this one stays published."

# What a copy does not take over.
_OWN = ("id", "copied_from_id", "stands_for_id", "hub_reason", "is_for_target")


@transaction.atomic
def make_offer(*, offer: Offer, phases: Mapping[str, Iterable[Phase]], by: User | None) -> Offer:
    """Keep a new offer as a draft.

    :raises CannotOffer: where its code is another offer's in that year.
    :raises CannotMove: where its hub has just been merged.
    """
    if offer.hub is not None:
        ours.at_hub(offer.hub, first_day(offer.year))
    offer.is_published = False
    check_code(offer)
    try:
        with transaction.atomic():
            offer.save(force_insert=True)
    except IntegrityError as taken:
        raise CannotOffer(offer.code_taken) from taken
    offer.set_phases(phases)
    journal.record("Offer made", on=offer, by=by, note=offer.code)
    return offer


def copy_of(offer: Offer, **other: Any) -> Offer:
    """A draft like an offer but for the ``other`` fields (relations by their keys), not kept yet."""
    fields = {field.attname: getattr(offer, field.attname) for field in Offer._meta.concrete_fields}
    kept = {name: value for name, value in fields.items() if name not in _OWN}
    return Offer(**{**kept, "is_published": False, **other})


def new_offer(*, phase: Phase, year: int, hub: Hub | None, like: Offer | None, today: date) -> Offer:
    """An offer as its form begins, not kept yet: like another one, in that year."""
    taken = Offer.objects.codes_beside(hub, year)
    own = {"hub_id": hub.pk if hub else None, "code": own_code(hub.name, year, taken) if hub else ""}
    if like is None:
        window = {"opens_on": today, "closes_on": today + LATE_WINDOW}
        return Offer(phase=phase, year=year, title=phase.name, is_published=False, **window, **own)
    years = year - like.year
    opens_on, closes_on = window_in(like.opens_on, like.closes_on, years=years, today=today)
    names_by = day_in_year(like.names_by, years) if like.names_by else None
    return copy_of(
        like,
        year=year,
        phase_id=phase.pk,
        locked=[],
        opens_on=opens_on,
        closes_on=closes_on,
        names_by=closes_on if names_by and names_by < today else names_by,
        **{**own, "code": own["code"] or free_code(code_in_year(like.code, year), taken)},
    )


@transaction.atomic
def publish_offer(*, offer: Offer, by: User | None, now: datetime) -> bool:
    """Let hubs and schools see an offer, and return whether it was a draft: said once however often it is pressed.

    What waits for a decision in a hub follows its version; what is decided stays with the national offer.

    :raises OfferInUse: where a version would leave out somebody who waits, or ask headteachers otherwise.
    """
    if Offer.objects.filter(pk=offer.pk, is_published=False).update(is_published=True, is_for_target=False) != 1:
        return False
    journal.record("Offer published", on=offer, by=by)
    if offer.stands_for is not None:
        _check_follows(offer, offer.stands_for)
        follow_version(version=offer, by=by, now=now)
    return True


@transaction.atomic
def publish_offers(*, offers: Iterable[Offer], by: User | None, now: datetime) -> int:
    """Publish several drafts, all or none, and return how many were drafts until then.

    :raises OfferInUse: where one cannot be; it names which.
    """
    published = 0
    for offer in sorted(offers, key=lambda one: one.pk):
        try:
            published += publish_offer(offer=offer, by=by, now=now)
        except OfferInUse as problem:
            raise OfferInUse(f"{offer.code}, {offer}: {problem} None of them was published.") from problem
    return published


def _check_follows(version: Offer, national: Offer) -> None:
    """:raises OfferInUse: as where an offer that they had applied for is changed."""
    waiting = waiting_for(national, version.hub)
    changed = [name for name in KEPT_ONCE_ASKED if getattr(version, name) != getattr(national, name)]
    problem = why_not_change(changed, is_asked_for=waiting.exists(), is_in_use=False)
    if problem:
        raise OfferInUse(problem)
    check_admitted(version, national, waiting)


def waiting_for(offer: Offer, hub: Hub | None) -> InterestQuerySet:
    """The applications for an offer that wait for a hub's decision."""
    return Interest.objects.undecided().filter(offer=offer, hub=hub)


@transaction.atomic
def withdraw_offer(*, offer: Offer, by: User | None, now: datetime) -> None:
    """Make a published offer a draft again; what waits for a hub's version is for the national offer again.

    :raises CannotOffer: where somebody is enrolled in it, or has asked for what nothing else stands for.
    """
    # Whoever decides holds an application and then its offer: here they are waited for in the same order.
    list(offer.interests.undecided().order_by("pk").select_for_update().values_list("pk"))
    Offer.objects.select_for_update().filter(pk=offer.pk).first()
    if offer.enrolments.exists() or (offer.stands_for is None and offer.interests.exists()):
        raise CannotOffer(ASKED_FOR)
    is_alone = Offer.objects.filter(versions=offer, is_published=False).exists()
    if is_alone and waiting_for(offer, offer.hub).exists():
        raise CannotOffer(ALONE)
    if Offer.objects.filter(pk=offer.pk, is_published=True).update(is_published=False) == 1:
        journal.record("Offer is a draft again", on=offer, by=by)
        if offer.stands_for is not None:
            follow_version(version=offer, by=by, now=now)


@transaction.atomic
def remove_draft(*, offer: Offer, by: User | None) -> None:
    """Take away a draft that nobody has used, with its targets, places and amounts.

    :raises CannotOffer: where schools have seen it, or something is of it.
    """
    # Whoever publishes it meanwhile is seen here.
    locked = Offer.objects.select_for_update(of=("self",)).filter(pk=offer.pk, is_published=False).first()
    if locked is None:
        raise CannotOffer("It is published, or gone already. Only a draft is taken away.")
    if why := why_not_removed(locked):
        raise CannotOffer(why)
    journal.record("Draft taken away", on=locked, by=by, note=locked.code)
    try:
        with transaction.atomic():
            locked.delete()
    except models.ProtectedError as used:  # made at this moment
        raise CannotOffer(IS_OF_IT) from used


def why_not_removed(draft: Offer) -> str:
    """Why a draft is not taken away, in words; nothing where it can be."""
    if draft.is_known():
        return "Somebody has asked for this offer: it stays."
    try:
        Collector(using=DEFAULT_DB_ALIAS).collect([draft])
    except models.ProtectedError:
        return IS_OF_IT
    return ""
