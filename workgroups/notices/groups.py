"""What is written about a group that is given up: one e-mail to everybody, with the dates that they had."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import person_recipient, to_each
from workgroups.models import Group
from workgroups.notices.meetings import everybody, load_groups
from workgroups.notices.recipients import News, beside, of_school

# The sweep looks at groups that were given up no longer ago than this.
LOOK_BACK = timedelta(days=30)


def cancelled(group: Group) -> Sequence[Desired]:
    """Everybody who had been sent a date that falls away hears of it once, until the last of them has passed."""
    at = group.cancelled_at
    if group.status != Group.Status.CANCELLED or group.started_at is None or at is None:
        return []
    day = at.astimezone(clock.LONDON).date()
    # Of the day itself, so whoever took part until it; who is entered afterwards never had a date of it.
    news = News(at, [day], is_over=True)
    fallen = [(one, fallen_for(group, one.key)) for one in everybody(group, day, at, news)]
    return [
        desired
        for one, dates in fallen
        if dates
        for desired in to_each([one], f"group-cancelled@{day}", at, dates[-1][0])
    ]


def fallen_for(group: Group, key: str) -> list[tuple[datetime, str]]:
    """The dates that somebody had and that fell away with a group, soonest first; reads what ``load_groups`` loads."""
    at = group.cancelled_at
    dates = [
        (one.was_at, "meeting")
        for one in group.gone_meetings  # type: ignore[attr-defined]
        if one.changed_at == at and one.was_at > at and key not in one.untold
    ]
    hears = _hears_of_visits(group, key)
    dates += [
        (one.was_at, f"visit to {hears[one.place_id]}")
        for one in group.gone_visits  # type: ignore[attr-defined]
        if one.changed_at == at and one.was_at > at and one.place_id in hears
    ]
    return sorted(dates)


def _hears_of_visits(group: Group, key: str) -> dict[int, str]:
    """The places of whose visits somebody was told, with the school's name: their own, all for who leads."""
    at = group.cancelled_at
    if at is None:
        return {}
    day = at.astimezone(clock.LONDON).date()
    leads = key in {person_recipient(one).key for one in (group.leader.person, *beside(group, day))}
    return {
        place.pk: place.enrolment.school.name
        for place in group.places.all()
        if leads or key in {one.key for one in of_school(place, place.enrolment.school, day)}
    }


def _context(group: Group, notice: Notice) -> dict[str, Any]:
    return {
        "group": group,
        "offer": group.offer,
        "leader": group.leader.person,
        "is_leader": notice.recipient == person_recipient(group.leader.person).key,
        "dates": fallen_for(group, notice.recipient),
        "page_url": reverse("workgroups:group-detail", args=[group.pk]),
    }


def _live(groups: QuerySet[Group], now: datetime) -> QuerySet[Group]:
    return groups.filter(status=Group.Status.CANCELLED, cancelled_at__gt=now - LOOK_BACK)


KINDS: list[Kind] = [
    Kind(
        key="group_cancelled",
        label="Group cancelled",
        model="workgroups.Group",
        template="workgroups/emails/group_cancelled.txt",
        desired=cancelled,
        load=load_groups,
        live=_live,
        context=_context,
        reply_to=lambda group: group.hub.answered_at(),
        reply_also=lambda group: [group.leader.person.email],
    ),
]
