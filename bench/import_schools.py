"""How long an import of schools takes on PostgreSQL, against COPY and one upsert of the same rows and columns.

Makes a database of its own beside the one of `DATABASE_URL` and drops it. Fictional schools, or those of the file
that `GIAS_EXTRACT` names. Exits with 1 where a limit is passed.
"""

import io
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import setting

from django.conf import settings  # isort: skip - setting comes first
from django.db import connection

from schools.actions.imports import ImportResult, import_schools
from schools.adapters.fictional import Area, fictional_file
from schools.models import School

ROWS = 20_880
FIRST_LIMIT, AGAIN_LIMIT = 10.0, 2.0
RUNS = 3
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
REGIONS = ("A", "B", "D", "E", "F", "G", "H", "J", "K")


def _file() -> Path:
    extract = os.environ.get("GIAS_EXTRACT")
    if extract:
        return Path(extract)
    areas = [Area(f"{201 + n}", f"Area {n}", REGIONS[n % 9], f"Region {REGIONS[n % 9]}") for n in range(150)]
    path = settings.VAR_DIR / "edubasealldata20261001.csv"
    path.write_bytes(fictional_file(ROWS, areas))
    return path


def measure() -> bool:
    """The first load once, then unchanged loads and the floor in turn."""
    path = _file()
    results: list[ImportResult] = []
    first = setting.timed(lambda: results.append(_load(path)))
    rows = _stored_rows()
    pairs = [(setting.timed(lambda: _load(path)), _floor(rows)) for _ in range(RUNS)]
    again, floor = (statistics.median(one) for one in zip(*pairs, strict=True))
    print(f"import: {results[0]} ({path.stat().st_size / 1e6:.0f} MB)")
    verdicts = [
        setting.judge("import, first load", first, floor, FIRST_LIMIT),
        setting.judge("import, unchanged again", again, floor, AGAIN_LIMIT),
    ]
    return all(verdicts)


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


if __name__ == "__main__":
    setting.run(measure)
