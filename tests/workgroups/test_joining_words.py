"""Whoever joins a running group reads from which school, in whose place and from when; a link only where it opens."""

from datetime import date, timedelta

import pytest
from django.core import mail

from hubportal.core import clock
from programmes.models import Enrolment
from schools import roles
from schools.models import User
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from tests.workgroups.test_teacher_news import sweep
from workgroups.actions import groups
from workgroups.models import Group

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(hours=1)
LINK = "The group in the portal: "


def dates_of(name: str) -> str:
    (message,) = [one for one in mail.outbox if one.to[0].startswith(name) and "all dates" in one.subject]
    return str(message.body)


@pytest.mark.parametrize(
    ("day", "words", "opens"),
    [
        (NOW.date(), ", from Monday 14 September 2026.", True),
        (date(2027, 1, 1), ", from Friday 1 January 2027. You find the group in the portal from that day on.", False),
    ],
)
def test_whoever_follows_reads_in_whose_place_and_from_when(
    group: Group, staff: User, day: date, words: str, opens: bool
) -> None:
    sweep(NOW)
    held = first_place(group)
    ada = teacher_of(held)

    replace(ada, staff, from_on=day, now=SOON)
    sweep(SOON)

    body = dates_of("Ben Bo")
    assert f"You take part from {held.enrolment.school} in place of {ada}{words}\n" in body
    assert (LINK in body) == opens


def test_school_that_joins_reads_of_no_other_and_those_from_the_start_of_nothing(group: Group) -> None:
    sweep(NOW)
    enrolment: Enrolment = accepted(group)
    with clock.fixed(SOON):
        groups.place_school(group=group, enrolment=enrolment, by=None, now=SOON)
    sweep(SOON)

    teacher = enrolment.teachers.exclude(person=None).get().person
    assert f"You take part from {enrolment.school}.\n" in dates_of(str(teacher))
    assert "You take part" not in dates_of(str(teacher_of(first_place(group))))


@pytest.mark.parametrize(("kind", "opens"), [(roles.OFFICE, True), (roles.COVER, False)])
def test_contact_for_cover_who_never_signs_in_gets_no_link(group: Group, kind: str, opens: bool) -> None:
    school = first_place(group).enrolment.school
    person = make.RoleFactory(kind=kind, school=school, starts_on=NOW.date() - timedelta(days=3)).person
    sweep(SOON)

    assert (LINK in dates_of(person.name)) == opens
