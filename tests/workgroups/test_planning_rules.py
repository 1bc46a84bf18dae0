"""Whose turn it is to host."""

import pytest

from workgroups.rules.planning import hosts_in_turn

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("schools", "hosted", "meetings", "expected"),
    [
        ([1, 2, 3], [], 4, [1, 2, 3, 1]),
        ([1, 2, 3], [1, 2], 2, [3, 1]),
        ([1, 2], [1, 1, None, 9], 3, [2, 2, 1]),  # a place that is no school's, and a school that has left
        ([], [], 2, [None, None]),
    ],
)
def test_hosts_in_turn_begins_with_who_has_hosted_least(
    schools: list[int], hosted: list[int | None], meetings: int, expected: list[int | None]
) -> None:
    assert hosts_in_turn(schools, hosted, meetings) == expected
