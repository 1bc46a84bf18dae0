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

    def counts(self) -> dict[str, int]:
        """How much there is of each."""
        return {
            "groups": self.groups.count(),
            "mixed": self.mixed.count(),
            "enrolments": self.enrolments.count(),
            "in_mixed": self.in_mixed.count(),
        }


def running_at(hub: Hub, schools: models.QuerySet[School], *, is_all: bool) -> Running:
    """Of the schools that go. A group in which one of them sits beside a school that stays does not go."""
    taken = Place.objects.taken().filter(group=models.OuterRef("pk"))
    going, staying = (
        models.Exists(taken.filter(enrolment__school__in=schools.values("pk"))),
        models.Exists(taken.exclude(enrolment__school__in=schools.values("pk"))),
    )
    groups = Group.objects.filter(hub=hub, status__in=Group.OPEN).order_by("pk")
    enrolments = Enrolment.objects.filter(hub=hub, status__in=OPEN_ENROLMENT).order_by("pk")
    if is_all:
        return Running(groups, groups.none(), enrolments, enrolments.none())
    mixed = groups.filter(going, staying)
    beside = models.Exists(Place.objects.taken().filter(enrolment=models.OuterRef("pk"), group__in=mixed.values("pk")))
    theirs = enrolments.filter(school__in=schools.values("pk"))
    return Running(groups.filter(going, ~staying), mixed, theirs.filter(~beside), theirs.filter(beside))
