"""Whom a letter to a list of interest, of enrolments or of leaders goes to."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import Cast, Lower

from hubportal.core import clock
from hubportal.core.records import record_key
from programmes.models import EnrolledTeacher, Enrolment, Interest, Leader
from schools.actions.recipients import (
    AT_SCHOOLS,
    CONTACTS,
    HEADS,
    NOBODY,
    as_candidate,
    barred_at,
    contact_key,
    known_as,
    roles_at,
)
from schools.models import Role, User
from schools.rules import academic_year
from schools.rules.letters import Candidate, Concerned

TEACHERS = "teachers"
INTEREST_AUDIENCES = (("senders", "Whoever sent it"), (HEADS, "Headteachers named in it"))
ENROLMENT_AUDIENCES = (
    (CONTACTS, "All contacts of the schools: headteachers, maths leads and offices"),
    (HEADS, "Headteachers"),
    (TEACHERS, "Teachers who are to take part"),
)
# What stands (``Interest.STANDING``) without second copies, as the hub decides about the first.
FIRST_OF_WHAT_STANDS = (Interest.Status.INTERESTED, *Interest.OPEN)
ENDED = "Their time as a leader has ended"


def of_interest(rows: models.QuerySet[Interest], whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """Whoever sent each, or the headteacher named in it; a person where the portal knows them by name and address."""
    found = list(rows.select_related("school", "offer", "phase"))
    named = [_named(one, whom) for one in found]
    known = known_as(named, by=by)
    return [
        Candidate(
            name=name or "Headteacher not named yet",
            email=email,
            why=f"{_as_what(one, whom)}, {one.school}, {one.reference}",
            person_id=known.get(contact_key(name, email)),
            school_id=one.school_id,
            barred=barred_at(one.school),
            facts={"reference": one.reference, "programme": one.programme_title},
        )
        for one, (name, email) in zip(found, named, strict=True)
    ]


def _named(one: Interest, whom: str) -> tuple[str, str]:
    return (one.head_name, one.head_email) if whom == HEADS else (one.contact_name, one.contact_email)


def _as_what(one: Interest, whom: str) -> str:
    return "Headteacher" if whom == HEADS else one.contact_job or "Contact"


def of_enrolments(rows: models.QuerySet[Enrolment], whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """The people of each enrolment's school, or the teachers who have a place in it."""
    found = list(rows.select_related("school", "offer"))
    if whom == TEACHERS:
        return _teachers(found)
    held: dict[int, list[Role]] = defaultdict(list)
    for role in roles_at([one.school_id for one in found], AT_SCHOOLS[whom], by=by, today=clock.day_of(now)):
        held[role.school_id or 0].append(role)
    candidates = []
    for one in found:
        given: dict[str, Any] = {"barred": barred_at(one.school), "facts": {"programme": one.offer.title}}
        candidates += [as_candidate(role, one.school.name, **given) for role in held[one.school_id]]
        if not held[one.school_id]:
            candidates.append(Candidate(NOBODY, "", one.school.name, school_id=one.school_id, **given))
    return candidates


def _teachers(enrolments: list[Enrolment]) -> list[Candidate]:
    by_pk = {one.pk: one for one in enrolments}
    places = EnrolledTeacher.objects.filter(enrolment__in=by_pk).select_related("person").order_by("enrolment", "pk")
    return [_teacher(place, by_pk[place.enrolment_id]) for place in places]


def _teacher(place: EnrolledTeacher, enrolment: Enrolment) -> Candidate:
    given: dict[str, Any] = {"barred": barred_at(enrolment.school), "facts": {"programme": enrolment.offer.title}}
    why = f"{enrolment.offer.title}, {enrolment.school}"
    if place.person is None:
        return Candidate("To be named", "", why, school_id=enrolment.school_id, **given)
    return Candidate(
        place.person.name,
        place.person.email,
        why,
        person_id=place.person_id,
        school_id=enrolment.school_id,
        about=f"programmes.teachers:{enrolment.pk}",
        **given,
    )


def still_teachers(keys: Collection[int], _today: date) -> set[int]:
    """Who has a place in one of these enrolments by now."""
    places = EnrolledTeacher.objects.filter(enrolment__in=keys, person__isnull=False)
    return set(places.exclude(enrolment__status=Enrolment.Status.WITHDRAWN).values_list("person", flat=True))


def of_leaders(rows: models.QuerySet[Leader], _whom: str, *, by: User, now: datetime) -> list[Candidate]:
    """Those who lead groups; not those whose time has ended."""
    today = clock.day_of(now)
    return [
        Candidate(
            one.person.name,
            one.person.email,
            one.get_kind_display(),
            person_id=one.person_id,
            school_id=one.school_id,
            barred=ENDED if one.ends_on is not None and one.ends_on < today else "",
            about=record_key(one),
        )
        for one in rows.select_related("person")
    ]


def still_leaders(keys: Collection[int], today: date) -> set[int]:
    """Whose time as one of these leaders has not ended by now."""
    return set(Leader.objects.filter(pk__in=keys).not_ended(today).values_list("person", flat=True))


def with_part(asked: Concerned, today: date) -> Concerned:
    """Which schools, people and addresses have a part in what runs, or in what is of this school year or later.

    An enrolment that is neither completed nor withdrawn; one of this year or later that is not withdrawn; an
    application or interest for this year or later that stands. What somebody does for themselves is theirs, not their
    school's.
    """
    year = academic_year(today)
    # In one query: pages of a letter ask it of everybody on the list.
    first, *others = (
        *_schools_with_part(asked.schools, year),
        *_people_with_part(asked.people, year, today),
        *_addresses_with_part(asked.emails, year),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for what, key in first.union(*others):
        found[what].add(key)
    return Concerned(
        schools=frozenset(map(int, found["school"])),
        people=frozenset(map(int, found["person"])),
        emails=frozenset(found["email"]),
    )


def _keyed(rows: models.QuerySet[Any], what: str, key: str) -> models.QuerySet[Any, Any]:
    """The keys of rows as text, each beside what it is the key of."""
    told = {"key_of": models.Value(what), "key_is": Cast(key, models.TextField())}
    keyed: models.QuerySet[Any, Any] = rows.order_by().annotate(**told).values_list(*told)
    return keyed


def _is_part(year: int, *, of: str = "") -> models.Q:
    """Of enrolments (``of``: the path to them): those that are a part in a programme in a school year."""
    status = Enrolment.Status
    running = models.Q(**{f"{of}status__in": (status.ACCEPTED, status.ACTIVE, status.PAUSED)})
    return running | models.Q(**{f"{of}status": status.COMPLETED, f"{of}offer__year__gte": year})


def _standing(year: int) -> models.QuerySet[Interest]:
    """What was sent for a school year or later, and stands."""
    return Interest.objects.filter(status__in=FIRST_OF_WHAT_STANDS, year__gte=year)


def _schools_with_part(schools: Collection[int], year: int) -> Iterator[models.QuerySet[Any, Any]]:
    """Also by what a school did that became it."""
    enrolled = Enrolment.objects.filter(_is_part(year), person=None)
    for rows in (enrolled, _standing(year).filter(for_person=False)):
        for which in ("school", "school__succeeded_by"):
            yield _keyed(rows.filter(**{f"{which}__in": schools}), "school", which)


def _people_with_part(people: Collection[int], year: int, today: date) -> Iterator[models.QuerySet[Any, Any]]:
    """Who takes part for themselves or in a teacher's place, and who leads."""
    enrolled = Enrolment.objects.filter(_is_part(year))
    places = EnrolledTeacher.objects.filter(_is_part(year, of="enrolment__"))
    for rows in (enrolled, places, Leader.objects.not_ended(today)):
        yield _keyed(rows.filter(person__in=people), "person", "person")


def _addresses_with_part(emails: Collection[str], year: int) -> Iterator[models.QuerySet[Any, Any]]:
    """From where something was sent that stands."""
    sent = _standing(year).annotate(small=Lower("contact_email"))
    yield _keyed(sent.filter(small__in=emails), "email", "small")


STILL = {"programmes.teachers": still_teachers, "programmes.leader": still_leaders}
