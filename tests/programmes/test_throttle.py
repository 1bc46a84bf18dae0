"""Limits on tries, in the cache that the portal has without Redis."""

import runpy
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import RequestFactory

from hubportal import settings as portal
from programmes.views.throttle import is_too_often

MANY = 400  # Django's own cache in the database keeps 300


@pytest.mark.django_db
def test_tries_are_counted_for_very_many_addresses(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    settings.CACHES = runpy.run_path(portal.__file__)["CACHES"]
    call_command("createcachetable")
    requests = [RequestFactory().get("/", REMOTE_ADDR=f"10.0.{n // 250}.{n % 250}") for n in range(MANY)]

    first = sum(is_too_often(request, "knock", most=1) for request in requests)
    second = sum(is_too_often(request, "knock", most=1) for request in requests)

    cache.clear()
    assert (first, second) == (0, MANY)
