"""What happens to the outbox while somebody is changing what it is about; each in a transaction of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from hubportal.core import clock, delivery, notices, telling
from hubportal.core.models import Notice
from schools.models import Hub
from tests.core.test_notices import NOW, Plans, reminder
from tests.factories import HubFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

MEETING = date(2027, 2, 2)


def beside(step: Any) -> Any:
    """Take a step in another connection, and return what came of it."""

    def run() -> Any:
        try:
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=30)


@pytest.fixture
def planned(plans: Plans) -> Hub:
    hub: Hub = HubFactory()
    plans[hub.pk] = [reminder(MEETING)]
    notices.reconcile(hub, now=NOW)
    return hub


@pytest.mark.parametrize("looks", [False, True])
def test_worker_passes_over_what_somebody_holds(planned: Hub, looks: bool) -> None:
    """A look at who has been written to stays true until the step that follows from it."""
    Notice.objects.update(due_at=NOW - timedelta(hours=1))

    def claim() -> int:
        with clock.fixed(NOW):
            return len(delivery._claim(10))

    row = Notice.objects.get()
    with transaction.atomic():
        if looks:
            assert telling.last_told(planned, [row.occurrence.partition("@")[0]]) == {}
        else:
            notices.hold((row.kind, planned))
        during = beside(claim)

    assert (during, claim()) == (0, 1)


def test_sweep_leaves_to_whoever_is_changing_something_what_follows_from_it(planned: Hub, plans: Plans) -> None:
    """What it read before the change would undo what the change wrote."""
    with transaction.atomic():
        Hub.objects.select_for_update().get(pk=planned.pk)
        plans[planned.pk] = []
        beside(lambda: notices.sweep(NOW))
        during = Notice.objects.get().state
    notices.sweep(NOW)

    assert (during, Notice.objects.get().state) == ("planned", "cancelled")
