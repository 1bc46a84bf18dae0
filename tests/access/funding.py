"""Who may use each URL of funding."""

from tests.access.table import Line

TABLE: dict[str, Line] = {}
