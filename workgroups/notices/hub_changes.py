"""E-mails to hubs and their staff: one is split, goes on in another or gets another lead school; in numbers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import models

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from hubportal.core.telling import person_pk
from programmes.models import Interest
from schools.models import HubChange, Person, Role
from schools.notices.places import context_of, lately, told, with_leads
from schools.roles import HUB_READERS
from workgroups.models.changed import OPEN_INTEREST
from workgroups.notices.running import what_goes

# So many schools that were chosen one by one are named; of more it is said how many.
NAMED = 10


def _changes() -> models.QuerySet[HubChange]:
    staff = Role.objects.by_hand().filter(kind__in=HUB_READERS).select_related("person").order_by("pk")
    return HubChange.objects.for_list().prefetch_related(
        with_leads("hub"),
        with_leads("other"),
        models.Prefetch("hub__roles", queryset=staff, to_attr="staff_ever"),
        models.Prefetch("leaving", queryset=Role.objects.select_related("person", "hub").order_by("pk")),
        "authorities",
    )


def _concerned(change: HubChange) -> list[Person]:
    """Whose role ends with it, and who else works for the hub up to the day before, whatever has become of them.

    Of a split nobody: whoever goes, or works for both hubs, is told of the role that comes to them.
    """
    if change.kind == HubChange.Kind.SPLIT:
        return []
    last_day, made_on = change.from_on - timedelta(days=1), clock.day_of(change.made_at)
    staff: list[Role] = change.hub.staff_ever  # type: ignore[attr-defined]
    held = [role for role in staff if role.starts_on <= made_on and (role.ends_on is None or role.ends_on >= last_day)]
    return [role.person for role in (*change.leaving.all(), *held)]


def _desired(change: HubChange) -> Sequence[Desired]:
    return told(change, (change.hub, change.other), _concerned(change))


def _context(change: HubChange, notice: Notice) -> dict[str, Any]:
    found = context_of(change, notice)
    if change.other is None:
        ending = list(change.leaving.all())
        yours = [role for role in ending if role.person_id == person_pk(notice.recipient)]
        return {**found, "ending": ending, "yours": yours, "last_day": change.from_on - timedelta(days=1)}
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
        "what_goes": what_goes(change),
        "undecided": sent.filter(school__in=schools.values("pk")).count(),
    }


KINDS = [
    Kind(
        key="hub_change",
        label="Hub changes",
        model="schools.HubChange",
        template="workgroups/emails/hub_change.txt",
        desired=_desired,
        load=_changes,
        live=lately,
        context=_context,
        thread=lambda change: change.hub,
        owner_id=lambda change: change.owner_id,
        is_news=True,
    )
]
