"""How many queries the pages of funding take."""

from tests.counts.table import Count

TABLE: dict[str, Count] = {}
