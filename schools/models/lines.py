"""What counts for a school: its own, that of the schools that it follows, and where it became another, of that.

Each way is asked about apart, and ends at an index: where they are one condition, an OR over several tables, every
row is joined to find out.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import models

# From what has a school: that school, the one that follows it, and the one that follows that.
ITS_OWN_OR_LATER = ("school", "school__succeeded_by", "school__succeeded_by__succeeded_by")


def has_any(rows: models.QuerySet[Any], ways: Sequence[str], at: str) -> models.Q:
    """Whether some of these rows lead one of these ways to the school at a path of the outer row."""
    return reduce(or_, (models.Q(models.Exists(rows.filter(**{way: models.OuterRef(at)}))) for way in ways))


def counts_for(rows: models.QuerySet[Any], at: str) -> models.Q:
    """Whether something of these counts for the school at this path of the outer row."""
    return has_any(rows, ITS_OWN_OR_LATER, at) | has_any(rows, ITS_OWN_OR_LATER[:1], f"{at}__succeeded_by")
