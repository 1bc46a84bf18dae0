"""How far schools are from each other, on the national grid."""

import pytest

from workgroups.rules.nearness import Point, middle, miles


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ([], None),
        ([None], None),
        ([(458000, 304000)], (458000, 304000)),
        ([(0, 0), None, (1000, 3000)], (500, 1500)),
    ],
)
def test_middle_is_of_the_points_that_are_known(points: list[Point | None], found: Point | None) -> None:
    assert middle(points) == found


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ((0, 0), (0, 0), 0.0),
        ((0, 0), (3000, 4000), 3.1),
        ((0, 0), None, None),
        (None, (0, 0), None),
    ],
)
def test_miles_are_as_the_crow_flies(start: Point | None, end: Point | None, found: float | None) -> None:
    assert miles(start, end) == found
