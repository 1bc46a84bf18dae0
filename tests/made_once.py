"""What all tests of a file begin with is made once for the file: each finds it as if it had made it for itself."""

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker


def made_once(make: Callable[[], Any]) -> Any:
    """A fixture that gives the function which gives what ``make`` returned, to each test a copy of its own.

    The rows stand until the file's last test; what a test changes is rolled back. Where one of the file's tests does
    without it, and so would find what is not its own, or empties the database, each makes it anew.
    """

    @pytest.fixture(scope="module")
    def standing(
        request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
    ) -> Iterator[Callable[[], Any]]:
        if not all(
            _lets_stand(item, str(request.fixturename)) for item in request.session.items if _is_in(item, request)
        ):
            yield make
            return
        with django_db_blocker.unblock(), transaction.atomic():
            kept = pickle.dumps(make())
            yield lambda: pickle.loads(kept)
            transaction.set_rollback(True)

    return standing


def _is_in(item: pytest.Item, request: pytest.FixtureRequest) -> bool:
    return item.path == request.path and item.get_closest_marker("django_db") is not None


def _lets_stand(item: pytest.Item, name: str) -> bool:
    uses, mark = getattr(item, "fixturenames", ()), item.get_closest_marker("django_db")
    return name in uses and "transactional_db" not in uses and not (mark and mark.kwargs.get("transaction"))
