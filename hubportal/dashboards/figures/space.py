"""What somebody's own schools are and do, read once: people, years, groups and their dates."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from hubportal.core import clock
from programmes.models import Enrolment
from programmes.models.agreements import with_said
from schools import roles
from schools.models import Role, School, User
from schools.rules import academic_year
from schools.scope import among
from workgroups.models import Place, Visit
from workgroups.views.dates import DateRow, Dates, date_rows, read_dates

GOING_ON = (Enrolment.Status.ACCEPTED, Enrolment.Status.ACTIVE)


@dataclass
class Space:
    """Somebody's own schools on a day; ``year`` is the one that they look at."""

    user: User
    now: datetime
    year: int
    schools: dict[int, School] = field(default_factory=dict)
    held: dict[int, list[Role]] = field(default_factory=dict)
    enrolments: list[Enrolment] = field(default_factory=list)
    dates: Dates = ([], [], [])

    @property
    def today(self) -> date:
        """The day in London."""
        return self.now.astimezone(clock.LONDON).date()

    @property
    def this_year(self) -> int:
        """The school year of today."""
        return academic_year(self.today)

    @property
    def open_ids(self) -> list[int]:
        """Schools that are open: of a closed one only money is asked."""
        return [pk for pk, school in self.schools.items() if school.is_open]

    @cached_property
    def going_on(self) -> list[Enrolment]:
        """What open schools are accepted for or do, this year or later."""
        seen = [one for one in self.enrolments if one.offer.year >= self.this_year and one.status in GOING_ON]
        return [one for one in seen if self.schools[one.school_id].is_open]

    @property
    def of_year(self) -> list[Enrolment]:
        """What the schools do in the year that is looked at, whatever became of it, and what they do after it."""
        done = [one for one in self.enrolments if one.offer.year == self.year]
        to_come = [one for one in self.going_on if one.offer.year > self.year]
        return done + (to_come if self.year >= self.this_year else [])

    @property
    def last_visits(self) -> list[Visit]:
        """The visits of that year that were logged last: what was shared of them is there to read."""
        done = [one for one in self.dates[2] if one.status == Visit.Status.DONE and one.group.offer.year == self.year]
        return sorted(done, key=lambda one: (one.on or date.min, one.pk), reverse=True)

    @property
    def next_dates(self) -> list[DateRow]:
        """What lies ahead and has its date."""
        return [row for row in date_rows(self.dates, self.now) if row.is_ahead and row.starts_at]

    def heads(self, school_id: int) -> list[Role]:
        """The headteachers of today."""
        return [role for role in self.held.get(school_id, []) if role.kind == roles.HEADTEACHER]

    def is_head(self, school_id: int) -> bool:
        """Whether whoever reads is headteacher there."""
        return any(role.person_id == self.user.person_id for role in self.heads(school_id))

    def leads(self, school: School) -> bool:
        """Whether whoever reads leads the school, or its trust."""
        scope = self.user.scope
        return school.pk in scope.school_lead_ids or school.trust_id in scope.trust_ids


def unnamed(enrolment: Enrolment) -> int:
    """For how many of its places teachers are to be named, now or from a day to come; none once it has ended."""
    to_name: int = enrolment.held + enrolment.opening  # type: ignore[attr-defined]
    return 0 if enrolment.has_ended else to_name


def read_space(user: User, *, year: int, now: datetime) -> Space:
    """All of it; for one school as for all of a trust."""
    own = among("pk", user.scope.school_staff_ids) | among("trust", user.scope.trust_ids)
    own_schools: Any = School.objects.visible_to(user).filter(own).for_list()
    space = Space(user, now, year, {school.pk: school for school in own_schools})
    held = Role.objects.filter(school__in=space.schools, kind__in=(*roles.SCHOOL_STAFF, roles.COVER))
    for role in held.current(space.today).select_related("person").order_by("pk"):
        space.held.setdefault(role.school_id or 0, []).append(role)
    years = Q(offer__year=year) | Q(offer__year__gte=space.this_year)
    seen = with_said(Enrolment.objects.visible_to(user).filter(years, school__in=space.schools))
    space.enrolments = list(seen.for_list().with_naming())
    places = Place.objects.visible_to(user).filter(enrolment__in=[one.pk for one in space.enrolments])
    space.dates = read_dates(user, places, now)
    return space
