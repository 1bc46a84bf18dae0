"""Whom a letter to groups, or to those who come to a meeting, goes to."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import models

from hubportal.core import clock
from hubportal.core.records import record_key
from hubportal.core.templatetags.portal import moment
from programmes.models import Leader
from schools.actions.recipients import AT_SCHOOLS, HEADS, MATHS_LEADS, NOBODY, as_candidate, barred_at, roles_at
from schools.models import Role, User
from schools.roles import CONTACTS
from schools.rules.letters import Candidate
from workgroups.models import CoLeader, Group, Meeting, Participant, Place

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
        return _leaders(found, facts, today)
    if whom == PARTICIPANTS:
        return _participants({one.pk: one for one in found}, facts, today)
    return _contacts({one.pk: one for one in found}, facts, AT_SCHOOLS[whom], by=by, today=today)


def of_meeting(meeting: Meeting) -> list[Candidate]:
    """Who takes part on a meeting's day."""
    day = clock.day_of(meeting.starts_at)
    facts = {meeting.group_id: _of_meeting(meeting)}
    listed = _participants({meeting.group_id: meeting.group}, facts, day)
    return [replace(one, about=record_key(meeting)) for one in listed if not one.barred]


def facts_of_groups(keys: Iterable[int], now: datetime) -> dict[int, dict[str, str]]:
    """What placeholders become by now for the people of some groups."""
    return _facts(Group.objects.filter(pk__in=keys).select_related("offer", "leader__person"), now)


def facts_of_meetings(keys: Iterable[int], _now: datetime) -> dict[int, dict[str, str]]:
    """What placeholders become by now for who comes to some meetings."""
    rows = Meeting.objects.filter(pk__in=keys).select_related("host", "group__offer", "group__leader__person")
    return {one.pk: _of_meeting(one) for one in rows}


def _of_meeting(meeting: Meeting) -> dict[str, str]:
    return {**_of_group(meeting.group), "next meeting": _when(meeting)}


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
    return f"{moment(meeting.starts_at)}, {meeting.where}"


def _leaders(groups: Collection[Group], facts: dict[int, dict[str, str]], today: date) -> list[Candidate]:
    """Who leads each group, and who leads it beside its leader."""
    beside: dict[int, list[Leader]] = defaultdict(list)
    rows = CoLeader.objects.on(today).filter(group__in=groups).select_related("leader__person")
    for one in rows.order_by("leader__person__name", "pk"):
        beside[one.group_id].append(one.leader)
    return [
        Candidate(
            leader.person.name,
            leader.person.email,
            f"Leads {group.name}",
            person_id=leader.person_id,
            school_id=leader.school_id,
            facts=facts[group.pk],
            about=f"workgroups.leaders:{group.pk}",
        )
        for group in groups
        for leader in dict.fromkeys((group.leader, *beside[group.pk]))
    ]


def _participants(groups: dict[int, Group], facts: dict[int, dict[str, str]], day: date) -> list[Candidate]:
    rows = Participant.objects.filter(place__group__in=groups, since__lte=day)
    return [
        Candidate(
            one.person.name,
            one.person.email,
            f"Takes part in {groups[one.place.group_id].name}",
            person_id=one.person_id,
            school_id=one.place.enrolment.school_id,
            barred=_barred(one, day),
            facts=facts[one.place.group_id],
            about=f"workgroups.participants:{one.place.group_id}",
        )
        for one in rows.select_related("person", "place__enrolment__school").order_by("person__name", "pk")
    ]


def _barred(one: Participant, day: date) -> str:
    has_left = one.until is not None and one.until < day
    return NO_LONGER if has_left else barred_at(one.place.enrolment.school)


def _contacts(
    groups: dict[int, Group], facts: dict[int, dict[str, str]], kinds: Iterable[str], *, by: User, today: date
) -> list[Candidate]:
    places = Place.objects.taken().filter(group__in=groups).order_by("enrolment__school__name", "pk")
    at = [(one.group_id, one.enrolment.school) for one in places.select_related("enrolment__school")]
    held: dict[int, list[Candidate]] = defaultdict(list)
    names = {school.pk: school.name for _group, school in at}
    for role in roles_at(names, kinds, by=by, today=today):
        held[role.school_id or 0].append(as_candidate(role, names[role.school_id or 0]))
    found = []
    for group, school in at:
        people = held[school.pk] or [Candidate(NOBODY, "", school.name)]
        found += [
            Candidate(
                one.name,
                one.email,
                f"{one.why} ({groups[group].name})",
                person_id=one.person_id,
                school_id=school.pk,
                barred=barred_at(school),
                facts=facts[group],
                about=f"workgroups.contacts:{group}",
            )
            for one in people
        ]
    return found


def still_participants(keys: Collection[int], today: date) -> set[int]:
    """Who takes part in one of these groups by now."""
    rows = Participant.objects.filter(place__group__in=keys, since__lte=today)
    return set(rows.filter(models.Q(until=None) | models.Q(until__gte=today)).values_list("person", flat=True))


def still_leaders(keys: Collection[int], today: date) -> set[int]:
    """Who leads one of these groups by now, alone or beside its leader."""
    beside = CoLeader.objects.on(today).filter(group__in=keys).values_list("leader__person", flat=True)
    return {*Group.objects.filter(pk__in=keys).values_list("leader__person", flat=True), *beside}


def still_contacts(keys: Collection[int], today: date) -> set[int]:
    """Who is a contact, by now, of a school with a place in one of these groups."""
    schools = Place.objects.taken().filter(group__in=keys).values("enrolment__school")
    held = Role.objects.current(today).filter(school__in=schools, kind__in=CONTACTS)
    return set(held.values_list("person", flat=True))


def still_at_meetings(keys: Collection[int], _today: date) -> set[int]:
    """Who takes part in the group of one of these meetings on its day, as it is known by now."""
    found: set[int] = set()
    for meeting in Meeting.objects.filter(pk__in=keys):
        found |= still_participants([meeting.group_id], clock.day_of(meeting.starts_at))
    return found


STILL = {
    "workgroups.participants": still_participants,
    "workgroups.leaders": still_leaders,
    "workgroups.contacts": still_contacts,
    "workgroups.meeting": still_at_meetings,
}
# Letters of before name the group alone.
OF_GROUPS = ("workgroups.participants", "workgroups.leaders", "workgroups.contacts", "workgroups.group")
FACTS = {"workgroups.meeting": facts_of_meetings, **dict.fromkeys(OF_GROUPS, facts_of_groups)}
