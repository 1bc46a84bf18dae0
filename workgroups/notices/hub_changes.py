"""E-mails to hubs: one is split, goes on in another or gets another lead school; what that is in numbers."""

from typing import Any

from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import Kind
from programmes.models import Interest
from schools.models import HubChange
from schools.notices.places import context_of, lately, told, with_leads
from workgroups.models.changed import OPEN_INTEREST

# So many schools that were chosen one by one are named; of more it is said how many.
NAMED = 10


def _changes() -> models.QuerySet[HubChange]:
    return HubChange.objects.for_list().prefetch_related(with_leads("hub"), with_leads("other"), "authorities")


def _context(change: HubChange, notice: Notice) -> dict[str, Any]:
    found = context_of(change, notice)
    if change.other is None:
        return found
    schools, authorities = change.schools_going(), list(change.authorities.all())
    alone = schools.exclude(authority__in=authorities) if change.kind == HubChange.Kind.SPLIT else schools.none()
    names = list(alone.order_by("name", "pk").values_list("name", flat=True))
    # It may have gone to the other hub already.
    sent = Interest.objects.filter(hub__in=(change.hub, change.other), status__in=OPEN_INTEREST)
    return {
        **found,
        "schools": schools.count(),
        "authorities": [one.name for one in authorities],
        "alone": names[:NAMED],
        "more": len(names[NAMED:]),
        "undecided": sent.filter(school__in=schools.values("pk")).count(),
    }


KINDS = [
    Kind(
        key="hub_change",
        label="Hub changes",
        model="schools.HubChange",
        template="workgroups/emails/hub_change.txt",
        desired=lambda change: told(change, (change.hub, change.other)),
        load=_changes,
        live=lately,
        context=_context,
        thread=lambda change: change.hub,
        owner_id=lambda change: change.owner_id,
        is_news=True,
    )
]
