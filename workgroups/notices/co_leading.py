"""What the leader of a group hears of who leads it beside them; who does has all dates, which say so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired
from hubportal.core.telling import Recipient, news_to_each, person_recipient, to_each
from workgroups.models import CoLeader, Group, LeaderChange, leader_at
from workgroups.notices.recipients import each_once, kind_of_group

A_DAY = timedelta(days=1)


def load() -> QuerySet[CoLeader]:
    """Who leads beside, with the group and who led it when that was said."""
    linked = CoLeader.objects.select_related("group__offer", "group__hub", "group__leader__person", "leader__person")
    return linked.prefetch_related(Prefetch("group__leader_changes", queryset=LeaderChange.objects.standing()))


def leads_beside(one: CoLeader) -> Sequence[Desired]:
    """Whoever led the group when it was said hears once, at once, who leads it beside them and from when."""
    at = one.made_at
    if at is None or not one.group.is_open or not one.has_days:
        return []
    until = at + WORTH_KNOWING
    if one.until is not None:
        until = min(until, clock.at_london(one.until + A_DAY, 0))
    return to_each([_leader_at(one, at)], f"beside@{one.since}", at, until)


def beside_changed(one: CoLeader) -> Sequence[Desired]:
    """Whoever was told who leads beside whom hears once, at once, where that ends on another day, or never begins."""
    at = one.changed_at
    # Whoever leads the group by now goes on with it.
    if at is None or not one.group.is_open or one.leader_id == one.group.leader_id:
        return []
    both = (_leader_at(one, at), person_recipient(one.leader.person))
    told = each_once(each for each in both if each.key in one.told)
    return news_to_each(told, f"until-{at:%y%m%d%H%M%S}@{one.until or one.since}", at)


def _leader_at(one: CoLeader, at: datetime) -> Recipient:
    return person_recipient(leader_at(one.group, at).person)


def _live(rows: QuerySet[CoLeader], now: datetime) -> QuerySet[CoLeader]:
    since = now - WORTH_KNOWING
    return rows.filter(Q(made_at__gt=since) | Q(changed_at__gt=since), group__status__in=Group.OPEN)


def _context(one: CoLeader, notice: Notice) -> dict[str, Any]:
    made_on = clock.day_of(notice.due_at)
    return {
        "one": one,
        "group": one.group,
        "offer": one.group.offer,
        "leader": one.leader.person,
        "is_later": one.since > made_on,
        # It ended before anybody was told so.
        "is_over": one.until is not None and one.until < made_on,
        "is_them": notice.recipient == person_recipient(one.leader.person).key,
        "page_url": reverse("workgroups:group-detail", args=[one.group_id]),
    }


HOW = {"load": load, "live": _live, "context": _context, "is_news": True}
KINDS = [
    kind_of_group(
        "leads_beside", "Somebody leads beside", "CoLeader", attrgetter("leader"), desired=leads_beside, **HOW
    ),
    kind_of_group(
        "beside_changed",
        "Change of who leads beside",
        "CoLeader",
        attrgetter("group.leader"),
        desired=beside_changed,
        **HOW,
    ),
]
