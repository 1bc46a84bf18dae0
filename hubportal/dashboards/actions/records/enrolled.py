"""Enrolments and offers as the lines of a sheet need them: found, or made for years before the portal."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Row
from hubportal.dashboards.actions.records.world import World, in_parts
from hubportal.dashboards.rules.reading import Misread, in_full
from hubportal.dashboards.rules.school_match import Known
from programmes.actions.offer_years import copy_of
from programmes.models import Enrolment, EnrolmentQuerySet, Offer, Phase
from programmes.rules.years import code_in_year, day_in_year
from schools.models import SchoolTie
from schools.rules import year_label

Status = Enrolment.Status
LONGEST_CODE = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says about one school's year."""

    status: str
    ended_on: date | None = None
    reason: str = ""


def ended_words(status: str, values: Mapping[str, Any]) -> str:
    """What a school's year is, and when and why it ended, as it will be written."""
    ended_on, reason = values.get("ended_on"), values.get("end_reason")
    words = Status(status).label.lower() + (f" on {in_full(ended_on)}" if ended_on else "")
    return f"{words} (“{reason}”)" if reason else words


class Enrolments:
    """What schools take and took part in, those that the upload makes among them."""

    def __init__(self, world: World, ledger: Ledger, *, locks: bool = False) -> None:
        self.world, self.ledger = world, ledger
        self._by_school: dict[int, list[Enrolment]] = defaultdict(list)
        self._codes = set(Offer.objects.filter(hub=None).values_list("year", "code"))
        self._of_hub = Q(hub=world.hub) | Q(school__hub=world.hub)
        own = Enrolment.objects.filter(self._of_hub, person=None)
        # Nobody moves one of them meanwhile; those of other hubs are read only.
        self._keep(own.select_for_update(of=("self",)) if locks else own)

    def load(self, rows: Sequence[Row]) -> None:
        """Read what the schools of these lines took with other hubs."""
        for part in in_parts(one.pk for one in self.world.schools_of(rows)):
            self._keep(Enrolment.objects.filter(school__in=part, person=None).exclude(self._of_hub))

    def _keep(self, rows: EnrolmentQuerySet) -> None:
        for one in rows.select_related("offer", "school", "hub").order_by("pk"):
            self._by_school[one.school_id].append(one)

    def of(self, school: Known) -> list[Enrolment]:
        """All of one school."""
        return self._by_school[school.pk]

    def standing(self, school: Known, phase: Phase, year: int) -> Enrolment | None:
        """What a school's part in a programme of a year is: one that stands before one that was withdrawn."""
        found = [one for one in self.of(school) if (one.offer.phase_id, one.offer.year) == (phase.pk, year)]
        return min(found, key=lambda one: (one.status == Status.WITHDRAWN, one.pk or 0), default=None)

    def check(self, school: Known, phase: Phase, year: int) -> Enrolment | None:
        """The same, after a look at whether the line can say anything about it.

        :raises Misread: where another hub has the school, or ran it, or there is no offer to enter it under.
        """
        self.world.check_year(year)
        self.world.check_had(school, year)
        found = self.standing(school, phase, year)
        if found is not None and found.hub_id != self.world.hub.pk:
            raise Misread(f"Another hub has {school.name} in {phase}, {year_label(year)}, on record already.")
        if found is None and not self.world.offers_of(phase, year):
            self._check_offer(phase, year)
        return found

    def _check_offer(self, phase: Phase, year: int) -> None:
        label = year_label(year)
        if self.world.is_for_persons(phase, year):
            raise Misread(f"{phase} enrols single persons in {label}, not schools. Enter them by hand.")
        if self.world.nearest_offer(phase, year) is None:
            raise Misread(f"No offer of {phase} is known in any year, so that {label} could follow it.")
        if year >= self.world.year:
            raise Misread(f"{phase} is not offered in {label}. Ask the national team to offer it.")

    def offer(self, number: int, phase: Phase, year: int) -> Offer:
        """The offer of a programme in a year; one of the past is made as it is in the nearest year."""
        offers = self.world.offers_of(phase, year)
        if offers:
            return offers[0]
        nearest = self.world.nearest_offer(phase, year)
        if nearest is None:
            raise Misread(f"No offer of {phase} is known in any year.")
        made = copy_of(
            nearest,
            year=year,
            code=self._code(nearest.code, year),
            opens_on=day_in_year(nearest.opens_on, year - nearest.year),
            closes_on=day_in_year(nearest.closes_on, year - nearest.year),
            copied_from_id=None,
            is_published=True,
        )
        self.world.keep_offer(made)
        return self.ledger.add(number, made, f"{phase} is entered as a programme of {year_label(year)}.")

    def _code(self, code: str, year: int) -> str:
        wanted = code_in_year(code, year)
        if (year, wanted) in self._codes:
            wanted = f"{wanted[: LONGEST_CODE - 5]}-{year}"
        self._codes.add((year, wanted))
        return wanted

    def make(self, number: int, school: Known, offer: Offer, said: Said) -> Enrolment:
        """A school's year as it was, or is."""
        is_over = offer.year < self.world.year or said.status in (Status.COMPLETED, Status.WITHDRAWN)
        taken_over = Enrolment.TakenOver.PAST if is_over else Enrolment.TakenOver.RUNNING
        has_ended = said.status in (Status.COMPLETED, Status.WITHDRAWN)
        year_end = min(date(offer.year + 1, 7, 31), self.world.today)
        made = Enrolment(
            school_id=school.pk,
            offer=offer,
            hub=self.world.hub,
            status=said.status,
            accepted_on=min(date(offer.year, 9, 1), self.world.today),
            paused_from=Status.ACTIVE if said.status == Status.PAUSED else "",
            ended_on=(said.ended_on or year_end) if has_ended else None,
            end_reason=said.reason,
            taken_over="" if said.status == Status.ACCEPTED else taken_over,
        )
        self.of(school).append(made)
        self.tie(number, school)
        words = f"{school.name}: {offer}, {ended_words(made.status, vars(made))}."
        return self.ledger.add(number, made, words)

    def tie(self, number: int, school: Known) -> None:
        """The hub keeps seeing a school of its own, whichever hub it moves to later; no other's."""
        if self.world.owned.tie(school.pk):
            self.ledger.add(number, SchoolTie(school_id=school.pk, hub=self.world.hub))
