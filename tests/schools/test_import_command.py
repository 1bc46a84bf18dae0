"""`manage.py import_schools`: what it prints, what it refuses."""

import getpass
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from schools.adapters.fictional import gias_bytes
from schools.models import GiasImport, School
from tests.races import at_once
from tests.schools.test_import_links import conversion, links
from tests.schools.test_import_schools import some_rows

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> list[str]:
    out = io.StringIO()
    call_command("import_schools", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "edubasealldata20261001.csv"
    rows = some_rows(3)
    rows[1] |= {"OpenDate": "yesterday"}
    path.write_bytes(gias_bytes(rows))
    return path


def test_last_line_counts_and_rejected_rows_are_told(file: Path) -> None:
    lines = run(file)

    assert lines == [
        "line 3, URN 900002: OpenDate is not a date like 31-12-2026: “yesterday”",
        "Oxfordshire (931) belongs to no hub: open schools without a hub: 2",
        "created=2 updated=0 unchanged=0 closed=0 rejected=1",
    ]
    record = GiasImport.objects.get()
    assert (record.file_name, record.state) == ("edubasealldata20261001.csv", "done")
    assert record.who == f"{getpass.getuser()}, on the command line"


def test_dry_run_says_so_and_changes_nothing(file: Path) -> None:
    lines = run(file, "--dry-run")

    assert lines[2:] == ["Dry run: nothing was changed.", "created=2 updated=0 unchanged=0 closed=0 rejected=1"]
    assert School.objects.count() == 0


def test_links_join_schools(tmp_path: Path) -> None:
    rows, old_urn, new_urn = conversion()
    (tmp_path / "schools.csv").write_bytes(gias_bytes(rows))
    (tmp_path / "links.csv").write_bytes(links((old_urn, new_urn)).getvalue())

    run(tmp_path / "schools.csv", "--links", tmp_path / "links.csv")

    assert School.objects.count() == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_bad_file_ends_with_exit_code_1_and_the_reason(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "bad.csv"
    if is_there:
        path.write_bytes(b"")

    with pytest.raises(CommandError, match="Nothing was changed") as problem:
        run(path)

    assert problem.value.returncode == 1
    assert GiasImport.objects.get().problem in str(problem.value)
    assert GiasImport.objects.get().state == "refused"
    assert School.objects.count() == 0


def test_bad_file_of_links_changes_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_bytes(b"no links\n")

    with pytest.raises(CommandError, match=r"lacks|not a GIAS file"):
        run(file, "--links", tmp_path / "links.csv")

    assert School.objects.count() == 0


@contextmanager
def once_all_is_written(happens: Callable[[], object]) -> Iterator[None]:
    """Something happens while the last statement of an import is under way, once: its rows are written, not kept."""
    left = [happens]

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(f'UPDATE "{GiasImport._meta.db_table}"') and left:
            left.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield
    assert not left


@pytest.mark.django_db(transaction=True)
def test_import_stands_in_the_list_before_its_rows_do(file: Path) -> None:
    """Seen by others, so that one whose process is killed leaves its trace."""
    seen: list[Any] = []

    def look(_number: int) -> tuple[list[str], int]:
        return list(GiasImport.objects.values_list("state", flat=True)), School.objects.count()

    with once_all_is_written(lambda: seen.extend(at_once(look, [1]))):
        run(file)

    assert seen == [(["running"], 0)]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (KeyboardInterrupt(), "It was stopped before it had finished."),
        (IntegrityError("urn_once"), "The portal came to an error that nobody foresaw: IntegrityError: urn_once"),
    ],
)
def test_import_that_dies_says_so_and_keeps_no_row(file: Path, problem: BaseException, words: str) -> None:
    written = []

    def die() -> None:
        written.append(School.objects.count())
        raise problem

    with once_all_is_written(die), pytest.raises(type(problem)):
        run(file)

    record = GiasImport.objects.get()
    assert (record.state, record.problem, record.created) == ("failed", words, 0)
    assert (written, School.objects.count()) == ([2], 0)
