"""A teacher who had left a place and is back in one hears so, where they had heard that they left; and no more."""

from datetime import date, datetime, timedelta

import pytest
from django.core import mail

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher, Enrolment, TeacherNews
from schools import roles
from schools.actions import merging
from schools.models import Person, User
from tests import factories as make
from tests.made_once import made_once
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from tests.workgroups.test_teacher_news import (
    BACK,
    BEN,
    DAY,
    LEFT,
    SOON,
    free,
    group_of_ada,
    last_body,
    leave,
    name_ada,
    take_back,
    told,
)
from workgroups.actions import replacing
from workgroups.models import Group, Place, Replacement

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_leaving_that_is_taken_back_before_anybody_heard_is_told_to_nobody"),
]


made_group = made_once(group_of_ada)


@pytest.fixture
def held(group: Group) -> Place:
    """The place of a school whose teacher, Ada Able, has been sent all dates."""
    return first_place(group)


@pytest.mark.parametrize("to", [None, BEN])
def test_leaving_that_is_taken_back_before_anybody_heard_is_told_to_nobody(
    held: Place, staff: User, to: replacing.Newcomer | None
) -> None:
    take_back(leave(held, staff, DAY, to=to), staff)

    assert told(SOON) == []


def test_leaving_that_is_taken_back_after_it_was_told_is_told_with_the_dates_that_lie_ahead(
    held: Place, staff: User
) -> None:
    change = leave(held, staff, DAY)
    first = told(SOON)
    meetings = list(held.group.meetings.order_by("starts_at"))
    late = meetings[0].ends_at + timedelta(days=1)

    take_back(change, staff, now=late)
    found = [told(late + timedelta(hours=hours)) for hours in (0, 1, 30)]

    assert first == [LEFT]
    assert found == [[LEFT, BACK]] * 3
    body = last_body()
    assert f"We wrote to you that you no longer take part in {held.enrolment.offer}" in body
    assert "That has changed: you do take part." in body
    assert [f"  {one.number}. " in body for one in meetings] == [False, True, True]
    assert f"{held.group.name} meets on these dates that lie ahead. Please book cover for them:" in body


def test_whoever_leaves_again_hears_nothing_they_know_and_of_another_day(held: Place, staff: User) -> None:
    def again(day: date, now: datetime) -> list[tuple[str, str]]:
        """The last change is taken back, and another made, between two sweeps."""
        take_back(Replacement.objects.latest("pk").pk, staff, now=now)
        leave(held, staff, day, now=now)
        return told(now)

    leave(held, staff, DAY)
    found = [told(SOON), again(DAY, SOON + timedelta(hours=1)), again(date(2027, 2, 1), SOON + timedelta(hours=2))]

    assert found == [[LEFT], [LEFT], [LEFT, LEFT]]
    assert "From Monday 1 February 2027 on" in last_body()


def test_whoever_is_named_again_hears_that_they_are_back_where_they_had_heard_that_they_left(held: Place) -> None:
    free(held)
    found = [told(SOON)]
    later = SOON + timedelta(days=2)
    name_ada(held, later)
    found += [told(later), told(later + timedelta(hours=1))]

    assert found == [[LEFT], [LEFT, BACK], [LEFT, BACK]]
    assert Notice.objects.filter(kind="year_dates", name="Ada Able", state="sent").count() == 1


def test_whoever_is_named_again_before_anybody_heard_hears_nothing(held: Place) -> None:
    """Be it for the same place, or for another of the school."""
    free(held)
    name_ada(held, SOON)

    assert told(SOON) == []


@pytest.mark.parametrize("day", [NOW.date(), DAY])
def test_whoever_was_to_follow_and_had_the_dates_hears_that_they_do_not_take_part(
    held: Place, staff: User, day: date
) -> None:
    change = leave(held, staff, day, to=BEN)
    told(SOON)
    later = SOON + timedelta(hours=2)

    take_back(change, staff, now=later)

    assert sorted(told(later)) == [BACK, LEFT, ("Ben Bo", "left")]
    body = Notice.objects.get(kind=TeacherNews.KIND, name="Ben Bo").body
    assert (
        f"You were to take part in {held.enrolment.offer} at {held.enrolment.school}. That has changed: you do not."
        in body
    )
    assert "What you attended" not in body


def test_whoever_followed_and_was_at_a_meeting_hears_from_when_they_take_part_no_longer(
    held: Place, staff: User
) -> None:
    change = leave(held, staff, NOW.date(), to=BEN)
    told(SOON)
    first = held.group.meetings.order_by("starts_at")[0]
    later = first.ends_at + timedelta(hours=2)

    take_back(change, staff, now=later)
    told(later)

    body = Notice.objects.get(kind=TeacherNews.KIND, name="Ben Bo").body
    assert "on, you no longer take part" in body
    assert "What you attended stays on record." in body


def test_news_follows_somebody_who_is_recorded_twice(held: Place, staff: User) -> None:
    ada, national = teacher_of(held), make.make_user(roles.NATIONAL)
    kept = make.PersonFactory(name="Ada Able", email="ada.able@people.example.org", school=held.enrolment.school)
    free(held)

    with clock.fixed(SOON):
        merging.merge(kept=kept, gone=ada, by=national, now=SOON)

    assert told(SOON) == [LEFT]
    assert mail.outbox[-1].to == ["Ada Able <ada.able@people.example.org>"]
    assert TeacherNews.objects.get().person == kept


@pytest.mark.parametrize("of_kept", [True, False])
def test_two_records_that_both_left_are_told_once_and_know_what_either_was_told(
    held: Place, staff: User, of_kept: bool
) -> None:
    """Whichever of the two was told; back, they hear so."""
    ada, national = teacher_of(held), make.make_user(roles.NATIONAL)
    other = make.PersonFactory(name="Ada Able", email="ada.able@people.example.org", school=held.enrolment.school)
    free(held)
    told(SOON)
    later = SOON + timedelta(hours=1)
    TeacherNews.objects.create(enrolment=held.enrolment, person=other, from_on=NOW.date())
    kept, gone = (ada, other) if of_kept else (other, ada)

    with clock.fixed(later):
        merging.merge(kept=kept, gone=gone, by=national, now=later)
    merged = told(later)
    with clock.fixed(later):
        enrolments.name_next_teacher(
            enrolment=Enrolment.objects.select_related("school").get(pk=held.enrolment_id),
            name=kept.name,
            email=Person.objects.get(pk=kept.pk).email,
            job_title="",
            by=None,
            now=later,
        )

    assert merged == [LEFT]
    assert told(later) == [LEFT, BACK]


def test_whoever_is_named_for_what_opens_later_reads_from_when_they_are_back(held: Place, staff: User) -> None:
    """With the dates of their days alone."""
    free(held)
    told(SOON)
    cat = make.PersonFactory(name="Cat Co")
    EnrolledTeacher.objects.filter(enrolment=held.enrolment, turns=None).delete()
    later = SOON + timedelta(days=2)
    with clock.fixed(later):
        enrolments.name_next_teacher(
            enrolment=Enrolment.objects.select_related("school").get(pk=held.enrolment_id),
            name=cat.name,
            email=cat.email,
            job_title="",
            by=None,
            now=later,
        )
    replace(cat, staff, from_on=DAY, to=None, now=later)
    name_ada(held, later)

    assert told(later)[-1] == BACK
    assert "That has changed: you do take part, from Monday 4 January 2027." in last_body()
    starts = [clock.day_of(one.starts_at) for one in held.group.meetings.order_by("starts_at")]
    assert [f"  {number}. " in last_body() for number in (1, 2, 3)] == [day >= DAY for day in starts]
