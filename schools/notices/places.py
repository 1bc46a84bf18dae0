"""E-mails to hubs: a school becomes another; and how hubs are told of any change of them or of their schools."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Kind
from hubportal.core.telling import Recipient, each_address_once, news_to_each, person_recipient
from schools import roles
from schools.models import Hub, HubChange, HubMove, Person, Role, School, Succession

Change = HubMove | HubChange | Succession


def with_leads(path: str = "") -> "models.Prefetch[Any]":
    """A hub (at the end of a path) with those who lead it today: they are written to where it has no address."""
    leads = Role.objects.current(clock.today()).filter(kind=roles.HUB_LEAD).select_related("person").order_by("pk")
    return models.Prefetch(f"{path}__roles" if path else "roles", queryset=leads, to_attr="leads_now")


def told(change: Change, hubs: Sequence[Hub | None], people: Iterable[Person] = ()) -> Sequence[Desired]:
    """Each hub, and whoever else is concerned, once: when the change is made, and when that is taken back.

    Of what is taken back only those hear who had heard of it.
    """
    is_back = change.status == change.Status.TAKEN_BACK
    at = change.ended_at if is_back and change.ended_at else change.made_at
    # Somebody whose own address is the hub's too reads what it means for themselves.
    to = [person_recipient(person) for person in people]
    to += [one for hub in hubs if hub is not None for one in addresses(hub)]
    heard = [one for one in each_address_once(to) if one.key not in change.untold]
    return news_to_each(heard, f"{'back' if is_back else 'made'}@{at.isoformat()}", at)


def addresses(hub: Hub) -> list[Recipient]:
    """Those to be written to for a hub loaded by ``with_leads``.

    The key stays when the address is corrected: what has left is not sent anew.
    """
    if hub.email:
        return [Recipient(f"hub:{hub.pk}", hub.name, hub.email)]
    leads: list[Role] = hub.leads_now  # type: ignore[attr-defined]
    return [person_recipient(role.person) for role in leads if role.person.email]


def context_of(change: Change, notice: Notice) -> dict[str, Any]:
    """What an e-mail about any of these changes needs."""
    return {
        "change": change,
        "is_back": change.status == change.Status.TAKEN_BACK,
        "back": change.taken_back(),
        "has_come": change.from_on <= clock.today(),
        "url": f"{settings.SITE_URL}{_page(change, notice)}",
        "portal": settings.PORTAL_NAME,
    }


def _page(change: Change, notice: Notice) -> str:
    """Where it is read; the hub that a school leaves may not see the school any more, but its own page says it."""
    if isinstance(change, Succession):
        return _page_of_succession(change, notice)
    left = change.was if isinstance(change, HubMove) else None
    return left.get_absolute_url() if left is not None and _is_of(left, notice) else change.get_absolute_url()


def _page_of_succession(succession: Succession, notice: Notice) -> str:
    """Of the two schools the one that the reader's hub has, else the hub."""
    hubs = (succession.hub, succession.successor_hub)
    reader = next((hub for hub in hubs if hub is not None and _is_of(hub, notice)), None)
    if reader is None:
        return succession.get_absolute_url()
    successor = School.objects.filter(urns__urn=succession.successor_urn).first()
    pages = [one for one in (succession.school, successor) if one is not None and one.hub_id == reader.pk]
    return (pages[0] if pages else reader).get_absolute_url()


def _is_of(hub: Hub, notice: Notice) -> bool:
    return notice.recipient in {one.key for one in addresses(hub)}


def lately(rows: models.QuerySet[Any], now: datetime) -> models.QuerySet[Any]:
    """Those made or ended so lately that it is still worth knowing."""
    return rows.filter(models.Q(made_at__gt=now - WORTH_KNOWING) | models.Q(ended_at__gt=now - WORTH_KNOWING))


def _successions() -> models.QuerySet[Succession]:
    return Succession.objects.for_notice().prefetch_related(with_leads("hub"), with_leads("successor_hub"))


SUCCESSION = Kind(
    key="succession",
    label="School becomes another",
    model="schools.Succession",
    template="schools/emails/succession.txt",
    desired=lambda succession: told(succession, (succession.hub, succession.successor_hub)),
    load=_successions,
    live=lately,
    context=context_of,
    thread=lambda succession: succession.school,
    owner_id=lambda succession: succession.owner_id,
    is_news=True,
)
