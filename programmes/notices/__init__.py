"""Kinds of notice of programmes: who is due what, when."""

from hubportal.core.notices import Kind
from programmes.notices import interest

KINDS: list[Kind] = [interest.RECEIVED, interest.HEAD_ASKED]
