"""What a teacher who leaves a place hears, once: that they no longer take part; and where they do after all, that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import each_address_once, news_to_each, person_recipient
from programmes.models import EnrolledTeacher, Enrolment, TeacherNews, has_one_of, turns_of
from programmes.models.same_programme import programme_at
from programmes.rules.turns import Turn
from schools.models import Role
from schools.rules import listed
from workgroups.models import Group, Meeting, Place
from workgroups.notices.recipients import TOLD

# News that the outbox lost is found again by the sweep within this time.
SWEPT_FOR = timedelta(days=14)
News = TeacherNews.News


def _load() -> QuerySet[TeacherNews]:
    """With ``goes_on``: whether they have a place of the same programme at the school on the day, or later."""
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    there = EnrolledTeacher.objects.alias(programme=programme_at("enrolment__offer")).exclude(
        enrolment__status__in=over
    )
    there = there.filter(
        programme=programme_at("enrolment__offer", outer=True), enrolment__school=OuterRef("enrolment__school")
    )
    meetings = Meeting.objects.standing().select_related("host").order_by("starts_at", "pk")
    places = Place.objects.select_related("group__leader").prefetch_related(Prefetch("group__meetings", meetings))
    return (
        TeacherNews.objects.select_related("person", "enrolment__offer", "enrolment__hub", "enrolment__school")
        .annotate(goes_on=has_one_of(there, since=OuterRef("from_on")))
        .prefetch_related(
            Prefetch("enrolment__places", places.order_by("pk")), "enrolment__teachers__turns", "enrolment__person"
        )
    )


def _live(rows: QuerySet[TeacherNews], now: datetime) -> QuerySet[TeacherNews]:
    return rows.filter(news_at__gt=now - SWEPT_FOR)


def _last_group(row: TeacherNews) -> Group | None:
    """That in which the enrolment has its place, or had it last."""
    places = list(row.enrolment.places.all())
    return places[-1].group if places else None


def _is_told_otherwise(row: TeacherNews) -> bool:
    """Whether the school has left, or its group was cancelled, while they still took part: they are told of that."""
    ended_on, group = row.enrolment.ended_on, _last_group(row)
    days = [ended_on if row.enrolment.has_ended else None]
    days.append(clock.day_of(group.cancelled_at) if group is not None and group.cancelled_at else None)
    return any(day is not None and day < row.from_on for day in days)


def _desired(row: TeacherNews) -> Sequence[Desired]:
    """As it stands: whoever goes on in a place is not told that they left, nor whoever has left that they are back."""
    is_back = row.news == News.BACK
    if not row.news or row.news_at is None or is_back != row.goes_on:  # type: ignore[attr-defined]
        return []
    if row.enrolment.has_ended if is_back else _is_told_otherwise(row):
        return []
    people = each_address_once([person_recipient(row.person)])
    return news_to_each(people, f"{row.news}@{row.news_at.isoformat()}", row.news_at)


def _context(row: TeacherNews, notice: Notice) -> dict[str, Any]:
    at = max(notice.due_at, notice.sent_at or clock.now())
    places = [place for place in row.enrolment.places.all() if place.left_on is None]
    group = next((place.group for place in places if place.group.status == Group.Status.RUNNING), None)
    turns = _turns_ahead(row, clock.day_of(at))
    first = min((turn.since or date.min for turn in turns), default=date.min)
    return {
        "row": row,
        "enrolment": row.enrolment,
        "hub": row.enrolment.hub,
        "group": group,
        "is_back": notice.occurrence.startswith(News.BACK),
        "is_later": row.from_on > clock.day_of(at),
        "still": listed(_still_told_as(row, group)),
        "since": first if first > clock.day_of(at) else None,
        "meetings": _ahead(group, turns, at) if group else [],
    }


def _turns_ahead(row: TeacherNews, day: date) -> list[Turn]:
    turns = [turn for place in row.enrolment.teachers.all() for turn in turns_of(place)]
    return [turn for turn in turns if turn.person == row.person_id and turn.meets(day)]


def _ahead(group: Group, turns: Sequence[Turn], at: datetime) -> list[Meeting]:
    ahead = [one for one in group.meetings.all() if one.starts_at > at]
    return [one for one in ahead if any(turn.covers(clock.day_of(one.starts_at)) for turn in turns)]


def _still_told_as(row: TeacherNews, group: Group | None) -> list[str]:
    """As what they hear of the dates all the same, in words."""
    held = Role.objects.filter(person=row.person_id, school=row.enrolment.school_id, kind__in=TOLD)
    found = [role.get_kind_display().lower() for role in held.current(row.from_on).order_by("kind", "pk")]
    leads = group is not None and group.leader.person_id == row.person_id
    return list(dict.fromkeys([*found, *(["leader of the group"] if leads else [])]))


KINDS: list[Kind] = [
    Kind(
        key=TeacherNews.KIND,
        label="Teacher no longer takes part, or does after all",
        model="programmes.TeacherNews",
        template="workgroups/emails/teacher_news.txt",
        desired=_desired,
        load=_load,
        live=_live,
        context=_context,
        thread=lambda row: row.enrolment,
        owner_id=lambda row: row.enrolment.hub_id,
        reply_to=lambda row: row.enrolment.hub.answered_at(),
        is_news=True,
    )
]
