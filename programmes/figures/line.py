"""What speaks for each of many schools that want the same places."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from programmes.models import Enrolment, PriorityListing
from programmes.rules.priority import Claims


class Wants(NamedTuple):
    """A school that wants a place: keys, and the numbers that stand with school and offer."""

    pk: int
    hub: int | None
    school: int
    offer: int | None
    fsm: Decimal | None
    fsm_from: int | None


# Where the values of Wants are read from an interest.
WANTS = ("pk", "hub", "school", "offer", "school__fsm_percent", "offer__priority_fsm")


def claims_of(wanting: Sequence[Wants]) -> dict[int, Claims]:
    """What speaks for each, by the key of its interest; two queries for all."""
    if not wanting:
        return {}
    schools = {one.school for one in wanting}
    listed = PriorityListing.objects.filter(hub__in={one.hub for one in wanting if one.hub}, school__in=schools)
    listings = {(hub, school): reason for hub, school, reason in listed.values_list("hub", "school", "reason")}
    finished = _finished(schools, {one.offer for one in wanting if one.offer})
    return {
        one.pk: Claims(
            listed=listings.get((one.hub or 0, one.school)),
            fsm=one.fsm,
            fsm_from=one.fsm_from,
            finished=sorted(finished[one.school, one.offer]),
        )
        for one in wanting
    }


def _finished(schools: set[int], offers: set[int]) -> dict[tuple[int, int | None], set[str]]:
    """The phases that each school, or the one that it follows, completed and that each offer gives priority for."""
    own = Q(school__in=schools) | Q(school__succeeded_by__in=schools)
    done = Enrolment.objects.filter(own, person=None, status=Enrolment.Status.COMPLETED)
    done = done.filter(offer__phase__priority_in__in=offers)
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    for school, after, offer, phase in done.values_list(
        "school", "school__succeeded_by", "offer__phase__priority_in", "offer__phase__name"
    ):
        found[school, offer].add(phase)
        if after:
            found[after, offer].add(phase)
    return found
