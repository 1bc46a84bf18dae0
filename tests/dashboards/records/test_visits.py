"""Visits of before: whose they were, and several of one row."""

from datetime import date

import pytest
from django.urls import reverse

from schools import roles
from tests import factories as make
from tests.dashboards.records.bringing import bring, outcomes
from tests.world import Side
from workgroups.models import Visit

pytestmark = pytest.mark.django_db


def test_visit_is_that_of_the_leader_of_the_group_not_of_a_namesake(side: Side) -> None:
    like = make.PersonFactory(name=side.leader.person.name)
    make.LeaderFactory(person=like, hub=side.hub, kind=side.leader.kind, starts_on=date(2026, 10, 1))
    table = [["School", "Date of visit", "Visited by"], [side.school.name, "11/12/2026", like.name]]

    bring("visits", table, hub=side.hub, by=side.users["hub_lead"])

    assert Visit.objects.get(on=date(2026, 12, 11)).leader == side.leader


def test_of_several_leaders_of_one_name_the_address_says_who_visited(side: Side) -> None:
    first, second = (
        make.LeaderFactory(person__name="Lee Leader", person__email=f"{at}@e.example", hub=side.hub, kind="specialist")
        for at in ("one", "two")
    )
    head = ["School", "Date of visit", "Visited by", "Leader email"]
    emails = ("two@e.example", "", "three@e.example")
    lines = [[side.school.name, f"{day}/12/2026", "Lee Leader", email] for day, email in enumerate(emails, start=8)]

    found = outcomes(bring("visits", [head, *lines], hub=side.hub, by=side.users["hub_lead"]))

    assert Visit.objects.get(on=date(2026, 12, 8)).leader == second != first
    assert [outcome for outcome, _words in found] == ["create", "error", "error"]
    assert found[1][1].startswith("Several leaders are called Lee Leader. Add the e-mail address")
    assert "with another address, one@e.example." in found[2][1]


def test_a_row_of_a_school_has_several_visits_and_those_to_come_are_left_out(side: Side) -> None:
    table = [
        ["School", "Visit 1", "Visit 2", "Visit 3"],
        [side.school.name, "13/10/2026", "11/12/2026", "1 Feb 2027"],
        [side.school.name, "", "", "1 Feb 2027"],
    ]

    upload = bring("visits", table, hub=side.hub, by=side.users["hub_lead"])

    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "error"]
    assert "The visit of 1 February 2027 is still to come." in outcomes(upload)[0][1]
    assert list(Visit.objects.filter(status="done").order_by("on").values_list("on", flat=True)) == [
        date(2026, 10, 13),
        date(2026, 12, 11),
    ]


def test_visit_of_a_file_stands_in_the_dates_of_the_school_on_its_day(side: Side) -> None:
    """Without a time, which nobody said; as does a visit whose log says another day than was booked."""
    table = [["School", "Date of visit"], [side.school.name, "10/11/2026"]]
    bring("visits", table, hub=side.hub, by=side.users["hub_lead"])
    url, browser = reverse("workgroups:school-dates", args=[side.school.pk]), side.browser(roles.OFFICE)

    page = browser.get(url)
    lines = browser.get(f"{url}?export=csv").content.decode().splitlines()

    rows = [(row.on, row.by, row.is_ahead) for row in page.context["rows"] if row.stand[0] == "done"]
    assert rows == [(date(2026, 11, 10), None, False)]
    assert "<td>Tuesday 10 November 2026</td>" in page.text
    assert lines[1].startswith("2026-11-10,,,,Visit ")
