"""Who may use each URL of programmes."""

from tests.access.table import Line

TABLE: dict[str, Line] = {}
