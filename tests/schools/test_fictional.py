"""Fictional files look like those of GIAS and are the same every time."""

import pytest

from schools.adapters.fictional import fictional_file, fictional_rows, gias_bytes
from schools.adapters.gias import SchoolRow
from tests.schools.test_gias_file import AREAS, opened

pytestmark = pytest.mark.once


def test_fictional_file_is_the_same_every_time_and_has_every_kind() -> None:
    rows = [row for row in opened(fictional_file(400, AREAS)).rows() if isinstance(row, SchoolRow)]

    assert fictional_file(400, AREAS) == fictional_file(400, AREAS)
    assert {row.phase_code for row in rows} == {0, 1, 2, 4, 5, 6, 7}
    assert {row.gias_status for row in rows} == {1, 2, 3}
    assert {row.type_group_code for row in rows} == {"3", "4", "5", "10", "11"}
    assert all(row.website.split("/")[2].endswith(".example") for row in rows)
    assert len({row.name for row in rows}) == 400


def test_fictional_rows_can_be_changed_and_written() -> None:
    rows = list(fictional_rows(2, AREAS))
    rows[0]["EstablishmentName"] = "Müller’s School"

    read = list(opened(gias_bytes(rows)).rows())

    assert isinstance(read[0], SchoolRow)
    assert read[0].name == "Müller’s School"
