"""An offer's code and dates in another year. Pure."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from string import ascii_lowercase

# How long an offer takes applications that is made when those like it have closed: an assumption.
LATE_WINDOW = timedelta(weeks=8)
CODE_YEAR = re.compile(r"(?<=[A-Za-z])(\d{2})(?=-)")


def code_in_year(code: str, year: int) -> str:
    """The project's code in another year: NCP26-14a in 2027 is NCP27-14a; a code without a year stays as it is."""
    return CODE_YEAR.sub(f"{year % 100:02d}", code, count=1)


def is_same_code(one: str, other: str) -> bool:
    """Whether two codes are read as one: NCP26-14A is NCP26-14a."""
    return one.casefold() == other.casefold()


def day_in_year(day: date, years: int) -> date:
    """The same day some years later; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def free_code(code: str, taken: Collection[str]) -> str:
    """The code, or the first letter behind it that is free: NCP26-14, NCP26-14a, NCP26-14b."""
    base = code.rstrip(ascii_lowercase)
    return next((one for one in (code, *(base + letter for letter in ascii_lowercase)) if _is_free(one, taken)), "")


def own_code(hub: str, year: int, taken: Collection[str]) -> str:
    """A code for an offer of a hub's own: East Midlands South Maths Hub in 2026 begins with EMS26-01."""
    words = hub.removesuffix("Maths Hub").replace("-", " ").split() or [hub]
    letters = "".join(word[0] for word in words if word[0].isupper()) if len(words) > 1 else words[0][:4].upper()
    codes = (f"{letters[:6] or 'HUB'}{year % 100:02d}-{number:02d}" for number in range(1, 1000))
    return next(code for code in codes if _is_free(code, taken))


def _is_free(code: str, taken: Collection[str]) -> bool:
    return not any(is_same_code(code, one) for one in taken)


def window_in(opens_on: date, closes_on: date, *, years: int, today: date) -> tuple[date, date]:
    """The same window some years later; where that has closed by today, some weeks from today."""
    opens, closes = day_in_year(opens_on, years), day_in_year(closes_on, years)
    return (opens, closes) if closes >= today else (today, today + LATE_WINDOW)
