"""Filters of the lists of workgroups, one file per family."""
