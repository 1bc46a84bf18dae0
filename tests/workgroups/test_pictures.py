"""The year of a group as a picture: where its marks stand."""

from datetime import date

import pytest

from hubportal.core import clock
from programmes.rules.calendar import HalfTermDates
from tests import factories as make
from tests.factories.programmes import HALF_TERMS
from workgroups.models import Visit
from workgroups.rules.picture import Mark, Row, year_picture
from workgroups.views.pictures import group_picture

pytestmark = pytest.mark.once

YEAR = [HalfTermDates(number, (number + 1) // 2, *dates) for number, dates in enumerate(HALF_TERMS, start=1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 9, 1), (date(2027, 2, 10), "open")),
        (date(2027, 3, 19), (date(2027, 3, 23), "open")),
        (date(2027, 3, 27), (date(2027, 4, 12), "late")),
    ],
)
def test_unbooked_visit_is_drawn_where_it_can_be_booked(today: date, expected: tuple[date, str]) -> None:
    """Neither in the holidays nor in the past: its stretch runs from 4 January to 25 March."""
    make.make_half_terms()
    visit = make.VisitFactory(number=1)

    picture = group_picture(visit.group, [], Visit.objects.for_list(), now=clock.at_london(today), may_read=True)

    assert picture is not None
    assert [(spot.mark.day, spot.mark.state) for line in picture.lines for spot in line.spots] == [expected]


def test_marks_of_the_last_days_stay_apart_inside_the_picture() -> None:
    """Three visits that are late in the year's last week."""
    marks = [Mark(date(2027, 7, 20), "late", "!", "") for _ in range(3)]

    picture = year_picture(YEAR, [Row("A school", marks)], date(2027, 7, 20))

    assert picture is not None
    assert [spot.x for spot in picture.lines[0].spots] == [896, 918, 940]


@pytest.mark.django_db
def test_name_of_a_school_is_never_cut() -> None:
    make.make_half_terms()
    name = "Our Lady of Perpetual Succour Catholic Voluntary Academy"
    visit = make.VisitFactory(number=1, place__enrolment__school__name=name)

    picture = group_picture(
        visit.group, [], Visit.objects.for_list(), now=clock.at_london(date(2027, 1, 11)), may_read=True
    )

    assert picture is not None
    assert [line.label for line in picture.lines] == ["Meetings", name]
