"""Schools loaded by the national team in a browser: upload, a preview that comes by itself, apply, result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.core import jobs
from schools import roles
from schools.adapters.fictional import gias_bytes
from schools.models import School
from tests import factories as make
from tests.schools.test_import_schools import load, some_rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_file_is_uploaded_previewed_and_applied_and_shows_how_far_it_is(
    new_page: Callable[..., Page], live_server: LiveServer, settings: Any, tmp_path: Path
) -> None:
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "kept"},
    }
    settings.STORAGES = {**settings.STORAGES, "private": private}
    rows = some_rows(3)
    load(rows[:1])
    rows[0] |= {"EstablishmentName": "Another Name"}
    file = tmp_path / "edubasealldata20270111.csv"
    file.write_bytes(gias_bytes(rows))
    page, client = new_page(base_url=live_server.url), Client()
    client.force_login(make.make_user(roles.NATIONAL))
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto("/schools/imports/")
    page.get_by_role("link", name="Load schools from a file").click()
    page.get_by_label("File of schools").set_input_files(file)
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    jobs.work()  # the page asks again by itself
    expect(page.get_by_role("cell", name="Another Name")).to_be_visible()
    assert School.objects.count() == 1
    page.get_by_role("button", name="Apply this file").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    jobs.work()
    page.get_by_role("link", name="What became of its rows").click()

    expect(page.get_by_role("heading", name="What became of the file")).to_be_visible()
    expect(page.get_by_text("2 schools")).to_be_visible()
    assert School.objects.filter(name="Another Name").count() == 1
