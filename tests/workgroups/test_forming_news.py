"""What is told of teachers and schools while their group forms, and once it starts."""

from datetime import timedelta
from typing import Any

import pytest

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place, plan, start
from tests.workgroups.test_place_news import sent
from tests.workgroups.test_teacher_news import ADA, BACK, LEFT, SOON, last_body, name_ada, sweep, told
from workgroups.models import Group

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_whoever_was_invited_and_has_no_dates_yet_hears_that_they_no_longer_take_part"),
]


def test_whoever_was_invited_and_has_no_dates_yet_hears_that_they_no_longer_take_part() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    enrolment = accepted(group)
    held: Any = place(group, enrolment)
    with clock.fixed(NOW):
        named = enrolments.name_next_teacher(enrolment=enrolment, by=None, now=NOW, **ADA)
    sweep(NOW)

    with clock.fixed(SOON):
        place_of = EnrolledTeacher.objects.select_related("enrolment__school").get(enrolment=enrolment, person=named)
        enrolments.free_place(enrolled=place_of, by=None, now=SOON)

    assert told(SOON) == [LEFT]
    assert group.name not in last_body()
    assert "get no more e-mails about its dates." in last_body()
    assert held.group == group


def test_whoever_gets_all_dates_for_the_first_time_is_not_told_that_they_are_back() -> None:
    """Invited while the group formed, gone before it started, and named again once it runs."""
    make.make_half_terms()
    group = make.GroupFactory()
    enrolment = accepted(group)
    held: Any = place(group, enrolment)
    plan(group)
    EnrolledTeacher.objects.filter(enrolment=enrolment, person=None).delete()
    EnrolledTeacher.objects.filter(enrolment=enrolment).update(person=None)
    name_ada(held, NOW)
    sweep(NOW)
    with clock.fixed(SOON):
        ada = EnrolledTeacher.objects.select_related("enrolment__school", "person").get(enrolment=enrolment)
        enrolments.free_place(enrolled=ada, by=None, now=SOON)
    first = told(SOON)
    with clock.fixed(SOON):
        start(Group.objects.get(pk=group.pk), reason="One school is enough.")
    name_ada(held, SOON + timedelta(hours=1))

    assert first == told(SOON + timedelta(hours=1)) == [LEFT]
    assert Notice.objects.filter(kind="year_dates", name="Ada Able", state="sent").count() == 1


def test_whoever_is_back_before_there_are_dates_reads_that_these_come() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    enrolment = accepted(group)
    held: Any = place(group, enrolment)
    name_ada(held, NOW)
    sweep(NOW)
    with clock.fixed(SOON):
        ada = EnrolledTeacher.objects.select_related("enrolment__school", "person")
        enrolments.free_place(enrolled=ada.get(enrolment=enrolment, person__name="Ada Able"), by=None, now=SOON)
    told(SOON)

    name_ada(held, SOON + timedelta(hours=1))

    assert told(SOON + timedelta(hours=1)) == [LEFT, BACK]
    assert "You get the dates by e-mail once they are settled." in last_body()


def test_leader_of_a_forming_group_hears_of_a_withdrawal() -> None:
    group = make.GroupFactory()
    enrolment = place(group, accepted(group)).enrolment

    enrolments.withdraw(enrolment=enrolment, by=None, now=NOW, reason="New head")

    assert sent(NOW) == [(group.leader.person.name, f"{group}: {enrolment.school} no longer takes part")]
