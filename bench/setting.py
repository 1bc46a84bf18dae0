"""What every measurement shares: a PostgreSQL database of its own, and a verdict against a floor.

Import this before anything of the portal: it sets Django up.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DATABASE_URL", "postgres://root@127.0.0.1:5432/postgres")
os.environ["DJANGO_SETTINGS_MODULE"] = "hubportal.settings"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="hub-portal-bench-")

import django

django.setup()

from django.db import connection  # noqa: E402 - the environment comes first
from django.test.utils import setup_databases, teardown_databases  # noqa: E402


def run(measure: Callable[[], bool]) -> None:
    """Make the database, measure, drop it; exit with 1 where a limit is passed."""
    if connection.vendor != "postgresql":
        sys.exit("The measurements are about PostgreSQL: set DATABASE_URL to a PostgreSQL database.")
    connection.settings_dict["TEST"] = {**connection.settings_dict["TEST"], "NAME": f"bench_{os.getpid()}"}
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        is_within = measure()
    finally:
        teardown_databases(databases, verbosity=0)
    sys.exit(0 if is_within else 1)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that the work took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def paired(work: Callable[[], Any], floor: Callable[[], Any], runs: int) -> tuple[float, float]:
    """The medians of both in seconds, measured in turn so that a busy machine weighs on both alike."""
    pairs = [(timed(work), timed(floor)) for _ in range(runs)]
    return statistics.median(one for one, _floor in pairs), statistics.median(floor for _one, floor in pairs)


def judge(what: str, took: float, floor: float, limit: float, unit: str = "s", *, at_least: bool = False) -> bool:
    """Print a figure with its floor and whether it keeps the limit on their ratio."""
    ratio = took / floor
    is_within = ratio >= limit if at_least else ratio <= limit
    words = "at least" if at_least else "at most"
    verdict = "" if is_within else "  <-- outside the limit"
    print(f"{what}: {took:.3g} {unit}, floor {floor:.3g} {unit}, ratio {ratio:.2f} ({words} {limit:g}){verdict}")
    return is_within
