"""The file of links says which school came after which."""

import io
from datetime import date

import pytest

from schools.adapters.gias import Link, Rejected, read_links
from schools.adapters.gias_table import UnreadableFile
from tests.schools.test_gias_file import MINIMAL, table


def test_links_say_who_came_after_whom() -> None:
    data = table(
        {"URN": "1", "LinkURN": "2", "LinkName": "New", "LinkType": "Successor", "LinkEstablishedDate": "01-09-2024"},
        {
            "URN": "4",
            "LinkURN": "3",
            "LinkName": "Old",
            "LinkType": "Predecessor - amalgamated",
            "LinkEstablishedDate": "",
        },
        {"URN": "5", "LinkURN": "6", "LinkName": "x", "LinkType": "Sixth Form Centre Link", "LinkEstablishedDate": ""},
        {"URN": "x", "LinkURN": "6", "LinkName": "x", "LinkType": "Successor", "LinkEstablishedDate": ""},
        {"URN": "7", "LinkURN": "7", "LinkName": "x", "LinkType": "Successor", "LinkEstablishedDate": ""},
    )

    links = list(read_links(io.BytesIO(data)))

    assert links == [
        Link(2, 1, 2, is_merger=False, since=date(2024, 9, 1)),
        Link(3, 3, 4, is_merger=True, since=None),
        Rejected(5, "x", "URN is not a number of up to seven digits: “x”"),
        Rejected(6, "7", "URN 7 is linked to itself"),
    ]


def test_links_without_their_columns_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="lacks the columns LinkURN, LinkType"):
        list(read_links(io.BytesIO(table(MINIMAL))))
