"""What a file would do to a hub's priority list, line by line. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Problem = tuple[int, str, str]
NO_SUCH = "No school has this URN."
TWICE = "This school stands further up in the file already."


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the file: its number there, the URN (None: none could be read), the reason, and what is wrong."""

    line: int
    urn: int | None
    reason: str
    written: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class School:
    """A school that the file names; ``other_hub`` and ``closed``: why the list does not take it, in words."""

    pk: int
    name: str
    other_hub: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A school with its reason, and the one that it had."""

    pk: int
    name: str
    reason: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Schools that come to the list, get another reason, stay as they are, go; and the lines that are left out."""

    fresh: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def plan_of(
    lines: Iterable[Entry], schools: Mapping[int, School], listed: Mapping[int, tuple[str, str]], *, is_whole: bool
) -> Plan:
    """What these lines would do.

    A file in which none of the hub's schools can be found takes none off the list.

    :param schools: those that the file names, by URN.
    :param listed: name and reason of the schools on the list now, by key.
    """
    plan = Plan()
    seen: set[int] = set()
    for one in lines:
        school = schools.get(one.urn or 0)
        problem = one.problem or _problem(school, seen)
        if problem or school is None:
            plan.problems.append((one.line, one.written, problem))
            continue
        seen.add(school.pk)
        before = listed.get(school.pk)
        reason = one.reason or (before[1] if before else "")
        change = Change(school.pk, school.name, reason, before[1] if before else "")
        rows = plan.fresh if before is None else plan.same if change.before == reason else plan.changed
        rows.append(change)
    if is_whole and seen:
        plan.gone.extend(Change(pk, name, why) for pk, (name, why) in listed.items() if pk not in seen)
    return plan


def _problem(school: School | None, seen: set[int]) -> str:
    if school is None:
        return NO_SUCH
    if school.other_hub or school.closed:
        return school.other_hub or school.closed
    return TWICE if school.pk in seen else ""
