"""An offer's code and dates in another year. Pure."""

import re
from datetime import date

CODE_YEAR = re.compile(r"(?<=[A-Za-z])(\d{2})(?=-)")


def code_in_year(code: str, year: int) -> str:
    """The project's code in another year: NCP26-14a in 2027 is NCP27-14a; a code without a year stays as it is."""
    return CODE_YEAR.sub(f"{year % 100:02d}", code, count=1)


def day_in_year(day: date, years: int) -> date:
    """The same day some years later; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
