"""A file of schools on real parts: its worker is killed in the middle of writing, another takes it up, once."""

import signal
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, jobs
from hubportal.core.models import Job, JournalEntry, Notice
from schools import roles
from schools.actions import uploads
from schools.adapters.fictional import gias_bytes
from schools.models import GiasImport, GiasUpload, School
from tests import factories as make
from tests.schools.test_import_schools import load, some_rows
from tests.services.parts import Workers, wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def waits_for_a_row() -> bool:
    """Whether somebody else of this database waits for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_import_whose_worker_is_killed_while_it_writes_is_taken_up_again_once(
    workers: Workers, settings: Any, client: Client
) -> None:
    workers.environment["VAR_DIR"] = str(settings.VAR_DIR)  # where the file lies
    rows = some_rows(4)
    load(rows[:1])
    rows[0] = {**rows[0], "EstablishmentName": "Another Name"}
    by, old = make.make_user(roles.NATIONAL), School.objects.get()
    file = SimpleUploadedFile("edubasealldata20270111.csv", gias_bytes(rows))
    upload = uploads.start_upload(file=file, links=None, by=by, now=clock.now())
    jobs.work()
    upload.refresh_from_db()
    uploads.apply_upload(upload=upload, by=by, now=clock.now())
    first = workers.start()
    client.force_login(by)
    applied = Job.objects.filter(kind=uploads.APPLY)

    with transaction.atomic():
        # New schools are written before those that change: so it is killed with some of them written.
        School.objects.select_for_update().get(pk=old.pk)
        workers.wake("core.work")
        wait_for(waits_for_a_row, seconds=20, said=workers.said)
        first.send_signal(signal.SIGKILL)
        first.wait()
    kept, shown = School.objects.count(), client.get(upload.get_absolute_url()).content.decode()
    # Time passes until the dead worker's lease has run out.
    applied.update(lease_until=clock.real_now() - timedelta(seconds=1))
    listed = client.get(reverse("schools:import-list")).content.decode()
    jobs.work()
    jobs.work()

    upload = GiasUpload.objects.get()
    assert kept == 1
    assert "Writing schools" in shown
    assert "Running" in listed
    assert "Broken off" not in listed
    assert (applied.get().state, applied.get().attempts, applied.get().problem) == ("done", 2, "")
    assert list(GiasImport.objects.filter(from_upload=upload).values_list("state", "created", "updated")) == [
        ("done", 3, 1)
    ]
    assert School.objects.count() == 4
    assert JournalEntry.objects.about(old).filter(what="Changed by a GIAS import").count() == 1
    assert Notice.objects.filter(kind="gias_import").count() == 1
    assert "Loaded" in client.get(GiasImport.objects.get(from_upload=upload).get_absolute_url()).content.decode()
