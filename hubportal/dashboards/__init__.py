"""Homes, reports, search and the demo; owns no table."""
