"""What the tests of programmes begin with."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from tests.programmes.express import NOW, make_privacy


@pytest.fixture
def in_september() -> Iterator[None]:
    """Applications are taken, and the form has its privacy notice."""
    with clock.fixed(NOW):
        make_privacy()
        yield
