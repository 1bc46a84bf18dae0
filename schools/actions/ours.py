"""Steps in a hub's name while hubs change: before the hub is split or merged, or not at all.

Whoever decides, invites, makes a group, places a school or brings in records joins the turn of their hub. A split or a
merger, and what follows from it, has that turn to itself. Both ask for it before they hold any row.
"""

from datetime import date

from hubportal.core import clock, locks
from hubportal.core.workflow import CannotMove
from schools.models import Hub, HubChange
from schools.rules import academic_year, last_day

CLOSED = "{why} Nothing was done: do this there."
BUSY = "People are deciding, or records are brought in, at {hub} right now. Nothing was done: try again in a minute."


def join(*hub_ids: int | None) -> None:
    """Until the transaction ends, nobody splits or merges these hubs."""
    for pk in sorted({pk for pk in hub_ids if pk is not None}):
        locks.join_turn(_turn(pk))


def runs(hub: Hub, on: date | None = None) -> bool:
    """Whether a hub does anything today, or on another day: one that was merged does while what stayed runs."""
    until = None if hub.closed_on is None else runs_until(hub)
    return hub.closed_on is None or (until is not None and until >= (on or clock.today()))


def check(hub: Hub, on: date | None = None) -> None:
    """:raises CannotMove: where a hub, read after joining, does nothing any more today, or on a later day."""
    if not runs(hub, on):
        raise CannotMove(CLOSED.format(why=hub.why_closed))


def at_hub(hub: Hub, on: date | None = None) -> None:
    """Both, of a hub as it was read before.

    :raises CannotMove: as ``check`` does.
    """
    join(hub.pk)
    check(Hub.objects.select_related("goes_on_in").get(pk=hub.pk), on)


def runs_until(hub: Hub) -> date | None:
    """The last day on which a merged hub runs what stayed there; None: all of it went."""
    stayed = hub.changes.filter(kind=HubChange.Kind.MERGER, status=HubChange.Status.DONE, takes_running=False)
    merger = stayed.order_by("pk").last()
    return last_day(academic_year(clock.day_of(merger.ended_at))) if merger and merger.ended_at else None


def change(hub: Hub, into: Hub) -> None:
    """Until the transaction ends, nobody does anything in a hub's name; the one into which it goes is not closed.

    :raises CannotMove: where what others do in its name takes long.
    """
    if into.pk < hub.pk:
        join(into.pk)
    if not locks.win_turn_first(_turn(hub.pk)):
        raise CannotMove(BUSY.format(hub=hub))
    join(into.pk)


def _turn(hub_id: int) -> str:
    return f"hub {hub_id}"
