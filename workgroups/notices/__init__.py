"""Kinds of notice of workgroups: who is due what, when."""

from hubportal.core.notices import Kind
from workgroups.notices import groups, imports, leaders, meetings, places, visits

KINDS: list[Kind] = [*meetings.KINDS, *groups.KINDS, *leaders.KINDS, *places.KINDS, *visits.KINDS, *imports.KINDS]
