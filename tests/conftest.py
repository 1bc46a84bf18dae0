"""What every test may use, and which tests run where."""

import gc

import pytest
from django.core.cache import cache


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--services``: PostgreSQL and Redis are there (make test-services)."""
    parser.addoption("--services", action="store_true", help="run the tests that need PostgreSQL and Redis too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run cannot do, or the other one does: left out, not skipped, so CI's count is honest."""
    unwanted = "once" if config.getoption("--services") else "services"
    left_out = [item for item in items if item.get_closest_marker(unwanted)]
    items[:] = [item for item in items if not item.get_closest_marker(unwanted)]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """What is loaded stays: garbage is not looked for in it after every test, which takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    """Limits on tries start anew with every test."""
    cache.clear()
