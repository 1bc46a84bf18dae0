"""Who may use each URL of dashboards."""

from tests.access.table import Line

TABLE: dict[str, Line] = {}
