"""Preparing a database: two machines at once on an empty one."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.running import OURS

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_two_who_prepare_an_empty_database_at_once_both_find_it_done() -> None:
    server, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_empty"
    address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}/{name}"
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    environment |= {"DATABASE_URL": address, "VAR_DIR": os.environ["TEST_VAR_DIR"], "DEMO": "false"}
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        both = [
            subprocess.Popen(
                [sys.executable, "-m", "ops.prepare"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate()[0] for process in both]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert [(process.returncode, words) for process, words in zip(both, said, strict=True)] == [(0, "")] * 2
