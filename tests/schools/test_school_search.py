"""Schools are found as teachers type them."""

import pytest

from schools.models import School
from tests.factories import SchoolFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "st marys",
        "Saint Mary's C of E",
        "st. mary’s church of england primary",
        "sain mary",
        "saint marys chur",
        "mary church of",
        "fenchester mary",
        "AC4 1AA",
        "ac41aa",
        "812345",
    ],
)
def test_school_is_found_by_name_town_postcode_and_urn(typed: str) -> None:
    school = SchoolFactory(name="St Mary’s CE Primary School", town="Fenchester", postcode="AC4 1AA", urn=812345)
    SchoolFactory(name="St Hilda's Primary School", town="Wexcombe", postcode="AD4 2AA")

    assert list(School.objects.matching(typed)) == [school]


@pytest.mark.django_db
def test_two_letters_are_not_yet_a_word_that_is_written_short() -> None:
    SchoolFactory(name="Hill CofE School", town="Fenchester")

    assert [School.objects.matching(typed).count() for typed in ("ch", "en", "chu", "church of")] == [0, 0, 1, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["²", "Year 7²", "½", "٣"])
def test_odd_digits_find_nothing(typed: str) -> None:
    SchoolFactory(name="Hill Primary School")

    assert list(School.objects.matching(typed)) == []
