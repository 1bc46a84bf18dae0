"""What every test may use, and which tests run where."""

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import resolve

from hubportal.core import clock
from hubportal.core.stale import AS_IT_WAS, LOOKED_AT
from tests.made_once import made_once
from tests.world import NOW, Side, make_side_now


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--services``: PostgreSQL and Redis are there (make test-services)."""
    parser.addoption("--services", action="store_true", help="run the tests that need PostgreSQL and Redis too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run cannot do, or the other one does: left out, not skipped, so CI's count is honest."""
    nowhere = [item.nodeid for item in items if _is_once(item) and item.get_closest_marker("services")]
    if nowhere:
        raise pytest.UsageError(f"Marked once and services, so run nowhere: {', '.join(nowhere)}")
    if config.getoption("--services"):
        first = {_test_of(item): item.nodeid for item in reversed(items)}
        kept = [item for item in items if _needs_services(item) or _asks_the_database_anew(item, first)]
    else:
        kept = [item for item in items if not _needs_services(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _asks_the_database_anew(item: pytest.Item, first: dict[tuple[str, str], str]) -> bool:
    """Whether a test says something on PostgreSQL too: it uses a database, in another way than those before it.

    The cases of one test ask the same with other values; ``cases`` marks those that do not.
    """
    uses_it = bool({"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ())))
    is_first = first[_test_of(item)] == item.nodeid or item.get_closest_marker("cases") is not None
    return (uses_it or item.get_closest_marker("django_db") is not None) and is_first and not _is_once(item)


def _test_of(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), getattr(item, "originalname", item.name)


def _is_once(item: pytest.Item) -> bool:
    """In ``make test`` only; ``but`` names the test of a file by which its queries run on PostgreSQL all the same."""
    mark = item.get_closest_marker("once")
    return mark is not None and getattr(item, "originalname", "") != mark.kwargs.get("but")


def _needs_services(item: pytest.Item) -> bool:
    return item.get_closest_marker("services") is not None


def pytest_collection_finish() -> None:
    """What is loaded stays: garbage is not looked for in it after every test, which takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True, scope="session")
def _emptied_row_by_row() -> Iterator[None]:
    """After a test with threads of its own all tables are emptied: few rows are deleted in a tenth of the time that
    PostgreSQL takes to truncate all tables. Keys are checked when the transaction ends, so any order will do.
    """
    with pytest.MonkeyPatch.context() as patched:
        if connection.vendor == "postgresql":
            patched.setattr(type(connection.ops), "sql_flush", _deleting)
        yield


def _deleting(operations: Any, _style: Any, tables: Sequence[str], **_options: Any) -> list[str]:
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]


made_side = made_once(make_side_now)


@pytest.fixture
def side(made_side: Callable[[], Side]) -> Iterator[Side]:
    """A hub with everything once, at the world's moment."""
    with clock.fixed(NOW):
        yield made_side()


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    """Limits on tries start anew with every test."""
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _browsers_open_what_they_send() -> Iterator[None]:
    """The test client sends a form without opening its page: as a browser does, it sends what that carries hidden.

    What a test sends itself (of an older page, or nothing) stays.
    """
    with pytest.MonkeyPatch.context() as patched:
        send = Client.post

        def post(self: Client, path: str, data: Any = None, *args: Any, **rest: Any) -> Any:
            return send(self, path, _with_hidden(self, path, {} if data is None else data), *args, **rest)

        patched.setattr(Client, "post", post)
        yield


def _with_hidden(client: Client, path: str, data: Any) -> Any:
    view = getattr(resolve(urlsplit(path).path).func, "view_class", None) if isinstance(data, dict) else None
    wanted = {LOOKED_AT: getattr(view, "of_top_bar", False), AS_IT_WAS: getattr(view, "changes_what_stands", False)}
    names = [name for name, is_wanted in wanted.items() if is_wanted and name not in data]
    page = client.get(path) if names else None
    return data if page is None or page.status_code != 200 else {**{name: page.context[name] for name in names}, **data}
