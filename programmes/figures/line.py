"""What speaks for each of many schools that want the same places."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from programmes.models import Enrolment, PriorityListing
from programmes.models.coming import leads_on_to
from programmes.rules.priority import Claims
from schools.models import School
from schools.models.lines import ITS_OWN_OR_LATER
from schools.rules import year_label


class Wants(NamedTuple):
    """A school that wants a place: keys, and the numbers that stand with school and offer."""

    pk: int
    hub: int | None
    school: int
    offer: int | None
    fsm: Decimal | None
    fsm_from: int | None
    became: int | None


# Where the values of Wants are read from an interest.
WANTS = ("pk", "hub", "school", "offer", "school__fsm_percent", "offer__priority_fsm", "school__succeeded_by")


def claims_of(wanting: Sequence[Wants]) -> dict[int, Claims]:
    """What speaks for each, by the key of its interest; two queries for all."""
    if not wanting:
        return {}
    schools = {one.school for one in wanting}
    listed = PriorityListing.objects.filter(hub__in={one.hub for one in wanting if one.hub}, school__in=schools)
    listings = {(hub, school): reason for hub, school, reason in listed.values_list("hub", "school", "reason")}
    before = _before(wanting)
    return {
        one.pk: Claims(
            listed=listings.get((one.hub or 0, one.school)),
            fsm=one.fsm,
            fsm_from=one.fsm_from,
            before=sorted(before[one.school, one.offer]),
        )
        for one in wanting
    }


def _before(wanting: Sequence[Wants]) -> dict[tuple[int, int | None], set[str]]:
    """What each school comes from of the phases that each offer gives priority for, in words."""
    became: dict[int, set[int]] = defaultdict(set)
    for one in wanting:
        if one.became is not None:
            became[one.became].add(one.school)
    # One filter, so that the year is that of the offer, not of any that gives priority for the phase.
    came = Enrolment.objects.filter(
        leads_on_to(F("offer__phase__priority_in__year")),
        school__in=School.objects.line_of({one.school for one in wanting}, became, lookup="in"),
        offer__phase__priority_in__in={one.offer for one in wanting if one.offer},
    )
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    for offer, phase, how, year, *line in came.values_list(
        "offer__phase__priority_in", "offer__phase__name", "status", "offer__year", *ITS_OWN_OR_LATER
    ):
        words = f"Completed {phase}" if how == Enrolment.Status.COMPLETED else f"In {phase} {year_label(year)}"
        for school in {*line, *became.get(line[0], ())}:
            found[school, offer].add(words)
    return found
