"""Past engagement with columns for each school year: what belongs to one year is taken for no other."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hubportal.dashboards.actions.records import uploads
from hubportal.dashboards.rules.headings import find_headings, guess
from hubportal.dashboards.rules.kinds import PAST
from programmes.models import EnrolledTeacher, Enrolment
from tests.dashboards.records.bringing import Table, as_csv, as_workbook, bring, bring_in, look_at, outcomes
from tests.world import NOW, Side

pytestmark = pytest.mark.once

UPPER = ["School", "School", "2022/23", "2022/23", "2023/24", "2023/24"]
LOWER = ["Name", "Town", "Programme", "Outcome", "Programme", "Outcome"]
GUESSED = ["school", "town", "by_year", "outcome", "by_year", "outcome"]
RECORDS = [["Hill", "Corby", "Dev", "Completed", "Emb", "Left"], ["Vale", "Corby", "Dev", "Completed", "", ""]]


@pytest.mark.parametrize(
    ("rows", "place", "guessed"),
    [
        ([UPPER, LOWER, *RECORDS], (0, 2), GUESSED),
        ([["Our list"] * 6, UPPER, LOWER, *RECORDS], (1, 2), GUESSED),
        # In a CSV no cell is merged.
        ([["School", "", "2022/23", "", "2023/24", ""], LOWER, *RECORDS], (0, 2), GUESSED),
        (
            [
                ["School", "", "Programme", "", "Outcome", ""],
                ["Name", "Town", "2022/23", "2023/24", "2022/23", "2023/24"],
                ["Hill", "Corby", "Dev", "Emb", "Completed", "Left"],
            ],
            (0, 2),
            ["school", "town", "by_year", "by_year", "outcome", "outcome"],
        ),
        ([UPPER[:4], LOWER[:4], *RECORDS], (0, 2), GUESSED[:4]),
        (
            [
                ["School", *["2022/23"] * 4, *["2023/24"] * 2],
                ["Name", "Programme", "Notes", "Date completed", "Teacher", "Programme", "Notes"],
                ["Hill", "Dev", "as agreed", "3/4/2023", "Jo Hill", "Emb", "late"],
            ],
            (0, 2),
            ["school", "by_year", "", "ended", "teacher", "by_year", ""],
        ),
        (
            [
                ["School", "2022/23 Programme", "Outcome 22/23", "AY 23/24", "Outcome AY23/24", "Status"],
                ["Hill", "Dev", "Completed", "Emb", "Left", "green"],
            ],
            (0, 1),
            ["school", "by_year", "outcome", "by_year", "outcome", ""],
        ),
        # One row of headings, and a record that says words that head columns, too.
        (
            [["School", *UPPER[2:]], ["Hill", "Dev", "Completed", "Emb", "Left"], ["Vale", "Dev", "", "Emb", "Done"]],
            (0, 1),
            ["school", *["by_year"] * 4],
        ),
    ],
)
def test_columns_of_each_year_are_guessed_under_one_or_two_rows_of_headings(
    rows: Table, place: tuple[int, int], guessed: list[str]
) -> None:
    found = find_headings(rows, PAST)
    columns = guess(found.texts, PAST, own=rows[found.first + 1] if found.rows == 2 else ())

    assert (found.first, found.rows) == place
    assert [columns.get(at, "") for at in range(len(found.texts))] == guessed


def _wide(side: Side, *cells: str) -> list[list[str]]:
    return [UPPER, LOWER, [side.school.name, side.school.town, *cells]]


def _merged(table: Table) -> SimpleUploadedFile:
    return as_workbook(table, "A1:B1", "C1:D1", "E1:F1")


@pytest.mark.django_db
def test_outcome_of_each_year_is_that_of_its_own_column(side: Side) -> None:
    phase = side.offer.phase.name
    file = _merged(_wide(side, phase, "Completed", phase, "Withdrawn"))

    upload = look_at("past", file, hub=side.hub, by=side.users["hub_lead"])
    bring_in(upload)

    assert upload.columns == {str(at): key for at, key in enumerate(GUESSED)}
    found = Enrolment.objects.filter(school=side.school, offer__year__in=(2022, 2023)).order_by("offer__year")
    assert list(found.values_list("offer__year", "status")) == [(2022, "completed"), (2023, "withdrawn")]


@pytest.mark.django_db
def test_day_and_teachers_of_a_year_are_of_that_year_alone_and_one_without_an_outcome_is_told(side: Side) -> None:
    phase = side.offer.phase.name
    heads = ["School", *(f"{year} {what}" for year in ("2022/23", "2023/24") for what in ("Programme", "Outcome"))]
    heads += ["2022/23 Date completed", "2022/23 Teacher", "2023/24 Teacher"]
    line = [side.school.name, phase, "Completed", phase, "", "3/4/2023", "Jo Hill", "Kit Moss"]

    upload = bring("past", [heads, line], hub=side.hub, by=side.users["hub_lead"])

    found = {one.offer.year: one for one in Enrolment.objects.filter(school=side.school, offer__year__in=(2022, 2023))}
    assert [str(found[year].ended_on) for year in (2022, 2023)] == ["2023-04-03", "2024-07-31"]
    named = EnrolledTeacher.objects.filter(enrolment__in=found.values()).values_list("enrolment", "person__name")
    assert set(named) == {(found[2022].pk, "Jo Hill"), (found[2023].pk, "Kit Moss")}
    assert "How 2023/24 ended is not said, and is taken as completed." in outcomes(upload)[0][1]


SCHOOL = {0: "school"}
TWICE = ["School", "2022/23", "Outcome", "2023/24", "Outcome"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texts", "columns", "said"),
    [
        (TWICE, {1: "by_year", 2: "outcome", 3: "by_year"}, "Columns C and E have the same heading, and the lines"),
        (
            TWICE,
            {1: "by_year", 2: "outcome", 3: "by_year", 4: "outcome"},
            "Only one column can be “Outcome”, unless the heading of each names a school year of its own, as 2022/23",
        ),
        (
            ["School", "2022/23", "2022/23 Outcome", "2023/24", "Outcome"],
            {1: "by_year", 2: "outcome", 3: "by_year", 4: "outcome"},
            "Columns C and E: some of what is “Outcome” names its school year, and column E names none.",
        ),
        (
            ["School", "2022/23", "2023/24 Outcome", "2023/24"],
            {1: "by_year", 2: "outcome"},
            "Column C, “2023/24 Outcome”, is of 2023/24, but no column says what the school did then.",
        ),
        (["School", "Programme"], {1: "by_year"}, "Column B, “Programme”, is said to be of one school year"),
        (TWICE, {1: "by_year", 2: "outcome"}, ""),
        (["School", "2022/23", "2023/24", "Outcome"], {1: "by_year", 2: "by_year", 3: "outcome"}, ""),
        (["School", "2022/23", "2023/24", "Outcome"], {1: "by_year", 2: "by_year"}, ""),
    ],
)
def test_what_cannot_be_told_of_a_year_is_refused_in_words(
    side: Side, texts: list[str], columns: dict[int, str], said: str
) -> None:
    page = _page(side, [texts, [side.school.name]])

    chosen = {f"column_{at}": key for at, key in (SCHOOL | columns).items()}
    answer = side.browser("hub_lead").post(page, chosen)

    assert answer.status_code == (200 if said else 302)
    assert said in answer.text


@pytest.mark.django_db
def test_page_of_columns_says_of_which_year_nothing_says_the_outcome(side: Side) -> None:
    page = _page(side, [["School", "2022/23", "2022/23 Outcome", "2023/24"], [side.school.name]])

    assert "No column is “Outcome” of 2023/24." in side.browser("hub_lead").get(page).text


def _page(side: Side, table: Table) -> str:
    file, lead = as_csv(table), side.users["hub_lead"]
    upload = uploads.take_in(owner=side.hub, kind="past", upload=file, by=lead, now=NOW)
    return reverse("dashboards:record-columns", args=[upload.pk])
