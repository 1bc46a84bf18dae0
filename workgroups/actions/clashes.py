"""Whether who leads a group meets another group at the same time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from schools.models import Person
from workgroups.models import Group, LeaderChange, Meeting, led_then

# From when to when something is.
Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Clash:
    """Another group's meeting that the leader of a group leads too."""

    leader: Person
    meeting: Meeting

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it is at the same time, if only in part."""
        return self.meeting.starts_at < ends_at and self.meeting.ends_at > starts_at


def busy_times(group: Group) -> list[Clash]:
    """The standing meetings of other groups of the year that are led by who leads this group on their day."""
    year, own = group.offer.year, group.leader.person_id
    near = Q(group__hub=group.hub_id) | Q(leader__person=own) | Q(was__person=own)
    changes = LeaderChange.objects.standing().select_related("group").filter(near, group__offer__year=year)
    by_group: dict[int, list[LeaderChange]] = defaultdict(list)
    for change in changes:
        by_group[change.group_id].append(change)

    def leading(one: Group, moment: datetime) -> Person:
        return (led_then(by_group[one.pk], moment) or one.leader).person

    people = {own, *(pk for one in by_group[group.pk] for pk in (one.leader.person_id, one.was.person_id))}
    others = (
        Meeting.objects.standing()
        .filter(Q(group__leader__person__in=people) | Q(group__in=by_group), group__offer__year=year)
        .exclude(group=group)
        .select_related("group__leader__person")
        .order_by("starts_at", "pk")
    )
    led = [Clash(leading(one.group, one.starts_at), one) for one in others]
    return [one for one in led if one.leader == leading(group, one.meeting.starts_at)]


def clashes(group: Group, times: Iterable[Times]) -> list[Clash]:
    """The other meetings of a group's leader that are at one of these times; two groups may meet together."""
    times = list(times)
    return [one for one in busy_times(group) if any(one.overlaps(*each) for each in times)]
