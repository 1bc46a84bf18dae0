"""What is written about a change of leader: to all whom the group told who leads it; and where it is taken back."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired
from hubportal.core.telling import Recipient, person_recipient, to_each
from workgroups.models import CoLeader, LeaderChange, Meeting, Visit
from workgroups.notices.meetings import told_places
from workgroups.notices.recipients import News, each_once, is_known, kind_of_group, of_school, own_places, visits_to

# People who have not heard of it by then read on every reminder who leads the meeting.
WORTH_TELLING = timedelta(days=14)
Status = LeaderChange.Status


def load() -> QuerySet[LeaderChange]:
    """Changes with their group, whom it tells, its meetings and visits to come, and its other changes."""
    meetings = Meeting.objects.filter(status=Meeting.Status.PLANNED).select_related("host").order_by("starts_at", "pk")
    to_come = Visit.objects.standing().exclude(status=Visit.Status.DONE)
    return LeaderChange.objects.select_related(
        "group__offer", "group__hub", "leader__person", "was__person"
    ).prefetch_related(
        Prefetch("group__places", queryset=told_places()),
        Prefetch("group__co_leaders", queryset=CoLeader.objects.standing()),
        Prefetch("group__meetings", queryset=meetings),
        Prefetch("group__visits", queryset=to_come.only("group", "place")),
        "group__leader_changes",
    )


def _live(changes: QuerySet[LeaderChange], now: datetime) -> QuerySet[LeaderChange]:
    since = now - 2 * WORTH_TELLING
    return changes.filter(Q(from_on__gte=since.date()) | Q(made_at__gte=since))


def _schools(change: LeaderChange, at: datetime) -> list[Recipient]:
    """Teachers, heads, maths leads and offices, where the group had told them of its dates by a moment.

    Who has left by its first day hears nothing of it; who comes until then, and has the dates already, does.
    """
    group, known_on = change.group, clock.day_of(at)
    if group.started_at is None or group.started_at > at:
        return []
    day = max(change.from_on, known_on)
    news = News(at=at, days=[day])
    held = [place for place in group.places.all() if place.left_on is None or place.left_on > day]
    found = []
    for place in [one for one in held if is_known(one.entered_at, at)]:
        then = {one.key for one in of_school(place, place.enrolment.school, day, news)}
        found += [one for one in of_school(place, place.enrolment.school, known_on, news) if one.key in then]
    return found


def _beside(change: LeaderChange, at: datetime) -> list[Recipient]:
    """Who leads the group beside its leader by then, and knew so by a moment."""
    day = max(change.from_on, clock.day_of(at))
    known = [one for one in change.group.co_leaders.all() if is_known(one.made_at, at)]
    return [person_recipient(one.leader.person) for one in known if one.until is None or one.until >= day]


def _told(change: LeaderChange) -> list[Recipient]:
    """All who were told who leads it but the two leaders; not those whose e-mail with the dates says it."""
    leaders = {person_recipient(one.person).key for one in (change.leader, change.was)}
    but = leaders | set(change.untold)
    return [one for one in _known(change, change.made_at) if one.key not in but]


def not_reached(change: LeaderChange, reached: Collection[str]) -> set[str]:
    """Who would be told of a change as things stand, and has not been: they may have been about to leave then, and
    stay now. Of the end of cover all have heard with the cover.
    """
    if _ends_cover(change):
        return set()
    both = {person_recipient(one.person).key for one in (change.leader, change.was)}
    return ({one.key for one in _told(change)} | both) - set(reached)


def _known(change: LeaderChange, at: datetime) -> list[Recipient]:
    """Everybody of the group, as far as known by a moment, but those who lead it alone."""
    return each_once([*_schools(change, at), *_beside(change, at)])


def _ends_cover(change: LeaderChange) -> bool:
    """Whether it only ends cover: the e-mail about that has said when, and none since that the cover goes on."""
    both = (change.leader_id, change.was_id)
    before = [one for one in change.group.leader_changes.all() if one.pk < change.pk]
    cover = [one for one in before if (one.was_id, one.leader_id) == both and one.back_on == change.from_on]
    ends = [one for one in before if (one.leader_id, one.was_id) == both and one.from_on == change.from_on]
    said = [one.pk for one in cover if one.status == Status.DONE]
    taken_back = [one.pk for one in ends if one.status == Status.TAKEN_BACK]
    return bool(said) and max(said) > max(taken_back, default=0)


def _each(people: Sequence[Recipient], occurrence: str, due_at: datetime, from_on: date) -> list[Desired]:
    return to_each(people, occurrence, due_at, max(clock.at_london(from_on), due_at) + WORTH_TELLING)


def changed(change: LeaderChange) -> Sequence[Desired]:
    """The new leader and all who know of the old one hear of it once, as soon as it is decided."""
    if change.status == Status.TAKEN_BACK or not change.group.is_open:
        return []
    others = [] if _ends_cover(change) else _told(change)
    people = [person_recipient(change.leader.person), *others]
    return _each(people, f"leader@{change.from_on}", change.made_at, change.from_on)


def replaced(change: LeaderChange) -> Sequence[Desired]:
    """Who led the group until then hears of it once, as soon as it is decided."""
    if change.status == Status.TAKEN_BACK or not change.group.is_open:
        return []
    return _each([person_recipient(change.was.person)], f"replaced@{change.from_on}", change.made_at, change.from_on)


def taken_back(change: LeaderChange) -> Sequence[Desired]:
    """Those who had heard of the change, or read of it with all dates since, hear that all stays as it is."""
    if change.status != Status.TAKEN_BACK or change.ended_at is None or not change.group.is_open:
        return []
    leaders = [person_recipient(one.person) for one in (change.leader, change.was)]
    told = [*(one for one in leaders if one.key not in change.untold), *_told(change)]
    told += [one for one in _known(change, change.ended_at) if one.key in change.read_with_dates]
    return _each(each_once(told), f"stays@{change.from_on}", change.ended_at, change.from_on)


def _is_back(change: LeaderChange) -> bool:
    """Whether it takes back another, of the same day and the same two."""
    back = (change.from_on, change.leader_id, change.was_id)
    before = [one for one in change.group.leader_changes.all() if one.pk < change.pk]
    return any((one.from_on, one.was_id, one.leader_id) == back for one in before)


def _context(change: LeaderChange, notice: Notice) -> dict[str, Any]:
    by_side = {one.key for one in _beside(change, change.made_at)}
    own = own_places(change.group, notice.recipient)
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
        "is_leader": notice.recipient == person_recipient(change.leader.person).key,
        "is_was": notice.recipient == person_recipient(change.was.person).key,
        "is_visited": notice.recipient not in by_side and bool(visits_to(change.group, own)),
        "tells_others": bool(_schools(change, change.made_at)),
        "is_later": change.from_on > made_on,
        "is_back": _is_back(change),
        # Whose time with the hub is over by then; and whoever led it before that day has visits of their own.
        "was_until": until if until is not None and until < begins_on else None,
        "may_log": until is None or until >= made_on,
        "led_before": change.was.starts_on < change.from_on,
        # Whoever became one by what was taken back.
        "is_no_leader": change.leader.ends_on is not None and change.leader.ends_on < clock.today(),
        "is_since": change.from_on < made_on,
        "next_meeting": ahead[0] if ahead else None,
        "meetings": ahead,
        "page_url": reverse("workgroups:group-detail", args=[change.group_id]),
    }


HOW = {"load": load, "live": _live, "context": _context, "is_news": True}
KINDS = [
    kind_of_group("leader_changed", "Leader changed", "LeaderChange", attrgetter("leader"), desired=changed, **HOW),
    kind_of_group("leader_replaced", "Leader replaced", "LeaderChange", attrgetter("leader"), desired=replaced, **HOW),
    kind_of_group(
        "leader_stays", "Change of leader taken back", "LeaderChange", attrgetter("was"), desired=taken_back, **HOW
    ),
]
