"""What whoever leads a group hears of a school of it that pauses, takes part again, or leaves for good."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import Recipient, person_recipient, to_each
from programmes.models import Enrolment
from programmes.notices import merged
from programmes.notices.enrolments import is_told, live
from workgroups.models import CoLeader, Group, LeaderChange, Place, leader_at
from workgroups.notices.recipients import beside, each_once

# Where what goes on after a merger is: at what the school became, or at itself.
BECAME = ("school__enrolments__", "school__succeeded_by__enrolments__")


def _load() -> QuerySet[Enrolment]:
    """Enrolments with their places, and whoever leads the groups of these; so what goes on after a merger."""
    groups = Group.objects.select_related("leader__person", "hub").prefetch_related(
        Prefetch("co_leaders", queryset=CoLeader.objects.standing()),
        Prefetch("leader_changes", queryset=LeaderChange.objects.standing()),
    )
    places = Place.objects.prefetch_related(Prefetch("group", queryset=groups)).order_by("pk")
    of_each = [Prefetch(f"{of}places", queryset=places) for of in ("", *BECAME)]
    enrolments = merged.load().select_related("person").with_hosting(clock.now())
    return enrolments.prefetch_related(*of_each)


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
    occurrence = f"{enrolment.news}@{at.isoformat()}"
    return to_each(_leading(place, at), occurrence, at, at + WORTH_KNOWING)


def _goes_on(enrolment: Enrolment) -> Place | None:
    """The place of what goes on instead of an enrolment that ended with a merger."""
    goes_on = merged.goes_on_of(enrolment)
    held = [one for one in goes_on.places.all() if one.left_on is None and one.group.is_open] if goes_on else []
    return held[0] if held else None


def goes_on(enrolment: Enrolment) -> Sequence[Desired]:
    """Whoever leads the group of what goes on hears so once; not where the news of the other place says it there."""
    at, place, ended = enrolment.news_at, _goes_on(enrolment), _place(enrolment)
    if at is None or place is None or not is_told(enrolment):
        return []
    if ended is not None and ended.group_id == place.group_id:
        return []
    return to_each(_leading(place, at), f"goes-on@{at.isoformat()}", at, at + WORTH_KNOWING)


def _leading(place: Place, at: datetime) -> list[Recipient]:
    leading = [leader_at(place.group, at).person, *beside(place.group, clock.day_of(at))]
    return each_once(map(person_recipient, leading))


def _goes_on_context(enrolment: Enrolment, _notice: Notice) -> dict[str, Any]:
    place, became = _goes_on(enrolment), enrolment.school.succeeded_by or enrolment.school
    group = place.group if place else None
    url = reverse("workgroups:group-schools", args=[group.pk]) if group else ""
    return {"enrolment": enrolment, "became": became, "place": place, "group": group, "page_url": url}


def _context(enrolment: Enrolment, _notice: Notice) -> dict[str, Any]:
    place, going_on = _place(enrolment), _goes_on(enrolment)
    group = place.group if place else None
    url = reverse("workgroups:group-schools", args=[group.pk]) if group else ""
    is_here = going_on is not None and group is not None and going_on.group_id == group.pk
    return {
        "enrolment": enrolment,
        "place": place,
        "group": group,
        "goes_on_here": is_here,
        "became": enrolment.school.succeeded_by or enrolment.school,
        "hosting": enrolment.hosting(clock.now()),
        "page_url": url,
    }


def _live(rows: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    return live(rows, now).filter(places__group__status__in=Group.OPEN).distinct()


def _live_goes_on(rows: QuerySet[Enrolment], now: datetime) -> QuerySet[Enrolment]:
    return live(rows, now).filter(news=Enrolment.News.MERGED)


def _thread(enrolment: Enrolment) -> Any:
    place = _place(enrolment)
    return place.group if place else enrolment


def _goes_on_thread(enrolment: Enrolment) -> Any:
    place = _goes_on(enrolment)
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
        is_standing=True,
        usual=Enrolment.News.RESUMED,
    ),
    Kind(
        key="place_goes_on",
        label="School of a group became another",
        model="programmes.Enrolment",
        template="workgroups/emails/place_goes_on.txt",
        desired=goes_on,
        load=_load,
        live=_live_goes_on,
        context=_goes_on_context,
        thread=_goes_on_thread,
        reply_to=lambda enrolment: enrolment.hub.answered_at(),
        is_news=True,
    ),
]
