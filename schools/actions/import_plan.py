"""What an import of a GIAS file is going to do, worked out before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from schools.adapters.gias import GiasFile, Link, Rejected, Same, SchoolRow
from schools.models import School, SchoolUrn, Succession

CREATED, UPDATED, UNCHANGED, CLOSED = "created", "updated", "unchanged", "closed"

STILL_OPEN = "it is open, so it has not become URN {}, or part of it: the link is followed once it has closed"
ROW_UNREAD = "its own row could not be read, so nobody knows whether it has closed and become URN {}, or part of it"


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal has for a URN; `status` and `row_hash` are those of its school."""

    school_id: int
    is_current: bool
    status: int
    row_hash: bytes


@dataclass(slots=True, eq=False)
class Spot:
    """One school in the plan: a stored one (`pk`) or a new one, the URN it has from now on, the facts to take."""

    pk: int | None
    urn: int
    row: SchoolRow | None = None
    facts_of: int | None = None
    since: date | None = None
    former: dict[int, date | None] = field(default_factory=dict)
    is_gone: bool = False


@dataclass
class Plan:
    """What is to be written, and what becomes of every row: each URN of the file has one outcome."""

    known: dict[int, Known]
    outcomes: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    spots: dict[int, Spot] = field(default_factory=dict)
    removed: dict[int, Spot] = field(default_factory=dict)  # records that are deleted, and what goes on instead
    successors: dict[int, Spot] = field(default_factory=dict)
    splits: dict[int, list[Spot]] = field(default_factory=dict)
    followed_on: dict[int, date | None] = field(default_factory=dict)  # since when others are there instead
    bad_links: list[Rejected] = field(default_factory=list)
    # Filled as it is written: key, former name, former URNs and URN of stored schools that took another; keys of those
    # that are now proposed to close, and of those that are open again.
    converted: list[list[Any]] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)
    unknown: dict[int, list[int]] = field(default_factory=dict)  # URNs that came after one, of which nobody knows

    @cached_property
    def unread(self) -> set[str]:
        """The URNs, as they stand there, of the rows that could not be read."""
        return {row.urn for row in self.rejected}

    @property
    def all_rejected(self) -> list[Rejected]:
        """The rows of both files that could not be read, or followed."""
        bad_links = [replace(row, reason=f"In the file of links: {row.reason}") for row in self.bad_links]
        return [*self.rejected, *bad_links]

    def counts(self) -> Counter[str]:
        """How many rows were created, updated, unchanged, closed, rejected."""
        return Counter(self.outcomes.values()) + Counter(rejected=len(self.rejected))

    def closed_schools(self) -> list[int]:
        """Keys of the stored schools whose rows closed them, once the plan is written."""
        spots = [self.spot_of(urn) for urn, outcome in self.outcomes.items() if outcome == CLOSED]
        return sorted({spot.pk for spot in spots if spot is not None and spot.pk is not None})

    def schools(self) -> Iterator[Spot]:
        """Each school of the plan once."""
        seen: set[int] = set()
        for spot in self.spots.values():
            if id(spot) not in seen and not spot.is_gone:
                seen.add(id(spot))
                yield spot

    def spot_of(self, urn: int) -> Spot | None:
        """The school that has or had this URN, None where nobody knows it."""
        known = self.known.get(urn)
        if urn not in self.spots and known is not None:
            self.spots[urn] = self._stored_spot(known.school_id)
        return self.spots.get(urn)

    def former_urns(self, spot: Spot) -> dict[int, date | None]:
        """The URNs that a stored school had before, their dates as they are stored."""
        return dict.fromkeys(self._former_urns.get(spot.pk or 0, []))

    def _stored_spot(self, school_id: int) -> Spot:
        """The one spot of a stored school, found by the URN that it has now."""
        urn = self._current_urns[school_id]
        return self.spots.setdefault(urn, Spot(pk=school_id, urn=urn))

    @cached_property
    def _current_urns(self) -> dict[int, int]:
        return {known.school_id: urn for urn, known in self.known.items() if known.is_current}

    @cached_property
    def _former_urns(self) -> dict[int, list[int]]:
        urns: defaultdict[int, list[int]] = defaultdict(list)
        for urn, known in self.known.items():
            if not known.is_current:
                urns[known.school_id].append(urn)
        return urns


def make_plan(file: GiasFile, each: Callable[[], object] = int) -> Plan:
    """Compare a file with what is stored; nothing is written.

    :param each: called once a row, to show how far it is.
    :raises UnreadableFile: for a file whose last row is cut short.
    """
    plan = Plan(known_urns())
    hashes = {urn: known.row_hash for urn, known in plan.known.items() if known.is_current}
    for row in file.rows(hashes):
        each()
        if isinstance(row, Same):
            plan.outcomes[row.urn] = UNCHANGED
        elif isinstance(row, Rejected):
            plan.rejected.append(row)
        else:
            _place(plan, row)
    return plan


def known_urns() -> dict[int, Known]:
    """Every stored URN, in one query."""
    rows = SchoolUrn.objects.values_list(
        "urn", "school_id", "is_current", "school__gias_status", "school__row_hash"
    ).order_by()
    return {
        urn: Known(school_id, is_current, status, bytes(row_hash))
        for urn, school_id, is_current, status, row_hash in rows.iterator(chunk_size=5000)
    }


def _place(plan: Plan, row: SchoolRow) -> None:
    known = plan.known.get(row.urn)
    plan.statuses[row.urn] = row.gias_status
    if known is None:
        plan.outcomes[row.urn] = CREATED
        plan.spots[row.urn] = Spot(pk=None, urn=row.urn, row=row, since=row.opened_on)
    elif not known.is_current:
        # A URN that the school no longer has: what is said of it is history.
        plan.outcomes[row.urn] = UNCHANGED
    else:
        is_closing = row.gias_status == School.GiasStatus.CLOSED != known.status
        plan.outcomes[row.urn] = CLOSED if is_closing else UPDATED
        plan.spots[row.urn] = Spot(pk=known.school_id, urn=row.urn, row=row)


def plan_links(plan: Plan, links: Iterable[Link | Rejected]) -> None:
    """Join schools that follow one another.

    One school that became one other (an academy conversion) keeps its key and takes the new URN and facts. Several
    that became one stay schools of their own and point to their successor. One that became several points nowhere.
    """
    pairs: dict[tuple[int, int], Link] = {}
    for link in links:
        if isinstance(link, Rejected):
            plan.bad_links.append(link)
            continue
        pair = (link.old_urn, link.new_urn)
        if pair not in pairs or link.is_merger:
            pairs[pair] = link
    _find_unknown(plan, pairs)
    before = Counter(new for _, new in pairs)
    after = Counter(old for old, _ in pairs)
    both_stored: list[tuple[Spot, Spot, Link]] = []
    for (old_urn, new_urn), link in _in_order(pairs):
        if not _has_followed(plan, link):
            continue
        if after[old_urn] > 1:
            _split(plan, link)
        elif before[new_urn] > 1 or link.is_merger:
            _point(plan, link)
        else:
            _join(plan, link, both_stored)
    _join_stored(plan, both_stored)


def _find_unknown(plan: Plan, pairs: dict[tuple[int, int], Link]) -> None:
    """Of schools that are known, what came after and is not: it cannot be followed, and is told."""
    for (old, new), link in pairs.items():
        is_known, is_new_known = (urn in plan.spots or urn in plan.known for urn in (old, new))
        if is_known and not is_new_known:
            plan.unknown.setdefault(old, []).append(new)
            reason = f"neither the file of schools nor the portal has URN {new}, which came after it"
            plan.bad_links.append(Rejected(link.line, str(old), reason))


def _in_order(pairs: dict[tuple[int, int], Link]) -> list[tuple[tuple[int, int], Link]]:
    """The pairs so that a school that followed one and was followed by another comes in that order.

    URNs are given out in order of time, so a later school has a higher one.
    """
    return sorted(pairs.items(), key=lambda item: (item[0][1], item[0][0]))


def _has_followed(plan: Plan, link: Link) -> bool:
    """Whether the change has happened: the new school is no mere proposal, the old one does not go on beside it.

    Of an old school that the file does not have, as one of open schools alone, nothing says that it goes on.
    """
    new = plan.spot_of(link.new_urn)
    if new is None or _status(plan, link.new_urn) == School.GiasStatus.PROPOSED:
        return False
    is_in_file = link.old_urn in plan.outcomes or str(link.old_urn) in plan.unread
    known = plan.known.get(link.old_urn)
    is_former = known is not None and not known.is_current
    return not is_in_file or is_former or _has_closed(plan, link)


def _has_closed(plan: Plan, link: Link) -> bool:
    """Whether the old school has closed, by this file or before; else it is told, and a later file takes the link."""
    status = _status(plan, link.old_urn)
    if status != School.GiasStatus.CLOSED:
        reason = (ROW_UNREAD if status is None else STILL_OPEN).format(link.new_urn)
        plan.bad_links.append(Rejected(link.line, str(link.old_urn), reason))
    return status == School.GiasStatus.CLOSED


def _status(plan: Plan, urn: int) -> int | None:
    known = plan.known.get(urn)
    return plan.statuses.get(urn, known.status if known else None)


def _point(plan: Plan, link: Link) -> None:
    """A merger: the old school points to the one that it became part of."""
    if (new := _apart(plan, link)) is not None:
        plan.successors[link.old_urn] = new
        plan.followed_on[link.old_urn] = link.since


def _split(plan: Plan, link: Link) -> None:
    """One of several schools that a stored one became."""
    if (new := _apart(plan, link)) is not None:
        plan.splits.setdefault(link.old_urn, []).append(new)
        plan.followed_on[link.old_urn] = link.since


def _apart(plan: Plan, link: Link) -> Spot | None:
    """The school that followed one which stays a school of its own, and has closed."""
    old, new = plan.spot_of(link.old_urn), plan.spot_of(link.new_urn)
    if old is None or new is None or old is new or old.urn != link.old_urn:
        return None
    return new if _has_closed(plan, link) else None


def _join(plan: Plan, link: Link, both_stored: list[tuple[Spot, Spot, Link]]) -> None:
    """A conversion: one school, two URNs."""
    old, new = plan.spot_of(link.old_urn), plan.spot_of(link.new_urn)
    if new is None or old is new or (old is not None and old.urn != link.old_urn):
        return
    if old is None:
        new.former[link.old_urn] = link.since
        plan.spots[link.old_urn] = new
    elif old.pk is None:
        _absorb(plan, keep=new, drop=old, former=old.urn, until=link.since)
    elif new.pk is None:
        _succeed(plan, old, new, link)
    else:
        both_stored.append((old, new, link))


def _succeed(plan: Plan, old: Spot, new: Spot, link: Link) -> None:
    """The stored school takes over the URN and the facts of the one that follows it."""
    former, old.urn, old.row, old.since = old.urn, new.urn, new.row, link.since
    _absorb(plan, keep=old, drop=new, former=former, until=link.since)
    if plan.outcomes.get(former) in {UPDATED, CLOSED}:
        # The school goes on: what the file says of the URN that it had is history.
        plan.outcomes[former] = UNCHANGED
    if new.urn in plan.outcomes:
        plan.outcomes[new.urn] = UPDATED


def _absorb(plan: Plan, *, keep: Spot, drop: Spot, former: int, until: date | None) -> None:
    keep.former |= plan.former_urns(drop) | drop.former | {former: until}
    drop.is_gone = True
    for urn in (*keep.former, drop.urn):
        plan.spots[urn] = keep


def _join_stored(plan: Plan, pairs: list[tuple[Spot, Spot, Link]]) -> None:
    """Join schools that were both stored before their link was known.

    The one that has work in the portal keeps its key. Where both have, the old one points to the new one.
    """
    in_use = _in_use({spot.pk for old, new, _ in pairs for spot in (old, new) if spot.pk is not None})
    for old, new, link in pairs:
        if old.is_gone or new.is_gone or old.urn != link.old_urn:
            continue
        if new.pk is not None and new.pk not in in_use:
            plan.removed[new.pk] = old
            old.facts_of = new.facts_of or new.pk
            _succeed(plan, old, new, link)
        elif old.pk is not None and old.pk not in in_use:
            plan.removed[old.pk] = new
            _absorb(plan, keep=new, drop=old, former=old.urn, until=link.since)
            if plan.outcomes.get(link.old_urn) == UPDATED:
                plan.outcomes[link.old_urn] = UNCHANGED
        else:
            _point(plan, link)


def _in_use(school_ids: set[int]) -> set[int]:
    """Those schools that any other record points to."""
    found: set[int] = set()
    for relation in School._meta.related_objects:
        model = relation.related_model
        if isinstance(model, str) or model in (SchoolUrn, Succession):
            continue
        name = relation.field.name
        for chunk in chunks(sorted(school_ids)):
            rows = model._base_manager.filter(**{f"{name}__in": chunk})
            found.update(rows.order_by().values_list(name, flat=True).distinct())
    return found


def chunks(ids: list[int], size: int = 500) -> Iterator[list[int]]:
    """Lists that fit into one query of any database."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
