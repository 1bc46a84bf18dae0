"""What speaks for each of many schools that want the same places."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Q

from programmes.models import Enrolment, PriorityListing
from programmes.rules.priority import Claims
from schools.rules import year_label


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
    before = _before(schools, {one.offer for one in wanting if one.offer})
    return {
        one.pk: Claims(
            listed=listings.get((one.hub or 0, one.school)),
            fsm=one.fsm,
            fsm_from=one.fsm_from,
            before=sorted(before[one.school, one.offer]),
        )
        for one in wanting
    }


def _before(schools: set[int], offers: set[int]) -> dict[tuple[int, int | None], set[str]]:
    """What each school, or the one that it follows, has done of what each offer gives priority for, or does before."""
    own = Q(school__in=schools) | Q(school__succeeded_by__in=schools)
    status, year = Enrolment.Status, F("offer__phase__priority_in__year")
    takes_part = Q(status__in=(status.ACCEPTED, status.ACTIVE), offer__year__lt=year)
    came = Enrolment.objects.filter(own, person=None, offer__phase__priority_in__in=offers)
    came = came.filter(takes_part | Q(status=status.COMPLETED))
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    for school, after, offer, phase, how, of_year in came.values_list(
        "school", "school__succeeded_by", "offer__phase__priority_in", "offer__phase__name", "status", "offer__year"
    ):
        words = f"Completed {phase}" if how == status.COMPLETED else f"In {phase} {year_label(of_year)}"
        found[school, offer].add(words)
        if after:
            found[after, offer].add(words)
    return found
