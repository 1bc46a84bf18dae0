"""Who may use each URL of schools."""

from tests.access.table import Line

TABLE: dict[str, Line] = {}
