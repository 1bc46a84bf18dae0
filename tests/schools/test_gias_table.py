"""Stray quotation marks, downloads that break off, letters nobody sees: each row is read or rejected, none is lost."""

import csv

import pytest

from schools.adapters.gias import Rejected, SchoolRow
from tests.schools.test_gias_file import MINIMAL, opened, reason_for, table

pytestmark = pytest.mark.once

STRAY = "has a quotation mark that is not closed on its line"
FIRST = 100000


def unquoted(count: int, **last: str) -> bytes:
    """A file of so many rows without a quotation mark; `last` changes the last one."""
    rows = [MINIMAL | {"URN": str(FIRST + number), "Remark": "Nothing"} for number in range(count)]
    rows[-1] |= last
    return table(*rows, quoting=csv.QUOTE_NONE)


def outcomes(data: bytes) -> dict[str, list[int]]:
    """The lines of the rows that were read, and of those that were rejected."""
    found: dict[str, list[int]] = {"read": [], "rejected": []}
    for row in opened(data).rows():
        found["rejected" if isinstance(row, Rejected) else "read"].append(row.line)
    return found


def with_mark(data: bytes, line: int, before: str) -> bytes:
    """With a quotation mark before a word of one line."""
    lines = data.split(b"\r\n")
    lines[line - 1] = lines[line - 1].replace(before.encode(), b'"' + before.encode(), 1)
    return b"\r\n".join(lines)


@pytest.mark.parametrize("before", ["100", "Hill", "931", "Nothing"])
@pytest.mark.parametrize("marked", [(5,), (5, 6), (5, 28), (5, 28, 29, 30), (200,), (201,), (5, 201)])
def test_stray_quotation_mark_costs_its_own_row_only(before: str, marked: tuple[int, ...]) -> None:
    data = unquoted(200)
    for line in marked:
        data = with_mark(data, line, before)

    found = outcomes(data)

    assert found["rejected"] == list(marked)
    assert found["read"] == [line for line in range(2, 202) if line not in marked]


def test_stray_quotation_mark_that_another_row_closes_costs_its_own_row_only() -> None:
    lines = unquoted(6).split(b"\r\n")
    lines[2] = lines[2].replace(b"Hill", b'"Hill')
    lines[4] = lines[4].replace(b"School", b'School"')

    rows = list(opened(b"\r\n".join(lines)).rows())

    assert [(type(row), row.line) for row in rows] == [
        (SchoolRow, 2),
        (Rejected, 3),
        (SchoolRow, 4),
        (SchoolRow, 5),
        (SchoolRow, 6),
        (SchoolRow, 7),
    ]
    assert rows[1] == Rejected(3, "100001", STRAY)


@pytest.mark.parametrize(
    "next_row",
    [b'1000"02,Hill School,931,1,2,Nothing', b'100002,Hill "School,931,1",2,Not"hing', b'"100002,Hill,931,1,2,"x'],
)
def test_stray_quotation_mark_hides_no_damaged_row(next_row: bytes) -> None:
    lines = with_mark(unquoted(5), 3, "931").split(b"\r\n")
    lines[3] = next_row

    assert [row.line for row in opened(b"\r\n".join(lines)).rows()] == [2, 3, 4, 5, 6]


def test_lost_quotation_mark_in_a_quoted_file_costs_its_own_row_only() -> None:
    rows = [MINIMAL | {"URN": str(FIRST + number)} for number in range(4)]
    data = table(*rows)
    end = data.index(b'"', data.index(b"100001") + 6)

    assert outcomes(data[:end] + data[end + 1 :].replace(b'2"\r\n', b"2\r\n", 1)) == {
        "read": [2, 4, 5],
        "rejected": [3],
    }


@pytest.mark.parametrize("columns", [("URN", "EstablishmentName"), ("EstablishmentName", "URN")])
def test_value_of_several_lines_is_one_value(columns: tuple[str, str]) -> None:
    cells = {name: MINIMAL[name] for name in columns} | MINIMAL
    data = table(cells | {"EstablishmentName": "Hill\r\nSchool"}, cells | {"URN": "100001"}, quoting=csv.QUOTE_MINIMAL)

    rows = list(opened(data).rows())

    assert [(row.name, row.line) for row in rows if isinstance(row, SchoolRow)] == [
        ("Hill School", 2),
        ("Hill School", 4),
    ]


def test_unquoted_file_cut_inside_its_last_value_is_refused() -> None:
    data = unquoted(30).removesuffix(b"\r\n")

    refused = ["cut short" in reason_for(data[:-cut]) for cut in range(1, len("Nothing") + 1)]

    assert refused == [True] * len("Nothing")


@pytest.mark.parametrize(
    ("others", "last"),
    [
        ("Nothing", "Nothing"),  # as other rows
        ("01-09-2024", "31-08-2025"),  # a date like the others
        ("123456", "654321"),
        ("", ""),
    ],
)
def test_unquoted_file_that_only_lacks_its_last_line_break_is_read(others: str, last: str) -> None:
    rows = [MINIMAL | {"URN": str(FIRST + number), "Remark": others} for number in range(5)]
    rows[-1]["Remark"] = last
    data = table(*rows, quoting=csv.QUOTE_MINIMAL).removesuffix(b"\r\n")

    assert outcomes(data) == {"read": [2, 3, 4, 5, 6], "rejected": []}


@pytest.mark.parametrize(
    ("others", "last"), [("01-09-2024", "01-09-20"), ("123456", "12345"), ("123456", ""), ("Yes", "Y")]
)
def test_unquoted_file_whose_last_value_is_like_no_other_is_refused(others: str, last: str) -> None:
    rows = [MINIMAL | {"URN": str(FIRST + number), "Remark": others} for number in range(5)]
    rows[-1]["Remark"] = last
    data = table(*rows, quoting=csv.QUOTE_MINIMAL)

    assert outcomes(data) == {"read": [2, 3, 4, 5, 6], "rejected": []}
    assert "If the file is whole, add a line break at its end." in reason_for(data.removesuffix(b"\r\n"))


@pytest.mark.parametrize(
    ("letter", "code"),
    [("\x01", "U+0001"), ("\x1b", "U+001B"), ("\u202e", "U+202E"), ("\u2028", "U+2028"), ("\u2066", "U+2066")],
)
def test_letter_that_nobody_sees_rejects_its_row(letter: str, code: str) -> None:
    data = table(
        MINIMAL | {"EstablishmentName": f"Hill {letter}School"},
        MINIMAL | {"URN": f"1000{letter}1"},
        MINIMAL | {"URN": "100002", "EstablishmentName": "Zoë\u00a0Hill"},
        encoding="utf-8",
    )

    rows = list(opened(data).rows())

    assert rows[0] == Rejected(2, "100000", f"EstablishmentName has a character that nobody sees ({code})")
    assert [type(row) for row in rows[1:]] == [Rejected, SchoolRow]
    assert isinstance(rows[1], Rejected)
    assert (letter in rows[1].urn, letter in rows[1].reason) == (False, False)
