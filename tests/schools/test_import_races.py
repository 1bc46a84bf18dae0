"""Two imports at the same moment: one waits for the other."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from schools.actions import uploads
from schools.actions.imports import import_schools
from schools.adapters.fictional import gias_bytes
from schools.models import GiasImport, GiasUpload, School, SchoolUrn
from schools.roles import NATIONAL
from tests import factories as make
from tests.races import at_once
from tests.schools.test_import_schools import NOW, counts, some_rows


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_load_it_once() -> None:
    data = gias_bytes(some_rows(50))

    def load(file_name: str) -> tuple[int, int, int, int, int]:
        return counts(import_schools(file=io.BytesIO(data), file_name=file_name, by=None, now=NOW))

    results = at_once(load, ["a.csv"] * 2)

    assert sorted(results) == [(0, 0, 50, 0, 0), (50, 0, 0, 0, 0)]
    assert (School.objects.count(), SchoolUrn.objects.count(), GiasImport.objects.count()) == (50, 50, 2)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_file_that_is_handed_in_by_two_presses_is_looked_at_once() -> None:
    by = make.make_user(NATIONAL)

    def hand_in(_press: int) -> str:
        file = SimpleUploadedFile("schools.csv", gias_bytes(some_rows(2)))
        try:
            uploads.start_upload(file=file, links=None, by=by, now=NOW)
        except uploads.CannotUpload:
            return "refused"
        return "taken"

    assert sorted(at_once(hand_in, range(2))) == ["refused", "taken"]
    assert GiasUpload.objects.count() == 1
