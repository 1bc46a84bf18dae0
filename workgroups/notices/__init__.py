"""Kinds of notice of workgroups: who is due what, when."""

from hubportal.core.notices import Kind
from workgroups.notices import meetings, visits

KINDS: list[Kind] = [*meetings.KINDS, *visits.KINDS]
