"""Two imports at the same moment: one waits for the other."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from schools.actions.imports import import_schools
from schools.adapters.fictional import gias_bytes
from schools.models import GiasImport, School, SchoolUrn
from tests.schools.test_import_schools import NOW, counts, some_rows


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_load_it_once() -> None:
    data = gias_bytes(some_rows(50))
    start = Barrier(2)

    def run() -> tuple[int, int, int, int, int]:
        try:
            start.wait(10)
            return counts(import_schools(file=io.BytesIO(data), file_name="a.csv", by=None, now=NOW))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [future.result() for future in [pool.submit(run), pool.submit(run)]]

    assert sorted(results) == [(0, 0, 50, 0, 0), (50, 0, 0, 0, 0)]
    assert (School.objects.count(), SchoolUrn.objects.count(), GiasImport.objects.count()) == (50, 50, 2)
