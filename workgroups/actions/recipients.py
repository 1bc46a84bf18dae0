"""Whom a letter to groups, or to those who come to a meeting, goes to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import models

from hubportal.core import clock
from hubportal.core.templatetags.portal import moment
from schools.actions.recipients import AT_SCHOOLS, HEADS, MATHS_LEADS, as_candidate, roles_at
from schools.models import User
from schools.rules.letters import Candidate
from workgroups.models import Group, Meeting, Participant, Place

PARTICIPANTS, LEADERS = "participants", "leaders"
GROUP_AUDIENCES = (
    (PARTICIPANTS, "Teachers who take part"),
    (MATHS_LEADS, "Maths leads of the schools"),
    (HEADS, "Headteachers of the schools"),
    (LEADERS, "Leaders"),
)
NO_LONGER = "No longer takes part"


def of_groups(groups: models.QuerySet[Group], whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """The people of some groups: who takes part, who leads, or a kind of contact at the schools."""
    found = list(groups.select_related("offer", "leader__person"))
    facts = _facts(found, now)
    today = clock.day_of(now)
    if whom == LEADERS:
        return [_leader(one, facts[one.pk]) for one in found]
    if whom == PARTICIPANTS:
        return _participants({one.pk: one for one in found}, facts, today)
    return _contacts({one.pk: one for one in found}, facts, AT_SCHOOLS[whom], by=by, today=today)


def of_meeting(meeting: Meeting) -> list[Candidate]:
    """Who takes part on a meeting's day."""
    day = clock.day_of(meeting.starts_at)
    facts = {meeting.group_id: {**_of_group(meeting.group), "next meeting": _when(meeting)}}
    return [one for one in _participants({meeting.group_id: meeting.group}, facts, day) if not one.barred]


def _facts(groups: Iterable[Group], now: datetime) -> dict[int, dict[str, str]]:
    """What placeholders become for the people of each group."""
    found = {one.pk: _of_group(one) for one in groups}
    coming = Meeting.objects.filter(group__in=found).coming(now).select_related("host")
    for meeting in coming:
        found[meeting.group_id].setdefault("next meeting", _when(meeting))
    return found


def _of_group(group: Group) -> dict[str, str]:
    return {"group": group.name, "programme": group.offer.title, "leader": group.leader.person.name}


def _when(meeting: Meeting) -> str:
    return f"{moment(meeting.starts_at)}, {meeting.place_name}"


def _leader(group: Group, facts: dict[str, str]) -> Candidate:
    leader = group.leader
    return Candidate(
        leader.person.name,
        leader.person.email,
        f"Leads {group.name}",
        person_id=leader.person_id,
        school_id=leader.school_id,
        facts=facts,
    )


def _participants(groups: dict[int, Group], facts: dict[int, dict[str, str]], day: date) -> list[Candidate]:
    rows = Participant.objects.filter(place__group__in=groups, since__lte=day).select_related("person")
    shown = ("person", "person__name", "person__email", "place__group", "place__enrolment__school", "until")
    return [
        Candidate(
            name,
            email,
            f"Takes part in {groups[group].name}",
            person_id=person,
            school_id=school,
            barred=NO_LONGER if until is not None and until < day else "",
            facts=facts[group],
        )
        for person, name, email, group, school, until in rows.order_by("person__name", "pk").values_list(*shown)
    ]


def _contacts(
    groups: dict[int, Group], facts: dict[int, dict[str, str]], kinds: Iterable[str], *, by: User, today: date
) -> list[Candidate]:
    places = Place.objects.taken().filter(group__in=groups).order_by("enrolment__school__name", "pk")
    at = list(places.values_list("group", "enrolment__school", "enrolment__school__name"))
    held: dict[int, list[Candidate]] = defaultdict(list)
    names = {school: name for _group, school, name in at}
    for role in roles_at(names, kinds, by=by, today=today):
        held[role.school_id or 0].append(as_candidate(role, names[role.school_id or 0]))
    found = []
    for group, school, name in at:
        people = held[school] or [Candidate("Nobody known", "", name, school_id=school)]
        found += [
            Candidate(
                one.name,
                one.email,
                f"{one.why} ({groups[group].name})",
                person_id=one.person_id,
                school_id=school,
                facts=facts[group],
            )
            for one in people
        ]
    return found
