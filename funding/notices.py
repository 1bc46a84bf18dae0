"""Kinds of notice of funding: who is due what, when."""

from hubportal.core.notices import Kind

KINDS: list[Kind] = []
