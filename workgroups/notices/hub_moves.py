"""E-mails to hubs: a school goes to another; whichever hub runs something for it reads so too."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import Desired, Kind
from programmes.models import Enrolment
from schools.models import Hub, HubMove
from schools.notices.places import context_of, lately, told, with_leads
from schools.rules import listed
from workgroups.models.changed import OPEN_ENROLMENT


def _moves() -> models.QuerySet[HubMove]:
    running = Enrolment.objects.filter(status__in=OPEN_ENROLMENT).select_related("hub", "offer")
    running = running.prefetch_related(with_leads("hub")).order_by("hub__name", "hub", "offer__year", "pk")
    return HubMove.objects.for_notice().prefetch_related(
        with_leads("was"),
        with_leads("hub"),
        models.Prefetch("school__enrolments", queryset=running, to_attr="running_now"),
    )


def _elsewhere(move: HubMove) -> list[tuple[Hub, str]]:
    """Hubs that neither have the school nor get it, and run something for it: each with what."""
    running: list[Enrolment] = move.school.running_now  # type: ignore[attr-defined]
    theirs = [one for one in running if one.hub_id not in (move.was_id, move.hub_id)]
    by_hub = [list(rows) for _pk, rows in groupby(theirs, key=lambda one: one.hub_id)]
    # Of several people of a school in one programme it is named once.
    return [(rows[0].hub, listed(dict.fromkeys(str(one.offer) for one in rows))) for rows in by_hub]


def _desired(move: HubMove) -> Sequence[Desired]:
    if move.with_import_id:
        return []
    return told(move, (move.was, move.hub, *(hub for hub, _what in _elsewhere(move))))


def _context(move: HubMove, notice: Notice) -> dict[str, Any]:
    return context_of(move, notice) | {"elsewhere": _elsewhere(move)}


KINDS = [
    Kind(
        key="hub_move",
        label="School changes hub",
        model="schools.HubMove",
        template="workgroups/emails/hub_move.txt",
        desired=_desired,
        load=_moves,
        live=lambda moves, now: lately(moves, now).filter(with_import=None),
        context=_context,
        thread=lambda move: move.school,
        owner_id=lambda move: move.owner_id,
        is_news=True,
    )
]
