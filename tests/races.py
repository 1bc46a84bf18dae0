"""Several people at the same moment: real threads, each with a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

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
