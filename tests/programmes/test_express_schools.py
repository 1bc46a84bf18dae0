"""Finding one's school in the public form."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schools.models import School
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "/programmes/express/school/"


def _search(text: str) -> str:
    return " ".join(Client().get(PAGE, {"q": text}).content.decode().split())


@pytest.mark.parametrize(
    "typed", ["hill", "Loughborough", "le11 4sq", "LE114SQ", "123456", "hill loughborough", "saint mary"]
)
def test_school_is_found_by_name_town_postcode_and_urn(typed: str) -> None:
    make.SchoolFactory(name="St Mary's Hill School", town="Loughborough", postcode="LE11 4SQ", urn=123456)
    make.SchoolFactory(name="Dale School", town="Leicester", postcode="LE1 1AA")

    page = _search(typed)

    assert "1 school</h2>" in page
    assert "St Mary&#x27;s Hill School</button>" in page
    assert "Loughborough, LE11 4SQ · URN 123456" in page


def test_search_shows_fifty_at_most_and_says_so() -> None:
    for _ in range(51):
        make.SchoolFactory()

    page = _search("example")

    assert page.count('class="link-button"') == 50
    assert "The first 50 schools" in page
    assert "There are more." in page


def test_search_that_finds_nothing_says_what_to_try() -> None:
    assert "Nothing fits “nowhere”." in _search("nowhere")


@pytest.mark.parametrize("typed", ["Barton Segrave", "segrave", "barten seagrave primary"])
def test_school_is_found_when_one_word_is_misspelt(typed: str) -> None:
    make.SchoolFactory(name="Barton Seagrave Primary School", town="Kettering")
    make.SchoolFactory(name="Barton Hill Primary School", town="Torquay")
    make.SchoolFactory(name="Segensworth Primary School", town="Fareham")

    page = _search(typed)

    assert "Did you mean?" in page
    assert page.count('class="link-button"') == 1
    assert "Barton Seagrave Primary School</button>" in page


def test_saints_name_is_not_looked_for_inside_other_words() -> None:
    """St and mary are in many a Stanton Primary."""
    make.SchoolFactory(name="Stanton Primary School")
    make.SchoolFactory(name="Burton-on-the-Wolds St Mary's School")

    assert "1 school</h2>" in _search("st mary")
    assert "1 school</h2>" in _search("wolds")


@pytest.mark.parametrize("typed", ["\x00", "%", "'", "😀", "x" * 5000, "9" * 400, "<script>", "\\"])
def test_search_survives_whatever_is_typed(typed: str) -> None:
    make.SchoolFactory()

    answers = [Client().get(path, {"q": typed}) for path in (PAGE, reverse("programmes:express-suggestions"))]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert b"<script>" not in answers[0].content.split(b"</head>")[1]


def test_open_schools_come_before_closed_ones() -> None:
    make.SchoolFactory(name="Hill A", gias_status=School.GiasStatus.CLOSED)
    make.SchoolFactory(name="Hill B")

    page = _search("hill")

    assert page.index("Hill B</button>") < page.index("Hill A</button>")


def test_schools_whose_name_starts_so_come_first() -> None:
    make.SchoolFactory(name="Abbey Hill School")
    make.SchoolFactory(name="Hill School")

    page = _search("hill")

    assert page.index(">Hill School</button>") < page.index("Abbey Hill School</button>")


def test_closed_school_leads_to_the_open_one_that_took_its_place() -> None:
    successor = make.SchoolFactory(name="Hill Academy", town="Loughborough")
    between = make.SchoolFactory(gias_status=2, succeeded_by=successor)
    closed = make.SchoolFactory(name="Hill Primary", gias_status=2, closed_on=date(2024, 8, 31), succeeded_by=between)

    page = " ".join(Client().post(PAGE, {"school": closed.pk}).content.decode().split())

    assert "<strong>Hill Primary</strong> closed on 31 August 2024." in page
    assert f'name="school" value="{successor.pk}">Hill Academy, Loughborough</button>' in page


def test_closed_school_without_a_successor_says_so() -> None:
    closed = make.SchoolFactory(gias_status=2)
    make.SchoolFactory(gias_status=2, succeeded_by=closed)
    School.objects.filter(pk=closed.pk).update(succeeded_by=closed)

    page = Client().post(PAGE, {"school": closed.pk}).content.decode()

    assert "We do not know of a school that took its place" in page


def test_school_that_has_not_opened_yet_cannot_be_chosen() -> None:
    school = make.SchoolFactory(gias_status=4)

    assert b"has not opened yet" in Client().post(PAGE, {"school": school.pk}).content


@pytest.mark.parametrize("forged", ["", "x", "0", "-1", "²", "9" * 40, "\x00"])
def test_forged_school_is_asked_again(forged: str) -> None:
    answer = Client().post(PAGE, {"school": forged, "draft": "forged"})

    assert (answer.status_code, b"Choose your school from the list." in answer.content) == (200, True)


def test_suggestions_carry_public_facts_only() -> None:
    school = make.SchoolFactory(name="Hill Primary", town="Loughborough", postcode="LE11 4SQ", head_name="Jo Head")

    answer = Client().get(reverse("programmes:express-suggestions"), {"q": "hill"}).json()

    assert answer == {"schools": [{"id": school.pk, "name": "Hill Primary", "place": "Loughborough, LE11 4SQ"}]}


@pytest.mark.parametrize("rows", [1, 3])
def test_search_takes_the_same_queries_for_any_number_of_schools(rows: int, django_assert_num_queries: Any) -> None:
    for _ in range(rows):
        make.SchoolFactory()
    client = Client()
    client.get(PAGE)

    with django_assert_num_queries(3):  # one, and the two ends of the savepoint in which the try is counted
        client.get(PAGE, {"q": "example"})


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_search_for_nothing_asks_what_to_type(text: str) -> None:
    assert "Type the name, town, postcode or URN of your school." in _search(text)
