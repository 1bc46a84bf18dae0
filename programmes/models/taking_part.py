"""What somebody takes part in: for themselves, or in a teacher's place of a school."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from programmes.models.enrolment import EnrolledTeacher, Enrolment, EnrolmentQuerySet, HeldPlace
from programmes.models.turns import TeacherTurn, turns_of
from schools.models import Person


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in a year that goes on; ``since``: only from a day to come."""

    enrolment: Enrolment
    label: str
    since: date | None = None

    @property
    def programme(self) -> str:
        """The programme and its year."""
        return str(self.enrolment.offer)

    @property
    def place(self) -> HeldPlace | None:
        """The place in a group that its enrolment holds."""
        found = self.enrolment.last_place() if self.enrolment.is_in_progress else None
        return None if found is None or found.left_on else found

    def __str__(self) -> str:
        from_on = f", from {self.since.day} {self.since:%B %Y}" if self.since else ""
        return f"{self.programme}: {self.label}, {self.enrolment.school}, with {self.enrolment.hub}{from_on}"


def parts_of(person: Person, today: date, rows: EnrolmentQuerySet | None = None) -> Sequence[Part]:
    """The parts that somebody has today or comes to have, of years that have not ended, the newest year first.

    :param rows: the enrolments among which to look, else all.
    """
    own = Q(person=person) | Q(teachers__person=person) | Q(teachers__turns__person=person)
    found = (Enrolment.objects.all() if rows is None else rows).filter(own)
    found = found.exclude(status__in=(Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN))
    found = found.select_related("offer", "school", "hub").prefetch_related("teachers__turns")
    parts = [_part(one, person, today) for one in found.order_by("-offer__year", "-pk").distinct()]
    return [part for part in parts if part is not None]


def _part(enrolment: Enrolment, person: Person, today: date) -> Part | None:
    offer = enrolment.offer
    for place in enrolment.teachers.all():
        for turn in turns_of(place):
            if turn.person != person.pk or not turn.meets(today):
                continue
            since = turn.since if turn.since and turn.since > today else None
            leads = place.has_lead_role if since is None or turn.leads is None else turn.leads
            role = f" ({offer.lead_role_label})" if leads and offer.lead_role_label else ""
            return Part(enrolment, f"{offer.teacher_label}{role}", since)
    return Part(enrolment, offer.teacher_label) if enrolment.person_id == person.pk else None


def run_by(hubs: Iterable[int]) -> EnrolmentQuerySet:
    """The enrolments that hubs run and ran, from ``accepted_on``; one without ``ended_on`` goes on."""
    return Enrolment.objects.filter(hub__in=hubs)


def took_part_with(hubs: Iterable[int]) -> QuerySet[Any, Any]:
    """The keys of those who have, or ever had, a place in what hubs run or ran: a school's, or their own."""
    places = EnrolledTeacher.objects.filter(enrolment__hub__in=hubs, person__isnull=False).order_by()
    turns = TeacherTurn.objects.filter(enrolled__enrolment__hub__in=hubs).order_by()
    return places.values("person").union(turns.values("person"))
