"""Kinds of notice of workgroups: who is due what, when."""

from hubportal.core.notices import Kind

KINDS: list[Kind] = []
