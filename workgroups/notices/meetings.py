"""What is written about meetings: reminders, added, moved, cancelled, brought back; and whom a group tells."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import Recipient, person_pk, person_recipient, to_each
from workgroups.models import Answer, CoLeader, Group, LeaderChange, Meeting, Participant, Place, Visit, leader_at
from workgroups.notices.links import answer_url
from workgroups.notices.recipients import (
    News,
    beside,
    each_once,
    is_known,
    kind_of_group,
    of_school,
    participants,
    schools_with_roles,
    staff_keys,
    teacher_hears,
    teacher_keys,
)
from workgroups.notices.reminding import Reminder, reminders_of, soon_words

REMIND_DAYS = (14, 2)
# The sweep looks at meetings that lie no further behind than this; nothing is due about older ones.
LOOK_BACK = timedelta(days=30)


def told_places() -> QuerySet[Place]:
    """Places with all that ``of_school`` reads of them."""
    return (
        Place.objects.select_related("enrolment__interest", "enrolment__offer")
        .prefetch_related(
            Prefetch("participants", queryset=participants()),
            Prefetch("enrolment__school", queryset=schools_with_roles()),
        )
        .order_by("pk")
    )


def load_groups() -> QuerySet[Group]:
    """Groups with their meetings and everybody who is told."""
    standing = Meeting.objects.standing().select_related("host").order_by("starts_at", "pk")
    return Group.objects.select_related("offer", "hub", "leader__person").prefetch_related(
        Prefetch("places", queryset=told_places()),
        Prefetch("places__enrolment__school__predecessors", queryset=schools_with_roles()),
        Prefetch("meetings", queryset=standing),
        Prefetch("visits", queryset=Visit.objects.standing().only("group", "place")),
        Prefetch("leader_changes", queryset=LeaderChange.objects.standing()),
        Prefetch("co_leaders", queryset=CoLeader.objects.standing()),
        # What fell away with the group, or before; both as they were told.
        Prefetch("meetings", queryset=_gone(Meeting.objects, Meeting.Status.CANCELLED), to_attr="gone_meetings"),
        Prefetch("visits", queryset=_gone(Visit.objects, Visit.Status.CANCELLED), to_attr="gone_visits"),
    )


def _gone(rows: Any, status: str) -> QuerySet[Any]:
    gone: QuerySet[Any] = rows.filter(status=status, was_at__isnull=False).order_by("was_at", "pk")
    return gone


def load_meetings() -> QuerySet[Meeting]:
    """Meetings with everybody who is told, and what they said."""
    return Meeting.objects.select_related(
        "group__offer", "group__hub", "group__leader__person", "host"
    ).prefetch_related(
        Prefetch("group__places", queryset=told_places()),
        Prefetch("group__leader_changes", queryset=LeaderChange.objects.standing()),
        Prefetch("group__co_leaders", queryset=CoLeader.objects.standing()),
        Prefetch("answers", queryset=Answer.objects.select_related("person").order_by("person__name", "pk")),
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.LONDON).date()


def _participants(meeting: Meeting) -> list[Participant]:
    """The participants on a meeting's day, those of schools that have closed left out."""
    day = _day(meeting.starts_at)
    places = [place for place in meeting.group.places.all() if not place.enrolment.school.has_closed]
    rows = [row for place in places for row in place.participants.all()]
    return [row for row in rows if row.since <= day and (row.until is None or row.until >= day)]


def _taking_part(meeting: Meeting) -> list[Recipient]:
    """The participants on a meeting's day, and who leads it."""
    leader = leader_at(meeting.group, meeting.starts_at).person
    leading = (leader, *beside(meeting.group, _day(meeting.starts_at)))
    teachers = [row.person for row in _participants(meeting) if teacher_hears(row)]
    return each_once(person_recipient(person) for person in (*teachers, *leading))


def _away(meeting: Meeting) -> list[Answer]:
    """What those said who do not come themselves: nothing of who no longer takes part."""
    there = {row.person_id for row in _participants(meeting)}
    answers = [one for one in meeting.answers.all() if one.person_id in there]
    return [one for one in answers if one.kind != Answer.Kind.COMING]


def everybody(group: Group, day: date, at: datetime, news: News | None = None) -> list[Recipient]:
    """Teachers, heads, maths leads and offices of the schools that hold a place on a day, and who leads.

    Of news about certain days, teachers are those who need it, and nobody who was entered after it became known: they
    have all dates as they then stood. Who leaves on the day is told only where the group is over: what was told
    before it ended.

    That is who led ``at`` a moment, and whoever was by then to take over later: they have the dates already. For
    whom that was decided after the moment, the e-mail about it brought the dates as they then stood.
    """
    there = places_on(group, day, with_leavers=not group.is_open)
    # Who was paused or withdrawn that day has left by that, not with the group.
    there = [place for place in there if place.left_on != day or place.enrolment.is_in_progress]
    known_by = news.at if news else None
    there = [place for place in there if is_known(place.entered_at, known_by)]
    since = {place.pk: None if news else there_since(place, at) for place in there}
    told = [
        one
        for place in there
        for one in of_school(place, place.enrolment.school, day, news, goes_on_since=since[place.pk])
    ]
    return each_once([*told, *leading_on(group, day, at, known_by)])


def there_since(place: Place, started_at: datetime) -> datetime:
    """Since when all dates of a group that started at a moment are its school's: since it came, where that is later."""
    return max(started_at, place.entered_at or started_at)


def places_on(group: Group, day: date, *, with_leavers: bool) -> list[Place]:
    """The places that schools hold on a day, with or without those that leave on it."""
    # A school that joined later got the dates as they then stood.
    here = [place for place in group.places.all() if place.placed_on <= day]
    return [one for one in here if one.left_on is None or one.left_on > day or (with_leavers and one.left_on == day)]


def leading_on(group: Group, day: date, at: datetime, known_by: datetime | None = None) -> list[Recipient]:
    """Who led at a moment, whoever was by then to take over later, and who leads beside on a day."""
    changes = [one for one in group.leader_changes.all() if one.status != LeaderChange.Status.TAKEN_BACK]
    leaders = [leader_at(group, at), *(one.leader for one in changes if one.made_at <= at < one.begins_at)]
    return [person_recipient(one) for one in (*(leader.person for leader in leaders), *beside(group, day, known_by))]


def is_told(meeting: Meeting) -> bool:
    """Whether the last change is news: before a group starts nobody has its dates."""
    group, changed_at = meeting.group, meeting.changed_at
    return group.started_at is not None and changed_at is not None and changed_at >= group.started_at


def _of_change(meeting: Meeting, changed_at: datetime, latest: date | None = None) -> list[Recipient]:
    """Everybody, but those whose first e-mail with the date is still to be sent and will have it right."""
    day = _day(changed_at) if latest is None else min(_day(changed_at), latest)
    told = everybody(meeting.group, day, changed_at, _news(meeting, changed_at))
    return [one for one in told if one.key not in meeting.untold]


def _news(meeting: Meeting, at: datetime) -> News:
    """What became known at a moment of a meeting's day, and of that which people were told before."""
    days = [_day(moment) for moment in (meeting.starts_at, meeting.was_at) if moment is not None]
    return News(at, days, is_over=not meeting.group.is_open)


def added(meeting: Meeting) -> Sequence[Desired]:
    """Everybody hears of a meeting that was not among the dates of the year, at once.

    Where it changed before that was sent to somebody, they hear of it as it now stands.
    """
    if meeting.added_at is None or meeting.status != Meeting.Status.PLANNED:
        return []
    if meeting.sequence == 0:
        people = _of_change(meeting, meeting.added_at)
    else:
        had = everybody(meeting.group, _day(meeting.added_at), meeting.added_at, _news(meeting, meeting.added_at))
        people = [one for one in had if meeting.untold.get(one.key) == "meeting_added"]
    return to_each(people, f"added@{_day(meeting.starts_at)}", meeting.added_at, meeting.starts_at)


def _missed_cancellation(meeting: Meeting) -> set[str]:
    """Of a meeting that was moved, cancelled and brought back: who knows the old date and heard of none of it."""
    if meeting.was_at is None:
        return set()
    return {key for key, kind in meeting.untold.items() if kind == "meeting_cancelled"}


def moved(meeting: Meeting) -> Sequence[Desired]:
    """Everybody who had been sent the old date hears of the new one, at once; so of another end or another place."""
    if meeting.was_at is None or meeting.changed_at is None or not is_told(meeting):
        return []
    # Moved to and fro before the first e-mail left: what people know is right.
    if meeting.status != Meeting.Status.PLANNED or meeting.is_as_known:
        return []
    day = _day(meeting.starts_at)
    people = _of_change(meeting, meeting.changed_at)
    missed = _missed_cancellation(meeting)
    if missed:  # all others hear that it takes place after all
        had = everybody(meeting.group, _day(meeting.changed_at), meeting.changed_at, _news(meeting, meeting.changed_at))
        people = [one for one in had if one.key in missed]
    return to_each(people, f"moved-{meeting.sequence}@{day}", meeting.changed_at, meeting.starts_at)


def brought_back(meeting: Meeting) -> Sequence[Desired]:
    """Everybody hears that a cancelled meeting takes place after all, at once."""
    if meeting.sequence == 0 or meeting.changed_at is None or not is_told(meeting):
        return []
    has_moved = meeting.was_at is not None and not _missed_cancellation(meeting)
    if has_moved or meeting.status != Meeting.Status.PLANNED:
        return []
    people = _of_change(meeting, meeting.changed_at)
    return to_each(people, f"back-{meeting.sequence}@{_day(meeting.starts_at)}", meeting.changed_at, meeting.starts_at)


def cancelled(meeting: Meeting) -> Sequence[Desired]:
    """Everybody who had been sent the date hears that a meeting does not take place, until it would have started."""
    was_at, changed_at = meeting.was_at, meeting.changed_at
    if meeting.status != Meeting.Status.CANCELLED or was_at is None or changed_at is None or not is_told(meeting):
        return []
    if changed_at == meeting.group.cancelled_at:  # the e-mail about the group tells of it
        return []
    people = _of_change(meeting, changed_at, _day(was_at))
    return to_each(people, f"cancelled-{meeting.sequence}@{_day(was_at)}", changed_at, was_at)


def reminders(meeting: Meeting) -> Sequence[Desired]:
    """Participants and leader, 14 and 2 days before.

    Who said that they cannot come, or that they send a substitute, is reminded no more.
    """
    group = meeting.group
    if meeting.status == Meeting.Status.CANCELLED or group.status not in (Group.Status.RUNNING, Group.Status.COMPLETED):
        return []
    day = _day(meeting.starts_at)
    away = {person_recipient(one.person).key for one in meeting.answers.all() if one.kind != Answer.Kind.COMING}
    people = [one for one in _taking_part(meeting) if one.key not in away]
    rows = [row for place in group.places.all() for row in place.participants.all() if row.until is None]
    joined = {person_recipient(row.person).key: clock.at_london(_known_on(row) + timedelta(days=1), 0) for row in rows}
    return [
        desired
        for one in people
        for days, due_at, until in _reminders_for(one, meeting, joined.get(one.key))
        for desired in to_each([one], f"{days}d@{day}", due_at, until)
    ]


def _known_on(row: Participant) -> date:
    """When somebody was entered and told all dates, as they take over from then or later."""
    return _day(row.entered_at) if row.entered_at else row.since


def _reminders_for(one: Recipient, meeting: Meeting, joined_by: datetime | None) -> list[Reminder]:
    """What has just been told is not reminded of; but the last comes all the same, as one answers by it."""
    is_news = not meeting.is_as_known and one.key not in meeting.untold
    told = (meeting.group.started_at, joined_by, meeting.added_at, meeting.changed_at if is_news else None)
    after = reminders_of(meeting.starts_at, REMIND_DAYS, max(filter(None, told), default=None))
    return after or reminders_of(meeting.starts_at, REMIND_DAYS, None)[-1:]


def _meeting_context(meeting: Meeting, notice: Notice) -> dict[str, Any]:
    facts = _facts(meeting)
    pk = person_pk(notice.recipient)
    is_leader = notice.recipient in facts["leading"]
    answer = answer_url(meeting, pk) if pk is not None and not is_leader else ""
    return {
        **facts,
        "soon": soon_words(meeting.starts_at, notice),
        "hosts": notice.recipient in facts["host_keys"],
        "is_leader": is_leader,
        # For who leads it and nobody else.
        "away": _away(meeting) if notice.recipient == person_recipient(facts["leader_then"]).key else [],
        "cannot_url": answer and f"{answer}?choice={Answer.Kind.CANNOT}",
        "substitute_url": answer and f"{answer}?choice={Answer.Kind.SUBSTITUTE}",
    }


def _facts(meeting: Meeting) -> dict[str, Any]:
    """What all e-mails about a meeting read, found once for as long as it is loaded."""
    found: dict[str, Any] | None = getattr(meeting, "mail_facts", None)
    if found is None:
        group = meeting.group
        leader_then = leader_at(group, meeting.starts_at).person
        # Whoever leads the group, did on its day, or is to later: none of them answers as a teacher.
        later = [one.leader.person for one in (*group.leader_changes.all(), *group.co_leaders.all())]
        found = {
            "meeting": meeting,
            "group": group,
            "offer": group.offer,
            "leader": group.leader.person,
            "leader_then": leader_then,
            "leading": {person_recipient(one).key for one in (group.leader.person, leader_then, *later)},
            "host_keys": _host_keys(meeting),
            "is_only_elsewhere": meeting.was_at == meeting.starts_at and meeting.was_ends_at in (None, meeting.ends_at),
            "page_url": reverse("workgroups:meeting-detail", args=[meeting.pk]),
        }
        meeting.mail_facts = found  # type: ignore[attr-defined]
    return found


def _host_keys(meeting: Meeting) -> set[str]:
    """How the outbox names the people of the school at which a meeting is."""
    held = [place for place in meeting.group.places.all() if place.left_on is None]
    own = [place for place in held if not meeting.venue and place.enrolment.school_id == meeting.host_id]
    return {key for place in own for key in (*teacher_keys(place), *staff_keys(place))}


def _live_meetings(meetings: QuerySet[Meeting], now: datetime) -> QuerySet[Meeting]:
    return meetings.filter(starts_at__gt=now - LOOK_BACK, group__started_at__isnull=False)


def _kind(key: str, label: str, desired: Callable[[Meeting], Sequence[Desired]]) -> Kind:
    how = {"desired": desired, "load": load_meetings, "live": _live_meetings, "context": _meeting_context}
    return kind_of_group(key, label, "Meeting", lambda meeting: meeting.group.leader, **how)


KINDS: list[Kind] = [
    _kind("meeting_reminder", "Meeting reminder", reminders),
    _kind("meeting_added", "Meeting added", added),
    _kind("meeting_moved", "Meeting moved", moved),
    _kind("meeting_cancelled", "Meeting cancelled", cancelled),
    _kind("meeting_back", "Meeting brought back", brought_back),
]
