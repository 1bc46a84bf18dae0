"""What the tests of programmes begin with."""

from collections.abc import Iterator

import pytest

from hubportal.core import clock
from programmes.actions.interest import submit
from programmes.models import Interest
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_privacy


@pytest.fixture
def in_september() -> Iterator[None]:
    """Applications are taken, and the form has its privacy notice."""
    with clock.fixed(NOW):
        make_privacy()
        yield


@pytest.fixture
def two() -> tuple[Interest, Interest]:
    """Two programmes that one form applied for, about which one headteacher is asked."""
    first = submit(application=make_application(offer=make.OfferFactory(title="Good Maths")), by=None, now=NOW)
    beside = {"school": first.school, "sent_with": first, "offer": make.OfferFactory(title="Big Maths")}
    return first, submit(application=make_application(**beside), by=None, now=NOW)
