"""Files that people hand in: kinds by content, names tidied, handed out only to be kept."""

import contextlib
import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import TestCase

from hubportal.core import clock, files, tasks
from hubportal.core.file_fields import UploadField
from hubportal.core.forms import PortalForm
from hubportal.core.models import StoredFile
from tests.world import NOW

PDF = b"%PDF-1.7 a letter"


def test_text_that_excel_writes_as_unicode_is_taken_in() -> None:
    """It is UTF-16, which is half NUL."""
    table = SimpleUploadedFile("schools.csv", "School\tURN\nOak\t1\n".encode("utf-16"))

    assert files.kind_of(table, files.TABLES) == "csv"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.pdf", b"", "This file is empty"),
        ("large.pdf", PDF + b" " * files.MOST, "larger than 10 MB"),
        ("page.html", b"<script>", "one of these kinds: pdf"),
        ("noending", PDF, "one of these kinds: pdf"),
        ("letter.doc", PDF, "save it as .docx and choose that"),
        ("page.pdf", b"<script>", "its content is something else"),
        ("table.txt", b"a\x00b", "its content is something else"),
    ],
)
def test_file_of_another_kind_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(files.BadFile, match=words):
        files.kind_of(SimpleUploadedFile(name, content), files.DOCUMENTS)


@pytest.mark.django_db
def test_kept_file_is_handed_out_as_it_came_and_never_as_a_page() -> None:
    upload = SimpleUploadedFile("C:\\letters\\Head's \u202eletter.PDF", PDF)

    stored = files.keep(upload, kinds=files.DOCUMENTS, by=None, now=NOW)
    response = files.hand_out(stored)
    content = b"".join(response)
    response.close()

    assert (stored.name, stored.kind, stored.size) == ("Head's letter.PDF", "pdf", len(PDF))
    assert "Head" not in str(stored.content.name)
    assert content == PDF
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_forgotten_file_leaves_nothing_behind() -> None:
    stored = files.keep(SimpleUploadedFile("a.pdf", PDF), kinds=files.DOCUMENTS, by=None, now=NOW)
    storage, path = stored.content.storage, str(stored.content.name)

    with TestCase.captureOnCommitCallbacks(execute=True):
        files.forget(stored)

    assert (storage.exists(path), StoredFile.objects.exists()) == (False, False)


@pytest.mark.django_db
def test_content_that_a_failure_left_is_deleted_and_what_is_kept_or_old_stays() -> None:
    kept = files.keep(SimpleUploadedFile("a.pdf", PDF), kinds=files.DOCUMENTS, by=None, now=NOW)
    storage, left = kept.content.storage, []
    for _age in range(3):
        with contextlib.suppress(RuntimeError), transaction.atomic():
            left.append(
                str(files.keep(SimpleUploadedFile("b.pdf", PDF), kinds=files.DOCUMENTS, by=None, now=NOW).content)
            )
            raise RuntimeError
    now = clock.real_now()
    for path, hours in zip((str(kept.content), *left), (2, 2, 0, 48), strict=True):
        at = (now - timedelta(hours=hours)).timestamp()
        os.utime(storage.path(path), (at, at))

    tasks.reconcile()

    assert [storage.exists(path) for path in (str(kept.content), *left)] == [True, False, True, True]


class _Form(PortalForm):
    evidence = UploadField(label="Evidence")


def test_upload_field_speaks_plainly() -> None:
    nothing = _Form({}, {})
    wrong = _Form({}, {"evidence": SimpleUploadedFile("a.pdf", b"<script>")})
    right = _Form({}, {"evidence": SimpleUploadedFile("a.pdf", PDF)})

    assert nothing.errors == {"evidence": ["Choose a file."]}
    assert "its content is something else" in wrong.errors["evidence"][0]
    assert right.is_valid()
