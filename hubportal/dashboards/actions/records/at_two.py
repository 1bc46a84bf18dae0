"""Teachers whom a file has at two schools of one group: a slip of copying, or somebody who works at both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from hubportal.dashboards.actions.records.known_people import People
from hubportal.dashboards.actions.records.lines import Row, Undecided
from hubportal.dashboards.actions.records.people import taking_part
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import AT_TWO, BOTH, FIRST, SECOND
from hubportal.dashboards.rules.reading import Misread, folded
from hubportal.dashboards.rules.school_match import Known
from schools.rules import name_key, year_label

Named = tuple[str, str]
QUESTION = "{} Say which of the two is meant, or both."
LEFT_OUT = "{} is left out of this line, as you have said where they are."
LONGEST, LONGEST_GROUP = 300, 100  # as much of a question is kept, and of the group in it


class AtTwoSchools:
    """Asks at which school somebody of one name and address is; whom the portal has at both, it knows to be so."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people = world, people
        # By line and teacher: each question, with the answers by which they stay in the line.
        self._asked: dict[tuple[int, Named], list[tuple[str, frozenset[str]]]] = defaultdict(list)

    def look_through(self, rows: Iterable[Row]) -> None:
        """All lines of a file; who is known has been read."""
        groups: dict[str, str] = {}
        found: dict[tuple[str, Named], dict[int, tuple[Known, list[int]]]] = defaultdict(dict)
        called: dict[Named, str] = {}
        for row in rows:
            with suppress(Misread):
                # What is answered goes for this group and year, and is asked anew for others.
                group = f"{row.text('group')[:LONGEST_GROUP]}, {year_label(row.year('year'))}"
                groups.setdefault(folded(group), group)
                named = [one for one in taking_part(row) if one[1]]
                for school in self.world.schools_of([row]) if named else ():
                    for one in named:
                        called.setdefault(_key(one), one[0])
                        found[folded(group), _key(one)].setdefault(school.pk, (school, []))[1].append(row.number)
        for (group, who), at in found.items():
            first, *others = at.values()
            for other in others:
                self._ask(groups[group], who, called[who], first, other)

    def _ask(
        self, group: str, who: Named, name: str, first: tuple[Known, list[int]], other: tuple[Known, list[int]]
    ) -> None:
        schools = (first[0], other[0])
        if all(self.people.teaches_at(name, who[1], school) for school in schools):
            return
        is_alike = schools[0].name == schools[1].name
        at, and_at = (school.in_full if is_alike else school.name for school in schools)
        text = f"{group}: {name}, {who[1]}, is at {at} and at {and_at}"[:LONGEST]
        for stays, (_school, lines) in ((FIRST, first), (SECOND, other)):
            for number in lines:
                self._asked[number, who].append((text, frozenset({BOTH, stays})))

    def kept(self, row: Row, teachers: Sequence[Named]) -> tuple[list[Named], list[str]]:
        """The teachers of a line who stay in it, and what is to be said of those who do not.

        :raises Undecided: where somebody must say it first.
        """
        left = {}
        for one in teachers:
            for text, stays in self._asked.get((row.number, _key(one)), ()):
                if (said := self.world.said(AT_TWO, text)) is None:
                    self.world.asking.word(row.number, AT_TWO, text)
                    raise Undecided(QUESTION.format(f"{text}."))
                self.world.asking.answered(row.number, AT_TWO, text, said)
                if said not in stays:
                    left[one] = LEFT_OUT.format(one[0])
        return [one for one in teachers if one not in left], list(left.values())


def _key(one: Named) -> Named:
    return name_key(one[0]), one[1]
