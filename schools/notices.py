"""Kinds of notice of schools: who is due what, when."""

from hubportal.core.notices import Kind

KINDS: list[Kind] = []
