"""What is left in a hub that has closed, or whose school has gone with a split, by whatever way: it goes there too."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import models, transaction

from hubportal.core import clock
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.actions import hub_changes as deciding
from programmes.models import Enrolment, Leader
from schools.actions import hubs, ours, taking_along
from schools.models import Hub, HubChange, HubMove
from schools.rules import academic_year, first_day
from workgroups.actions.hub_changes import follow, move_enrolment
from workgroups.models import Replacement
from workgroups.models.running import running_at

Kind = HubChange.Kind
# Longer ago, what a school has in a hub that works is that hub's, as after a move by hand.
JUST_SPLIT = timedelta(days=30)


def take_what_is_left(*, now: datetime) -> int:
    """Let it follow; how many hubs, and enrolments of a split, something was left of. Safe to run again."""
    followed = HubChange.objects.filter(status=HubChange.Status.DONE, followed_at__isnull=False)
    changes = followed.select_related("hub__goes_on_in", "other").order_by("pk")
    over = models.Q(takes_running=True) | models.Q(ended_at__lt=_year_began(now))
    taken = 0
    for merger in changes.filter(over, kind=Kind.MERGER, hub__closed_on__isnull=False, hub__goes_on_in__isnull=False):
        if _is_left(merger.hub, now):
            taken += _take_rest(merger, now)
    for split in changes.filter(kind=Kind.SPLIT, takes_running=True, ended_at__gte=now - JUST_SPLIT):
        if _left_of_split(split).exists():
            with apart(split), suppress(CannotMove):
                taken += _take_enrolments(split, now)
    return taken


def _year_began(now: datetime) -> datetime:
    """Until a year is over, what stayed runs in the closed hub."""
    return clock.at_london(first_day(academic_year(clock.day_of(now))), 0)


def _is_left(hub: Hub, now: datetime) -> bool:
    """In one query. Only what ``_take_rest`` takes: it would be looked for again and again."""
    running = running_at(hub, hub.schools.all(), other=None, is_all=True)
    rows: list[models.QuerySet[models.Model]] = [
        *taking_along.left_at(hub, now),
        *deciding.left_at(hub, academic_year(clock.day_of(now))),
        running.groups,
        running.enrolments,
        Leader.objects.filter(hub=hub, ends_on=None),
        Replacement.objects.filter(hub=hub, status=Replacement.Status.PLANNED),
    ]
    first, *rest = [one.order_by().values_list("pk") for one in rows]
    return first.union(*rest, all=True).exists()


def _take_rest(merger: HubChange, now: datetime) -> int:
    """As the merger took the rest: what did not come with it, and after its year what had stayed.

    In two steps, as there: each holds people, and what runs is held before them.
    """
    merger.other, merger.takes_running = merger.hub.goes_on_in, True
    taken = 0
    for step in (hubs.take_rest, follow):
        with apart(merger), suppress(CannotMove):
            taken = max(taken, _take(step, merger, now))
    return taken


@transaction.atomic
def _take(step: Callable[..., None], merger: HubChange, now: datetime) -> int:
    if merger.other is None:
        return 0
    ours.change(merger.hub, merger.other)
    step(change=merger, now=now)
    return 1


def _left_of_split(split: HubChange) -> models.QuerySet[Enrolment]:
    """Accepted by the old hub since then, in no group beside a school that stayed, and in no programme of its own."""
    at = split.ended_at or split.made_at
    moved = HubMove.objects.filter(school=models.OuterRef("school"), status=HubMove.Status.DONE, ended_at__gte=at)
    return (
        # A group that stayed stays with its schools, also where the other hub has been given the rest by hand since.
        running_at(split.hub, split.schools_going(), other=None, is_all=False)
        .enrolments.filter(~models.Exists(moved), accepted_on__gte=clock.day_of(at), school__hub=split.other_id)
        .exclude(offer__hub=split.hub_id, offer__stands_for=None)
    )


@transaction.atomic
def _take_enrolments(split: HubChange, now: datetime) -> int:
    if split.other is None:
        return 0
    ours.change(split.hub, split.other)
    left = list(_left_of_split(split).select_related("school", "hub"))
    for enrolment in left:
        move_enrolment(enrolment, split.other, now)
    return len(left)
