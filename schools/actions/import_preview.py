"""What an import is going to change, said before it is applied: nothing is written to find out."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from schools.actions.import_plan import CLOSED, CREATED, UNCHANGED, UPDATED, Plan, Spot, chunks
from schools.actions.import_writes import ELSEWHERE
from schools.actions.reopening import ties_of
from schools.adapters.gias import SchoolRow
from schools.models import Hub, LocalAuthority, School, SchoolSplit
from schools.rules import listed

# Of each kind of change so many are kept to be shown; of closures and successors all, for their hubs are told.
MOST_SHOWN = 50
MOST_NEW = 12
MOST_REJECTED_KEPT = 5_000


@dataclass
class Changes:
    """Stored schools by what happens to them; each entry begins with the school's key and name."""

    renamed: list[list[Any]] = field(default_factory=list)
    closing: list[list[Any]] = field(default_factory=list)
    proposed: list[list[Any]] = field(default_factory=list)
    reopened: list[list[Any]] = field(default_factory=list)
    converted: list[list[Any]] = field(default_factory=list)
    merged: list[list[Any]] = field(default_factory=list)
    split: list[list[Any]] = field(default_factory=list)
    trusts: list[list[Any]] = field(default_factory=list)
    authorities: list[list[Any]] = field(default_factory=list)
    hubs: list[list[Any]] = field(default_factory=list)
    others: int = 0
    # Rows that are written differently and say the same.
    same: int = 0


class Areas:
    """The hub of each local authority, and how many open schools of a plan are going to belong to none."""

    def __init__(self) -> None:
        rows = LocalAuthority.objects.select_related("hub")
        self._names = {one.code: one.name for one in rows}
        self._hubs = {one.code: one.hub for one in rows}
        self._without: dict[str, list[Any]] = {}

    def hub(self, code: str) -> Hub | None:
        """The hub of a local authority; None where it has none, or nobody knows it."""
        return self._hubs.get(code)

    def count(self, row: SchoolRow) -> None:
        """Count a school that goes by its local authority, where no hub has that."""
        if row.gias_status in School.OPEN and self.hub(row.la_code) is None:
            name = row.la_name or self._names.get(row.la_code, "")
            self._without.setdefault(row.la_code, [row.la_code, name, 0])[2] += 1

    def without_hub(self) -> list[list[Any]]:
        """Code, name and number of open schools of each, by code."""
        return sorted(self._without.values())


def preview_of(plan: Plan, fields: Collection[str]) -> dict[str, Any]:
    """Counts, examples of each kind of change, the rows that cannot be read, and a mark by which it is known again.

    :param fields: the facts that the file speaks of; others stay as they are.
    """
    areas = Areas()
    changes = _changes(plan, areas, fields)
    for spot in plan.schools():
        if spot.pk is None and spot.row:
            areas.count(spot.row)
    created = [spot.row.name for spot in plan.schools() if spot.pk is None and spot.row]
    counts = {key: len(value) for key, value in vars(changes).items() if isinstance(value, list)}
    counts["absent"] = _absent(plan)
    # Not which hub schools go to: local authorities are given to hubs while a preview waits, from its own page.
    weighty = [value for key, value in vars(changes).items() if key != "hubs"], created, len(plan.rejected)
    return {
        "counts": counts | {"created": len(created), "others": changes.others, "rejected": len(plan.rejected)},
        "outcomes": _outcomes(plan, changes),
        "created": created[:MOST_NEW],
        **{key: value[:MOST_SHOWN] for key, value in vars(changes).items() if isinstance(value, list)},
        "touched": sorted({one[0] for one in (*changes.closing, *changes.merged, *changes.split)}),
        "rejected_rows": [[row.line, row.urn, row.reason] for row in plan.all_rejected[:MOST_REJECTED_KEPT]],
        "bad_links": len(plan.bad_links),
        "without_hub": areas.without_hub(),
        "mark": hashlib.sha256(json.dumps(weighty, default=str).encode()).hexdigest(),
    }


def _absent(plan: Plan) -> int:
    """How many open schools the file has no row of: many, where it was cut off on its way."""
    stored = plan.known.items()
    told = {one.school_id for urn, one in stored if urn in plan.outcomes or str(urn) in plan.unread}
    return len({one.school_id for _urn, one in stored if one.is_current and one.status in School.OPEN} - told)


def _outcomes(plan: Plan, changes: Changes) -> dict[str, int]:
    """How many rows become what, as the result counts them: each is in one of these."""
    counts = plan.counts()
    counts.update({UPDATED: -changes.same, UNCHANGED: changes.same})
    return {key: counts[key] for key in (CREATED, UPDATED, CLOSED, UNCHANGED)}


def _changes(plan: Plan, areas: Areas, fields: Collection[str]) -> Changes:
    found = Changes()
    stored = {spot.pk: spot for spot in plan.schools() if spot.pk is not None}
    after = {old: spot for urn, spot in plan.successors.items() if (old := _key(plan, urn)) is not None}
    split = {old: became for urn, became in plan.splits.items() if (old := _key(plan, urn)) is not None}
    unknown = {_key(plan, urn): [f"URN {one} (not known)" for one in urns] for urn, urns in plan.unknown.items()}
    changing = sorted({pk for pk, spot in stored.items() if spot.row or spot.former} | after.keys() | split.keys())
    known_splits = set(SchoolSplit.objects.values_list("school", "became"))
    for school in _schools(changing):
        spot = stored.get(school.pk)
        if spot is not None and spot.former:
            former = ", ".join(str(urn) for urn in spot.former)
            if any(urn not in plan.known or plan.known[urn].is_current for urn in spot.former):
                found.converted.append([school.pk, school.name, former, str(spot.urn)])
        one_or_more = [after[school.pk]] if school.pk in after else split.get(school.pk, [])
        became = [*(_name(one) for one in one_or_more), *unknown.get(school.pk, ())]
        if spot is not None and spot.row:
            is_new = _compare(found, school, spot.row, became, fields)
            found.same += not is_new and not spot.former
            _compare_hubs(found, school, spot.row, areas)
        if school.pk in after and (after[school.pk].pk is None or school.succeeded_by_id != after[school.pk].pk):
            found.merged.append([school.pk, school.name, _name(after[school.pk])])
        if any((school.pk, one.pk) not in known_splits for one in split.get(school.pk, ())):
            found.split.append([school.pk, school.name, ", ".join(became)])
    ties = ties_of([pk for pk, *_name in found.reopened])
    found.reopened = [[pk, name, listed(ties[pk]) if pk in ties else "–"] for pk, name in found.reopened]
    return found


def _key(plan: Plan, urn: int) -> int | None:
    spot = plan.spot_of(urn)
    return spot.pk if spot is not None else None


def _schools(keys: list[int]) -> Iterator[School]:
    for chunk in chunks(keys):
        rows = School.objects.select_related("authority", "trust", "hub").defer("search", "row_hash").order_by("pk")
        yield from rows.filter(pk__in=chunk)


def _compare(found: Changes, school: School, row: SchoolRow, became: list[str], fields: Collection[str]) -> bool:
    """Sort a stored school under each kind of change that its row brings; whether it brings any."""
    closed, before = School.GiasStatus.CLOSED, len(found.renamed)
    is_told = False
    if row.name != school.name:
        found.renamed.append([school.pk, school.name, row.name])
    if row.gias_status == closed != school.gias_status:
        found.closing.append([school.pk, school.name, ", ".join(became)])
        is_told = True
    if row.gias_status == School.GiasStatus.CLOSING != school.gias_status:
        day = row.closed_on
        found.proposed.append([school.pk, school.name, f"{day.day} {day:%B %Y}" if day else ""])
        is_told = True
    if school.gias_status == closed != row.gias_status:
        found.reopened.append([school.pk, school.name])
        is_told = True
    trust = school.trust.code if school.trust else ""
    if "trust_code" in fields and row.trust_code != trust:
        found.trusts.append([school.pk, school.name, str(school.trust or "none"), row.trust_name or "none"])
        is_told = True
    if row.la_code != school.authority.code:
        found.authorities.append([school.pk, school.name, school.authority.name, row.la_name or row.la_code])
        is_told = True
    is_told = is_told or len(found.renamed) > before
    plain = [name for name in fields if name not in ELSEWHERE]
    is_other = not is_told and any(getattr(row, name) != getattr(school, name) for name in plain)
    found.others += is_other
    return is_told or is_other


def _compare_hubs(found: Changes, school: School, row: SchoolRow, areas: Areas) -> None:
    """Whether it goes to the hub of its local authority, which a hub set by hand keeps it from."""
    if school.hub_set_by_hand:
        return
    areas.count(row)
    hub = areas.hub(row.la_code)
    if hub != school.hub:
        found.hubs.append([school.pk, school.name, str(school.hub or "no hub"), str(hub or "no hub")])


def _name(spot: Spot) -> str:
    """The name of a school of the plan, stored or new."""
    if spot.row:
        return spot.row.name
    name = School.objects.filter(pk=spot.pk or 0).values_list("name", flat=True).first()
    return name or f"URN {spot.urn}"
