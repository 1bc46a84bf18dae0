"""Who joins a running group late is told of the meetings that lie ahead, not of those that have been."""

from datetime import timedelta

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, running
from workgroups.actions import groups
from workgroups.models import Group
from workgroups.notices.meetings import load_groups

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    """A group that started in September; everybody has its dates."""
    make.make_half_terms()
    group = make.GroupFactory()
    running(group)
    Notice.objects.update(state="sent")
    return Group.objects.get(pk=group.pk)


def test_school_that_joins_late_books_cover_only_for_what_is_to_come(group: Group) -> None:
    first, *later = group.meetings.order_by("starts_at")
    joined = first.starts_at + timedelta(days=3)
    groups.place_school(group=group, enrolment=accepted(group), by=None, now=joined)

    with clock.fixed(joined):
        delivery.deliver_due()

    body = next(str(one.body) for one in mail.outbox if "all dates" in one.subject)
    assert f"{first.starts_at:%B %Y}" not in body
    assert [f"  {one.number}. " in body for one in (first, *later)] == [False, True, True]
    # What was written then is what staff read of it in the summer.
    notice = Notice.objects.filter(kind="year_dates").latest("pk")
    with clock.fixed(later[-1].starts_at + timedelta(days=1)):
        read = render(notices.kinds()["year_dates"], load_groups().get(), notice)[1]
    assert [f"  {one.number}. " in read for one in (first, *later)] == [False, True, True]


@pytest.mark.parametrize("kind", [roles.OFFICE, roles.MATHS_LEAD, roles.HEADTEACHER, roles.COVER])
def test_school_staff_who_begin_after_the_start_get_the_dates_once_and_nobody_else_again(
    group: Group, kind: str
) -> None:
    school = group.places.earliest("pk").enrolment.school
    begins = NOW + timedelta(days=10)
    make.RoleFactory(kind=kind, school=school, person__name="Olly New", starts_on=begins.date())

    for _again in range(2):
        notices.sweep(begins)

    due = Notice.objects.filter(kind="year_dates", state="planned")
    assert [one.name for one in due] == ["Olly New"]


def test_whoever_is_there_from_the_start_reads_all_dates(group: Group) -> None:
    notice = Notice.objects.filter(kind="year_dates").earliest("pk")

    with clock.fixed(NOW):
        body = render(notices.kinds()["year_dates"], load_groups().get(), notice)[1]

    assert [f"  {number}. " in body for number in (1, 2, 3)] == [True] * 3
