"""A file of schools from the browser: previewed by a job, applied by another; the same file, or refused."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from hubportal.core import clock, files, jobs, locks, notices, wake
from hubportal.core.files import MEGABYTE
from hubportal.core.jobs import JobKind, JobRefused, Progress
from hubportal.core.models import Job
from hubportal.core.models.file import PREVIEW_KEPT
from hubportal.core.records import apart
from schools.actions.import_plan import Plan, known_urns, make_plan, plan_links
from schools.actions.import_preview import preview_of
from schools.actions.import_writes import Writer, follow_authorities
from schools.actions.imports import fill, tell_hubs, wait_for_other_imports
from schools.adapters.gias import Link, Rejected, read_links, read_schools
from schools.adapters.gias_table import UnreadableFile
from schools.models import GiasImport, GiasUpload, User

PREVIEW, APPLY = "gias_preview", "gias_import"
MOST = 80 * MEGABYTE
BUSY = "{by} is loading a file of schools now. Wait until that has finished, then try again."
HAS_CHANGED = (
    "Since the preview was made, other schools have been loaded, so this file would now change other things than the "
    "preview says. Upload the file again."
)
STOPPED = "It was stopped before it had finished."
NO_LONGER_NATIONAL = "Whoever asked for this no longer works for the national team. Nothing was loaded."
NOTHING_TO_APPLY = "There is no preview to apply: it was applied or thrown away, or is not finished yet."


class CannotUpload(Exception):
    """A file that is not looked at or applied now, said in words for people."""


@transaction.atomic
def start_upload(
    *, file: "UploadedFile[Any]", links: "UploadedFile[Any] | None", by: User, now: datetime
) -> GiasUpload:
    """Keep a file of schools, perhaps with its links, and have its preview made.

    :raises CannotUpload: while another one is being looked at or loaded, or where the file cannot be kept.
    """
    _check_free()
    try:
        stored = files.keep(file, kinds=("csv",), by=by, now=now, most=MOST)
        stored_links = files.keep(links, kinds=("csv",), by=by, now=now, most=MOST) if links else None
    except files.BadFile as problem:
        raise CannotUpload(str(problem)) from problem
    upload = GiasUpload.objects.create(
        file=stored,
        links=stored_links,
        file_name=stored.name,
        links_name=stored_links.name if stored_links else "",
        by=by,
        at=now,
    )
    _ask(PREVIEW, upload, f"Preview of {upload.file_name}", by, now)
    return upload


@transaction.atomic
def apply_upload(*, upload: GiasUpload, by: User, now: datetime) -> None:
    """Load the file that was previewed.

    :raises CannotUpload: where there is no preview to apply, or another file is being loaded.
    """
    # Of two who press at once the second finds the record of the first.
    locks.refresh(upload)
    if not upload.may_be_applied:
        raise CannotUpload(NOTHING_TO_APPLY)
    _check_free()
    upload.record = GiasImport.objects.create(file_name=upload.file_name, by=by, started_at=now)
    upload.save(update_fields=["record"])
    _ask(APPLY, upload, f"Import of {upload.file_name}", by, now)


@transaction.atomic
def discard_upload(*, upload: GiasUpload, now: datetime) -> None:
    """Throw a preview away with its file.

    :raises CannotUpload: where it is being applied, or has ended.
    """
    locks.refresh(upload)
    if upload.record_id is not None or upload.ended_at is not None:
        raise CannotUpload(NOTHING_TO_APPLY)
    job = jobs.newest(PREVIEW, upload)
    if job is not None and job.is_open:
        jobs.cancel(job, now=now)
    _end(upload, now)


def _check_free() -> None:
    """Whoever asks at the same moment waits for this one, and finds it.

    :raises CannotUpload: while another file is being looked at or loaded.
    """
    locks.wait_for_turn("files of schools")
    running = Job.objects.open().filter(kind__in=(PREVIEW, APPLY)).select_related("by__person").first()
    if running is not None:
        raise CannotUpload(BUSY.format(by=running.by or "Somebody"))


def _ask(kind: str, upload: GiasUpload, label: str, by: User, now: datetime) -> None:
    try:
        jobs.ask(kind, about=upload, label=label, by=by, now=now, file=upload.file)
    except jobs.AlreadyRunning as problem:
        raise CannotUpload(str(problem)) from problem
    wake.wake()


def _end(upload: GiasUpload, now: datetime) -> None:
    """Nothing more comes of it: its files go."""
    stored = [one for one in (upload.file, upload.links) if one is not None]
    upload.file, upload.links, upload.ended_at = None, None, now
    upload.save(update_fields=["file", "links", "ended_at"])
    Job.objects.filter(file__in=stored).update(file=None)
    for one in stored:
        files.forget(one)


def _upload_of(job: Job) -> GiasUpload:
    """:raises JobRefused: where it was thrown away meanwhile, or whoever asked has left the national team."""
    if job.by is not None and not User.objects.get(pk=job.by.pk).scope.is_national:
        raise JobRefused(NO_LONGER_NATIONAL)
    pk = job.about.partition(":")[2]
    upload = GiasUpload.objects.select_related("file", "links", "record", "by__person").filter(pk=pk).first()
    if upload is None or upload.file is None:
        raise JobRefused("The file was thrown away.")
    return upload


def _read(job: Job, progress: Progress) -> tuple[Plan, tuple[str, ...]]:
    """Compare the file with what is stored.

    :raises JobRefused: for a file that cannot be trusted.
    """
    upload = _upload_of(job)
    try:
        progress.begin("Reading the file")
        with upload.file.content.open("rb") as content:  # type: ignore[union-attr]
            opened = read_schools(content.file)
        joins: list[Link | Rejected] = []
        if upload.links is not None:
            with upload.links.content.open("rb") as content:
                joins = list(read_links(content.file))
        progress.begin("Comparing schools", opened.lines)
        plan = make_plan(opened, progress.step)
    except UnreadableFile as problem:
        raise JobRefused(str(problem)) from problem
    plan_links(plan, joins)
    progress.begin("Writing schools" if job.kind == APPLY else "Writing the preview")
    # Said before the writing begins: SQLite lets nobody else write until it has ended.
    Job.objects.filter(pk=job.pk, lease=job.lease).update(stage=progress.stage, done=0, total=0)
    return plan, opened.fields


def _keep_preview(job: Job, read: Any, progress: Progress) -> dict[str, Any]:
    plan, fields = read
    upload = _upload_of(job)
    upload.preview = preview_of(plan, fields)
    upload.save(update_fields=["preview"])
    return {"changes": upload.preview["counts"]}


def _apply(job: Job, read: Any, progress: Progress) -> dict[str, Any]:
    """All of it or nothing.

    :raises JobRefused: where the file would now change other things than its preview said.
    """
    plan, fields = read
    upload, now = _upload_of(job), clock.now()
    wait_for_other_imports()
    if known_urns() != plan.known or preview_of(plan, fields)["mark"] != upload.preview["mark"]:
        raise JobRefused(HAS_CHANGED)
    record = upload.record
    if record is None:
        raise JobRefused(NOTHING_TO_APPLY)
    Writer(plan, fields, by=upload.record.by, now=now).write()  # type: ignore[union-attr]
    progress.begin("Giving schools their hubs")
    follow_authorities(by=record.by, now=now, record=record)
    fill(record, plan)
    record.save()
    tell_hubs(record)
    return {"import": record.pk}


def _applied(job: Job) -> None:
    """However it ended: the record says so, the files go, and whoever asked is told."""
    upload = GiasUpload.objects.select_related("file", "links", "record").get(pk=job.about.partition(":")[2])
    record = upload.record
    if record is not None and job.state != Job.State.DONE:
        is_refused = job.state == Job.State.REFUSED
        record.state = GiasImport.State.REFUSED if is_refused else GiasImport.State.FAILED
        record.problem = job.problem
        record.save(update_fields=["state", "problem"])
    _end(upload, clock.now())
    notices.reconcile(upload, now=clock.now())
    wake.wake()


def _previewed(job: Job) -> None:
    """A file that cannot be read is not kept."""
    upload = GiasUpload.objects.select_related("file", "links").get(pk=job.about.partition(":")[2])
    if job.state != Job.State.DONE and upload.ended_at is None:
        _end(upload, clock.now())


def forget_old(*, now: datetime) -> None:
    """Throw away the previews that nobody has applied for long, with their files; for the sweep."""
    for upload in GiasUpload.objects.filter(at__lt=now - PREVIEW_KEPT, record=None, ended_at=None):
        with apart(upload), suppress(CannotUpload):
            discard_upload(upload=upload, now=now)


def settle_stopped(*, now: datetime) -> int:
    """Say of uploads whose work somebody stopped that they came to nothing; how many. Safe to run again."""
    settled = 0
    for upload in GiasUpload.objects.filter(ended_at=None).select_related("record"):
        job = jobs.newest(APPLY if upload.record else PREVIEW, upload)
        if job is not None and job.state == Job.State.CANCELLED:
            job.problem = STOPPED
            with transaction.atomic():
                (_applied if upload.record else _previewed)(job)
            settled += 1
    return settled


def _page(job: Job) -> str:
    return reverse("dashboards:gias-upload", args=[job.about.partition(":")[2]])


KINDS = [
    JobKind(key=PREVIEW, read=_read, write=_keep_preview, page=_page, ended=_previewed),
    JobKind(key=APPLY, read=_read, write=_apply, page=_page, ended=_applied),
]
