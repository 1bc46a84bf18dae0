"""How many queries the pages of programmes take."""

from tests.counts.table import Count

TABLE: dict[str, Count] = {}
