"""The world that pages of groups, meetings and visits are looked at in."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from tests.world import NOW, Side, make_side


@pytest.fixture
def side() -> Iterator[Side]:
    """The world on 11 January 2027."""
    with clock.fixed(NOW):
        yield make_side()
