"""Who joins a running group late is told of the meetings that lie ahead, not of those that have been."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from programmes.actions import enrolments
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, running
from workgroups.actions import groups
from workgroups.models import Group, Place
from workgroups.notices.meetings import load_groups

pytestmark = pytest.mark.django_db
LEAVING = NOW + timedelta(days=20)
BACK = LEAVING + timedelta(days=2)


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


def dates_sent(now: datetime) -> list[tuple[str, str]]:
    """Who is sent all dates when the worker looks, and what it says."""
    mail.outbox.clear()
    with clock.fixed(now):
        groups.reconcile_participants(now=now)
        notices.sweep(now)
        delivery.deliver_due()
        notices.sweep(now)
        delivery.deliver_due()
    return [(one.to[0], str(one.body)) for one in mail.outbox if "all dates" in one.subject]


@pytest.mark.parametrize("how", ["paused", "withdrawn", "taken out"])
@pytest.mark.parametrize("is_from_file", [False, True])
def test_school_that_is_placed_again_gets_the_dates_that_are_left_once_and_nobody_else(
    group: Group, how: str, is_from_file: bool
) -> None:
    if is_from_file:
        Notice.objects.all().delete()
        Group.objects.filter(pk=group.pk).update(taken_over_at=NOW)
    held = group.places.select_related("enrolment__school", "group").earliest("pk")
    enrolment, teacher = held.enrolment, held.participants.get().person
    make.RoleFactory(kind=roles.MATHS_LEAD, school=enrolment.school, person__name="Mo", starts_on=NOW.date())
    dates_sent(NOW)
    if how == "paused":
        enrolments.pause(enrolment=enrolment, by=None, now=LEAVING, reason="")
    elif how == "withdrawn":
        enrolments.withdraw(enrolment=enrolment, by=None, now=LEAVING, reason="")
    else:
        groups.remove_school(place=held, reason="", by=None, now=LEAVING)
    assert dates_sent(LEAVING) == []
    if how == "paused":
        enrolments.resume(enrolment=enrolment, by=None, now=BACK)
    elif how == "withdrawn":
        enrolment = make.EnrolmentFactory(school=enrolment.school, offer=group.offer, hub=group.hub)
        make.EnrolledTeacherFactory(enrolment=enrolment, person=teacher)
    enrolment.refresh_from_db()
    groups.place_school(group=Group.objects.get(pk=group.pk), enrolment=enrolment, by=None, now=BACK)

    sent = dates_sent(BACK)

    first = group.meetings.earliest("starts_at")
    assert len(sent) == 2
    assert {to.partition(" <")[0].strip('"') for to, _body in sent} == {teacher.name, "Mo"}
    assert all(f"{enrolment.school} takes part in {group} again. The group belongs" in body for _to, body in sent)
    assert not any("has started" in body for _to, body in sent)
    assert all("  3. " in body and f"{first.starts_at:%d %B}" not in body for _to, body in sent)
    assert dates_sent(BACK + timedelta(days=1)) == []


@pytest.mark.parametrize("back_on", [LEAVING, BACK])
def test_school_that_comes_back_twice_gets_the_dates_twice_and_new_staff_once(group: Group, back_on: datetime) -> None:
    enrolment = group.places.select_related("enrolment__school").earliest("pk").enrolment
    sent = []
    for leaves_on in (LEAVING, back_on):
        place = Place.objects.taken().select_related("group").get(enrolment=enrolment)
        groups.remove_school(place=place, reason="", by=None, now=leaves_on)
        dates_sent(leaves_on)
        groups.place_school(group=Group.objects.get(pk=group.pk), enrolment=enrolment, by=None, now=back_on)
        sent.append(len(dates_sent(back_on)))
    make.RoleFactory(kind=roles.OFFICE, school=enrolment.school, person__name="Olly New", starts_on=BACK.date())

    assert sent == [1, 1]
    assert [to.partition(" <")[0].strip('"') for to, _body in dates_sent(BACK + timedelta(hours=1))] == ["Olly New"]


def test_file_brings_no_dates_to_a_school_that_leaves_on_the_day_it_was_brought_in(group: Group) -> None:
    Notice.objects.all().delete()
    Group.objects.filter(pk=group.pk).update(taken_over_at=LEAVING)
    place = group.places.select_related("group").earliest("pk")

    groups.remove_school(place=place, reason="", by=None, now=LEAVING)

    assert dates_sent(LEAVING) == []
