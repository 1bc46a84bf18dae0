"""Which role people of a file have at their school, and that it is said where they come without one."""

import pytest
from django.urls import reverse

from hubportal.dashboards.rules import contents
from hubportal.dashboards.rules.kinds import PEOPLE
from schools import roles
from schools.models import Role
from tests.dashboards.records.bringing import bring_in, look_at
from tests.world import Side

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("heading", "said", "guessed"),
    [
        ("Position", ["Headteacher", "Maths Lead", "School Business Manager"], "role"),
        ("Job title", ["Head / Maths Lead", "Year 4 teacher", "SBM"], "role"),
        ("Job title", ["Headteacher", "Year 4 teacher", "Year 6 teacher"], "job"),
        ("Post", ["", "n/a"], "job"),
    ],
)
def test_column_of_jobs_is_that_of_roles_where_most_are_words_for_roles(
    heading: str, said: list[str], guessed: str
) -> None:
    columns = contents.guess(["Name", "School", heading], [["A B", "Oak", one] for one in said], PEOPLE)
    beside = contents.guess(["Name", heading, "Role"], [["A B", one, "Teacher"] for one in said], PEOPLE)

    assert columns == {0: "name", 1: "school", 2: guessed}
    assert beside == {0: "name", 1: "job", 2: "role"}


@pytest.mark.django_db
def test_preview_says_how_many_come_without_a_role(side: Side) -> None:
    browser, school = side.browser("hub_lead"), side.school.name
    people = [["Jo Newman", school, ""], ["Kit Newman", school, ""], ["Lu Newman", school, "Maths Lead"]]
    twice = [["Kit Newman", school, "Teacher"]]
    upload = look_at(
        "people", [["Name", "School", "Role"], *people, *twice], hub=side.hub, by=side.users[roles.HUB_LEAD]
    )
    page = reverse("dashboards:record-detail", args=[upload.pk])

    before = browser.get(page).text
    bring_in(upload)
    after = browser.get(page).text

    assert "1 person comes without a role: no letter to contacts reaches that one." in before
    assert "1 person came without a role: no letter to contacts reaches that one." in after
    assert not Role.objects.filter(person__name="Jo Newman").exists()
