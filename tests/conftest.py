"""What every test may use, and which tests run where."""

import pytest
from django.core.cache import cache


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--services``: PostgreSQL and Redis are there (make test-services)."""
    parser.addoption("--services", action="store_true", help="run the tests that need PostgreSQL and Redis too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs services when they were not promised: left out, not skipped, so CI's count is honest."""
    if config.getoption("--services"):
        return
    needing = [item for item in items if item.get_closest_marker("services")]
    items[:] = [item for item in items if not item.get_closest_marker("services")]
    config.hook.pytest_deselected(items=needing)


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    """Limits on tries start anew with every test."""
    cache.clear()
