"""What a group's page asks to be put right, and what its picture says of it."""

import re
from datetime import date, timedelta

import pytest

from hubportal.core import clock
from schools.roles import HUB_LEAD, TEACHER
from tests import factories as make
from tests.world import NOW, Side
from workgroups.models import Meeting, Visit
from workgroups.views.watching import watched

pytestmark = [pytest.mark.django_db, pytest.mark.once]
IN_JULY = clock.at_london(date(2027, 7, 20), 10)


def _texts(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_missing_register_is_among_what_to_watch_and_marked_as_its_key_says(side: Side) -> None:
    over = NOW - timedelta(days=2)
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=over, ends_at=over + timedelta(hours=2))

    page, school_reads = (
        side.browser(kind).get(side.group.get_absolute_url()).content.decode() for kind in (HUB_LEAD, TEACHER)
    )

    marks = re.findall(r'<circle class="(\w+)".*?<text[^>]*>(.*?)</text>', page, re.DOTALL)
    watch = _texts(page.partition("<h2>Watch</h2>")[2].partition("</section>")[0])
    assert marks == [("late", "!")]
    assert "! late: register or log missing, or not booked in time" in _texts(page)
    assert watch == "! 1 register missing Meeting 1 9 January 2027 , Meeting 1"
    assert "<h2>Watch</h2>" not in school_reads


def test_what_is_late_is_folded_by_kind_and_school(side: Side) -> None:
    """A group in July with two visits late at each of six schools: six lines that fold away, not twelve."""
    type(side.group).objects.filter(pk=side.group.pk).update(places_max=None)
    side.group.refresh_from_db()
    for at in range(6):
        place = make.PlaceFactory(group=side.group, enrolment__school__name=f"School {at}")
        for number in (1, 2):
            make.VisitFactory(place=place, number=number)
    starts_at = clock.at_london(date(2027, 7, 6), 9)
    logless = make.VisitFactory(place=place, number=3, status="booked", on=starts_at.date(), starts_at=starts_at)
    visits = list(Visit.objects.filter(place__enrolment__school__name__startswith="School ").for_list())

    found = watched([], visits, IN_JULY)

    assert [(kind.words, kind.is_long) for kind in found] == [
        ("1 visit without a log", False),
        ("12 visits not booked in time", True),
    ]
    assert [len(late) for late in found[1].by_school.values()] == [2] * 6
    assert found[0].by_school["School 5"][0].url == logless.get_absolute_url()


def test_visits_of_several_years_are_told_apart_on_the_schools_page(side: Side) -> None:
    last_year = make.OfferFactory(year=2025, title="Embedding example")
    group = make.GroupFactory(offer=last_year, hub=side.hub)
    enrolment = make.EnrolmentFactory(school=side.school, offer=last_year, hub=side.hub, status="completed")
    make.VisitFactory(place=make.PlaceFactory(group=group, enrolment=enrolment), number=1)

    page = side.browser(HUB_LEAD).get(f"/groups/schools/{side.school.pk}/").content.decode()

    visits = _texts(page.partition("<h2>Visits</h2>")[2])
    assert f"{side.offer.title}, 2026/27" in visits
    assert "Embedding example, 2025/26" in visits
