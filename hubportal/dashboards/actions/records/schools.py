"""All schools, as lines name them: by number or words, and which one it was before another took its place."""

from collections import defaultdict
from functools import cached_property

from hubportal.dashboards.actions.records.owning import Owned
from hubportal.dashboards.rules.school_match import Asked, Known, Register
from hubportal.dashboards.rules.school_numbers import Number
from schools.models import School, SchoolUrn
from schools.rules import first_day

BECAME = "{} has closed: {} took its place."


class Schools:
    """The schools of today, and those in whose place they stand."""

    def __init__(self, owned: Owned) -> None:
        self.owned = owned
        # By line: the school of today, and the one that is named.
        self._named: dict[int, tuple[Known, Known]] = {}

    @cached_property
    def register(self) -> Register:
        """All schools; their hub's own first."""
        facts = ("pk", "name", "town", "postcode", "authority__name", "gias_status", "succeeded_by", "phase_code")
        more = ("former_names", "urn", "closed_on")
        return Register(
            [
                Known(
                    *(pk, name, town, postcode, la),
                    is_own=pk in self.owned,
                    is_open=status in School.OPEN,
                    successor=after,
                    phase_code=code,
                    former_names=tuple(former.split("; ")) if former else (),
                    urn=urn,
                    closed_on=closed_on,
                )
                for (pk, name, town, postcode, la, status, after, code, former, urn, closed_on) in (
                    School.objects.with_urn().values_list(*facts, *more)
                )
            ]
        )

    @cached_property
    def _by_number(self) -> dict[Number, set[int]]:
        """Schools by URN, and by the numbers of authority and establishment, which a successor may have kept."""
        found: dict[Number, set[int]] = defaultdict(set)
        for urn, pk in SchoolUrn.objects.values_list("urn", "school"):
            found[urn].add(pk)
        establishments = School.objects.exclude(establishment_number=None)
        for la, number, pk in establishments.values_list("authority__code", "establishment_number", "pk"):
            found[la, int(number or 0)].add(pk)
        return found

    def numbered(self, *numbers: Number) -> tuple[Known, Known] | None:
        """The school of the first of these numbers that is one school's: as it is today, and the one that had it."""
        for number in numbers:
            had = self._by_number.get(number, set())
            standing = {self.register.standing(pk) for pk in had}
            if len(standing) == 1:
                (pk,) = standing
                return self.register.known(pk), self.register.known(min(had) if len(had) == 1 else pk)
        return None

    def called(self, asked: Asked, school: Known) -> Known:
        """The one that words name, where a school of today is meant."""
        return self.register.known(self.register.named(asked, school.pk))

    def keep(self, number: int, school: Known, named: Known) -> None:
        """Which school a line is about, and which one it names."""
        self._named[number] = (school, named)

    def became(self, number: int) -> list[str]:
        """What is to be known of a line that names a school that has become another."""
        school, named = self._named.get(number, (None, None))
        if school is None or named is None or named is school:
            return []
        return [BECAME.format(named.in_full, school.in_full)]

    def then(self, number: int, school: Known, year: int) -> Known:
        """The school that a line names, unless it had closed before a school year began; else the one of today."""
        named = self._named.get(number, (school, school))[1]
        has_gone = named.closed_on is not None and named.closed_on <= first_day(year)
        return school if named.is_open or has_gone else named

    def named(self, numbers: list[int]) -> list[int]:
        """The schools that lines name, by their keys."""
        return [self._named[one][1].pk for one in numbers if one in self._named]
