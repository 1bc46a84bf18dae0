"""What the public form knows beforehand of somebody signed in: their schools and themselves, all to be changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.templatetags.portal import long_day
from programmes.models import Enrolment, Interest
from schools.models import Role, School
from schools.roles import HEADTEACHER, LABELS, SCHOOL_STAFF
from schools.scope import among

MOST_OWN = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a school is in a phase and year, in words that follow its name; what it sent has its page."""

    words: str
    reference: str = ""
    url: str = ""


PLACED = Standing("has a place in this already")
# A school, a phase and a year, by their keys.
Wanted = tuple[int, int, int]


def own_schools(user: Any) -> list[School]:
    """The open schools that somebody works for; none for strangers, hubs and teachers."""
    if not may(user, *SCHOOL_STAFF):
        return []
    own = among("pk", user.scope.school_staff_ids) | among("trust", user.scope.trust_ids)
    return list(School.objects.visible_to(user).filter(own).open().order_by("name", "pk")[:MOST_OWN])


def trusts_led(user: Any, schools: Sequence[School]) -> dict[int, int | None]:
    """The trusts of those of one's schools that are one's own as the lead of their trust alone."""
    return {one.pk: one.trust_id for one in schools if one.pk not in user.scope.school_staff_ids}


def own_among(user: Any, schools: Sequence[School]) -> set[int]:
    """The keys of those of these schools that one works for, or whose trust one leads."""
    if not may(user, *SCHOOL_STAFF):
        return set()
    scope = user.scope
    return {one.pk for one in schools if one.pk in scope.school_staff_ids or one.trust_id in scope.trust_ids}


def standing_of(user: Any, own: Collection[int]) -> dict[Wanted, Standing]:
    """What one's own schools have applied for, or have a place in since; of others nobody is told."""
    found: dict[Wanted, Standing] = {}
    if not own:
        return found
    for one in Interest.objects.visible_to(user).open().filter(school__in=own, for_person=False):
        words = f"applied for this on {long_day(one.submitted_at)}"
        if one.status == Interest.Status.WAITING:
            words += " and is on the waiting list"
        if one.status == Interest.Status.ACCEPTED:
            words = PLACED.words
        found[one.school_id, one.phase_id, one.year] = Standing(words, one.reference, one.get_absolute_url())
    return found


def placed_or_applied(user: Any, own: Collection[int]) -> dict[Wanted, Standing]:
    """As ``standing_of``, with the places that have not begun and came without an application."""
    if not own:
        return {}
    placed = Enrolment.objects.visible_to(user).filter(school__in=own, person=None, status=Enrolment.Status.ACCEPTED)
    keys = placed.values_list("school", "offer__phase", "offer__year")
    return dict.fromkeys(keys, PLACED) | standing_of(user, own)


def told_as_read(user: Any, sent: dict[str, Any]) -> dict[str, Any]:
    """The confirmation of an interest for whoever reads it: what their own school has applied for stands apart.

    Read anew each time, never kept with the form: others may have that open too.
    """
    wishes = [tuple(one) for one in sent.get("wishes", ())]
    if not wishes or not may(user, *SCHOOL_STAFF):
        return sent
    schools = list(School.objects.public().filter(pk__in={school for school, _phase, _year in wishes}))
    stands = placed_or_applied(user, own_among(user, schools))
    rows = [(wish, school, name) for wish, (_, school, name) in zip(wishes, sent["rows"], strict=True)]
    settled = {(wish[0], name) for wish, _school, name in rows if wish in stands}
    still_open = [
        [key, school, [name for name in names if (key, name) not in settled]] for key, school, names in sent["open"]
    ]
    return {
        **sent,
        "stands": [(name, school, stands[wish]) for wish, school, name in rows if wish in stands],
        "is_news": any(wish not in stands for wish in wishes),
        "open": [one for one in still_open if one[2]],
    }


def own_details(user: Any, school: School) -> dict[str, Any]:
    """The contact's answers for school staff; what one is at one's own school says nothing about another one."""
    if not may(user, *SCHOOL_STAFF):
        return {}
    person = user.person
    found = {"name": person.name, "email": user.email, "phone": person.phone}
    held = Role.objects.filter(person=person, kind__in=SCHOOL_STAFF).current(clock.today())
    held = held.filter(among("school", [school.pk]) | among("trust", [school.trust_id] if school.trust_id else []))
    kinds = set(held.values_list("kind", flat=True))
    if not kinds:
        return found
    labels = [label for kind, label in LABELS.items() if kind in kinds]
    return {**found, "job_title": person.job_title or labels[0], "is_head": HEADTEACHER in kinds}
