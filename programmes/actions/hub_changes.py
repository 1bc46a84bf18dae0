"""What decides about applications follows a hub that is split or goes on in another: lists, places, questions."""

from datetime import datetime
from typing import Any

from django.db import models

from hubportal.core import clock, journal, notices
from programmes.actions.following import alive, follow_to
from programmes.models import (
    AgreementText,
    HeadConfirmation,
    HubOffer,
    Interest,
    InterestQuerySet,
    Offer,
    PriorityListing,
    Target,
)
from programmes.rules.years import free_code
from schools.models import Hub, HubChange, School
from schools.rules import academic_year

MOST_PLACES = 32_767


def follow_change(*, change: HubChange, schools: models.QuerySet[School], now: datetime) -> None:
    """Let the other hub decide, in the transaction of whoever follows the change.

    :param schools: those that go; of a merger all that the hub decides about goes.
    """
    hub, other = change.hub, change.other
    if other is None:
        return
    is_all = change.kind == HubChange.Kind.MERGER
    listed = PriorityListing.objects.filter(hub=hub)
    asked = HeadConfirmation.objects.open().filter(hub=hub)
    if not is_all:
        listed, asked = listed.filter(school__in=schools.values("pk")), asked.filter(school__in=schools.values("pk"))
    _take_listings(listed, other)
    if change.takes_running:
        _take_questions(asked, other, now)
    if is_all:
        # What runs this year in the old hub is decided there until the year ends.
        first = academic_year(now.astimezone(clock.LONDON).date()) + (0 if change.takes_running else 1)
        _take_own_offers(hub, other, first)
        _take_own_interest(hub, other, first, now)
        _take_places(hub, other, first)


def left_at(hub: Hub, first: int) -> list[models.QuerySet[Any]]:
    """What a merged hub has no longer from a year on, where what runs has gone too."""
    own = Offer.objects.filter(hub=hub, stands_for=None, year__gte=first)
    return [
        PriorityListing.objects.filter(hub=hub),
        HeadConfirmation.objects.open().filter(hub=hub),
        AgreementText.objects.filter(hub=hub),
        own,
        _own_interest(hub, hub.goes_on_in, first),
        HubOffer.objects.filter(hub=hub, offer__year__gte=first),
        Target.objects.filter(hub=hub, offer__year__gte=first),
    ]


def _take_listings(listed: models.QuerySet[PriorityListing], other: Hub) -> None:
    """A school that is on the other hub's list already stays there with that hub's reason."""
    there = PriorityListing.objects.filter(hub=other).values("school")
    listed.filter(school__in=list(there.values_list("school", flat=True))).delete()
    listed.update(hub=other)


def _take_questions(asked: models.QuerySet[HeadConfirmation], other: Hub, now: datetime) -> None:
    pks = list(asked.values_list("pk", flat=True))
    HeadConfirmation.objects.filter(pk__in=pks).update(hub=other)
    notices.reconcile(*HeadConfirmation.objects.filter(pk__in=pks), now=now)


def _take_own_offers(hub: Hub, other: Hub, first: int) -> None:
    """What the old hub alone offers is the other's, with its words: nobody else could change, publish or run it.

    Its versions of national offers stay what they were: the other hub has its own, or the national one.
    """
    AgreementText.objects.filter(hub=hub).update(hub=other)
    own = Offer.objects.select_for_update(of=("self",)).filter(hub=hub, stands_for=None, year__gte=first)
    for offer in own.order_by("pk"):
        taken = Offer.objects.codes_beside(other, offer.year)
        before, code = offer.code, free_code(offer.code, taken)
        Offer.objects.filter(pk=offer.pk).update(hub=other, code=code)
        changed = {"hub": [str(hub), str(other)]} | ({} if code == before else {"code": [before, code]})
        journal.record("Goes on with another hub", on=offer, by=None, changed=changed, owner_id=other.pk)


def _take_own_interest(hub: Hub, other: Hub, first: int, now: datetime) -> None:
    """Undecided, in a programme of the old hub's own: nobody else would decide it."""
    for interest in _own_interest(hub, other, first).select_related("hub", "offer").order_by("pk"):
        follow_to(interest, other, now)


def _own_interest(hub: Hub, other: Hub | None, first: int) -> InterestQuerySet:
    return alive(Interest.objects.filter(hub=hub, offer__hub=other, offer__stands_for=None, year__gte=first))


def _take_places(hub: Hub, other: Hub, first: int) -> None:
    """Places and targets add up where both hubs have some."""
    for row in HubOffer.objects.filter(hub=hub, offer__year__gte=first).order_by("pk"):
        mine = HubOffer.objects.filter(hub=other, offer=row.offer_id).first()
        if mine is None:
            mine = HubOffer(hub=other, offer_id=row.offer_id)
        mine.places = _places(row, mine)
        mine.names_by = max((day for day in (row.names_by, mine.names_by) if day), default=None)
        mine.kept_by_id = mine.kept_by_id or row.kept_by_id
        row.delete()
        mine.save()
    for target in Target.objects.filter(hub=hub, offer__year__gte=first).order_by("pk"):
        there = Target.objects.filter(hub=other, offer=target.offer_id)
        most = min(MOST_PLACES, target.schools + sum(there.values_list("schools", flat=True)))
        if there.update(schools=most):
            target.delete()
        else:
            Target.objects.filter(pk=target.pk).update(hub=other)


def _places(row: HubOffer, mine: HubOffer) -> int | None:
    """Of both hubs; where one has said no number its target counts. None where neither has said one."""
    if row.places is None and mine.places is None:
        return None
    known = [_target(one) if one.places is None else one.places for one in (row, mine)]
    return min(MOST_PLACES, sum(number for number in known if number is not None))


def _target(row: HubOffer) -> int | None:
    return Target.objects.filter(hub=row.hub_id, offer=row.offer_id).values_list("schools", flat=True).first()
