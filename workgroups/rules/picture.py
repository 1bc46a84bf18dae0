"""The year of a group as a picture: half-terms as columns, meetings as circles, visits as squares. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from programmes.rules.calendar import TERM_NAMES, HalfTermDates

# A row's name stands above its marks: it is never cut, and the year has the whole width.
LEFT, WIDTH, RIGHT = 14, 960, 20
TOP, ROW, FIRST_ROW = 30, 46, 64
NAME_ABOVE, RULE_BELOW = 16, 17
APART = 22


@dataclass(frozen=True, slots=True)
class Mark:
    """A meeting or a visit; ``state`` is done, booked, open, late or gone and names its class."""

    day: date
    state: str
    text: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the picture: the meetings, or one school's visits."""

    label: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Column:
    """A half-term."""

    label: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark in its place."""

    x: float
    y: float
    mark: Mark

    @property
    def left(self) -> float:
        """The left edge of a square around the spot."""
        return self.x - 9

    @property
    def top(self) -> float:
        """The upper edge of a square around the spot."""
        return self.y - 9

    @property
    def text_y(self) -> float:
        """Where the text of a mark stands."""
        return self.y + 4


@dataclass(frozen=True, slots=True)
class Line:
    """A row in its place."""

    label: str
    y: float
    rule_y: float
    spots: list[Spot]


@dataclass(slots=True)
class Picture:
    """All that the template draws."""

    height: float
    columns: list[Column] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    today_x: float | None = None
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP


def year_picture(half_terms: Sequence[HalfTermDates], rows: Sequence[Row], today: date) -> Picture | None:
    """Lay out a year; None where it has no half-terms."""
    if not half_terms:
        return None
    first, last = half_terms[0].starts_on, half_terms[-1].ends_on
    days = (last - first).days or 1

    def x_of(day: date) -> float:
        share = min(max((day - first).days / days, 0), 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    picture = Picture(height=FIRST_ROW + ROW * len(rows) + 10)
    picture.columns = [
        Column(_name(one), x_of(one.starts_on), round(x_of(one.ends_on) - x_of(one.starts_on), 1)) for one in half_terms
    ]
    for at, row in enumerate(rows):
        y = FIRST_ROW + ROW * at
        spots = _apart([(x_of(mark.day), mark) for mark in row.marks])
        line = [Spot(x, y, mark) for x, mark in spots]
        picture.lines.append(Line(row.label, y - NAME_ABOVE, y + RULE_BELOW, line))
    picture.today_x = x_of(today) if first <= today <= last else None
    return picture


def _apart(spots: list[tuple[float, Mark]]) -> list[tuple[float, Mark]]:
    """Marks of one row never cover each other, and those of the year's last days stay inside the picture."""
    spots = sorted(spots, key=lambda one: one[0])
    places: list[float] = []
    for x, _mark in spots:
        places.append(max(x, places[-1] + APART) if places else x)
    edge = float(WIDTH - RIGHT)
    for at in reversed(range(len(places))):
        places[at] = min(places[at], edge)
        edge = places[at] - APART
    return [(x, mark) for x, (_x, mark) in zip(places, spots, strict=True)]


def _name(half_term: HalfTermDates) -> str:
    return f"{TERM_NAMES[half_term.term - 1]} {(half_term.number - 1) % 2 + 1}"
