"""The worlds that groups, meetings and visits are looked at in."""

from collections.abc import Callable, Iterator

import pytest

from hubportal.core import clock
from schools import roles
from schools.models import User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.test_groups import running
from tests.world import NOW, Side, make_side
from workgroups.models import Group


@pytest.fixture
def side() -> Iterator[Side]:
    """The world on 11 January 2027."""
    with clock.fixed(NOW):
        yield make_side()


def running_group() -> int:
    """A running group of two schools with three meetings, each school with one teacher and one to be named."""
    make.make_half_terms()
    group: Group = make.GroupFactory()
    running(group)
    return int(group.pk)


made_group = made_once(running_group)


@pytest.fixture
def group(made_group: Callable[[], int]) -> Group:
    """The group that the file's tests begin with."""
    return Group.objects.get(pk=made_group())


@pytest.fixture
def staff(group: Group) -> User:
    """The lead of the group's hub."""
    return make.make_user(roles.HUB_LEAD, hub=group.hub)
