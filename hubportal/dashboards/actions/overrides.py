"""What a hub had set by hand for itself, which a hub that takes over its schools may take over too, thing by thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import transaction

from funding.actions import NotAllowed, set_rate
from funding.models import Rate
from hubportal.core import locks
from programmes.actions.offer_versions import make_version
from programmes.actions.offers import CannotOffer
from programmes.actions.terms import NoSchoolYear, set_half_terms
from programmes.models import HalfTerm, Offer
from schools.actions import ours
from schools.models import Hub, HubChange, User
from schools.rules import academic_year, year_label

GONE = "That has been taken over already, or is not there any more. Nothing was done twice."


class CannotTakeOver(Exception):
    """What cannot be taken over, said in words for people."""


# What may be in the way of one of them.
FAILURES = (CannotTakeOver, CannotOffer, NoSchoolYear, NotAllowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One thing; ``there``: why it is not to be taken over, because the other hub has the same of its own.

    ``theirs``: the other hub's own version of the same offer.
    """

    key: str
    what: str
    words: str
    there: str
    take: Callable[[User], Offer | None]
    theirs: Offer | None = None


def overrides_of(old: Hub, other: Hub | None, today: date) -> list[Override]:
    """The old hub's versions of offers, term dates and amounts of this year and later; none without another hub.

    Its offers that no other hub has go along with a merger by themselves.
    """
    if other is None:
        return []
    year = academic_year(today)
    return [*_versions(old, other, year), *_dates(old, other, year), *_rates(old, other, year)]


@transaction.atomic
def take_over(*, change: HubChange, key: str, by: User, today: date) -> Offer | None:
    """Let one of them hold in the other hub too; in the old one it stays as it is.

    :returns: of a version of an offer the draft that it has become, which the other hub looks at and publishes.
    :raises CannotTakeOver: where it is not there any more, or the other hub has the same of its own by now.
    """
    if change.other is not None:
        ours.join(change.other.pk)
        locks.hold(change.other)
    found = next((one for one in overrides_of(change.hub, change.other, today) if one.key == key), None)
    if found is None or found.there:
        raise CannotTakeOver(GONE)
    return found.take(by)


def _versions(old: Hub, other: Hub, year: int) -> Iterator[Override]:
    rows = Offer.objects.filter(hub__in=(old, other), stands_for__isnull=False, year__gte=year)
    versions = list(rows.select_related("stands_for", "commitments").order_by("year", "code", "pk"))
    of_other = {version.stands_for_id: version for version in versions if version.hub_id == other.pk}
    for version in (one for one in versions if one.hub_id == old.pk):
        theirs = of_other.get(version.stands_for_id)
        yield Override(
            key=f"version:{version.pk}",
            what=f"Its version of {version}",
            words=version.hub_reason,
            there=f"{other} has a version of its own{'' if theirs.is_published else ', a draft'}." if theirs else "",
            take=partial(_take_version, version, old, other),
            theirs=theirs,
        )


def _take_version(version: Offer, old: Hub, other: Hub, by: User) -> Offer:
    """With what it pays, as a draft that the other hub looks at before its schools are offered it."""
    if version.stands_for is None:
        raise CannotTakeOver(GONE)
    made = make_version(offer=version.stands_for, hub=other, reason=version.hub_reason, by=by, like=version)
    for rate in Rate.objects.filter(offer=version, hub=old).order_by("pk"):
        _take_rate(rate, made, other, by)
    return made


def _dates(old: Hub, other: Hub, year: int) -> Iterator[Override]:
    years = set(HalfTerm.objects.filter(year__gte=year, hub__in=(old, other)).values_list("hub", "year"))
    theirs = {one for hub, one in years if hub == other.pk}
    for one in sorted(one for hub, one in years if hub == old.pk):
        yield Override(
            key=f"dates:{one}",
            what=f"Its term dates of {year_label(one)}",
            words="",
            there=f"{other} has dates of its own." if one in theirs else "",
            take=partial(_take_dates, one, old, other),
        )


def _take_dates(year: int, old: Hub, other: Hub, by: User) -> None:
    rows = HalfTerm.objects.filter(year=year, hub=old).order_by("number")
    set_half_terms(year=year, hub=other, dates=[row.dates for row in rows], by=by)


def _rates(old: Hub, other: Hub, year: int) -> Iterator[Override]:
    rows = Rate.objects.filter(hub__in=(old, other), offer__hub=None, offer__year__gte=year)
    rates = list(rows.select_related("offer", "hub").order_by("offer__year", "offer__code", "label", "pk"))
    theirs = {(rate.offer_id, rate.label) for rate in rates if rate.hub_id == other.pk}
    for rate in (one for one in rates if one.hub_id == old.pk):
        has_own = (rate.offer_id, rate.label) in theirs
        yield Override(
            key=f"rate:{rate.pk}",
            what=str(rate),
            words=rate.reason,
            there=f"{other} has an amount of its own." if has_own else "",
            take=partial(_take_rate, rate, rate.offer, other),
        )


def _take_rate(rate: Rate, offer: Offer, other: Hub, by: User) -> None:
    reason = rate.reason or f"As {rate.hub} had it."
    set_rate(offer=offer, hub=other, label=rate.label, amount=rate.amount, by=by, reason=reason)
