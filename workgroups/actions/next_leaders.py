"""Who leads the groups that pass on with a replacement: a leader of the hub, or somebody who becomes one with it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from hubportal.core import clock
from programmes.actions import leaders
from programmes.models import Leader, LeaderQuerySet
from schools.models import User
from workgroups.actions import leading, leaving
from workgroups.models import Group, Replacement, ReplacementPart

Kind = ReplacementPart.Kind


def prepare(
    change: Replacement, groups: Sequence[Group], *, by: User, now: datetime, max_groups: int | None = None
) -> None:
    """Let whoever comes be a leader of the kinds that groups ask for, from the day on, and see that they have room.

    :param max_groups: how many groups a year are agreed with whoever becomes a leader; None: see ``agreed_with_new``.
    :raises CannotChangeLeader: where they would lead more groups than agreed.
    :raises CannotLead: where they cannot become a leader.
    """
    for group in groups:
        if not _standing(change, group, now).exists():
            _begin(change, group, max_groups or agreed_with_new(groups), by, now)
    # For all of them at once: by the last of them, those before would count as led already.
    many = Counter((next_leader(change, group, now), group.offer.year) for group in groups)
    for (leader, year), more in many.items():
        problem = leading.why_no_room(leader, year, more)
        if problem:
            raise leading.CannotChangeLeader(problem)


def agreed_with_new(groups: Sequence[Group]) -> int:
    """How many groups a year somebody new may lead: as many as the leaver, or as pass on, whichever is more."""
    return max(*(group.leader.max_groups for group in groups), *Counter(one.offer.year for one in groups).values())


def next_leader(change: Replacement, group: Group, now: datetime) -> Leader:
    """Whoever comes, as the leader of a group's hub that they are once it is prepared."""
    return _standing(change, group, now).order_by("-pk")[0]


def why_not_end(change: Replacement, part: ReplacementPart) -> str:
    """Why somebody who became a leader with a replacement is to stay one, or an empty string."""
    leader, to = part.leader, change.successor
    if leader is None or leader.ends_on is not None:
        return f"The last day of {to} has been changed since: change it in the list of leaders."
    passed = set(change.parts.filter(kind=Kind.GROUP).values_list("group", flat=True))
    others = [group.name for group in leaving.groups_left(leader=leader) if group.pk not in passed]
    return (
        f"{to} leads other groups since: {', '.join(others)}. Change the leader of each group instead."
        if others
        else ""
    )


def _standing(change: Replacement, group: Group, now: datetime) -> LeaderQuerySet:
    theirs = Leader.objects.filter(person=change.successor, hub=group.hub, kind=group.offer.leader_kind)
    return theirs.not_ended(now.astimezone(clock.LONDON).date())


def _begin(change: Replacement, group: Group, max_groups: int, by: User, now: datetime) -> None:
    if change.successor is None:
        return
    leader, role = leaders.succeed(
        person=change.successor,
        after=group.leader,
        max_groups=max_groups,
        from_on=change.from_on,
        by=by,
        now=now,
    )
    label = f"{leader.get_kind_display()} of {group.hub}"
    ReplacementPart.objects.create(replacement=change, kind=Kind.BEGINS, label=label[:250], leader=leader, given=role)
