"""Long work: asked for once, done by a worker in two parts (read, then write), found again after a restart.

A message to the broker is only a wake-up. What a job writes is one transaction together with the mark that it is
done: a worker that is killed leaves nothing half done, and whoever takes the job after it starts anew. Many steps of
which each stands for itself are taken while it reads, each a transaction and harmless twice (see ``JobKind.left``).
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, models, transaction
from django.utils.module_loading import import_string

from hubportal.core import clock
from hubportal.core.models import Job, StoredFile
from hubportal.core.records import apart, record_key

logger = logging.getLogger(__name__)

State = Job.State
LEASE = timedelta(minutes=2)
PULSE_SECONDS = 1.0
MOST_ATTEMPTS = 3
BROKE_OFF = "It was stopped each of three times before it had finished."
UNTOUCHED = "Nothing was changed."


class JobRefused(Exception):
    """Work that cannot be done as asked; ``str()`` says why, in plain words. Nothing was written."""


class JobAgain(JobRefused):
    """What the work rests on has changed while it was done: it is done anew, and refused where that does not help."""


class AlreadyRunning(Exception):
    """The same work on the same thing waits or runs already."""


class Lost(Exception):
    """Somebody cancelled the job, or another worker holds it now: nothing of this try may be kept."""


@dataclass
class Progress:
    """How far a job is, as its own code counts it; shown to people about once a second."""

    stage: str = ""
    done: int = 0
    total: int = 0
    is_lost: bool = False

    def begin(self, stage: str, total: int = 0) -> None:
        """A new stage, of so many steps (0: unknown).

        :raises Lost: where the job is no longer this worker's.
        """
        self.stage, self.done, self.total = stage, 0, total
        self.step(0)

    def step(self, count: int = 1) -> None:
        """Some steps further.

        :raises Lost: where the job is no longer this worker's.
        """
        self.done += count
        if self.is_lost:
            raise Lost


def _nothing_to_read(_job: Job, _progress: Progress) -> None:
    """Work without a first part."""


@dataclass(frozen=True)
class JobKind:
    """One kind of long work.

    :param key: stable name, at most 40 characters.
    :param write: (job, what was read, progress) → the result to keep (JSON); in one transaction with the mark "done".
    :param read: (job, progress) → what ``write`` needs; outside any transaction. Both may be run again from the start.
    :param page: the address of the page where its result is, once it has ended.
    :param left: what is true where it was stopped before its end, in words for people.
    :param ended: (job) called once it has come to its end, in that same transaction (to tell whoever asked).
    """

    key: str
    write: Callable[[Job, Any, Progress], dict[str, Any]]
    page: Callable[[Job], str]
    read: Callable[[Job, Progress], Any] = _nothing_to_read
    left: str = UNTOUCHED
    ended: Callable[[Job], object] = field(default=lambda _job: None)


@cache
def kinds() -> Mapping[str, JobKind]:
    """All kinds by key, from the dotted paths in ``settings.JOB_KINDS``."""
    return {kind.key: kind for path in settings.JOB_KINDS for kind in import_string(path)}


def ask(
    kind: str,
    *,
    about: models.Model,
    label: str,
    by: Any,
    now: datetime,
    owner_id: int | None = None,
    params: dict[str, Any] | None = None,
    file: StoredFile | None = None,
) -> Job:
    """Ask for long work; the caller wakes the worker (``wake.wake()``).

    :raises AlreadyRunning: where the same waits or runs already.
    """
    row = Job(
        kind=kind,
        about=record_key(about),
        label=label[:200],
        by=by,
        created_at=now,
        owner_id=owner_id,
        params=params or {},
        file=file,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as problem:
        raise AlreadyRunning("This is being worked on already. Wait until it has finished.") from problem
    return row


def newest(kind: str, about: models.Model) -> Job | None:
    """The last job of a kind on a record, however it ended."""
    return Job.objects.filter(kind=kind, about=record_key(about)).order_by("-pk").first()


def under_way(about: models.Model) -> Job | None:
    """What waits or runs on a record, of whatever kind."""
    return Job.objects.open().filter(about=record_key(about)).order_by("pk").first()


def cancel(job: Job, *, now: datetime) -> bool:
    """Stop a job that waits or runs; False where it has ended already. What it has written so far is taken back."""
    stopped = Job.objects.open().filter(pk=job.pk)
    problem = f"It was stopped. {left_by(job)}"
    return stopped.update(state=State.CANCELLED, lease="", lease_until=None, ended_at=now, problem=problem) == 1


def left_by(job: Job) -> str:
    """What is true where a job was stopped before its end, in words for people."""
    kind = kinds().get(job.kind)
    return kind.left if kind else UNTOUCHED


def work() -> int:
    """Do all that waits, one after the other, with a sign of life for each; returns how many were taken."""
    taken = 0
    free_stuck()
    while job := _claim():
        taken += 1
        with _pulse(job) as progress:
            run(job, progress)
    return taken


def free_stuck() -> None:
    """A worker died while it held these: another takes them, three times at most."""
    stuck = Job.objects.stuck(clock.real_now())
    stuck.filter(attempts__lt=MOST_ATTEMPTS).update(state=State.WAITING, lease="", lease_until=None)
    for job in stuck.filter(attempts__gte=MOST_ATTEMPTS):
        with apart(job):
            if _end(job, State.FAILED, problem=f"{BROKE_OFF} {left_by(job)}"):
                _tell(job)


def has_waiting() -> bool:
    """Whether a worker is needed."""
    return Job.objects.waiting().exists() or Job.objects.stuck(clock.real_now()).exists()


def run(job: Job, progress: Progress | None = None) -> None:
    """Do one job that this worker holds, and keep how it ended."""
    progress = progress or Progress()
    kind = kinds().get(job.kind)
    if kind is None:
        _fail(job, State.FAILED, "The portal no longer knows this kind of work.")
        return
    try:
        read = kind.read(job, progress)
        with transaction.atomic():
            result = kind.write(job, read, progress)
            if not _end(job, State.DONE, result=result):
                raise Lost
            _tell(job)
    except Lost:
        logger.info("%s was taken from this worker", job)
    except JobAgain as problem:
        logger.info("%s lost a race", job)
        _let_go(job, State.REFUSED, str(problem))
    except JobRefused as problem:
        _fail(job, State.REFUSED, str(problem))
    except (OperationalError, InterfaceError, IntegrityError) as problem:
        logger.exception("The database broke off %s", job)
        # What it points to may go while it writes, which the database finds at the end only. What it finds each time
        # is a fault of ours.
        is_fault = isinstance(problem, IntegrityError)
        _let_go(job, State.FAILED, _unforeseen(problem) if is_fault else f"{BROKE_OFF} {left_by(job)}")
    except Exception as problem:  # whoever asked must see that it came to nothing
        logger.exception("%s failed", job)
        _fail(job, State.FAILED, _unforeseen(problem))


def take(job: Job) -> Job:
    """Hold a waiting job, for whoever runs it in the same process (commands, tests).

    :raises AlreadyRunning: where a worker was sooner.
    """
    if not _hold(job.pk):
        raise AlreadyRunning("A worker has taken this up already.")
    job.refresh_from_db()
    return job


def _claim() -> Job | None:
    """The job that has waited longest, ours alone for a while."""
    for pk in Job.objects.waiting().values_list("pk", flat=True)[:10]:
        if _hold(pk):
            return Job.objects.select_related("file", "by", "owner").get(pk=pk)
    return None


def _hold(pk: int) -> bool:
    real_now = clock.real_now()
    return (
        Job.objects.filter(pk=pk, state=State.WAITING).update(
            state=State.RUNNING,
            lease=uuid.uuid4().hex,
            lease_until=real_now + LEASE,
            attempts=models.F("attempts") + 1,
            started_at=clock.now(),
            stage="",
            done=0,
            total=0,
        )
        == 1
    )


def _end(job: Job, state: State, *, result: dict[str, Any] | None = None, problem: str = "") -> bool:
    """Keep how it ended, where this worker still holds it."""
    ending = {"state": state, "result": result or {}, "problem": problem[:2_000], "ended_at": clock.now()}
    mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease=job.lease)
    if mine.update(lease="", lease_until=None, **ending) != 1:
        return False
    for name, value in ending.items():
        setattr(job, name, value)
    return True


def _fail(job: Job, state: State, problem: str) -> None:
    with transaction.atomic():
        if _end(job, state, problem=problem):
            _tell(job)


def _unforeseen(problem: Exception) -> str:
    return f"The portal came to an error that nobody foresaw: {type(problem).__name__}."


def _let_go(job: Job, state: State, problem: str) -> None:
    """Two were in each other's way, or the database went away: it is tried again at once, three times at most.

    Where the database is still away, it is found again once its lease has run out.
    """
    mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease=job.lease)
    try:
        if job.attempts >= MOST_ATTEMPTS:
            _fail(job, state, problem)
        else:
            mine.update(state=State.WAITING, lease="", lease_until=None)
    except (DatabaseError, InterfaceError):
        logger.exception("%s is tried again when its lease has run out", job)


def _tell(job: Job) -> None:
    kind = kinds().get(job.kind)
    if kind is not None:
        kind.ended(job)


@contextmanager
def _pulse(job: Job) -> Iterator[Progress]:
    """Show how far it is and keep the lease, over a connection of its own: the job's transaction hides its rows."""
    progress, over = Progress(), threading.Event()
    beating = threading.Thread(target=_beat, args=(job, progress, over), name=f"job-{job.pk}", daemon=True)
    beating.start()
    try:
        yield progress
    finally:
        over.set()
        beating.join()


def _beat(job: Job, progress: Progress, over: threading.Event) -> None:
    try:
        while not over.wait(PULSE_SECONDS):
            _show(job, progress, over)
    finally:
        connection.close()


def _show(job: Job, progress: Progress, over: threading.Event) -> None:
    mine = Job.objects.filter(pk=job.pk, lease=job.lease)
    try:
        held = mine.update(
            lease_until=clock.real_now() + LEASE,
            stage=progress.stage[:100],
            done=progress.done,
            total=progress.total,
        )
        progress.is_lost = held != 1 and not over.is_set()
    except DatabaseError as problem:  # SQLite has one writer at a time: while the job writes, it is not asked
        logger.debug("How far %s is could not be shown: %s", job, problem)
        connection.close()
