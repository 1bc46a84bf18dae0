"""What runs in a hub that is split or goes on in another: how much of it goes, and how much stays."""

from dataclasses import dataclass

from django.db import models

from programmes.models import Enrolment
from schools.models import Hub, School
from workgroups.models.changed import OPEN_ENROLMENT
from workgroups.models.groups import Group, Place


@dataclass(frozen=True, slots=True)
class Running:
    """What runs in a hub at schools that go to another: groups and enrolments that can go, and that cannot."""

    groups: models.QuerySet[Group]
    mixed: models.QuerySet[Group]
    enrolments: models.QuerySet[Enrolment]
    in_mixed: models.QuerySet[Enrolment]

    def of_later_years(self, year: int) -> "Running":
        """What has not begun in a school year, 2026 for 2026/27: it is for one after it."""
        return Running(
            self.groups.filter(offer__year__gt=year),
            self.mixed.filter(offer__year__gt=year),
            self.enrolments.filter(offer__year__gt=year),
            self.in_mixed.filter(offer__year__gt=year),
        )

    def counts(self) -> dict[str, int]:
        """How much there is of each."""
        return {
            "groups": self.groups.count(),
            "mixed": self.mixed.count(),
            "enrolments": self.enrolments.count(),
            "in_mixed": self.in_mixed.count(),
        }


def running_at(hub: Hub, schools: models.QuerySet[School], *, other: Hub | None, is_all: bool) -> Running:
    """Of the schools that go to ``other``. A group in which one of them sits beside a school that stays does not go.

    A school that the other hub has already, given to it by hand, does not stay: what it does in a group that goes,
    goes too. What else it does goes on where it runs. With ``other`` None only those that go do not stay.
    """
    taken = Place.objects.taken()
    going, there = models.Q(enrolment__school__in=schools.values("pk")), models.Q(enrolment__school__hub=other)
    has_going, has_staying = (
        models.Exists(rows.filter(group=models.OuterRef("pk")))
        for rows in (taken.filter(going), taken.exclude(going | there if other else going))
    )
    groups = Group.objects.filter(hub=hub, status__in=Group.OPEN).order_by("pk")
    enrolments = Enrolment.objects.filter(hub=hub, status__in=OPEN_ENROLMENT).order_by("pk")
    if is_all:
        return Running(groups, groups.none(), enrolments, enrolments.none())
    whole, mixed = groups.filter(has_going, ~has_staying), groups.filter(has_going, has_staying)
    in_whole, in_mixed = (
        models.Exists(taken.filter(enrolment=models.OuterRef("pk"), group__in=rows.values("pk")))
        for rows in (whole, mixed)
    )
    theirs = enrolments.filter(school__in=schools.values("pk"))
    along = enrolments.filter(models.Q(school__in=schools.values("pk")) | in_whole)
    return Running(whole, mixed, along.filter(~in_mixed), theirs.filter(in_mixed))
