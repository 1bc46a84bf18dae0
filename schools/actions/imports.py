"""Importing schools from GIAS: one file, all of it or nothing, every attempt recorded."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, transaction

from schools.actions.import_plan import CLOSED, CREATED, UNCHANGED, UPDATED, Plan, make_plan, plan_links
from schools.actions.import_writes import Writer, follow_authorities
from schools.adapters.gias import Link, Rejected, read_links, read_schools
from schools.adapters.gias_table import UnreadableFile
from schools.models import GiasImport, User

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
) -> ImportResult:
    """Load a file of schools, and with `links` join predecessors and successors. Absence from the file means nothing.

    :raises ImportRefused: where nothing was changed: a file that cannot be trusted, or another import at the same time.
    """
    record = GiasImport(file_name=file_name[:200], by=by, started_at=now, is_dry_run=dry_run)
    try:
        joins = list(read_links(links)) if links is not None else []
        plan = _load(file, joins, by=by, now=now, dry_run=dry_run)
    except (UnreadableFile, ImportRefused) as problem:
        record.problem = str(problem)
        record.save()
        raise ImportRefused(str(problem)) from problem
    bad_links = [
        replace(row, reason=f"In the file of links: {row.reason}") for row in joins if isinstance(row, Rejected)
    ]
    rejected = [*plan.rejected, *bad_links]
    counts = plan.counts()
    record.created, record.updated = counts[CREATED], counts[UPDATED]
    record.unchanged, record.closed, record.rejected = counts[UNCHANGED], counts[CLOSED], len(plan.rejected)
    record.rejected_rows = [[row.line, row.urn, row.reason] for row in rejected[:MOST_REJECTED_KEPT]]
    record.save()
    return ImportResult(
        created=record.created,
        updated=record.updated,
        unchanged=record.unchanged,
        closed=record.closed,
        rejected=record.rejected,
        rejected_rows=tuple(rejected),
        record=record,
    )


def _load(file: Source, joins: list[Link | Rejected], *, by: User | None, now: datetime, dry_run: bool) -> Plan:
    """Read and write in one transaction; a dry run writes too, and takes it back.

    :raises UnreadableFile: for a file that cannot be trusted.
    :raises ImportRefused: while another import runs.
    """
    opened = read_schools(file)
    try:
        with transaction.atomic():
            _wait_for_other_imports()
            plan = make_plan(opened)
            plan_links(plan, [link for link in joins if isinstance(link, Link)])
            Writer(plan, opened.fields, by=by, now=now).write()
            follow_authorities(by=by, now=now)
            transaction.set_rollback(dry_run)
    except OperationalError as problem:
        if "locked" not in str(problem):
            raise
        raise ImportRefused(BUSY) from problem
    return plan


def _wait_for_other_imports() -> None:
    """One import at a time: PostgreSQL waits here for the row that stands for imports, SQLite at BEGIN IMMEDIATE."""
    ContentType.objects.select_for_update(no_key=True).filter(app_label="schools", model="giasimport").first()
