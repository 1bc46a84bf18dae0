"""Kinds of notice of workgroups: who is due what, when."""

from hubportal.core.notices import Kind
from workgroups.notices import leaders, meetings, visits

KINDS: list[Kind] = [*meetings.KINDS, *leaders.KINDS, *visits.KINDS]
