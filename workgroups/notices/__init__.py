"""Kinds of notice of workgroups: who is due what, when."""

from hubportal.core.notices import Kind
from workgroups.notices import (
    co_leading,
    dates,
    groups,
    hub_changes,
    hub_moves,
    imports,
    leaders,
    meetings,
    places,
    replacements,
    teachers,
    visits,
    visits_off,
)

KINDS: list[Kind] = [
    *dates.KINDS,
    *meetings.KINDS,
    *groups.KINDS,
    *leaders.KINDS,
    *co_leading.KINDS,
    *places.KINDS,
    *replacements.KINDS,
    *teachers.KINDS,
    *visits.KINDS,
    *visits_off.KINDS,
    *imports.KINDS,
    *hub_changes.KINDS,
    *hub_moves.KINDS,
]
