"""By what a school comes to a phase, as the database is asked; ``rules.came_by`` says the same of parts."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from programmes.rules import TAKES_PART, Standing

# From what has a school: that school, the one that follows it, and the one that follows that.
ITS_OWN_OR_LATER = ("school", "school__succeeded_by", "school__succeeded_by__succeeded_by")


def before_or_at(school: Any, *, lookup: str = "exact") -> Q:
    """What is of a school, of those that it follows, or of those that they follow."""
    return reduce(or_, (Q(**{f"{path}__{lookup}": school}) for path in ITS_OWN_OR_LATER))


def in_line(school: Any, became: Any, *, lookup: str = "exact") -> Q:
    """What counts for a school beside its own: also that of the one that it ``became``, where it did."""
    return before_or_at(school, lookup=lookup) | Q(**{f"school__{lookup}": became})


def leads_on_to(year: Any) -> Q:
    """Enrolments of schools that were completed, or in which a school takes part in a year before."""
    return Q(person=None) & (Q(status=Standing.COMPLETED) | Q(status__in=TAKES_PART, offer__year__lt=year))
