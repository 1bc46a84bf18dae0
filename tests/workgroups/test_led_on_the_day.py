"""Pages and e-mails name who leads on the day of a meeting or visit, not who leads today."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hubportal.core import clock
from programmes.models import Leader
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions import leading
from workgroups.models import Group, LeaderChange, leader_at

pytestmark = pytest.mark.django_db

BEFORE, COVERED, AFTER = (datetime(2027, month, 20, 9, tzinfo=UTC) for month in (1, 2, 3))
FIRST, BACK = date(2027, 2, 1), date(2027, 3, 1)


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        yield make_side()


@pytest.fixture
def nora(side: Side) -> Leader:
    return make.LeaderFactory(hub=side.hub, kind=side.leader.kind, person__name="Nora New")


def hands_over(side: Side, to: Leader, **given: Any) -> LeaderChange:
    return make.LeaderChangeFactory(group=side.group, leader=to, from_on=FIRST, **given)


def test_whoever_covers_goes_on_leading_where_the_end_of_the_cover_is_taken_back(side: Side, nora: Leader) -> None:
    change = hands_over(side, nora, back_on=BACK)
    leading.hand_over_due(now=clock.at_london(FIRST, 0))
    leading.take_back(group=Group.objects.get(pk=change.group_id), by=None, now=COVERED)

    group = Group.objects.get(pk=side.group.pk)

    assert [leader_at(group, moment) for moment in (BEFORE, COVERED, AFTER)] == [side.leader, nora, nora]
