"""How near schools are to each other: metres on the national grid."""

from collections.abc import Iterable
from math import hypot
from statistics import fmean

# (easting, northing) in metres, as GIAS has them; a school may have none.
Point = tuple[float, float]
METRES_A_MILE = 1609.344


def middle(points: Iterable[Point | None]) -> Point | None:
    """The middle of some points, or None where none is known."""
    known = [point for point in points if point is not None]
    if not known:
        return None
    return fmean(east for east, _north in known), fmean(north for _east, north in known)


def miles(start: Point | None, end: Point | None) -> float | None:
    """Miles between two points as the crow flies, to a tenth; None where either is not known."""
    if start is None or end is None:
        return None
    return round(hypot(start[0] - end[0], start[1] - end[1]) / METRES_A_MILE, 1)
