"""What whoever leads a group hears of a school of it that pauses, takes part again, or leaves for good."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from programmes.models import Enrolment
from programmes.notices.enrolments import is_told, live
from workgroups.models import CoLeader, Group, LeaderChange, Place, leader_at
from workgroups.notices.recipients import beside, each_once, person_recipient, to_each


def _load() -> QuerySet[Enrolment]:
    """Enrolments with their places, and whoever leads the groups of these."""
    groups = Group.objects.select_related("leader__person", "hub").prefetch_related(
        Prefetch("co_leaders", queryset=CoLeader.objects.select_related("leader__person")),
        Prefetch("leader_changes", queryset=LeaderChange.objects.standing()),
    )
    places = Place.objects.prefetch_related(Prefetch("group", queryset=groups)).order_by("pk")
    enrolments = Enrolment.objects.with_hosting(clock.now()).select_related(
        "school", "person", "offer", "hub", "gave_way_to"
    )
    return enrolments.prefetch_related(Prefetch("places", queryset=places))


def _place(enrolment: Enrolment) -> Place | None:
    """The place that the news is about, in a group that goes on: not one that the school had left before."""
    rows: list[Place] = list(enrolment.places.all())
    place = rows[-1] if rows else None
    if place is None or enrolment.news_at is None or not place.group.is_open:
        return None
    is_back = enrolment.news == Enrolment.News.RESUMED
    return place if is_back or place.left_on is None or place.left_on >= clock.day_of(enrolment.news_at) else None


def left_or_back(enrolment: Enrolment) -> Sequence[Desired]:
    """Whoever leads the group on the day hears of it once, alone or beside its leader."""
    at, place = enrolment.news_at, _place(enrolment)
    if at is None or place is None or not is_told(enrolment):
        return []
    leading = [leader_at(place.group, at).person, *beside(place.group, clock.day_of(at))]
    occurrence = f"{enrolment.news}@{at.isoformat()}"
    return to_each(each_once(map(person_recipient, leading)), occurrence, at, at + WORTH_KNOWING)


def _context(enrolment: Enrolment, _notice: Notice) -> dict[str, Any]:
    place = _place(enrolment)
    group = place.group if place else None
    url = reverse("workgroups:group-schools", args=[group.pk]) if group else ""
    hosting = enrolment.hosting(clock.now())
    return {"enrolment": enrolment, "place": place, "group": group, "page_url": url, "hosting": hosting}


def _live(rows: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    return live(rows, now).filter(places__group__status__in=Group.OPEN).distinct()


def _thread(enrolment: Enrolment) -> Any:
    place = _place(enrolment)
    return place.group if place else enrolment


KINDS: list[Kind] = [
    Kind(
        key="place_changed",
        label="School of a group paused, taken up again or withdrawn",
        model="programmes.Enrolment",
        template="workgroups/emails/place_changed.txt",
        desired=left_or_back,
        load=_load,
        live=_live,
        context=_context,
        thread=_thread,
        reply_to=lambda enrolment: enrolment.hub.answered_at(),
        is_news=True,
    )
]
