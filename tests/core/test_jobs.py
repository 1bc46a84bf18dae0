"""Long work: one at a time on each thing, all of it or nothing, found again after its worker died."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from hubportal.core import clock, jobs
from hubportal.core.jobs import JobAgain, JobKind, JobRefused, Progress
from hubportal.core.models import Job
from schools.models import Hub
from tests import factories as make
from tests.races import at_once
from tests.world import NOW

State = Job.State
told: list[str] = []
half_way, go_on = threading.Event(), threading.Event()


def _write(job: Job, read: Any, progress: Progress) -> dict[str, Any]:
    """Rename the hub, then come to what the job's parameters say."""
    Hub.objects.filter(pk=job.params["hub"]).update(name=f"Renamed after {read}")
    progress.begin("Writing", 2)
    if job.params.get("ends") == "refused":
        raise JobRefused("The file is another one.")
    if job.params.get("ends") == "failed":
        raise ZeroDivisionError
    if job.attempts < job.params.get("deadlocks", 0):
        raise OperationalError("deadlock detected")
    if job.attempts < job.params.get("dangling", 0):
        raise IntegrityError("violates foreign key constraint")
    if job.attempts < job.params.get("races", 0):
        raise JobAgain("Somebody else was faster.")
    if job.params.get("ends") == "cancelled":
        jobs.cancel(job, now=NOW)
    progress.step()
    if job.params.get("ends") == "late":
        half_way.set()
        assert go_on.wait(10)
    return {"renamed": 1}


def _ended(job: Job) -> None:
    if job.params.get("ends") == "untold":
        raise ZeroDivisionError
    told.append(job.state)


KINDS = (
    JobKind(
        key="example",
        read=lambda job, progress: job.params.get("read", "nothing"),
        write=_write,
        page=lambda job: "/",
        ended=_ended,
    ),
)


@pytest.fixture(autouse=True)
def _kinds(settings: Any) -> Iterator[None]:
    settings.JOB_KINDS = ["tests.core.test_jobs.KINDS"]
    jobs.kinds.cache_clear()
    told.clear()
    yield
    jobs.kinds.cache_clear()


def _asked(**params: Any) -> tuple[Hub, Job]:
    hub: Hub = make.HubFactory(name="Before")
    job = jobs.ask(
        "example", about=hub, label="Renaming", by=None, now=NOW, owner_id=hub.pk, params={"hub": hub.pk, **params}
    )
    return hub, job


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ends", "state", "name", "problem"),
    [
        ("", State.DONE, "Renamed after a look", ""),
        ("refused", State.REFUSED, "Before", "The file is another one."),
        ("failed", State.FAILED, "Before", "The portal came to an error that nobody foresaw: ZeroDivisionError."),
    ],
)
def test_job_writes_all_or_nothing_and_says_how_it_ended(ends: str, state: str, name: str, problem: str) -> None:
    hub, job = _asked(ends=ends, read="a look")

    jobs.run(jobs.take(job))
    job.refresh_from_db()
    hub.refresh_from_db()

    assert (job.state, hub.name, job.problem, job.result) == (
        state,
        name,
        problem,
        {} if problem else {"renamed": 1},
    )
    assert told == [state]


@pytest.mark.django_db
def test_job_cancelled_while_it_runs_takes_back_what_it_wrote() -> None:
    hub, job = _asked(ends="cancelled")

    jobs.run(jobs.take(job))
    hub.refresh_from_db()

    assert (hub.name, told) == ("Before", [])


@pytest.mark.django_db
def test_same_work_is_asked_for_once_until_it_has_ended() -> None:
    hub, job = _asked()

    with pytest.raises(jobs.AlreadyRunning):
        jobs.ask("example", about=hub, label="Renaming", by=None, now=NOW)
    jobs.run(jobs.take(job))
    again = jobs.ask("example", about=hub, label="Renaming", by=None, now=NOW)

    assert jobs.newest("example", hub) == again


@pytest.mark.django_db
def test_job_whose_worker_died_is_taken_again_three_times_at_most() -> None:
    _hub, job = _asked()
    died = clock.real_now() - timedelta(seconds=1)
    states = []

    for _try in range(jobs.MOST_ATTEMPTS):
        jobs.take(job)
        Job.objects.update(lease_until=died)
        jobs.free_stuck()
        job.refresh_from_db()
        states.append(job.state)

    assert states == [State.WAITING, State.WAITING, State.FAILED]
    assert (job.problem, told) == (f"{jobs.BROKE_OFF} {jobs.UNTOUCHED}", [State.FAILED])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("many", "state", "name"), [(2, State.DONE, "Renamed after nothing"), (9, State.FAILED, "Before")]
)
@pytest.mark.parametrize(
    ("why", "problem"),
    [
        ("deadlocks", f"{jobs.BROKE_OFF} {jobs.UNTOUCHED}"),
        ("dangling", "The portal came to an error that nobody foresaw: IntegrityError."),
    ],
)
def test_job_that_the_database_breaks_off_is_tried_again_before_it_says_what_it_came_to(
    why: str, problem: str, many: int, state: str, name: str
) -> None:
    hub, job = _asked(**{why: many})

    taken = jobs.work()
    job.refresh_from_db()
    hub.refresh_from_db()

    assert (taken, job.state, hub.name, told) == (min(many, jobs.MOST_ATTEMPTS), state, name, [state])
    assert job.problem == ("" if state == State.DONE else problem)


@pytest.mark.django_db
@pytest.mark.parametrize(("races", "state", "problem"), [(2, State.DONE, ""), (9, State.REFUSED, "Somebody else")])
def test_job_that_loses_a_race_is_done_anew_before_it_is_refused(races: int, state: str, problem: str) -> None:
    _hub, job = _asked(races=races)

    taken = jobs.work()
    job.refresh_from_db()

    assert (taken, job.state, told) == (min(races, jobs.MOST_ATTEMPTS), state, [state])
    assert job.problem.startswith(problem)


@pytest.mark.django_db
def test_job_whose_end_cannot_be_told_keeps_no_other_from_being_freed() -> None:
    asked = [_asked(ends="untold"), _asked()]
    for _hub, job in asked:
        jobs.take(job)
    Job.objects.update(lease_until=clock.real_now() - timedelta(seconds=1), attempts=jobs.MOST_ATTEMPTS)

    jobs.free_stuck()

    assert [Job.objects.get(pk=job.pk).state for _hub, job in asked] == [State.RUNNING, State.FAILED]
    assert told == [State.FAILED]


@pytest.mark.django_db
def test_worker_that_lost_its_lease_keeps_nothing() -> None:
    hub, job = _asked()
    held = jobs.take(job)
    Job.objects.update(lease="another worker's")

    jobs.run(held)
    hub.refresh_from_db()

    assert (hub.name, Job.objects.get().state) == ("Before", State.RUNNING)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_job_is_done_by_one_of_many_workers() -> None:
    hub, _job = _asked()

    taken = at_once(lambda _: jobs.work(), range(4))
    hub.refresh_from_db()

    assert (sorted(taken), hub.name, told) == ([0, 0, 0, 1], "Renamed after nothing", [State.DONE])


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_outside_while_the_job_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's own transaction hides what it writes; its progress comes over another connection."""
    monkeypatch.setattr(jobs, "PULSE_SECONDS", 0.05)
    hub, job = _asked(ends="late")

    def worker() -> None:
        try:
            jobs.work()
        finally:
            connection.close()

    working = threading.Thread(target=worker)
    working.start()
    assert half_way.wait(10)
    for _look in range(200):
        job.refresh_from_db()
        if job.done:
            break
        go_on.wait(0.02)
    hub.refresh_from_db()
    during = (job.stage, job.done, job.total, job.percent, hub.name)
    go_on.set()
    working.join()
    job.refresh_from_db()

    assert (during, job.state) == (("Writing", 1, 2, 50, "Before"), State.DONE)
