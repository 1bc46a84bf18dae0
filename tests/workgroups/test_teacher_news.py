"""A teacher who leaves a place hears so, once and only where they were told of it; and where they are back, that."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher, Enrolment, TeacherNews
from schools import roles
from schools.models import Person, User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.conftest import running_group
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from workgroups.actions import groups, replacing, taking_effect
from workgroups.models import Group, Place, Replacement

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_teacher_whose_place_is_freed_hears_once_that_they_no_longer_take_part"),
]

DAY = date(2027, 1, 4)
SOON = NOW + timedelta(hours=1)
BEN = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org")
ADA: dict[str, Any] = {"name": "Ada Able", "email": "ada@people.example.org", "job_title": ""}


def sweep(now: datetime) -> None:
    """What the worker does, whole."""
    with clock.fixed(now):
        taking_effect.take_effect_due(now=now)
        groups.reconcile_participants(now=now)
        notices.sweep(now)
        delivery.deliver_due()


def told(now: datetime) -> list[tuple[str, str]]:
    """Who had been told of leaving, or being back, by a sweep of a moment; in which of the ways."""
    sweep(now)
    rows = Notice.objects.filter(kind=TeacherNews.KIND, state="sent").order_by("pk")
    return [(row.name, row.occurrence.partition("@")[0]) for row in rows]


def last_body() -> str:
    return Notice.objects.filter(kind=TeacherNews.KIND, state="sent").latest("pk").body


def place_of_ada(group: Group) -> Place:
    """The place of a school whose teacher, Ada Able, is to be sent all dates."""
    held = first_place(group)
    Person.objects.filter(pk=teacher_of(held).pk).update(name=ADA["name"], email=ADA["email"])
    make.RoleFactory(person=teacher_of(held), kind=roles.TEACHER, school=held.enrolment.school, starts_on=NOW.date())
    notices.follow(f"person:{teacher_of(held).pk}", NOW)
    return held


def group_of_ada() -> int:
    """A running group whose people have all dates, Ada among them."""
    group = running_group()
    place_of_ada(Group.objects.get(pk=group))
    sweep(NOW)
    return group


made_group = made_once(group_of_ada)


@pytest.fixture
def held(group: Group) -> Place:
    """Ada has been sent all dates."""
    return first_place(group)


@pytest.fixture
def untold(held: Place) -> Place:
    """Ada's dates have not left yet."""
    Notice.objects.filter(recipient=f"person:{teacher_of(held).pk}").update(state="planned", sent_at=None)
    return held


def of_ada(held: Place) -> EnrolledTeacher:
    rows = EnrolledTeacher.objects.select_related("enrolment__school", "person")
    return rows.get(enrolment=held.enrolment, person=teacher_of(held))


def free(held: Place, now: datetime = SOON, by: User | None = None) -> None:
    with clock.fixed(now):
        enrolments.free_place(enrolled=of_ada(held), by=by, now=now)


def name_ada(held: Place, now: datetime) -> None:
    with clock.fixed(now):
        enrolments.name_next_teacher(
            enrolment=Enrolment.objects.select_related("school").get(pk=held.enrolment_id), by=None, now=now, **ADA
        )


def leave(held: Place, staff: User, day: date, to: replacing.Newcomer | None = None, now: datetime = SOON) -> int:
    return replace(teacher_of(held), staff, from_on=day, to=to, now=now).pk


def take_back(change: int, staff: User, now: datetime = SOON) -> None:
    with clock.fixed(now):
        taking_effect.take_back(change=Replacement.objects.get(pk=change), by=staff, now=now)


LEFT, BACK = ("Ada Able", "left"), ("Ada Able", "back")


def test_teacher_whose_place_is_freed_hears_once_that_they_no_longer_take_part(held: Place) -> None:
    type(held.group.hub).objects.update(email="hub@hubs.example.org")

    free(held)
    found = [told(SOON + timedelta(hours=hours)) for hours in (0, 1, 30)]

    enrolment, group = held.enrolment, held.group
    assert found == [[LEFT]] * 3
    (message,) = [one for one in mail.outbox if "you no longer" in one.subject]
    assert message.subject == f"{enrolment.offer}: you no longer take part"
    assert (message.to, message.reply_to) == ([f"Ada Able <{ADA['email']}>"], ["hub@hubs.example.org"])
    body = str(message.body)
    assert f"From Monday 14 September 2026 on, you no longer take part in {enrolment.offer} at" in body
    assert str(enrolment.school) in body
    assert f"You get no more e-mails about its dates ({group.name}). What you attended stays on record." in body
    assert f"answer this e-mail: it goes to {group.hub}." in body
    assert "Until then" not in body


def test_teacher_who_leaves_on_a_day_to_come_hears_so_at_once_and_is_reminded_until_then(
    held: Place, staff: User
) -> None:
    leave(held, staff, DAY)
    at_once = told(SOON)
    key = f"person:{teacher_of(held).pk}"
    reminded = Notice.objects.filter(kind="meeting_reminder", recipient=key, state="planned")
    days = {row.occurrence.partition("@")[2] for row in reminded}
    starts = held.group.meetings.order_by("starts_at").values_list("starts_at", flat=True)

    assert at_once == told(clock.at_london(DAY)) == [LEFT]
    (message,) = [one for one in mail.outbox if "you no longer" in one.subject]
    assert message.subject.endswith("you no longer take part from 4 January 2027")
    assert "Until then nothing changes for you. From that day you get no more e-mails about its dates" in message.body
    assert days == {str(clock.day_of(one)) for one in starts if clock.day_of(one) < DAY} != set()


@pytest.mark.parametrize("day", [NOW.date() - timedelta(days=1), NOW.date(), DAY])
def test_teacher_who_is_replaced_hears_so_and_nobody_else_does(held: Place, staff: User, day: date) -> None:
    leave(held, staff, day, to=BEN)

    assert [told(SOON), told(clock.at_london(DAY))] == [[LEFT], [LEFT]]


def test_whoever_was_never_told_of_taking_part_is_not_told_that_they_do_not(untold: Place) -> None:
    """The dates that were still to be sent are not sent either."""
    key = f"person:{teacher_of(untold).pk}"

    free(untold)

    assert told(SOON) == []
    assert not Notice.objects.filter(recipient=key, state="sent").exists()


def test_whoever_leaves_by_their_own_doing_is_not_told_of_it(held: Place) -> None:
    user = make.make_user(roles.MATHS_LEAD, school=held.enrolment.school)
    User.objects.filter(pk=user.pk).update(person=teacher_of(held))

    free(held, by=User.objects.get(pk=user.pk))

    assert told(SOON) == []


def test_whoever_goes_on_elsewhere_in_the_programme_at_the_school_does_not_leave(held: Place, staff: User) -> None:
    """Also in the hub's own version; not in another programme."""
    school, hub, ada = held.enrolment.school, held.group.hub, teacher_of(held)
    other = make.EnrolmentFactory(school=school, offer=make.OfferFactory(), hub=hub)
    make.EnrolledTeacherFactory(enrolment=other, person=ada)
    version = make.OfferFactory(stands_for=held.enrolment.offer, hub=hub, year=held.enrolment.offer.year)
    same = make.EnrolledTeacherFactory(
        enrolment=make.EnrolmentFactory(school=school, offer=version, hub=hub), person=ada
    )

    free(held)
    goes_on = told(SOON)
    same.delete()
    leaves = told(SOON + timedelta(minutes=1))

    assert (goes_on, leaves) == ([], [LEFT])


def test_whoever_follows_in_another_place_of_the_school_from_that_day_does_not_leave(held: Place, staff: User) -> None:
    cat = make.PersonFactory(name="Cat Co")
    EnrolledTeacher.objects.filter(enrolment=held.enrolment, person=None).update(person=cat)
    leave(held, staff, DAY)
    replace(cat, staff, from_on=DAY, to=replacing.Newcomer(person=teacher_of(held)), now=SOON)

    assert ("Ada Able", "left") not in told(SOON)


def test_school_that_leaves_before_anybody_heard_is_told_in_one_email(held: Place, staff: User) -> None:
    leave(held, staff, DAY)
    with clock.fixed(SOON):
        enrolment = Enrolment.objects.get(pk=held.enrolment_id)
        enrolments.withdraw(enrolment=enrolment, by=staff, now=SOON, reason="No cover.")

    assert told(SOON) == []
    assert Notice.objects.filter(kind="enrolment-changed", name="Ada Able", state="sent").count() == 1


def test_whoever_left_before_their_school_did_hears_that_they_left(held: Place, staff: User) -> None:
    free(held)
    with clock.fixed(SOON):
        enrolment = Enrolment.objects.get(pk=held.enrolment_id)
        enrolments.withdraw(enrolment=enrolment, by=staff, now=SOON, reason="No cover.")

    assert told(SOON) == [LEFT]
    assert not Notice.objects.filter(kind="enrolment-changed", name="Ada Able").exists()


@pytest.mark.parametrize("leaves_first", [True, False])
def test_group_that_is_cancelled_is_told_in_one_email(held: Place, staff: User, leaves_first: bool) -> None:
    """Where they leave before it, but nobody heard, and where they leave after it."""
    if leaves_first:
        leave(held, staff, DAY)
    with clock.fixed(SOON):
        group = Group.objects.get(pk=held.group_id)
        groups.cancel_group(group=group, reason="Too few.", by=staff, now=SOON)
    if not leaves_first:
        sweep(SOON)
        free(held)

    assert told(SOON) == []
    assert Notice.objects.filter(kind="group_cancelled", name="Ada Able", state="sent").count() == 1


def test_school_that_leaves_its_group_is_no_news_of_teachers(held: Place, staff: User) -> None:
    with clock.fixed(SOON):
        groups.remove_school(place=Place.objects.get(pk=held.pk), reason="", by=staff, now=SOON)

    assert told(SOON) == []


def test_year_that_was_brought_from_records_is_told_to_nobody(held: Place) -> None:
    Enrolment.objects.filter(pk=held.enrolment_id).update(taken_over=Enrolment.TakenOver.PAST)

    free(held)

    assert told(SOON) == []


@pytest.mark.parametrize("address", ["new@people.example.org", ""])
def test_news_goes_to_the_address_of_the_day_and_to_nobody_without_one(held: Place, address: str) -> None:
    ada = teacher_of(held)
    free(held)
    Person.objects.filter(pk=ada.pk).update(email=address)
    notices.follow(f"person:{ada.pk}", SOON)

    assert told(SOON) == ([LEFT] if address else [])
    assert [one.to for one in mail.outbox if "you no longer" in one.subject] == (
        [[f"Ada Able <{address}>"]] if address else []
    )


def test_whoever_is_told_of_the_dates_for_the_school_all_the_same_reads_so(held: Place) -> None:
    ada, school = teacher_of(held), held.enrolment.school
    make.RoleFactory(person=ada, kind=roles.MATHS_LEAD, school=school, starts_on=NOW.date())

    free(held)

    assert told(SOON) == [LEFT]
    assert f"no more e-mails about its dates ({held.group.name}), except as maths lead." in last_body()


def test_sweep_asks_as_often_of_many_who_left_as_of_one(held: Place) -> None:
    def asked() -> int:
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            clock.fixed(SOON),
        ):
            notices.sweep(SOON)
        return len(queries)

    free(held)
    sweep(SOON)
    one = asked()
    for _more in range(3):
        teacher = make.EnrolledTeacherFactory(enrolment=held.enrolment)
        news = {"from_on": SOON.date(), "news": "left", "news_at": SOON}
        TeacherNews.objects.create(enrolment=held.enrolment, person=make.PersonFactory(), **news)
        teacher.delete()
    with clock.fixed(SOON):
        notices.sweep(SOON)

    assert asked() == one
