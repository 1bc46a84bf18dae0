"""Two hubs, of which one changes and the other goes on."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from schools.models import Hub
from tests import factories as make
from tests.world import NOW, Side, make_side


@pytest.fixture
def at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def side(at_the_worlds_moment: None) -> Side:
    """The hub that changes."""
    return make_side()


@pytest.fixture
def other() -> Hub:
    """The hub that goes on."""
    hub: Hub = make.HubFactory(name="Other Hub")
    return hub
