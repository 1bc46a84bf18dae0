"""What the leader of a group hears of who leads it beside them; who does has all dates, which say so."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired
from hubportal.core.telling import Recipient, person_recipient, to_each
from workgroups.models import CoLeader, Group, LeaderChange, leader_at
from workgroups.notices.recipients import kind_of_group


def load() -> QuerySet[CoLeader]:
    """Who leads beside, with the group and who led it when that was said."""
    linked = CoLeader.objects.select_related("group__offer", "group__hub", "group__leader__person", "leader__person")
    return linked.prefetch_related(Prefetch("group__leader_changes", queryset=LeaderChange.objects.standing()))


def leads_beside(one: CoLeader) -> Sequence[Desired]:
    """Whoever led the group when it was said hears once, at once, who leads it beside them and from when."""
    at = one.made_at
    if at is None or not one.group.is_open:
        return []
    return to_each([_told(one)], f"beside@{one.since}", at, at + WORTH_KNOWING)


def _told(one: CoLeader) -> Recipient:
    return person_recipient(leader_at(one.group, one.made_at or clock.now()).person)


def _live(rows: QuerySet[CoLeader], now: datetime) -> QuerySet[CoLeader]:
    return rows.filter(made_at__gt=now - WORTH_KNOWING, group__status__in=Group.OPEN)


def _context(one: CoLeader, _notice: Notice) -> dict[str, Any]:
    made_on = clock.day_of(one.made_at) if one.made_at else one.since
    return {
        "one": one,
        "group": one.group,
        "offer": one.group.offer,
        "leader": one.leader.person,
        "is_later": one.since > made_on,
        "page_url": reverse("workgroups:group-detail", args=[one.group_id]),
    }


KINDS = [
    kind_of_group(
        "leads_beside",
        "Somebody leads beside",
        "CoLeader",
        attrgetter("leader"),
        desired=leads_beside,
        load=load,
        live=_live,
        context=_context,
        is_news=True,
    )
]
