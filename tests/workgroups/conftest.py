"""What the tests of groups, meetings and visits begin with."""

from collections.abc import Callable

import pytest

from schools import roles
from schools.models import User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.test_groups import running
from workgroups.models import Group


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
