"""What a file of schools changed for a hub: one e-mail, however many schools came, went or closed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from hubportal.core.models import JournalEntry, Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.records import record_key
from hubportal.core.telling import news_to_each
from programmes.models import Enrolment, Interest
from schools.actions.reopening import OPEN_AGAIN
from schools.models import GiasImport, Hub, HubMove, School
from schools.notices.places import addresses, with_leads
from workgroups.models.changed import OPEN_ENROLMENT, OPEN_INTEREST


@dataclass(slots=True)
class News:
    """What a hub hears: schools that came and went, and what else is new of those at which it has something open.

    Of these, how many enrolments and applications are open at each: schools that closed, that are proposed to close,
    and that go on under another URN (with the name and URN that they had, and the URN).
    """

    came: list[HubMove] = field(default_factory=list)
    gone: list[HubMove] = field(default_factory=list)
    closed: list[tuple[School, int, int]] = field(default_factory=list)
    closing: list[tuple[School, int, int]] = field(default_factory=list)
    converted: list[tuple[School, int, int, str, str, int]] = field(default_factory=list)
    # What it had become, where it had: the hubs of both hear then, whatever is open.
    reopened: list[tuple[School, int, int, str]] = field(default_factory=list)


def news_of(record: GiasImport) -> dict[int, News]:
    """By hub, what an import changed for it."""
    found: dict[int, News] = {}
    for move in record.moves.select_related("school", "was", "hub").order_by("school__name", "pk"):
        if move.was_id is not None:
            found.setdefault(move.was_id, News()).gone.append(move)
        if move.hub_id is not None:
            found.setdefault(move.hub_id, News()).came.append(move)
    status = School.GiasStatus
    for hub, school, enrolled, applied in _worked_at(record.closed_schools, status.CLOSED):
        found.setdefault(hub, News()).closed.append((school, enrolled, applied))
    for hub, school, enrolled, applied in _worked_at(record.closing_schools, status.CLOSING):
        found.setdefault(hub, News()).closing.append((school, enrolled, applied))
    urns = {pk: (name, before, urn) for pk, name, before, urn in record.converted_schools}
    for hub, school, enrolled, applied in _worked_at(urns, *School.OPEN):
        found.setdefault(hub, News()).converted.append((school, enrolled, applied, *urns[school.pk]))
    for hub, what in _open_again(record):
        found.setdefault(hub, News()).reopened.append(what)
    return found


def _open_again(record: GiasImport) -> Iterator[tuple[int, tuple[School, int, int, str]]]:
    """Each school that an import opened again, with each hub that hears of it."""
    rows = School.objects.filter(pk__in=record.closed_schools, gias_status__in=School.OPEN).order_by("name", "pk")
    schools = {record_key(school): school for school in rows} if record.closed_schools else {}
    if not schools:
        return
    entries = JournalEntry.objects.filter(record__in=schools, what=OPEN_AGAIN, at__gte=record.started_at)
    heard: dict[str, dict[int | None, str]] = {key: {} for key in entries.values_list("record", flat=True)}
    for entry in entries.exclude(changed={}):
        heard[entry.record][entry.owner_id] = entry.changed["became"][0]
    enrolled = _open(Enrolment.objects.filter(status__in=OPEN_ENROLMENT), schools.values())
    applied = _open(Interest.objects.filter(status__in=OPEN_INTEREST), schools.values())
    for key, school in schools.items():
        if key in heard:
            became = next(iter(heard[key].values()), "")
            at_it = {hub for hub, place in (*enrolled, *applied) if place == school.pk}
            for hub in sorted(one for one in {*heard[key], *at_it} if one is not None):
                yield hub, (school, enrolled[hub, school.pk], applied[hub, school.pk], became)


def _worked_at(keys: Iterable[int], *statuses: int) -> Iterator[tuple[int, School, int, int]]:
    """Of schools that are still so, each hub with something open there, or at the successor, and how much there is."""
    rows = School.objects.filter(pk__in=list(keys), gias_status__in=statuses)
    schools = list(rows.select_related("succeeded_by", "trust").order_by("name", "pk"))
    enrolled = _open(Enrolment.objects.filter(status__in=OPEN_ENROLMENT), schools)
    applied = _open(Interest.objects.filter(status__in=OPEN_INTEREST), schools)
    for school in schools:
        at = {school.pk, school.succeeded_by_id}
        for hub in sorted({hub for hub, place in (*enrolled, *applied) if place in at and hub is not None}):
            yield hub, school, enrolled[hub, school.pk], applied[hub, school.pk]


def _open(rows: QuerySet[Any], schools: Iterable[School]) -> Counter[tuple[int | None, int]]:
    """How many of these each hub has at each of the schools, or at what these became."""
    keys = {pk for school in schools for pk in (school.pk, school.succeeded_by_id) if pk is not None}
    if not keys:
        return Counter()
    counted = rows.filter(school__in=keys).order_by().values_list("hub", "school").annotate(many=Count("pk"))
    return Counter({(hub, school): many for hub, school, many in counted})


def _told(record: GiasImport) -> Sequence[Desired]:
    """Each hub that it changed something for."""
    if record.is_dry_run or record.state != GiasImport.State.DONE:
        return []
    at, news = record.started_at, news_of(record)
    return [
        desired
        for hub in Hub.objects.filter(pk__in=news).prefetch_related(with_leads()).order_by("pk")
        for desired in news_to_each(addresses(hub), f"hub-{hub.pk}@{at.isoformat()}", at)
    ]


def _lately(records: QuerySet[GiasImport], now: datetime) -> QuerySet[GiasImport]:
    recent = records.filter(started_at__gt=now - WORTH_KNOWING, state=GiasImport.State.DONE, is_dry_run=False)
    others = ~Q(converted_schools=[]) | ~Q(closing_schools=[]) | ~Q(closed_schools=[])
    return recent.filter(Q(moves__isnull=False) | others).distinct()


def _context(record: GiasImport, notice: Notice) -> dict[str, Any]:
    hub = Hub.objects.get(pk=notice.occurrence.partition("@")[0].removeprefix("hub-"))
    news = news_of(record).get(hub.pk, News())
    return {
        "hub": hub,
        "news": news,
        "is_to_settle": any(enrolled or applied for _school, enrolled, applied in news.closed),
        "settle_url": settings.SITE_URL + reverse("workgroups:changed-list"),
        "url": settings.SITE_URL + hub.get_absolute_url(),
        "portal": settings.PORTAL_NAME,
    }


KINDS = [
    Kind(
        key="import_for_hub",
        label="Schools changed in the national register",
        model="schools.GiasImport",
        template="workgroups/emails/import_for_hub.txt",
        desired=_told,
        load=GiasImport.objects.all,
        live=_lately,
        context=_context,
        is_news=True,
    )
]
