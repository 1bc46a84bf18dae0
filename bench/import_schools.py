"""How long an import of schools takes on PostgreSQL, against COPY and one upsert of the same rows and columns.

Makes a database of its own beside the one of `DATABASE_URL` and drops it. Fictional schools, or those of the file
that `GIAS_EXTRACT` names. Exits with 1 where a limit is passed.
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("DATABASE_URL", "postgres://root@127.0.0.1:5432/postgres")
os.environ["DJANGO_SETTINGS_MODULE"] = "hubportal.settings"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="hub-portal-bench-")

import django

django.setup()

from django.db import connection  # noqa: E402 - the environment comes first
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from schools.actions.imports import ImportResult, import_schools  # noqa: E402
from schools.adapters.fictional import Area, fictional_file  # noqa: E402
from schools.models import School  # noqa: E402

ROWS = 20_880
FIRST_LIMIT, AGAIN_LIMIT = 10.0, 2.0
RUNS = 3
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
REGIONS = ("A", "B", "D", "E", "F", "G", "H", "J", "K")


def main() -> int:
    """Measure and print; 1 where a limit is passed."""
    if connection.vendor != "postgresql":
        print("import: the floor is PostgreSQL's COPY; set DATABASE_URL to a PostgreSQL database.")
        return 1
    connection.settings_dict["TEST"] = {**connection.settings_dict["TEST"], "NAME": f"bench_{os.getpid()}"}
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return _measure(_file())
    finally:
        teardown_databases(databases, verbosity=0)


def _file() -> Path:
    extract = os.environ.get("GIAS_EXTRACT")
    if extract:
        return Path(extract)
    areas = [Area(f"{201 + n}", f"Area {n}", REGIONS[n % 9], f"Region {REGIONS[n % 9]}") for n in range(150)]
    path = Path(os.environ["VAR_DIR"]) / "edubasealldata20261001.csv"
    path.write_bytes(fictional_file(ROWS, areas))
    return path


def _measure(path: Path) -> int:
    first, result = _timed(lambda: _load(path))
    rows = _stored_rows()
    floors = [_floor(rows) for _ in range(RUNS)]
    floor = sorted(floors)[RUNS // 2]
    again = sorted(_timed(lambda: _load(path))[0] for _ in range(RUNS))[RUNS // 2]
    print(f"import: {result} ({path.stat().st_size / 1e6:.0f} MB)")
    is_within = [
        _judge("first load", first, floor, FIRST_LIMIT),
        _judge("unchanged re-import", again, floor, AGAIN_LIMIT),
    ]
    return 0 if all(is_within) else 1


def _judge(what: str, took: float, floor: float, limit: float) -> bool:
    ratio = took / floor
    print(f"import {what}: {took:.2f} s, floor {floor:.2f} s, ratio {ratio:.2f} (limit {limit:g})")
    return ratio <= limit


def _load(path: Path) -> ImportResult:
    return import_schools(file=path, file_name=path.name, by=None, now=NOW)


def _stored_rows() -> tuple[list[str], str]:
    """The columns of School that an import writes, and all rows as CSV."""
    names = [str(field.column) for field in School._meta.local_concrete_fields if field.name != "search"]
    out = io.StringIO()
    with connection.cursor() as cursor:
        query = f"SELECT {', '.join(names)} FROM {School._meta.db_table} ORDER BY id"
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", out)
    return names, out.getvalue()


def _floor(rows: tuple[list[str], str]) -> float:
    """Seconds for COPY into a temporary table and one upsert from it into a table like that of schools."""
    names, text = rows
    columns, table = ", ".join(names), School._meta.db_table
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name != "id")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE floor_schools (LIKE {table} INCLUDING ALL)")
        started = time.perf_counter()
        cursor.execute(f"CREATE TEMPORARY TABLE floor_rows AS SELECT {columns} FROM {table} WITH NO DATA")
        cursor.cursor.copy_expert(f"COPY floor_rows ({columns}) FROM STDIN WITH (FORMAT csv)", io.StringIO(text))
        cursor.execute(
            f"INSERT INTO floor_schools ({columns}) SELECT {columns} FROM floor_rows"
            f" ON CONFLICT (id) DO UPDATE SET {changes}"
        )
        took = time.perf_counter() - started
        cursor.execute("DROP TABLE floor_rows, floor_schools")
    return took


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    sys.exit(main())
