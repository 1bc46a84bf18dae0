"""Kinds of notice of programmes: who is due what, when."""

from hubportal.core.notices import Kind

KINDS: list[Kind] = []
