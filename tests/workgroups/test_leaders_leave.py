"""A leader sees a school while its group is led: not after its year, and not after their own time."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Enrolment
from schools.models import Role
from schools.roles import LEADS_SCHOOL, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions import groups, leading, leaving
from workgroups.models import Group, Meeting, Visit

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def led(side: Side) -> Iterator[Side]:
    """The world, whose specialist sees the school by its place; the year's one meeting has been."""
    Role.objects.filter(kind=LEADS_SCHOOL).update(source=side.place.role_source)
    been = NOW - timedelta(days=3)
    Meeting.objects.update(status="held", starts_at=been, ends_at=been + timedelta(hours=2))
    return side


def pages(side: Side) -> list[str]:
    """The school, its people, its journey, and one of its teachers."""
    tabs = ("schools:school-detail", "schools:school-people", "programmes:school-journey")
    return [*(reverse(tab, args=[side.school.pk]) for tab in tabs), side.users[TEACHER].person.get_absolute_url()]


def opened(side: Side) -> list[int]:
    browser = side.browser(SPECIALIST)
    return [browser.get(page).status_code for page in pages(side)]


def found(side: Side) -> bool:
    """Whether the search leads to the school or its enrolment."""
    answer = side.browser(SPECIALIST).get("/search/", {"q": side.school.name}).content.decode()
    return f'href="{side.school.get_absolute_url()}' in answer


def complete(side: Side) -> None:
    groups.complete_group(group=Group.objects.get(), by=None, now=NOW, reason="The year is over.")


def test_leader_of_a_completed_group_sees_its_schools_until_that_day_is_over(led: Side) -> None:
    before = opened(led), found(led)

    complete(led)

    assert before == ([200] * 4, True)
    assert opened(led) == [200] * 4
    with clock.fixed(TOMORROW):
        assert (opened(led), found(led)) == ([404] * 4, False)
        assert list(Enrolment.objects.visible_to(led.users[SPECIALIST])) == []


def test_pages_of_a_completed_group_lead_its_leader_to_no_page_that_is_closed(led: Side) -> None:
    Visit.objects.update(status="done", on=TODAY - timedelta(days=5))
    complete(led)
    link = f'href="{led.school.get_absolute_url()}"'

    with clock.fixed(TOMORROW):
        browser = led.browser(SPECIALIST)
        of_group = browser.get(f"/groups/{led.group.pk}/schools/")
        of_visit = browser.get(led.visit.get_absolute_url())

    assert [(one.status_code, link in one.content.decode()) for one in (of_group, of_visit)] == [(200, False)] * 2


def test_leader_whose_time_ends_sees_the_schools_no_more(led: Side) -> None:
    Group.objects.update(status="completed", ended_on=TODAY)

    leaving.end_leader(leader=led.leader, by=None, today=TODAY, last_day=TODAY, now=NOW)

    assert Role.objects.get(kind=LEADS_SCHOOL).ends_on == TODAY
    with clock.fixed(TOMORROW):
        assert (opened(led), found(led)) == ([404] * 4, False)
    # Whoever comes back begins without the schools of before.
    make.RoleFactory(person=led.leader.person, kind=SPECIALIST, hub=led.hub, starts_on=TODAY)
    with clock.fixed(TOMORROW):
        assert opened(led)[0] == 404


@pytest.mark.parametrize("stays", [False, True])
def test_schools_of_a_group_that_has_ended_are_not_opened_by_a_later_last_day(led: Side, stays: bool) -> None:
    complete(led)

    for last_day in (date(2027, 7, 21), None) if stays else (date(2027, 7, 21),):
        leaving.end_leader(leader=led.leader, by=None, today=TODAY, last_day=last_day, now=NOW)

    assert Role.objects.get(kind=LEADS_SCHOOL).ends_on == TODAY


def test_last_day_that_is_corrected_takes_the_schools_of_the_group_along(led: Side) -> None:
    other = make.LeaderFactory(hub=led.hub)
    group = Group.objects.get()
    first, second = date(2027, 2, 26), date(2027, 3, 5)
    leading.change_leader(group=group, leader=other, from_on=first, reason="Leave", by=None, now=NOW)

    ends = []
    for last_day in (first - timedelta(days=1), second, None):
        leaving.end_leader(leader=led.leader, by=None, today=TODAY, last_day=last_day, now=NOW)
        ends.append(Role.objects.get(kind=LEADS_SCHOOL).ends_on)

    assert ends == [first - timedelta(days=1), second, None]
