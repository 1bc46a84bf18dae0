"""How many queries the pages of dashboards take."""

from tests.counts.table import Count

TABLE: dict[str, Count] = {}
