"""What is written about a change of leader: to both leaders and to the teachers; and where it is taken back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired
from hubportal.core.telling import Recipient, person_recipient, to_each
from workgroups.models import LeaderChange, Meeting, Participant
from workgroups.notices.recipients import News, each_once, kind_of_group

# Teachers who have not heard of it by then read on every reminder who leads the meeting.
WORTH_TELLING = timedelta(days=14)
Status = LeaderChange.Status


def load() -> QuerySet[LeaderChange]:
    """Changes with their group, its teachers, its meetings and its other changes."""
    people = Participant.objects.select_related("person").order_by("pk")
    meetings = Meeting.objects.filter(status=Meeting.Status.PLANNED).select_related("host").order_by("starts_at", "pk")
    return LeaderChange.objects.select_related(
        "group__offer", "group__hub", "leader__person", "was__person"
    ).prefetch_related(
        Prefetch("group__places__participants", queryset=people),
        Prefetch("group__meetings", queryset=meetings),
        "group__leader_changes",
    )


def _live(changes: QuerySet[LeaderChange], now: datetime) -> QuerySet[LeaderChange]:
    since = now - 2 * WORTH_TELLING
    return changes.filter(Q(from_on__gte=since.date()) | Q(made_at__gte=since))


def _teachers(change: LeaderChange) -> list[Recipient]:
    """Those whom the new leader meets, where the group had told them of its dates before the change was made.

    Who has left by its first day hears nothing of it; who comes until then, and has the dates already, does.
    """
    group = change.group
    if group.started_at is None or group.started_at > change.made_at:
        return []
    day = max(change.from_on, clock.day_of(change.made_at))
    news = News(at=change.made_at, days=[day])
    held = [place for place in group.places.all() if place.left_on is None or place.left_on > day]
    rows = [row for place in held for row in place.participants.all()]
    there = [row for row in rows if row.until is None or row.until >= day]
    return [person_recipient(row.person) for row in there if news.is_for(row)]


def _each(people: Sequence[Recipient], occurrence: str, due_at: datetime, from_on: date) -> list[Desired]:
    return to_each(people, occurrence, due_at, max(clock.at_london(from_on), due_at) + WORTH_TELLING)


def changed(change: LeaderChange) -> Sequence[Desired]:
    """The new leader and the teachers hear of it once, as soon as it is decided."""
    if change.status == Status.TAKEN_BACK or not change.group.is_open:
        return []
    people = each_once([person_recipient(change.leader.person), *_teachers(change)])
    return _each(people, f"leader@{change.from_on}", change.made_at, change.from_on)


def replaced(change: LeaderChange) -> Sequence[Desired]:
    """Who led the group until then hears of it once, as soon as it is decided."""
    if change.status == Status.TAKEN_BACK or not change.group.is_open:
        return []
    return _each([person_recipient(change.was.person)], f"replaced@{change.from_on}", change.made_at, change.from_on)


def taken_back(change: LeaderChange) -> Sequence[Desired]:
    """Those who had heard of the change hear that all stays as it is."""
    if change.status != Status.TAKEN_BACK or change.ended_at is None or not change.group.is_open:
        return []
    leaders = (change.leader.person, change.was.person)
    people = each_once([*(person_recipient(person) for person in leaders), *_teachers(change)])
    told = [one for one in people if one.key not in change.untold]
    return _each(told, f"stays@{change.from_on}", change.ended_at, change.from_on)


def _is_back(change: LeaderChange) -> bool:
    """Whether it takes back another, of the same day and the same two."""
    back = (change.from_on, change.leader_id, change.was_id)
    before = [one for one in change.group.leader_changes.all() if one.pk < change.pk]
    return any((one.from_on, one.was_id, one.leader_id) == back for one in before)


def _context(change: LeaderChange, notice: Notice) -> dict[str, Any]:
    first, made_on = max(change.made_at, clock.at_london(change.from_on, 0)), clock.day_of(change.made_at)
    until, begins_on = change.was.ends_on, max(change.from_on, made_on)
    back_at = clock.at_london(change.back_on, 0) if change.back_on else None
    ahead = [one for one in change.group.meetings.all() if one.starts_at > first]
    ahead = [one for one in ahead if back_at is None or one.starts_at < back_at]  # of cover, those of its days
    return {
        "change": change,
        "group": change.group,
        "offer": change.group.offer,
        "leader": change.leader.person,
        "was": change.was.person,
        "is_leader": notice.recipient == f"person:{change.leader.person_id}",
        "is_was": notice.recipient == f"person:{change.was.person_id}",
        "tells_teachers": bool(_teachers(change)),
        "is_later": change.from_on > made_on,
        "is_back": _is_back(change),
        # Whose time with the hub is over by then; and whoever led it before that day has visits of their own.
        "was_until": until if until is not None and until < begins_on else None,
        "led_before": change.was.starts_on < change.from_on,
        # Whoever became one by what was taken back.
        "is_no_leader": change.leader.ends_on is not None and change.leader.ends_on < clock.today(),
        "is_since": change.from_on < made_on,
        "next_meeting": ahead[0] if ahead else None,
        "meetings": ahead,
        "page_url": reverse("workgroups:group-detail", args=[change.group_id]),
    }


HOW = {"load": load, "live": _live, "context": _context}
KINDS = [
    kind_of_group("leader_changed", "Leader changed", "LeaderChange", attrgetter("leader"), desired=changed, **HOW),
    kind_of_group("leader_replaced", "Leader replaced", "LeaderChange", attrgetter("leader"), desired=replaced, **HOW),
    kind_of_group(
        "leader_stays", "Change of leader taken back", "LeaderChange", attrgetter("was"), desired=taken_back, **HOW
    ),
]
