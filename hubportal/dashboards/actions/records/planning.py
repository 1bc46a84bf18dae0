"""What the lines of an upload come to: the same look for the preview and for bringing them in."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hubportal.core.jobs import Progress
from hubportal.core.models import Upload, UploadLine
from hubportal.dashboards.actions.records.attendance import Registers
from hubportal.dashboards.actions.records.awarding import say_awards
from hubportal.dashboards.actions.records.faults import faults_of
from hubportal.dashboards.actions.records.groups import Groups
from hubportal.dashboards.actions.records.ledger import Entry, Ledger
from hubportal.dashboards.actions.records.lines import Row, Undecided, mapping_of, row_of
from hubportal.dashboards.actions.records.past import Past
from hubportal.dashboards.actions.records.payments import Payments
from hubportal.dashboards.actions.records.people import PeopleOfSchools
from hubportal.dashboards.actions.records.twins import look_for_twins_of
from hubportal.dashboards.actions.records.visits import Visits
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.kinds import KINDS
from hubportal.dashboards.rules.reading import LeftOut, Misread
from schools.models import User

Outcome = UploadLine.Outcome
STEP = 50
# How much is repeated of what a cell holds.
LONGEST_QUOTED = 80
SHORTEST_CUT = 40
_LONG_QUOTED = re.compile(rf"“([^“”]{{{LONGEST_QUOTED}}})[^“”]+”")
# How a question about a line ends that nobody has to answer; a quoted cell ends with its own sign.
DOUBT = r"\?(?:\s|$)"
BROUGHT_IN = (Outcome.CREATE, Outcome.CHANGE)
SUMS_UP = "This row sums up others, and is left out."


class Planner(Protocol):
    """Plans the lines of one kind of records."""

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read what they need, all at once."""

    def read(self, row: Row) -> None:
        """One line; all of it is looked at before anything is made of it."""

    def finish(self) -> None:
        """What follows from all of them together."""


PLANNERS: dict[str, Callable[..., Planner]] = {
    "past": Past,
    "people": PeopleOfSchools,
    "groups": Groups,
    "attendance": Registers,
    "visits": Visits,
    "payments": Payments,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the lines come to; ``lines`` have their outcome and words, none of it is written."""

    ledger: Ledger
    world: World
    lines: Sequence[UploadLine]


def make_plan(
    upload: Upload,
    lines: Sequence[UploadLine],
    *,
    by: User | None,
    now: datetime,
    progress: Progress,
) -> Plan:
    """Look at every line.

    :param by: who asked for it; what only the national team may bring needs both them and whoever uploaded it.
    """
    progress.begin("Getting ready to compare")
    world, ledger, mapping = World(hub=upload.owner, by=_lesser(upload.by, by), now=now), Ledger(), mapping_of(upload)
    rows = [row_of(line, mapping) for line in lines]
    planner = PLANNERS[upload.kind](world, ledger)
    planner.prepare(rows)
    progress.begin("Comparing", len(rows))
    for at, (line, row) in enumerate(zip(lines, rows, strict=True), start=1):
        _look(planner, world, line, row)
        if at % STEP == 0:
            progress.step(STEP)
    planner.finish()
    say_awards(ledger, world)
    look_for_twins_of(ledger, world.today)
    first: dict[tuple[str, ...], int] = {}
    for line, row in zip(lines, rows, strict=True):
        before = first.setdefault(row.says, line.number)
        if not line.outcome:
            entry = ledger.entries[line.number]
            same = _said_before(line, entry, before) if entry.outcome == Outcome.SAME else []
            words = "\n".join(dict.fromkeys([*same, *entry.words, *row.left_out, *world.worked_out(line.number)]))
            line.outcome, line.what = entry.outcome, "\n".join([words, *row.taken_as(words)]).strip()
        line.what = _LONG_QUOTED.sub(r"“\1…”", line.what)
    return Plan(ledger, world, lines)


def _said_before(line: UploadLine, entry: Entry, before: int) -> list[str]:
    """Of which line before it one is a copy, or which said already what it says in other words."""
    if before != line.number:
        return [f"Same as line {before}."]
    return [f"Line {entry.met} says it already."] if entry.met else []


def _lesser(maker: User, by: User | None) -> User:
    return maker if by is None or by.scope.is_national else by


def _look(planner: Planner, world: World, line: UploadLine, row: Row) -> None:
    line.outcome, line.what = "", ""
    try:
        if row.sums_up:
            line.outcome, line.what = Outcome.SAME, SUMS_UP
            return
        planner.read(row)
    except Undecided as question:
        questions = dict.fromkeys([str(question), *world.ask_on(row), *faults_of(world, row)])
        line.outcome, line.what = Outcome.ASK, "\n".join(questions)
    except LeftOut as said:
        line.outcome, line.what = Outcome.SAME, str(said)
    except Misread as problem:
        line.outcome, line.what = Outcome.ERROR, "\n".join(dict.fromkeys([str(problem), *faults_of(world, row)]))


def counted(plan: Plan) -> dict[str, int]:
    """How many lines there are of each outcome, and what is to be known of all of them."""
    found = {outcome: sum(line.outcome == outcome for line in plan.lines) for outcome in Outcome.values}
    doubted = sum(line.outcome in BROUGHT_IN and bool(re.search(DOUBT, line.what)) for line in plan.lines)
    return found | plan.ledger.tally | {"doubted": doubted}


def misread_column(upload: Upload, lines: Sequence[UploadLine]) -> dict[str, int]:
    """The column (from 0) for whose cells most of all lines cannot be read: it is rather another one than it was said.

    :returns: it, as ``misread_at``, and how many lines, as ``misread``; nothing where there is none.
    """
    found = Counter(
        int(at)
        for line in lines
        if line.outcome == Outcome.ERROR
        for at in upload.columns
        if int(at) < len(line.cells) and _is_blamed(line.cells[int(at)], line.what)
    )
    # A word of a column with a choice of words is asked about rather than an error.
    kind = KINDS[upload.kind]
    worst = max(found, key=lambda at: (found[at], not kind.field(upload.columns[str(at)]).choice), default=None)
    if worst is None or found[worst] * 2 <= len(lines):
        return {}
    return {"misread_at": worst, "misread": found[worst]}


def _is_blamed(cell: Any, what: str) -> bool:
    """Whether it is this cell that the words about a line quote, or (as it cannot be read) are about."""
    if isinstance(cell, list):
        return str(cell[0]) in what
    return bool(cell) and (f"“{cell}”" in what or (len(cell) > SHORTEST_CUT and f"“{cell[:SHORTEST_CUT]}" in what))
