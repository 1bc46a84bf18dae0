"""Limits on tries, where the cache lies in the database."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import RequestFactory

from programmes.views.throttle import is_too_often
from tests.races import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_tries_of_the_same_moment_are_each_counted(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "tries"}}
    call_command("createcachetable")
    request = RequestFactory().get("/")

    def knock(_number: int) -> int:
        return sum(is_too_often(request, "knock", most=15) for _ in range(5))

    assert sum(at_once(knock, range(4))) == 5
