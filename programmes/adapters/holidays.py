"""England's bank holidays, from the ``holidays`` library."""

from datetime import date
from functools import cache

import holidays


def bank_holidays(first: date, last: date) -> frozenset[date]:
    """The bank holidays of England from ``first`` to ``last``, both included."""
    years = range(first.year, last.year + 1)
    return frozenset(day for year in years for day in _of_year(year) if first <= day <= last)


def easter_monday(year: int) -> date:
    """Easter Monday of a calendar year."""
    return next(day for day, name in _of_year(year).items() if "Easter Monday" in name)


@cache
def _of_year(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year).items())
