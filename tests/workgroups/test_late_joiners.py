"""Who joins a running group late is told of the meetings that lie ahead, not of those that have been."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import day, long_day
from programmes.actions import enrolments
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted
from tests.workgroups.test_replacing import replace
from workgroups.actions import groups, taking_effect
from workgroups.actions.outlook import lines_of
from workgroups.models import Group, Place
from workgroups.notices.meetings import load_groups

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEAVING = NOW + timedelta(days=20)
BACK = LEAVING + timedelta(days=2)


@pytest.fixture
def group(group: Group) -> Group:
    """A group that started in September; everybody has its dates."""
    Notice.objects.update(state="sent")
    return group


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


@pytest.mark.parametrize("kind", [roles.OFFICE, roles.MATHS_LEAD, roles.HEADTEACHER])
def test_school_staff_from_a_later_day_get_the_dates_on_it_and_only_those_from_then_on(group: Group, kind: str) -> None:
    """Until then everything stays as it is; a teacher who comes the same day has them at once."""
    first, *later = group.meetings.order_by("starts_at")
    begins = first.starts_at + timedelta(days=3)
    held = group.places.select_related("enrolment__school").earliest("pk")
    make.RoleFactory(kind=kind, school=held.enrolment.school, person__name="Hilda New", starts_on=begins.date())
    leaver = held.participants.earliest("pk")
    replace(leaver.person, make.make_user(roles.HUB_LEAD, hub=group.hub), from_on=begins.date())

    before = [to for to, _body in dates_sent(NOW + timedelta(hours=1))]
    taking_effect.take_effect_due(now=clock.at_london(begins.date(), 0))
    in_the_night = dates_sent(clock.at_london(begins.date(), 1))
    on_the_day = dates_sent(clock.at_london(begins.date()))

    assert in_the_night == []
    assert [to.partition(" <")[0].strip('"') for to in before] == ["Ben Bo"]
    ((to, body),) = on_the_day
    assert to.startswith("Hilda New")
    assert [f"  {one.number}. " in body for one in (first, *later)] == [False, True, True]
    assert "Ben Bo" in body
    assert leaver.person.name not in body
    assert dates_sent(begins + timedelta(days=1)) == []


def test_school_staff_who_begin_after_the_last_meeting_get_no_dates(group: Group) -> None:
    school = group.places.earliest("pk").enrolment.school
    begins = group.meetings.latest("starts_at").starts_at + timedelta(days=1)
    make.RoleFactory(kind=roles.OFFICE, school=school, starts_on=begins.date())

    assert dates_sent(NOW) == dates_sent(begins) == []


def test_maths_lead_reads_from_when_and_until_when_teachers_take_part(group: Group) -> None:
    held = group.places.select_related("enrolment__school").earliest("pk")
    comes = NOW.date() + timedelta(days=40)
    held.participants.update(until=comes - timedelta(days=1))
    make.ParticipantFactory(place=held, person__name="Tia New", since=comes)
    leaver = held.participants.earliest("pk").person.name
    make.RoleFactory(kind=roles.MATHS_LEAD, school=held.enrolment.school, person__name="Mo", starts_on=NOW.date())

    body = next(body for to, body in dates_sent(NOW + timedelta(hours=1)) if to.startswith("Mo"))

    assert f"{leaver} (until {long_day(comes - timedelta(days=1))})" in body
    assert f"Tia New (from {long_day(comes)})" in body


@pytest.mark.parametrize(("days", "when"), [(0, "now"), (40, "on that day at 8.00")])
def test_page_says_when_whoever_follows_a_head_gets_the_dates(group: Group, days: int, when: str) -> None:
    school = group.places.earliest("pk").enrolment.school
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=school, starts_on=NOW.date() - timedelta(days=9)).person
    staff = make.make_user(roles.HUB_LEAD, hub=group.hub)

    (line,) = lines_of(replace(head, staff, from_on=NOW.date() + timedelta(days=days)))

    assert f"Ben Bo gets the dates of its groups from that day on, {when}." in line.more


def test_who_joins_a_group_that_runs_reads_since_when_and_not_that_it_has_started(group: Group) -> None:
    joins = group.meetings.order_by("starts_at")[0].starts_at + timedelta(days=3)
    groups.place_school(group=group, enrolment=accepted(group), by=None, now=joins)
    started = Notice.objects.filter(kind="year_dates").earliest("pk")

    bodies = [body for _to, body in dates_sent(joins)]

    assert bodies
    assert all(f"{group} has been running since {day(NOW.date())}. It belongs to" in body for body in bodies)
    assert all("These meetings lie ahead. Please book cover for them now:" in body for body in bodies)
    with clock.fixed(NOW):
        assert f"{group} has started. It" in render(notices.kinds()["year_dates"], load_groups().get(), started)[1]


def test_head_whom_the_application_names_has_the_dates_at_once_though_their_role_begins_later(group: Group) -> None:
    Notice.objects.all().delete()
    enrolment = group.places.earliest("pk").enrolment
    interest = make.InterestFactory(school=enrolment.school, head_name="Hilda New", head_email="hilda@new.example.org")
    type(enrolment).objects.filter(pk=enrolment.pk).update(interest=interest)
    person = make.PersonFactory(name="Hilda New", email=interest.head_email)
    begins = NOW.date() + timedelta(days=40)
    make.RoleFactory(kind=roles.HEADTEACHER, school=interest.school, person=person, starts_on=begins)

    at_once, later = dates_sent(NOW + timedelta(hours=1)), dates_sent(clock.at_london(begins))

    (body,) = [body for to, body in at_once if interest.head_email in to]
    assert [f"  {number}. " in body for number in (1, 2, 3)] == [True] * 3
    assert later == []
