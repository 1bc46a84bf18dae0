"""What a preview of a file of schools counts: each kind of change has its line, and the rows come out as it said."""

from typing import Any

import pytest
from django.test import Client

from hubportal.core import jobs
from schools import roles
from schools.actions import uploads
from schools.models import GiasImport, School
from tests import factories as make
from tests.dashboards.test_gias_upload import _here as _files
from tests.dashboards.test_gias_upload import upload
from tests.schools.test_import_links import CLOSED, links
from tests.schools.test_import_schools import load, some_rows
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_files")]
__all__ = ["_files"]


def test_rows_come_out_as_the_preview_said_and_each_kind_of_change_has_its_line(client: Client) -> None:
    rows: list[dict[str, Any]] = some_rows(8)
    load([*rows[:2], rows[2] | CLOSED, *rows[3:7]])
    national = make.make_user(roles.NATIONAL)
    client.force_login(national)
    changed = [
        rows[0] | CLOSED,  # becomes part of the last one
        rows[1] | {"EstablishmentName": "Another Name"},
        rows[2],  # open again
        rows[3] | {"LA (code)": "998", "LA (name)": "Example Isles"},
        rows[4] | {"Easting": "400001"},
        rows[5] | {"EstablishmentName": f" {rows[5]['EstablishmentName']}"},  # written differently, says the same
        rows[6],
        rows[7],
    ]
    joins = links((rows[0]["URN"], rows[6]["URN"]), kind="Successor - merged")

    made = upload(national, changed, joins)
    page = " ".join(client.get(made.get_absolute_url()).content.decode().split())
    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()

    record = GiasImport.objects.latest("pk")
    said = made.preview["outcomes"]
    assert said == {"created": 1, "updated": 4, "closed": 1, "unchanged": 2}
    assert {key: getattr(record, key) for key in said} == said
    assert "1 bring a new school, 4 update one, 1 close one, 2 change nothing, and 0 cannot be read" in page
    lines = {
        "New schools": 1,
        "Close": 1,
        "Open again": 1,
        "Become part of another": 1,
        "Become several schools": 0,
        "Get another name": 1,
        "Change local authority": 1,
        "Change in other facts only": 1,
    }
    assert [f"<dt>{head}</dt><dd>{number}</dd>" in page for head, number in lines.items()] == [True] * len(lines)
    assert School.objects.get(urns__urn=rows[2]["URN"]).is_open


def test_preview_says_how_many_open_schools_a_file_leaves_out(client: Client) -> None:
    rows = some_rows(6)
    load([*rows[:5], rows[5] | CLOSED])
    national = make.make_user(roles.NATIONAL)
    client.force_login(national)

    cut_off, whole = upload(national, rows[:2]), upload(national, rows[:5])

    assert "Open schools without a row in the file" in client.get(cut_off.get_absolute_url()).text
    assert [one.preview["counts"]["absent"] for one in (cut_off, whole)] == [3, 0]
