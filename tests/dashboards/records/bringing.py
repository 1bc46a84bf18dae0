"""Bringing a small table in, as the pages do it, without a worker."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from hubportal.core import jobs
from hubportal.core.models import Job, Upload, UploadLine
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.rules.kinds import KINDS
from schools.models import Hub, User
from tests.world import NOW

Table = Sequence[Sequence[str]]


def as_csv(table: Table) -> SimpleUploadedFile:
    """A table as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return SimpleUploadedFile("records.csv", out.getvalue().encode())


def as_workbook(table: Sequence[Sequence[str | None]], *merged: str, sheet: str = "Sheet") -> SimpleUploadedFile:
    """A table as a workbook in which some cells are one."""
    book, out = Workbook(), io.BytesIO()
    book.active.title = sheet
    for row in table:
        book.active.append(row)
    for one in merged:
        book.active.merge_cells(one)
    book.save(out)
    return SimpleUploadedFile("records.xlsx", out.getvalue())


def done(kind: str) -> Job:
    """Do the job of a kind that waits."""
    job = Job.objects.get(kind=kind, state=Job.State.WAITING)
    jobs.run(jobs.take(job))
    job.refresh_from_db()
    return job


def look_at(
    kind: str, table: Table | SimpleUploadedFile, *, hub: Hub, by: User, constants: dict[str, str] | None = None
) -> Upload:
    """Upload a table whose headings say what they are, and have it looked at."""
    file = table if isinstance(table, SimpleUploadedFile) else as_csv(table)
    upload = uploads.take_in(owner=hub, kind=kind, upload=file, by=by, now=NOW)
    columns = {int(at): key for at, key in upload.columns.items()}
    uploads.map_columns(upload=upload, columns=columns, constants=constants or {}, by=by, now=NOW)
    assert done(work.READ).state == Job.State.DONE
    upload.refresh_from_db()
    return upload


def bring_in(upload: Upload) -> Job:
    """Bring in what was looked at."""
    uploads.bring_in(upload=upload, by=upload.by, now=NOW, seen=uploads.preview_of(upload))
    job = done(work.APPLY)
    upload.refresh_from_db()
    return job


def bring(kind: str, table: Table, *, hub: Hub, by: User, constants: dict[str, str] | None = None) -> Upload:
    """Both."""
    upload = look_at(kind, table, hub=hub, by=by, constants=constants)
    job = bring_in(upload)
    assert job.state == Job.State.DONE, job.problem
    return upload


def take_back(upload: Upload) -> Job:
    """Take it back."""
    uploads.take_back(upload=upload, by=upload.by, now=NOW)
    job = done(work.UNDO)
    upload.refresh_from_db()
    return job


def outcomes(upload: Upload) -> list[tuple[str, str]]:
    """What became of each line."""
    return [(line.outcome, line.what) for line in UploadLine.objects.filter(upload=upload).order_by("number")]


def counts(upload: Upload) -> dict[str, int]:
    """How many lines of each outcome, but none."""
    return {outcome: many for outcome, many in upload.counts.items() if many and outcome in UploadLine.Outcome}


def headed(kind: str, **cells: str) -> list[list[str]]:
    """A table of one line with the headings of the template."""
    fields: Any = [KINDS[kind].field(key) for key in cells]
    return [[field.label for field in fields], list(cells.values())]
