"""Kinds of notice of schools: who is due what, when."""

from hubportal.core.notices import Kind
from schools.notices import letters
from schools.notices.imports import GIAS_IMPORT
from schools.notices.people import ADDRESS_MOVED, INVITATION
from schools.notices.places import SUCCESSION

__all__ = ["ADDRESS_MOVED", "GIAS_IMPORT", "INVITATION", "KINDS", "SUCCESSION"]

KINDS: list[Kind] = [INVITATION, ADDRESS_MOVED, SUCCESSION, GIAS_IMPORT, *letters.KINDS]
