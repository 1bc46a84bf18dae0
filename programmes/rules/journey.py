"""A school's journey as a picture: years as columns, phases as bars in the colour of their step of the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schools.rules import year_label

# What a bar is; a bar that is no enrolment yet is dashed. Never told by colour alone: each says its state in words.
COMPLETED, ACTIVE, ACCEPTED, PAUSED, WITHDRAWN = "completed", "active", "accepted", "paused", "withdrawn"
APPLIED, WAITING = "applied", "waiting"

WORDS = {
    COMPLETED: "✓ completed",
    ACTIVE: "taking part now",
    ACCEPTED: "accepted",
    PAUSED: "paused",
    WITHDRAWN: "withdrawn",
    APPLIED: "applied",
    WAITING: "on the waiting list",
}
_SOLID = frozenset({COMPLETED, ACTIVE})
_GREY = {PAUSED: "open", WITHDRAWN: "gone"}
# What is drawn into a box of 14 by 14, so that nobody needs the colours to tell two apart: a tick, a pause, a cross.
_SIGNS = {COMPLETED: "M4 7.5 6 9.5 10 4.5", PAUSED: "M5.5 4.5v5M8.5 4.5v5", WITHDRAWN: "M4.5 4.5l5 5M9.5 4.5l-5 5"}

FEWEST_YEARS = 6
# So many stand in a page's width and can still be read.
MOST_COLUMNS = 9
COLUMN = 148
GAP = 5
HEAD = 34
BAR, LANE = 52, 62
# Characters that fit a column in the sizes of the two lines.
TITLE_FITS, NOTE_FITS = 14, 19


@dataclass(frozen=True, slots=True)
class Stay:
    """One year of a school in a phase: ``step`` 1 to 4, ``state`` one of the words above, ``note`` instead of it."""

    year: int
    phase: str
    step: int
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A school year: its label above the middle, and the line at its right edge."""

    label: str
    middle: int
    right: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase over one or more years; ``css`` colours the box, ``text_css`` its two lines."""

    x: int
    y: int
    width: int
    height: int
    css: str
    text_css: str
    title: str
    note: str
    years: str
    says: str
    sign: str

    @property
    def words(self) -> str:
        """All of it, for whoever hears the picture."""
        return f"{self.years}: {self.says}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a box of the key looks like, as a bar does, and what it means."""

    css: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole picture, in units of its own."""

    width: int
    height: int
    columns: tuple[Column, ...]
    bars: tuple[Bar, ...]

    @property
    def is_long(self) -> bool:
        """Too many years to be read where all stand in the width of the page."""
        return len(self.columns) > MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class _Run:
    """Years in a row of one phase in one state."""

    first: int
    last: int
    stay: Stay


def years_taken(stays: Iterable[Stay], *, this_year: int) -> int:
    """In how many years the school takes or took part.

    Not those that it withdrew from or in which it pauses, nor those that have not begun.
    """
    return len({one.year for one in stays if one.state in _SOLID and one.year <= this_year})


def draw_journey(stays: Iterable[Stay], *, this_year: int) -> Journey:
    """Place every year and bar; what happens in the same year stands one under the other."""
    runs = _runs(stays)
    first = min([run.first for run in runs], default=this_year)
    last = max([*(run.last for run in runs), this_year, first + FEWEST_YEARS - 1])
    lanes = _lanes(runs)
    columns = tuple(
        Column(year_label(year), at * COLUMN + COLUMN // 2, (at + 1) * COLUMN)
        for at, year in enumerate(range(first, last + 1))
    )
    bars = tuple(_bar(run, lane, first) for run, lane in zip(runs, lanes, strict=True))
    return Journey(len(columns) * COLUMN + 1, HEAD + (max(lanes, default=0) + 1) * LANE + GAP, columns, bars)


def _runs(stays: Iterable[Stay]) -> list[_Run]:
    """Join the years of a phase that follow each other in the same state."""
    runs: list[_Run] = []
    for stay in sorted(stays, key=lambda one: (one.year, one.step, one.phase)):
        before = next(
            (
                run
                for run in reversed(runs)
                if (run.last, run.stay.phase, run.stay.state, run.stay.note)
                == (stay.year - 1, stay.phase, stay.state, stay.note)
            ),
            None,
        )
        if before is None:
            runs.append(_Run(stay.year, stay.year, stay))
        else:
            runs[runs.index(before)] = _Run(before.first, stay.year, before.stay)
    return runs


def _lanes(runs: Sequence[_Run]) -> list[int]:
    """The highest lane that is free in all years of each."""
    taken: set[tuple[int, int]] = set()
    lanes = []
    for run in runs:
        years = range(run.first, run.last + 1)
        lane = 0
        while any((lane, year) in taken for year in years):
            lane += 1
        taken |= {(lane, year) for year in years}
        lanes.append(lane)
    return lanes


def _bar(run: _Run, lane: int, first: int) -> Bar:
    stay, length = run.stay, run.last - run.first + 1
    note = stay.note or WORDS[stay.state]
    years = year_label(run.first) if length == 1 else f"{year_label(run.first)} to {year_label(run.last)}"
    return Bar(
        x=(run.first - first) * COLUMN + GAP,
        y=HEAD + lane * LANE,
        width=length * COLUMN - 2 * GAP,
        height=BAR,
        css=_css(stay),
        text_css="white" if stay.state in _SOLID and stay.step != 1 else "on-1",
        title=_short(stay.phase, TITLE_FITS * length),
        note=_short(note, NOTE_FITS * length),
        years=years,
        says=f"{stay.phase}, {note}",
        sign=_SIGNS.get(stay.state, ""),
    )


def _css(stay: Stay) -> str:
    if stay.state in _GREY:
        return _GREY[stay.state]
    step = f"step-{stay.step}"
    if stay.state in _SOLID:
        return step
    return f"{step} light" if stay.state == ACCEPTED else f"{step} outline"


def _meaning(state: str, words: str) -> Meaning:
    return Meaning(_css(Stay(0, "", 3, state)), _SIGNS.get(state, ""), words)


KEY = (
    _meaning(COMPLETED, "completed"),
    _meaning(ACTIVE, "taking part now"),
    _meaning(ACCEPTED, "accepted"),
    _meaning(APPLIED, "applied or waiting"),
    _meaning(PAUSED, "paused"),
    _meaning(WITHDRAWN, "withdrawn"),
)


def _short(text: str, fits: int) -> str:
    return text if len(text) <= fits else f"{text[: fits - 1].rstrip()}…"
