"""Visits of before: whose they were, and several of one row."""

from collections.abc import Iterator
from datetime import date

import pytest

from hubportal.core import clock
from tests import factories as make
from tests.dashboards.records.bringing import bring, outcomes
from tests.world import NOW, Side, make_side
from workgroups.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    with clock.fixed(NOW):
        yield make_side()


def test_visit_is_that_of_the_leader_of_the_group_not_of_a_namesake(side: Side) -> None:
    like = make.PersonFactory(name=side.leader.person.name)
    make.LeaderFactory(person=like, hub=side.hub, kind=side.leader.kind, starts_on=date(2026, 10, 1))
    table = [["School", "Date of visit", "Visited by"], [side.school.name, "11/12/2026", like.name]]

    bring("visits", table, hub=side.hub, by=side.users["hub_lead"])

    assert Visit.objects.get(on=date(2026, 12, 11)).leader == side.leader


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
