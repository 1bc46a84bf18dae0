"""The pages about imports: national only, every import told, rejected rows as a table and a file."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools.roles import HUB_LEAD, NATIONAL
from tests.factories import GiasImportFactory, HubFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
QUERIES = 7


@pytest.fixture
def national() -> Client:
    client = Client()
    client.force_login(make_user(NATIONAL, name="Nadia National"))
    return client


def test_list_tells_who_loaded_what_and_what_came_of_it(national: Client) -> None:
    GiasImportFactory(by=make_user(NATIONAL, name="Ida Importer"), file_name="first.csv")
    GiasImportFactory(file_name="second.csv", problem="The file is empty.")
    GiasImportFactory(file_name="third.csv", is_dry_run=True, ran_as="root")

    page = national.get(reverse("schools:import-list"))

    text = page.content.decode()
    assert [row.file_name for row in page.context["rows"]] == ["third.csv", "second.csv", "first.csv"]
    assert "root, on the command line" in text
    assert all(words in text for words in ("3 imports", "Ida Importer", "Command line", "Refused", "Dry run", "Loaded"))


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_the_same_number_of_queries(
    national: Client, number: int, django_assert_num_queries: object
) -> None:
    for _ in range(number):
        GiasImportFactory(by=make_user(NATIONAL))
    national.get(reverse("schools:import-list"))

    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        national.get(reverse("schools:import-list"))


def test_detail_has_the_rejected_rows_and_why_a_file_was_refused(national: Client) -> None:
    done, refused = GiasImportFactory(), GiasImportFactory(problem="The file is empty.", rejected_rows=[])

    pages = [national.get(each.get_absolute_url()).content.decode() for each in (done, refused)]

    assert "URN 900006 is already on line 3 of this file" in pages[0]
    assert "The file is empty." in pages[1]


def test_detail_shows_fifty_rejected_rows_a_page(national: Client) -> None:
    record = GiasImportFactory(rejected_rows=[[n, str(n), "x"] for n in range(120)])

    numbers = [
        len(national.get(record.get_absolute_url(), {"page": page}).context["rejected_rows"]) for page in (1, 3, 99)
    ]

    assert numbers == [50, 20, 20]


def test_rejected_rows_are_downloaded_without_formulas(national: Client) -> None:
    record = GiasImportFactory(rejected_rows=[[7, "=1+1", "URN is wrong"]])

    answer = national.get(record.get_absolute_url(), {"export": "csv"})

    assert answer["Content-Disposition"] == f'attachment; filename="rejected-rows-{record.pk}.csv"'
    assert answer.content.decode("utf-8-sig").splitlines() == ["Line,URN,Reason", "7,'=1+1,URN is wrong"]


def test_hub_staff_see_no_imports() -> None:
    client = Client()
    client.force_login(make_user(HUB_LEAD, hub=HubFactory()))

    statuses = [
        client.get(url).status_code for url in (reverse("schools:import-list"), GiasImportFactory().get_absolute_url())
    ]

    assert statuses == [403, 403]


@pytest.mark.parametrize(
    ("minutes", "result", "words"),
    [(59, "Running", "The file is being loaded."), (61, "Broken off", "The import broke off")],
)
def test_import_that_does_not_end_is_shown_as_broken_off_after_an_hour(
    national: Client, minutes: int, result: str, words: str
) -> None:
    record = GiasImportFactory(state="running", started_at=clock.now() - timedelta(minutes=minutes), created=0)

    listed = national.get(reverse("schools:import-list")).content.decode()
    page = national.get(record.get_absolute_url()).content.decode()

    assert result in listed
    assert words in page


def test_import_that_failed_says_why(national: Client) -> None:
    record = GiasImportFactory(state="failed", problem="It was stopped before it had finished.")

    page = national.get(record.get_absolute_url()).content.decode()

    assert "Nothing was changed.</strong> It was stopped before it had finished." in page
    assert record.outcome == "Failed"
