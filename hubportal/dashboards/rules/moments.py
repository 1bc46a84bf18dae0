"""Times of day, and days with the time behind them, as cells have them."""

import re
from collections.abc import Iterable
from datetime import date, time

from hubportal.dashboards.rules.reading import CLOCK, ISO, SPLIT, Misread, read_day

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})? ?([ap]m)?")
_NO_HALF = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?: ?o['’]?clock)?")
_UNTIL = re.compile(r" ?(?:-|–|—|to|until|till) ?")


def read_time(text: str) -> time:
    """A time of day: 1.30pm, 13:30, 9am; also the first of a span.

    :raises Misread: for anything else.
    """
    match = _TIME.match(text.lower().strip())
    try:
        if match is None or not (match[2] or match[3]):
            raise ValueError
        hour = int(match[1]) % 12 + 12 * (match[3] == "pm") if match[3] else int(match[1])
        return time(hour, int(match[2] or 0))
    except ValueError as problem:
        raise Misread(f"“{text}” is not a time. Write it as 1.30pm or 13:30.") from problem


def read_span(text: str) -> tuple[time, time | None]:
    """When something starts, and when it ends where that can be read with it: 1.30pm, 1.30pm to 4pm, 1.30pm to 4.

    :raises Misread: where it starts at no time.
    """
    first, *rest = _UNTIL.split(" ".join(text.lower().split()), maxsplit=1)
    if not rest or not rest[0]:
        return read_time(first), None
    ends = _ends(rest[0])
    if not ends:
        return read_time(first), None
    # Of 1.30-4pm the half of the day is said once.
    halves = ("pm", "am") if "pm" in rest[0] and not first.endswith("m") else ()
    starts = [read_time(f"{first}{one}") for one in halves]
    start = next((one for one in starts if one < ends[0]), None) or read_time(first)
    return start, next((one for one in ends if one > start), ends[0])


def _ends(text: str) -> list[time]:
    """The times that the end of a span may mean: 4 is that of the morning or of the afternoon; none for “tbc”."""
    match = _NO_HALF.fullmatch(text)
    try:
        if match is None:
            return [read_time(text)]
        hour, minute = int(match[1]), int(match[2] or 0)
        return [time(one, minute) for one in (hour, hour + 12) if one == hour or one < 24]
    except (Misread, ValueError):
        return []


def _clock_of(text: str) -> time | None:
    """The time of day that stands behind a day; None where none does."""
    said = " ".join(text.lower().split())
    iso, behind = ISO.fullmatch(said), CLOCK.search(said)
    clock = f"{iso[4]}:{iso[5]}" if iso and iso[4] else behind[1] if behind else ""
    try:
        found = read_time(clock) if clock else time()
    except Misread:
        return None
    # A spreadsheet's day without a time is its midnight.
    return None if found == time() else found


def read_days(texts: Iterable[str], *, from_1904: bool = False, year: int | None = None) -> list[date]:
    """The days of one or several cells, each with one or more of them, in order and each once.

    :raises Misread: where one of them is no day.
    """
    return list(read_moments(texts, from_1904=from_1904, year=year))


def read_moments(texts: Iterable[str], *, from_1904: bool = False, year: int | None = None) -> dict[date, time | None]:
    """The same, each with the time of day that stands behind it, as in 12/01/2027 1.30pm.

    :raises Misread: where one of them is no day.
    """
    found: dict[date, time | None] = {}
    for text in texts:
        for one in SPLIT.split(text.replace(" and ", ";").replace("&", ";")):
            # Commas part days too, but stand inside "Tuesday, 12 January" as well.
            for part in one.split(",") if one.count("/") > 2 else [one]:
                if part.strip():
                    day = read_day(part.strip(), from_1904=from_1904, year=year)
                    found[day] = found.get(day) or _clock_of(part)
    return dict(sorted(found.items()))
