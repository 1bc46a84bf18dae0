"""The long work with an upload: looking at it, bringing it in, taking it back. Each writes all of it or nothing."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.urls import reverse

from hubportal.core import clock, journal, locks, wake
from hubportal.core.jobs import JobAgain, JobKind, JobRefused, Progress
from hubportal.core.models import Job, Upload, UploadLine
from hubportal.core.records import record_key
from hubportal.core.sheets.lines import UnreadableFile
from hubportal.core.sheets.opening import open_book
from hubportal.core.templatetags.portal import count
from hubportal.core.workflow import CannotMove
from hubportal.dashboards.actions.records import undoing
from hubportal.dashboards.actions.records.blocks import Blocks
from hubportal.dashboards.actions.records.ledger import BATCH, ChangedMeanwhile, Entry, NoTurn, as_json, digests
from hubportal.dashboards.actions.records.planning import Plan, counted, make_plan, misread_column
from hubportal.dashboards.adapters.hand_out import EXAMPLE
from schools.actions import ours
from schools.models import User

State = Upload.State
READ, APPLY, UNDO = "records-read", "records-apply", "records-undo"
NOT_NOW = "This upload has just been {}. Nothing more was done: look at it again."
MATCHED_ANEW = (
    "What the columns of this file are, or what its words mean, has just been changed by you or a colleague. "
    "Nothing was brought in: look at what its lines come to now, then bring it in."
)
NO_LONGER_YOURS = "Whoever asked for this no longer works for {}. Nothing was done."
READ_OTHERWISE = (
    "The sheet, its columns or its hub have been changed while the lines were looked at. Look at them again."
)
# What the lines are compared with: another hub has other records.
COMPARED_BY = ("owner_id", *Upload.READ_BY)
# Why it came to nothing the last time; the two times before it may have been the other.
CHANGED = (
    "The file was tried three times. The last time somebody else changed, meanwhile, what it is compared with. "
    "Nothing was brought in: try it again when nobody works on the same schools."
)
NO_TURN = (
    "The file was tried three times. The last time others were adding people to the portal for as long as it waited. "
    "Nothing was brought in: try it again in a few minutes."
)
# Of one, of many.
AS_BEFORE = "record as it was before,records as they were before"


def read_lines(upload: Upload, progress: Progress) -> list[UploadLine]:
    """The lines under the headings, as texts; a cell that cannot be read is a list of what is wrong with it.

    :raises JobRefused: where the file is gone, or cannot be read (any more).
    """
    if upload.file is None:
        raise JobRefused("The file is no longer here. Upload it again.")
    progress.begin("Reading the file")
    after = upload.headings["numbers"][-1] if upload.headings.get("numbers") else 0
    found, blocks = [], Blocks(upload.columns)
    try:
        with upload.file.content.open("rb") as content:
            for line in open_book(cast(BinaryIO, content)).lines(upload.sheet):
                if line.number > after and EXAMPLE not in line.cells:
                    cells: list[Any] = blocks.cells_of(line)
                    for at, trouble in line.troubles.items():
                        cells += [""] * (at + 1 - len(cells))
                        cells[at] = [trouble]
                    found.append(UploadLine(upload=upload, number=line.number, cells=cells))
                    progress.step()
    except (UnreadableFile, OSError, KeyError) as problem:
        raise JobRefused(
            str(problem) if isinstance(problem, UnreadableFile) else "The file cannot be read."
        ) from problem
    return found


def _allowed(job: Job, upload: Upload) -> Upload:
    """:raises JobRefused: where whoever asked may no longer bring this hub's records."""
    if job.by is not None:
        scope = User.objects.get(pk=job.by.pk).scope
        if not (scope.is_national or upload.owner_id in scope.staff_hub_ids):
            raise JobRefused(NO_LONGER_YOURS.format(upload.owner))
    return upload


def _upload(job: Job, *, lock: bool = False) -> Upload:
    rows = Upload.objects.select_related("owner", "by", "file")
    pk = job.about.partition(":")[2]
    return _allowed(job, locks.held(rows, pk) if lock else rows.get(pk=pk))


def _upload_in_turn(job: Job) -> Upload:
    """Of a hub's files one is written after the other, and the hub is not split or merged meanwhile.

    The file's hub: a merger has taken it to another one since the job was begun, perhaps.
    """
    owner = _upload(job).owner_id
    locks.wait_for_turn(f"records {owner}")
    ours.join(owner)
    return _upload(job, lock=True)


def _check(upload: Upload, *states: str) -> None:
    if upload.state not in states:
        raise JobRefused(not_now(upload))


def not_now(upload: Upload) -> str:
    """What somebody else has done with it since whoever asked for a step saw it."""
    return MATCHED_ANEW if upload.state == State.NEW else NOT_NOW.format(upload.get_state_display().lower())


def _read_preview(job: Job, progress: Progress) -> tuple[Upload, Plan]:
    upload = _upload(job)
    _check(upload, *Upload.OPEN)
    lines = read_lines(upload, progress)
    return upload, make_plan(upload, lines, by=job.by, now=clock.now(), progress=progress)


def _write_preview(job: Job, read: tuple[Upload, Plan], progress: Progress) -> dict[str, Any]:
    """Keep what the lines came to, where columns and hub are still what they were read by and compared with."""
    looked_at, plan = read
    upload = _upload(job, lock=True)
    _check(upload, *Upload.OPEN)
    if any(getattr(upload, name) != getattr(looked_at, name) for name in COMPARED_BY):
        raise JobRefused(READ_OTHERWISE)
    progress.begin("Keeping what was found", len(plan.lines))
    _keep_lines(upload, plan.lines, progress)
    counts, unknown = counted(plan) | misread_column(upload, plan.lines), plan.world.asking.as_kept()
    Upload.objects.filter(pk=upload.pk).update(state=State.READY, counts=counts, unknown=unknown)
    return counts


def _keep_lines(upload: Upload, lines: Sequence[UploadLine], progress: Progress) -> None:
    UploadLine.objects.filter(upload=upload).delete()
    for at in range(0, len(lines), BATCH):
        UploadLine.objects.bulk_create(lines[at : at + BATCH])
        progress.step(len(lines[at : at + BATCH]))


def _write_all(job: Job, _read: None, progress: Progress) -> dict[str, Any]:
    """Look at every line anew, and write what they come to, where nobody has changed what that rests on meanwhile."""
    upload = _upload_in_turn(job)
    _check(upload, State.READY)
    # Whoever pressed the button, not whoever handed the file in.
    now, by = clock.now(), job.by or upload.by
    kept = list(UploadLine.objects.filter(upload=upload).order_by("number"))
    plan = make_plan(upload, kept, by=by, now=now, progress=progress)
    try:
        plan.ledger.write(
            by=by, now=now, source=upload.file_name, owner_id=upload.owner_id, lines=len(kept), progress=progress
        )
    except (CannotMove, ChangedMeanwhile) as problem:
        raise JobAgain(CHANGED) from problem
    except NoTurn as problem:
        raise JobAgain(NO_TURN) from problem
    _note(kept, plan.ledger.entries)
    _keep_lines(upload, [_fresh(line) for line in kept], progress)
    counts = counted(plan)
    Upload.objects.filter(pk=upload.pk).update(state=State.DONE, counts=counts, unknown={}, ended_at=now)
    upload.counts = counts
    journal.record("Records brought in", on=upload, by=by, note=upload.came_to, owner_id=upload.owner_id)
    wake.wake()
    return counts


def _note(lines: Sequence[UploadLine], entries: dict[int, Entry]) -> None:
    """With each line what taking it back needs: what it made, as the database holds it, and what it changed."""
    found = digests(record for entry in entries.values() for record in entry.made)
    for line in lines:
        entry = entries.get(line.number)
        if entry is None:
            continue
        keys = [record_key(record) for record in entry.made]
        line.made = [[key, found[key]] for key in keys if key in found]
        line.changed = [
            {
                "record": record_key(one.record),
                "label": str(one.record)[:200],
                "values": {name: [as_json(value) for value in pair] for name, pair in one.values.items()},
                "move": one.move,
            }
            for one in entry.changes
        ]


def _fresh(line: UploadLine) -> UploadLine:
    """The same line to be made anew: thousands of rows are written faster than changed."""
    line.pk = None
    line._state.adding = True
    return line


def _write_undo(job: Job, _read: None, progress: Progress) -> dict[str, Any]:
    upload = _upload_in_turn(job)
    _check(upload, State.DONE, State.UNDONE)
    result = undoing.undo(upload=upload, by=job.by, now=clock.now(), progress=progress)
    went = upload.counts.get("went", 0) + result["gone"] + result["restored"]
    counts = upload.counts | {"stays": result["kept"], "went": went}
    Upload.objects.filter(pk=upload.pk).update(state=State.UNDONE, ended_at=clock.now(), counts=counts)
    note = ", ".join(
        [
            f"{count(result['gone'], 'record')} removed",
            *([count(result["restored"], AS_BEFORE)] if result["restored"] else []),
            *([f"{count(result['kept'], 'line')} not taken back in full"] if result["kept"] else []),
        ]
    )
    journal.record("Records taken back", on=upload, by=job.by, note=note, owner_id=upload.owner_id)
    wake.wake()
    return result


def _page(job: Job) -> str:
    return reverse("dashboards:record-detail", args=[job.about.partition(":")[2]])


KINDS = (
    JobKind(key=READ, read=_read_preview, write=_write_preview, page=_page),
    JobKind(key=APPLY, write=_write_all, page=_page),
    JobKind(key=UNDO, write=_write_undo, page=_page),
)
