"""Whom somebody of a school can write to: who leads the groups that they are in, and the hubs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubportal.core import clock
from hubportal.dashboards.figures.space import Space
from programmes.models import Part
from schools.models import Hub, School, User
from schools.scope import among
from workgroups.models import Group, Participant

# Of a trust with many schools each group's page says who leads it.
MOST_GROUPS = 6


@dataclass(frozen=True)
class Contacts:
    """Groups with their leaders, and hubs; each once."""

    groups: Sequence[Group]
    hubs: Sequence[Hub]


def of_schools(space: Space) -> Contacts:
    """Of the schools for which one acts, open ones, and of what they do."""
    places, *_dates = space.dates
    running = [place.group for place in places if place.group.is_open]
    own = [school.hub for school in space.schools.values() if school.is_open]
    return _each_once(running, [*own, *(one.hub for one in space.going_on)])


def of_teacher(user: User, parts: Sequence[Part]) -> Contacts:
    """Of what one takes part in oneself, and of where one teaches."""
    attends = Participant.objects.visible_to(user).on(clock.today()).filter(person=user.person_id)
    groups = Group.objects.visible_to(user).filter(places__participants__in=attends, status__in=Group.OPEN)
    hubs: list[Hub | None] = [part.enrolment.hub for part in parts]
    if not hubs:
        own = School.objects.visible_to(user).filter(among("pk", user.scope.school_ids))
        hubs = [school.hub for school in own.select_related("hub")]
    return _each_once(groups.select_related("leader__person").distinct(), hubs)


def together(found: Iterable[Contacts]) -> Contacts:
    """What several say, as one."""
    all_of_them = list(found)
    return _each_once(
        [group for one in all_of_them for group in one.groups], [hub for one in all_of_them for hub in one.hubs]
    )


def _each_once(groups: Iterable[Group], hubs: Iterable[Hub | None]) -> Contacts:
    by_key = {group.pk: group for group in groups}
    of_hubs = {hub.pk: hub for hub in hubs if hub is not None}
    return Contacts(
        sorted(by_key.values(), key=lambda one: (one.name, one.pk))[:MOST_GROUPS],
        sorted(of_hubs.values(), key=lambda one: one.name),
    )
