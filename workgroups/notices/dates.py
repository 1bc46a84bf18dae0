"""All dates of a group's year: to everybody when it starts, and on joining or being placed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.clock import day_of
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import Recipient, person_pk, person_recipient, to_each
from hubportal.core.templatetags.portal import count, long_day
from programmes.models import Offer
from schools.models import Role, School
from workgroups.models import Group, LeaderChange, Meeting, Place, leader_at
from workgroups.notices.joining import joining, may_open
from workgroups.notices.meetings import everybody, leading_on, load_groups, places_on, there_since
from workgroups.notices.recipients import (
    each_once,
    of_school,
    own_places,
    roles_on,
    staff_keys,
    taking_part_keys,
    teacher_keys,
    teachers_now,
    told_roles,
    visits_to,
)


@dataclass(frozen=True, slots=True)
class Beside:
    """The days on which somebody leads a group beside its leader, and whether these are still to come."""

    since: date
    until: date | None
    is_later: bool


def year_dates(group: Group) -> Sequence[Desired]:
    """Everybody gets all dates of the year at once when the group starts; who joins later, on joining.

    Who was told stays in the set. A school that had left and is placed again gets those that are left, once more.
    Whoever came with a file since is told once they are invited.
    """
    meetings = group.meetings.all()
    if group.status != Group.Status.RUNNING or group.started_at is None or not meetings:
        return []
    last_start = max(meeting.starts_at for meeting in meetings)
    started_on = day_of(group.started_at)
    latest = max([started_on, *(place.placed_on for place in group.places.all() if place.left_on is None)])
    joined, today = _joined_on(group), clock.today()
    # A teacher who takes over on a day to come has all dates at once, and so has whoever is there until then.
    days = [max([latest, *(day for day in joined if day <= today)]), *sorted({day for day in joined if day > today})]
    due = _due(group, days, group.started_at)
    people = each_once(one for day in days for one in everybody(group, day, group.started_at))
    again = _placed_again(group, days)
    had = set(again)
    if group.taken_over_at is not None:
        had |= _brought(group, group.taken_over_at)
    told = [
        *(to_each([one], f"dates@{started_on}", due[one.key], last_start)[0] for one in people if one.key not in had),
        *(_once_more(place, one, due[one.key], last_start) for place, one in again.values()),
    ]
    return [one for one in told if one.due_at < last_start]


def _due(group: Group, days: Sequence[date], started_at: datetime) -> dict[str, datetime]:
    """When each person is due the dates, by key: at once, but heads, maths leads and offices at 8.00 of their day.

    Before it they do nothing for the school, see no group, and somebody else books the cover; but a head whom the
    application names, and whose role begins later, does.
    """
    due: dict[str, datetime] = {}
    named = {one.email.lower() for one in everybody(group, days[0], started_at) if not one.is_person}
    for day in days:
        at_once = {one.key for one in leading_on(group, day, started_at)}
        at_once |= {key for place in group.places.all() for key in taking_part_keys(place, day)}
        begin_on = _begin_on(group, day)
        for one in everybody(group, day, started_at):
            is_known = one.key in at_once or one.email.lower() in named
            begins = None if is_known else begin_on.get(one.key)
            at = max(started_at, clock.at_london(begins)) if begins else started_at
            due[one.key] = min(at, due.get(one.key, at))
    return due


def _begin_on(group: Group, day: date) -> dict[str, date]:
    """Since when those who have a role on a day at the group's schools have one, by key."""
    found: dict[str, date] = {}
    for role in [role for place in group.places.all() for role in roles_on(place.enrolment.school, day)]:
        key = person_recipient(role.person).key
        found[key] = min(role.starts_on, found.get(key, role.starts_on))
    return found


def _once_more(place: Place, one: Recipient, due_at: datetime, until: datetime) -> Desired:
    due_at = max(due_at, clock.at_london(place.placed_on, 0))
    return to_each([one], f"dates-{place.pk}@{place.placed_on}", due_at, until)[0]


def _brought(group: Group, at: datetime) -> set[str]:
    """Whoever came with the records has the dates from before; who is named by a step in the portal since has not.

    Whatever day that counts from: a change that is entered weeks later may begin before the group was taken over.
    """
    day = day_of(at)
    had = {person_recipient(leader_at(group, at).person).key}
    for place in places_on(group, day, with_leavers=True):
        if _is_since(place.entered_at, at):
            continue  # the school itself came since
        rows = [(row.person, _is_since(row.entered_at, at)) for row in place.participants.all()]
        roles = [(role.person, _is_since(role.given_at, at)) for role in told_roles(place.enrolment.school)]
        from_before = {person for person, is_since in (*rows, *roles) if not is_since}
        since = {person_recipient(person).key for person, _is_since in (*rows, *roles) if person not in from_before}
        there = there_since(place, group.started_at or at)
        had |= {one.key for one in of_school(place, place.enrolment.school, day, goes_on_since=there)} - since
        had |= _brought_along(place.enrolment.school, day, at)
    return had


def _brought_along(school: School, day: date, at: datetime) -> set[str]:
    """Who was told at the school that this one was before; where it was several, nobody says which had the place."""
    before = list(school.predecessors.all())
    roles = roles_on(before[0], day) if len(before) == 1 else []
    return {person_recipient(role.person).key for role in roles if not _is_since(role.given_at, at)}


def _is_since(named_at: datetime | None, at: datetime) -> bool:
    return named_at is not None and named_at >= at


def _placed_again(group: Group, days: Sequence[date]) -> dict[str, tuple[Place, Recipient]]:
    """By key: whoever is of a school whose earlier place here had the dates, with its newest place.

    Not who leads: they were there all the time.
    """
    told_at = group.taken_over_at or group.started_at
    if told_at is None:
        return {}
    left: dict[tuple[int, int | None], date] = {}
    again: list[Place] = []
    for place in group.places.all():
        of = (place.enrolment.school_id, place.enrolment.person_id)
        # One that the school has by a merger, and that was held all the time, goes on.
        if of in left and place.placed_on >= left[of]:
            again.append(place)
        if place.left_on is not None and place.left_on >= day_of(told_at):
            left.setdefault(of, place.left_on)
    leads = {one.key for day in days for one in leading_on(group, day, told_at)}
    found = {}
    for place in again:
        school, since = place.enrolment.school, there_since(place, group.started_at or told_at)
        there = [day for day in days if place in places_on(group, day, with_leavers=False)]
        for one in each_once(one for day in there for one in of_school(place, school, day, goes_on_since=since)):
            if one.key not in leads:
                found[one.key] = (place, one)
    return found


def _joined_on(group: Group) -> list[date]:
    """When somebody began to take part, or to be head, maths lead or office of a school that holds a place."""
    places = [place for place in group.places.all() if place.left_on is None]
    teachers = [row.since for place in group.places.all() for row in place.participants.all() if row.until is None]
    teachers += [one.since for one in group.co_leaders.all()]
    return [*teachers, *(role.starts_on for place in places for role in told_roles(place.enrolment.school))]


def _context(group: Group, notice: Notice) -> dict[str, Any]:
    # Nobody books cover for a meeting that took place; who joins late is due it since the start of the group.
    written_at = max(notice.due_at, notice.sent_at or clock.now())
    beside = _beside(group, notice.recipient, day_of(written_at))
    is_leader = beside is not None or notice.recipient == person_recipient(group.leader.person).key
    places = [place for place in group.places.all() if place.left_on is None]
    takes_part = any(notice.recipient in teacher_keys(place) for place in places)
    own = own_places(group, notice.recipient)
    ahead = _ahead_for(notice.recipient, group, places, written_at)
    return {
        "group": group,
        "again": next((_who(one) for one in places if notice.occurrence.startswith(f"dates-{one.pk}@")), ""),
        "offer": group.offer,
        "leader": group.leader.person,
        "next_leader": _next_leader(group, notice.recipient, written_at),
        # Who joins a group that has been running for a while reads so.
        "is_late": group.started_at is not None and day_of(group.started_at) < day_of(written_at),
        "is_leader": is_leader,
        "beside": beside,
        "is_reminded": is_leader or takes_part,
        "joins": [] if is_leader else joining(group, notice.recipient, places, day_of(written_at)),
        "may_open": is_leader or may_open(notice.recipient, places, day_of(written_at)),
        # Heads, maths leads and offices read for whom cover is needed.
        "own_places": []
        if is_leader
        else [(one.enrolment.school, _who_takes_part(one)) for one in places if notice.recipient in staff_keys(one)],
        "meetings": ahead,
        "hosted": [
            one for one in ahead if not one.venue and one.host_id in {place.enrolment.school_id for place in own}
        ],
        **_visits(group, (not is_leader and own) or places),
        "page_url": reverse("workgroups:group-detail", args=[group.pk]),
    }


def _next_leader(group: Group, recipient: str, written_at: datetime) -> LeaderChange | None:
    """The change of leader that lies ahead as an e-mail is written: whoever joins before its day hears nothing else."""
    known = [one for one in group.leader_changes.all() if one.made_at <= written_at < one.begins_at]
    return next((one for one in known if recipient != person_recipient(one.leader.person).key), None)


def _visits(group: Group, places: Sequence[Place]) -> dict[str, Any]:
    """Whether these places are visited, and how often; nothing of that where one was accepted for other visits."""
    visits = visits_to(group, places)
    offers = [place.enrolment.offer for place in places]
    owed = {(one.visits, one.visits_per, one.support_days, one.support_per) for one in offers}
    often = f"{count(visits, 'time')} in the year" if len(owed) == 1 else ""
    if often and visits == 3 and offers[0].visits_per == Offer.Per.TERM:
        often = "once a term"
    return {"visits": visits, "often": often}


def _who_takes_part(place: Place) -> list[str]:
    """The teachers of a place by name, with the day on which one is to come or to leave."""
    today = clock.today()
    rows = {row.person_id: row for row in place.participants.all() if row.until is None or row.until >= today}
    found = []
    for person in teachers_now(place):
        row = rows[person.pk]
        words = [f"from {long_day(row.since)}" if row.since > today else ""]
        words.append(f"until {long_day(row.until)}" if row.until else "")
        days = " ".join(filter(None, words))
        found.append(f"{person.name} ({days})" if days else person.name)
    return found


def _who(place: Place) -> str:
    """The school that has a place, or the person whose own it is; reads no more than is loaded."""
    people = teachers_now(place) if place.enrolment.person_id else []
    return people[0].name if people else str(place.enrolment.school)


def _ahead_for(recipient: str, group: Group, places: Sequence[Place], written_at: datetime) -> list[Meeting]:
    """The meetings to come of a group; for somebody who takes over later, those from then on."""
    ahead = [meeting for meeting in group.meetings.all() if meeting.starts_at > written_at]
    days = _days_of(recipient, places, day_of(written_at))
    beside = _beside(group, recipient, day_of(written_at))
    if beside is not None:
        days = [(beside.since, beside.until or date.max)]
    if not days or recipient == person_recipient(group.leader.person).key:
        return ahead
    return [one for one in ahead if any(since <= day_of(one.starts_at) <= until for since, until in days)]


def _beside(group: Group, recipient: str, written_on: date) -> Beside | None:
    """From when to when somebody leads a group beside its leader, the turn they are written about."""
    if recipient == person_recipient(group.leader.person).key:
        return None
    turns = [one for one in group.co_leaders.all() if one.leader.person_id == person_pk(recipient)]
    turns.sort(key=lambda one: one.since)
    ahead = [one for one in turns if one.until is None or one.until >= written_on]
    about = (ahead or turns[-1:])[:1]
    return next((Beside(one.since, one.until, one.since > written_on) for one in about), None)


def _days_of(recipient: str, places: Sequence[Place], written_on: date) -> list[tuple[date, date]]:
    """From when to when somebody takes part, or is told for a school; whoever is so by then books for all that comes.

    None of whoever is there without a day: who leads, and a head whom the interest names.
    """
    pk = person_pk(recipient)
    rows = [row for place in places for row in place.participants.all() if row.person_id == pk]
    held = [(place, role) for place in places for role in told_roles(place.enrolment.school) if role.person_id == pk]
    now = [(place, role) for place, role in held if role.ends_on is None or role.ends_on >= written_on]
    return [*((row.since, row.until or date.max) for row in rows), *((_told_from(*one), date.max) for one in now)]


def _told_from(place: Place, role: Role) -> date:
    """The first day of a role; a head whom the application names is told before it."""
    interest = place.enrolment.interest
    is_named = interest is not None and interest.head_email.lower() == role.person.email.lower() != ""
    return date.min if is_named else role.starts_on


def _live(groups: QuerySet[Group], now: datetime) -> QuerySet[Group]:
    return groups.filter(status=Group.Status.RUNNING)


KINDS: list[Kind] = [
    Kind(
        key="year_dates",
        label="All dates of the year",
        model="workgroups.Group",
        template="workgroups/emails/year_dates.txt",
        desired=year_dates,
        load=load_groups,
        live=_live,
        context=_context,
        reply_to=lambda group: group.hub.answered_at(),
        reply_also=lambda group: [group.leader.person.email],
    ),
]
