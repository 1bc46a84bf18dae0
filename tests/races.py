"""Several people at the same moment: real threads, each with a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import TypeVar

from django.db import connection, transaction

Given = TypeVar("Given")
Outcome = TypeVar("Outcome")
PATIENCE_SECONDS = 30


def at_once(step: Callable[[Given], Outcome], given: Sequence[Given]) -> list[Outcome]:
    """Take a step with each of these at the same moment, and return what each came to, in their order."""
    line = Barrier(len(given))

    def run(one: Given) -> Outcome:
        try:
            line.wait(PATIENCE_SECONDS)
            return step(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(run, given))


def once_held(
    first: Callable[[], object], second: Callable[[], Outcome], then: Callable[[], object] | None = None
) -> Outcome:
    """Take a second step that begins while the first one's transaction is open, and return what it came to.

    What ``second`` closes over was read before: as by whoever presses at the same moment and comes second.

    :param then: what the first goes on with in its transaction, once the second waits for it.
    """

    def run() -> Outcome:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            taken = pool.submit(run)
            wait_for_lock(taken)
            if then is not None:
                then()
        return taken.result()


def wait_for_lock(taken: "Future[Outcome]") -> None:
    """Until it waits for a lock of this connection, or is through without."""
    deadline = monotonic() + PATIENCE_SECONDS
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    while not taken.done():
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                return
        assert monotonic() < deadline
        sleep(0.01)
