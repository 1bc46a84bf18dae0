"""How many queries the pages of workgroups take."""

from tests.counts.table import Count

TABLE: dict[str, Count] = {}
