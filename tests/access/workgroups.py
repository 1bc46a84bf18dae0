"""Who may use each URL of workgroups."""

from tests.access.table import Line

TABLE: dict[str, Line] = {}
