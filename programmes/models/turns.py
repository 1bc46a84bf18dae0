"""Who has had, has and will have a teacher's place, from when to when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from programmes.models.enrolment import EnrolledTeacher, EnrolledTeacherQuerySet, Enrolment
from programmes.rules.turns import Turn, opens_on
from schools.models import Person


class TeacherTurnQuerySet(models.QuerySet["TeacherTurn"]):
    """Reading turns."""

    def on(self, day: date) -> Self:
        """Those that a day belongs to."""
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))


class TeacherTurn(models.Model):
    """A person's time in a teacher's place, both days included; none are kept while a place had one person only.

    ``EnrolledTeacher.person`` is whose turn it is today. The turns of a place never meet: whoever writes them holds
    the place's row.
    """

    enrolled = models.ForeignKey(EnrolledTeacher, on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="turns")
    since = models.DateField(null=True, blank=True, help_text="Empty: from the start.")
    until = models.DateField(null=True, blank=True, help_text="The last day, included.")
    # Said of whoever was named for a place before it opened; their first day brings it to the place.
    has_lead_role = models.BooleanField(null=True, blank=True, editable=False)

    objects = TeacherTurnQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("enrolled",), condition=Q(until=None), name="turn_one_without_end"),
            models.UniqueConstraint(fields=("enrolled",), condition=Q(since=None), name="turn_one_from_start"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=models.F("since")), name="turn_dates"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


def turns_of(enrolled: EnrolledTeacher) -> list[Turn]:
    """A place's turns, as rules read them; reads prefetched ``turns``."""
    rows = list(enrolled.turns.all())
    if rows:
        return [Turn(row.person_id, row.since, row.until, row.has_lead_role) for row in rows]
    return [] if enrolled.person_id is None else [Turn(enrolled.person_id)]


def turns_by_enrolment(person: Person, enrolments: Iterable[Enrolment]) -> dict[int, list[Turn]]:
    """One person's turns in any place of these enrolments, by enrolment."""
    found: dict[int, list[Turn]] = defaultdict(list)
    theirs = Q(turns__person=person) | Q(turns=None, person=person)
    rows = EnrolledTeacher.objects.filter(theirs, enrolment__in=[one.pk for one in enrolments])
    for pk, since, until in rows.values_list("enrolment", "turns__since", "turns__until"):
        found[pk].append(Turn(person.pk, since, until))
    return found


def turn_elsewhere(enrolled: EnrolledTeacher, person: int, *, since: date) -> Turn | None:
    """When somebody has, or comes to have, another place of the same enrolment on a day or later.

    Nobody ever has two. Whoever asks before they write holds the enrolment.
    """
    rows = EnrolledTeacher.objects.filter(enrolment=enrolled.enrolment_id).exclude(pk=enrolled.pk)
    found = [turn for one in rows.prefetch_related("turns") for turn in turns_of(one)]
    return next((turn for turn in found if turn.person == person and turn.meets(since)), None)


def has_one_of(places: EnrolledTeacherQuerySet, *, since: date | OuterRef) -> Q:
    """Whether the ``person`` of a row of the query around has one of these places on a day, or comes to have it."""
    held = places.filter(person=OuterRef("person"), turns=None)
    lasts = Q(turns__until=None) | Q(turns__until__gte=since)
    return Exists(held) | Exists(places.filter(lasts, turns__person=OuterRef("person")))


def keep_turns(enrolled: EnrolledTeacher, turns: Iterable[Turn]) -> None:
    """Write the turns of a place, whose row the caller holds."""
    enrolled.turns.all().delete()
    TeacherTurn.objects.bulk_create(
        TeacherTurn(enrolled=enrolled, person_id=one.person, since=one.since, until=one.until, has_lead_role=one.leads)
        for one in turns
    )


def out_of_turn(today: date) -> EnrolledTeacherQuerySet:
    """Places of years that go on whose person of today is not the one whose turn it is."""
    of_place = TeacherTurn.objects.filter(enrolled=OuterRef("pk"))
    holder = Subquery(of_place.on(today).values("person")[:1])
    differs = ~Q(person=models.F("holder")) | Q(person=None) | Q(holder=None)
    over = (Enrolment.Status.COMPLETED, Enrolment.Status.WITHDRAWN)
    # Few places ever pass on, and fewer of years that go on: those alone are looked at one by one, twice a minute.
    passed_on = TeacherTurn.objects.exclude(enrolled__enrolment__status__in=over)
    rows = EnrolledTeacher.objects.filter(pk__in=passed_on.values("enrolled"))
    return rows.annotate(holder=holder).filter(differs).exclude(person=None, holder=None)


def places_with_turns(places: EnrolledTeacherQuerySet, today: date) -> Sequence[EnrolledTeacher]:
    """Places with all that their pages say of who had them, has them and will have them.

    With ``opens_on``, from when somebody is to be named for one.
    """
    turns = TeacherTurn.objects.select_related("person").order_by(models.F("since").asc(nulls_first=True), "pk")
    found = list(places.select_related("person").prefetch_related(models.Prefetch("turns", queryset=turns)))
    for one in found:
        one.opens_on = opens_on(turns_of(one), today)  # type: ignore[attr-defined]
    return found
