"""Addresses that say each thing once."""

import pytest

from schools.models import LocalAuthority, School
from schools.rules import said_once

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("LEICESTER", "Leicester"), ["Leicester"]),
        (("Leicester", "LEICESTER"), ["Leicester"]),
        (("Ashenbourne", "", None, "Ashenbourne", "LC11 7AA"), ["Ashenbourne", "LC11 7AA"]),
        (("Ashenbourne CofE Primary School", "Ashenbourne"), ["Ashenbourne CofE Primary School", "Ashenbourne"]),
        (("St Mary's Primary School, Leicester", "LEICESTER"), ["St Mary's Primary School, Leicester"]),
        (("The Grammar School Leeds", "Leeds"), ["The Grammar School Leeds"]),
        (("Rotherham High School", "Ham"), ["Rotherham High School", "Ham"]),
        (("Langham", "Ham"), ["Langham", "Ham"]),
        (("", " "), []),
    ],
)
def test_each_part_of_an_address_is_said_once(parts: tuple[str | None, ...], said: list[str]) -> None:
    assert said_once(*parts) == said


def test_school_says_its_town_once_wherever_it_is_written() -> None:
    school = School(
        name="Ashenbourne CofE Primary School",
        street="ASHENBOURNE",
        town="Ashenbourne",
        postcode="LC11 7AA",
        authority=LocalAuthority(name="Ashenbourne"),
    )

    assert school.where == "Ashenbourne, LC11 7AA"
    assert school.with_town == "Ashenbourne CofE Primary School, Ashenbourne"
    assert school.full_address == "Ashenbourne CofE Primary School, Ashenbourne, LC11 7AA"
    assert school.address == ["Ashenbourne", "LC11 7AA"]
