"""Who at a school hears about what its hub arranges for it; read from prefetched rows only."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from hubportal.core import clock
from hubportal.core.notices import Kind, mail_key
from hubportal.core.telling import Recipient, address_recipient, person_recipient
from programmes.models import Interest, Leader
from schools import roles
from schools.models import Person, Role, School
from workgroups.models import Group, Participant, Place

TOLD = (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.COVER)


@dataclass(frozen=True, slots=True)
class News:
    """Something that became known at a moment about certain days (a meeting's, and where it was before)."""

    at: datetime
    days: Sequence[date]
    is_over: bool = False

    def is_for(self, row: Participant) -> bool:
        """Whether somebody who was entered by then needs it: who takes part, or is to take over before these days.

        Not who is known to leave before them; but who left with a group that is over still hears what was told before.
        """
        known_on = self.at.astimezone(clock.LONDON).date()
        if _on(row.since, row.until, known_on):
            return row.until is None or row.until >= min(self.days) or (self.is_over and row.until == known_on)
        is_there = any(_on(row.since, row.until, day) for day in self.days)
        return is_there and row.entered_at is not None


def is_known(entered_at: datetime | None, by: datetime | None) -> bool:
    """Whether what was entered at a moment, or came with records, was known by another; None: whenever that was."""
    return by is None or entered_at is None or entered_at <= by


def beside(group: Group, day: date, known_by: datetime | None = None) -> list[Person]:
    """Who leads a group beside its leader on a day; reads prefetched ``co_leaders``."""
    there = [one for one in group.co_leaders.all() if _on(one.since, one.until, day)]
    return [one.leader.person for one in there if is_known(one.made_at, known_by)]


def schools_with_roles() -> QuerySet[School]:
    """Schools with the roles that ``of_school`` reads; whoever came with a file without an address is told nothing."""
    told = Role.objects.filter(kind__in=TOLD).exclude(brought_at__isnull=False, person__email="")
    told = told.select_related("person__user").order_by("pk")
    return School.objects.prefetch_related(Prefetch("roles", queryset=told, to_attr="told_roles"))


def participants() -> QuerySet[Participant]:
    """Who takes part, as ``of_school`` reads it."""
    return Participant.objects.select_related("person__user").order_by("pk")


def teacher_hears(row: Participant, since: datetime | None = None) -> bool:
    """Whether a participant is told of what goes on since a moment, as of roles: of records none without address."""
    if row.brought_at is None:
        return True
    return bool(row.person.email) and (since is None or row.hears_of(since))


def staff_hears(role: Role, place: Place, since: datetime | None) -> bool:
    """Whether whoever holds a role is told of what goes on since a moment: no file brought them, or the place, since.

    Whoever was given the role after the file that brought the place is new to all of it.
    """
    if since is None or not role.hears_of(since):
        return since is None
    is_new = place.brought_at is not None and role.given_at is not None and role.given_at >= place.brought_at
    return is_new or role.person.hears_of(since, place.brought_at)


def told_roles(school: School) -> list[Role]:
    """The roles, now and before, whose holders are told; of a school loaded by ``schools_with_roles``."""
    found: list[Role] = getattr(school, "told_roles", [])
    return found


def roles_on(school: School, day: date, known_by: datetime | None = None) -> list[Role]:
    """Of the roles whose holders are told, those of a day."""
    there = [role for role in told_roles(school) if _on(role.starts_on, role.ends_on, day)]
    return [role for role in there if is_known(role.given_at or role.brought_at, known_by)]


def of_school(  # noqa: PLR0917 - a place on a day, then how much of it was known
    place: Place,
    school: School,
    day: date,
    news: News | None = None,
    known_by: datetime | None = None,
    goes_on_since: datetime | None = None,
) -> list[Recipient]:
    """A place's teachers, and the head, maths lead and office of its school on a day; each once.

    Where no headteacher has a role yet, the head named in the interest is written to; one who had the
    role when the school was placed and has left since is not. A school that has closed is written to no more: what is
    open there goes on at its successor, or ends.

    :param known_by: as far as it was known at a moment; of news, when that became known. Whoever is entered after it
        has all dates as they then stood.
    :param goes_on_since: of what goes on, since when: whoever came with a file after it hears nothing uninvited.
    """
    if school.has_closed:
        return []
    known_by = news.at if news else known_by
    rows = [row for row in place.participants.all() if is_known(row.entered_at or row.brought_at, known_by)]
    rows = [row for row in rows if teacher_hears(row, goes_on_since)]
    teachers = [row.person for row in rows if (news.is_for(row) if news else _on(row.since, row.until, day))]
    held = roles_on(school, day, known_by)
    told = [role.person for role in held if staff_hears(role, place, goes_on_since)]
    people = [person_recipient(person) for person in (*teachers, *told)]
    heads = [role for role in (*held, *roles_on(school, place.placed_on, known_by)) if role.kind == roles.HEADTEACHER]
    interest = None if _is_brought(place, goes_on_since) else place.enrolment.interest
    if interest and interest.head_email and not any(_stands_for(one, interest, goes_on_since) for one in heads):
        people.append(address_recipient(interest.head_name, interest.head_email))
    return each_once(people)


def _is_brought(place: Place, since: datetime | None) -> bool:
    """Whether a file brought a place since: whom the application names, who cannot be invited, hears nothing by it."""
    return since is not None and place.brought_at is not None and place.brought_at > since


def _stands_for(head: Role, interest: Interest, since: datetime | None) -> bool:
    """Whether a head is written to by their role, not as whom the interest names: so it goes on for the uninvited."""
    is_named = head.person.email.lower() == interest.head_email.lower()
    return not is_named or since is None or head.hears_of(since)


def teachers_now(place: Place) -> list[Person]:
    """Who takes part from a place, or will, by name."""
    today = clock.today()
    rows = [row for row in place.participants.all() if row.until is None or row.until >= today]
    return sorted((row.person for row in rows), key=lambda one: one.name)


def taking_part_keys(place: Place, day: date) -> set[str]:
    """How the outbox names who takes part from a place on a day."""
    rows = [row for row in place.participants.all() if _on(row.since, row.until, day)]
    return {person_recipient(row.person).key for row in rows}


def teacher_keys(place: Place) -> set[str]:
    """How the outbox names who takes part from a place."""
    return {person_recipient(person).key for person in teachers_now(place)}


def staff_keys(place: Place) -> set[str]:
    """How the outbox names who is told for a place's school: by role, or as the head of its interest."""
    told = told_roles(place.enrolment.school)
    interest = place.enrolment.interest
    head = {mail_key(interest.head_email)} if interest and interest.head_email else set()
    return {person_recipient(role.person).key for role in told} | head


def own_places(group: Group, recipient: str) -> list[Place]:
    """The places that a group's schools hold of which somebody takes part, or for whose school they are told."""
    held = [place for place in group.places.all() if place.left_on is None]
    return [place for place in held if recipient in {*teacher_keys(place), *staff_keys(place)}]


def visits_to(group: Group, places: Iterable[Place]) -> int:
    """How many visits are planned to the place that has most of them; reads the group's prefetched ``visits``.

    What its offer says is not what a school is owed: one that joins late is owed fewer, and one that was accepted for
    another version of the offer has the visits of that.
    """
    planned = Counter(visit.place_id for visit in group.visits.all())
    return max((planned[place.pk] for place in places), default=0)


def each_once(people: Iterable[Recipient]) -> list[Recipient]:
    """Nobody twice: not by key, and no unknown address that one of the known people has."""
    found: dict[str, Recipient] = {}
    for one in people:
        found.setdefault(one.key, one)
    known = {one.email.lower() for one in found.values() if one.is_person}
    return [one for one in found.values() if one.is_person or one.email.lower() not in known]


def kind_of_group(key: str, label: str, model: str, answers: Callable[[Any], Leader], **how: Any) -> Kind:
    """An e-mail about something of a group: shown with it, sent for its hub, answered by both hub and leader."""
    return Kind(
        key=key,
        label=label,
        model=f"workgroups.{model}",
        template=f"workgroups/emails/{key}.txt",
        thread=lambda one: one.group,
        owner_id=lambda one: one.group.hub_id,
        reply_to=lambda one: one.group.hub.answered_at(),
        reply_also=lambda one: [answers(one).person.email],
        **how,
    )


def _on(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or last >= day)
