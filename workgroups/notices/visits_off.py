"""What is written about the visits of a school that has left its group: one e-mail to each, with all that fall away.

Who hears of them is who would have heard of each: of one at least.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from hubportal.core.models import Notice
from hubportal.core.notices import Desired
from hubportal.core.telling import Recipient, to_each
from workgroups.models import Place, Visit
from workgroups.notices import visits
from workgroups.notices.recipients import kind_of_group

# The sweep looks at schools that left no longer ago than this.
LOOK_BACK = timedelta(days=14)


def _load() -> QuerySet[Place]:
    """Places with their visits that were booked and fell away, and all that is read of these."""
    gone = visits.load().filter(status=Visit.Status.CANCELLED, was_at__isnull=False).order_by("was_at", "pk")
    places = Place.objects.select_related(
        "group__hub", "group__leader__person", "enrolment__school", "enrolment__person"
    )
    return places.prefetch_related(Prefetch("visits", queryset=gone, to_attr="gone_visits"))


def _live(places: QuerySet[Place], now: datetime) -> QuerySet[Place]:
    return places.filter(left_on__gte=(now - LOOK_BACK).date(), visits__was_at__isnull=False).distinct()


def _heard_by(place: Place) -> dict[Recipient, list[Visit]]:
    """The visits that fell away with a place, soonest first, by whom they are told to."""
    found: dict[Recipient, list[Visit]] = defaultdict(list)
    for visit in place.gone_visits:  # type: ignore[attr-defined]
        if visits.fell_with_place(visit):
            for one in visits.told_of_cancelling(visit):
                found[one].append(visit)
    return found


def cancelled(place: Place) -> Sequence[Desired]:
    """Once for all visits, as soon as the school has left, until the last of them has passed."""
    return [
        desired
        for one, gone in _heard_by(place).items()
        for desired in to_each(
            [one],
            f"visits-off@{place.left_on}",
            max(visit.changed_at for visit in gone if visit.changed_at),
            max(visit.was_at for visit in gone if visit.was_at),
        )
    ]


def _context(place: Place, notice: Notice) -> dict[str, Any]:
    heard = {one.key: gone for one, gone in _heard_by(place).items()}
    gone = heard.get(notice.recipient, [])
    return {
        "group": place.group,
        "who": place.enrolment.who,
        "school": place.enrolment.school,
        "leader": place.group.leader.person,
        "visits": [(visit, visits.visitor_then(visit)) for visit in gone],
        "leads": any(visits.leads(visit, notice) for visit in gone),
        "page_url": reverse("workgroups:group-schools", args=[place.group_id]),
    }


KINDS = [
    kind_of_group(
        "visits_cancelled",
        "Visits of a school that left cancelled",
        "Place",
        lambda place: place.group.leader,
        desired=cancelled,
        load=_load,
        live=_live,
        context=_context,
        is_news=True,
    )
]
