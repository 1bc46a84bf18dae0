"""Importing schools from GIAS: one file, all of it or nothing, every attempt recorded before it begins."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, OperationalError, transaction

from hubportal.core import notices, wake
from schools.actions.import_plan import CLOSED, CREATED, UNCHANGED, UPDATED, Plan, make_plan, plan_links
from schools.actions.import_writes import Writer, follow_authorities, without_hub
from schools.adapters.gias import Link, Rejected, read_links, read_schools
from schools.adapters.gias_table import UnreadableFile
from schools.models import GiasImport, User

logger = logging.getLogger(__name__)

MOST_REJECTED_KEPT = 5_000
BUSY = "Another import is running. Wait until it has finished, then try again."

Source = Path | str | BinaryIO


class ImportRefused(Exception):
    """The import changed nothing; `str()` says why in plain words."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the rows of a file: each is in exactly one count. `rejected_rows` has those of the links too."""

    created: int
    updated: int
    unchanged: int
    closed: int
    rejected: int
    rejected_rows: tuple[Rejected, ...]
    record: GiasImport

    def __str__(self) -> str:
        return (
            f"created={self.created} updated={self.updated} unchanged={self.unchanged} "
            f"closed={self.closed} rejected={self.rejected}"
        )


def import_schools(
    *,
    file: Source,
    file_name: str,
    by: User | None,
    now: datetime,
    links: Source | None = None,
    dry_run: bool = False,
    ran_as: str = "",
) -> ImportResult:
    """Load a file of schools, and with `links` join predecessors and successors. Absence from the file means nothing.

    :param ran_as: the name that the server knows, where nobody is signed in.
    :raises ImportRefused: where nothing was changed: a file that cannot be trusted, or another import at the same time.
    """
    record = GiasImport(file_name=file_name[:200], by=by, ran_as=ran_as[:100], started_at=now, is_dry_run=dry_run)
    try:
        _keep(record)
        joins = list(read_links(links)) if links is not None else []
        rejected = _load(file, joins, record)
    except (UnreadableFile, ImportRefused) as problem:
        _end(record, GiasImport.State.REFUSED, str(problem))
        raise ImportRefused(str(problem)) from problem
    except BaseException as problem:  # Ctrl-C too: whoever looks at the list must see that it came to nothing
        _end(record, GiasImport.State.FAILED, _reason(problem))
        raise
    return ImportResult(
        created=record.created,
        updated=record.updated,
        unchanged=record.unchanged,
        closed=record.closed,
        rejected=record.rejected,
        rejected_rows=tuple(rejected),
        record=record,
    )


def _load(file: Source, joins: list[Link | Rejected], record: GiasImport) -> list[Rejected]:
    """Read and write in one transaction, the record with it; a dry run writes too, and takes it back.

    :raises UnreadableFile: for a file that cannot be trusted.
    :raises ImportRefused: while another import runs.
    """
    opened = read_schools(file)
    with _unless_busy(), transaction.atomic():
        wait_for_other_imports()
        plan = make_plan(opened)
        plan_links(plan, joins)
        Writer(plan, opened.fields, by=record.by, now=record.started_at).write()
        follow_authorities(by=record.by, now=record.started_at, record=record)
        rejected = fill(record, plan)
        record.save()
        tell_hubs(record)
        transaction.set_rollback(record.is_dry_run)
    if record.is_dry_run:
        record.save()
    return rejected


def fill(record: GiasImport, plan: Plan) -> list[Rejected]:
    """Write down what became of the rows; returns those that were rejected."""
    rejected = plan.all_rejected
    counts = plan.counts()
    record.closed_schools = sorted({*plan.closed_schools(), *plan.reopened})
    record.converted_schools, record.closing_schools = plan.converted, plan.closing
    record.without_hub = without_hub({spot.row.la_code for spot in plan.schools() if spot.row})
    record.state = GiasImport.State.DONE
    record.created, record.updated = counts[CREATED], counts[UPDATED]
    record.unchanged, record.closed, record.rejected = counts[UNCHANGED], counts[CLOSED], len(plan.rejected)
    record.rejected_rows = [[row.line, row.urn, row.reason] for row in rejected[:MOST_REJECTED_KEPT]]
    return rejected


def tell_hubs(record: GiasImport) -> None:
    """Each hub in one e-mail which of its schools came or went, and what else is new of those with something open."""
    notices.reconcile(record, now=record.started_at)
    wake.wake()


def _keep(record: GiasImport) -> None:
    """:raises ImportRefused: while another import runs, where the database has one writer at a time."""
    with _unless_busy():
        record.save()


def _end(record: GiasImport, state: GiasImport.State, problem: str) -> None:
    """Write down why nothing was changed; where the database does not take even that, the page says "broken off"."""
    ended = GiasImport(
        pk=record.pk,
        state=state,
        file_name=record.file_name,
        by=record.by,
        ran_as=record.ran_as,
        started_at=record.started_at,
        is_dry_run=record.is_dry_run,
        problem=problem,
    )
    try:
        ended.save()
    except DatabaseError:
        logger.exception("How the import of %s ended could not be kept", record.file_name)


def _reason(problem: BaseException) -> str:
    if isinstance(problem, KeyboardInterrupt | SystemExit):
        return "It was stopped before it had finished."
    return f"The portal came to an error that nobody foresaw: {type(problem).__name__}: {problem}"[:2_000]


@contextmanager
def _unless_busy() -> Iterator[None]:
    """:raises ImportRefused: where somebody else holds the whole database."""
    try:
        yield
    except OperationalError as problem:
        if "locked" not in str(problem):
            raise
        raise ImportRefused(BUSY) from problem


def wait_for_other_imports() -> None:
    """One import at a time: PostgreSQL waits here for the row that stands for imports, SQLite at BEGIN IMMEDIATE."""
    ContentType.objects.select_for_update(no_key=True).filter(app_label="schools", model="giasimport").first()
