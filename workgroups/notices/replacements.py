"""What is written of a replacement: to whoever is replaced, and to who leads the groups; and where it is taken back.

A teacher hears of their place by ``teachers``, who leads a group of its change by ``leaders``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import each_address_once, news_to_each, person_recipient
from workgroups.models import Replacement, ReplacementNews, ReplacementPart

# News that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)
News = ReplacementNews.News
A_DAY = timedelta(days=1)


def _load() -> QuerySet[ReplacementNews]:
    return ReplacementNews.objects.select_related(
        "person", "replacement__person", "replacement__successor", "replacement__hub"
    )


def _live(rows: QuerySet[ReplacementNews], now: datetime) -> QuerySet[ReplacementNews]:
    return rows.filter(news_at__gt=now - SWEPT_FOR)


def _desired(row: ReplacementNews) -> Sequence[Desired]:
    is_taken_back = row.replacement.status == Replacement.Status.TAKEN_BACK
    if row.news_at is None or row.news != (News.STAYS if is_taken_back else News.PASSES):
        return []
    people = each_address_once([person_recipient(row.person)])
    return news_to_each(people, f"{row.news}@{row.news_at.isoformat()}", row.news_at)


def _context(row: ReplacementNews, notice: Notice) -> dict[str, Any]:
    change = row.replacement
    last = change.from_on - A_DAY
    return {
        "change": change,
        "what": row.what,
        "leaver": change.person,
        "to": change.successor,
        "hub": change.hub,
        "is_leaver": row.person_id == change.person_id,
        "is_successor": row.person_id == change.successor_id,
        "is_taken_back": notice.occurrence.startswith(News.STAYS),
        "last": last,
        # On the very day on which it began: then it was held on no whole day, and none is the last.
        "has_no_day": change.parts.filter(kind=ReplacementPart.Kind.ROLE, was__has_key="starts_on").exists(),
        "is_over": last < clock.day_of(notice.sent_at or clock.now()),
        "portal": settings.PORTAL_NAME,
    }


def _answered_at(row: ReplacementNews) -> str:
    hub = row.replacement.hub
    return hub.answered_at() if hub else ""


KINDS: list[Kind] = [
    Kind(
        key=ReplacementNews.KIND,
        label="Replacement",
        model="workgroups.ReplacementNews",
        template="workgroups/emails/replacement_news.txt",
        desired=_desired,
        load=_load,
        live=_live,
        context=_context,
        thread=lambda row: row.person,
        owner_id=lambda row: row.replacement.hub_id,
        reply_to=_answered_at,
        is_news=True,
    )
]
