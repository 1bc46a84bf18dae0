"""How many queries the pages of dashboards take; homes by role stand in tests/dashboards/test_home.py."""

from typing import Any

from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.counts.table import Count
from tests.world import Side


def _more_notices(side: Side) -> Any:
    return make.NoticeFactory(owner=side.hub)


TABLE: dict[str, Count] = {
    "hub-table": Count(NATIONAL, 6, lambda side: make.HubFactory()),
    "notice-list": Count(HUB_LEAD, 6, _more_notices),
    "notice-detail": Count(HUB_LEAD, 9, _more_notices, lambda side: [side.notice.pk]),
}
