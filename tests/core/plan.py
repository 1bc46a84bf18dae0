"""A kind of notice for tests of the outbox: a hub is the thing, and its plan is held here."""

from datetime import datetime
from typing import Any

from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from schools.models import Hub

# What is desired for each hub, by primary key; the tests' stand-in for stored meetings and visits.
PLANS: dict[int, list[Desired]] = {}


def _desired(hub: Hub) -> list[Desired]:
    return PLANS.get(hub.pk, [])


def _load() -> models.QuerySet[Hub]:
    return Hub.objects.all()


def _live(hubs: models.QuerySet[Hub], now: datetime) -> models.QuerySet[Hub]:
    return hubs


def _context(hub: Hub, notice: Notice) -> dict[str, Any]:
    return {"hub": hub}


KINDS = [
    Kind(
        key="test",
        label="Test",
        model="schools.Hub",
        template="tests/notice.txt",
        desired=_desired,
        load=_load,
        live=_live,
        context=_context,
        owner_id=lambda hub: hub.pk,
        reply_to=lambda hub: hub.email,
    )
]
