"""Whose a school is and was: the schools of a hub today, those it once ran something for, those that have left it."""

from collections import defaultdict
from datetime import date
from functools import cached_property

from django.db.models import Q

from schools.models import Hub, HubChange, HubMove, School, SchoolTie
from schools.rules import first_day, last_day

# From when on a hub had a school, and when it went.
Time = tuple[date, date]
EVER = date.min


class Owned:
    """The schools of which a hub may say something."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._new_ties: set[int] = set()

    @cached_property
    def today(self) -> set[int]:
        """Those that are the hub's."""
        return set(School.objects.filter(hub=self.hub).values_list("pk", flat=True))

    @cached_property
    def _tied(self) -> set[int]:
        """Those that it sees whichever hub they move to."""
        return set(SchoolTie.objects.filter(hub=self.hub).values_list("school", flat=True))

    @cached_property
    def _left(self) -> dict[int, list[Time]]:
        """When it had those that have left it, moved one by one or many at a time."""
        ours = Q(status=HubMove.Status.DONE) & (Q(hub=self.hub) | Q(was=self.hub))
        moves = list(HubMove.objects.filter(ours).values_list("from_on", "pk", "school", "hub"))
        many = Q(status=HubChange.Status.DONE, schools__isnull=False) & (Q(hub=self.hub) | Q(other=self.hub))
        moves += HubChange.objects.filter(many).values_list("from_on", "pk", "schools", "other")
        found: dict[int, list[Time]] = defaultdict(list)
        since: dict[int, date] = {}
        for day, _pk, school, goes_to in sorted(moves, key=lambda one: one[:2]):
            if goes_to == self.hub.pk:
                since[school] = day
            else:
                found[school].append((since.pop(school, EVER), day))
        return found

    def __contains__(self, school: object) -> bool:
        """Whether the hub has a school, or ever had."""
        return school in self.today or school in self._tied or school in self._left

    def had(self, school: int, year: int) -> bool:
        """Whether a school's part in a school year may be the hub's to bring."""
        if school in self.today or school in self._tied:
            return True
        first, last = first_day(year), last_day(year)
        return any(since <= last and until > first for since, until in self._left.get(school, ()))

    def tie(self, school: int) -> bool:
        """Let the hub keep seeing one of its schools; False where it does already."""
        if school not in self or school in self._tied or school in self._new_ties:
            return False
        self._new_ties.add(school)
        return True
