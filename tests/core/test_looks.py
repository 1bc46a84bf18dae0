"""How far ahead delivery looks at what still stands: not at what it will have to look at again before it is sent."""

from datetime import timedelta
from typing import Any

import pytest

from hubportal.core import delivery, notices
from tests.core.test_delivery import MEETING, ON_TIME, Plans, deliver
from tests.core.test_notices import reminder
from tests.factories import HubFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("fresh", "looks"), [(timedelta(hours=1), [6]), (timedelta(0), [6, 1, 1, 1, 1, 1])])
def test_what_is_sent_later_is_looked_at_later(
    fresh: timedelta, looks: list[int], plans: Plans, monkeypatch: Any
) -> None:
    for hub in HubFactory.create_batch(6):
        plans[hub.pk] = [reminder(MEETING)]
        notices.reconcile(hub, now=ON_TIME - timedelta(days=3))
    asked, what_stands = [], delivery._what_stands

    def looking(kind: Any, rows: Any) -> Any:
        asked.append(len(rows))
        return what_stands(kind, rows)

    monkeypatch.setattr(delivery, "_what_stands", looking)
    monkeypatch.setattr(delivery, "FRESH", fresh)

    assert deliver() == 6
    assert asked == looks
