"""Groups that came from records: whoever had the dates before gets none from the portal."""

from datetime import datetime, timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.models import EnrolledTeacher
from schools import roles
from schools.actions import successors as people_of_successors
from schools.models import School
from tests import factories as make
from tests.workgroups.test_changed_schools import close
from tests.workgroups.test_groups import NOW, accepted
from tests.workgroups.test_late_joiners import dates_sent
from workgroups.actions import groups, successors
from workgroups.models import Group, Participant, Place

pytestmark = pytest.mark.django_db
SINCE = NOW.date().replace(day=1)


def taken_over(group: Group, at: datetime) -> None:
    """As records bring a group, whose places count from 1 September: nobody named anybody in the portal."""
    Notice.objects.all().delete()
    Group.objects.filter(pk=group.pk).update(taken_over_at=at, started_at=at)
    Participant.objects.filter(place__group=group).update(entered_at=None, since=SINCE)
    Place.objects.filter(group=group).update(placed_on=SINCE, entered_at=None)


def head_of(school: School, name: str) -> None:
    make.RoleFactory(
        kind=roles.HEADTEACHER, school=school, person__name=name, starts_on=NOW.date() - timedelta(days=900)
    )


def names_sent(now: datetime) -> list[str]:
    return sorted(to.partition(" <")[0].strip('"') for to, _body in dates_sent(now))


def test_school_of_a_file_without_named_teachers_had_the_dates_and_one_placed_the_same_day_had_not(
    group: Group,
) -> None:
    """The file is brought in on the first day of the year, from which its places count."""
    first, by_hand = clock.at_london(SINCE, 10), accepted(group)
    held = group.places.select_related("enrolment__school").earliest("pk")
    head_of(held.enrolment.school, "Hetty Head")
    head_of(by_hand.school, "Hal Head")
    EnrolledTeacher.objects.filter(enrolment__in=(held.enrolment, by_hand)).update(person=None)
    Participant.objects.filter(place=held).delete()
    taken_over(group, first)

    before = names_sent(first + timedelta(hours=1))
    groups.place_school(group=group, enrolment=by_hand, by=None, now=first + timedelta(hours=2))

    assert (before, names_sent(first + timedelta(hours=2))) == ([], ["Hal Head"])


def test_head_of_a_school_of_a_file_that_becomes_an_academy_is_not_sent_the_dates_she_had(group: Group) -> None:
    """But whoever is head there since then is."""
    school = group.places.select_related("enrolment__school").earliest("pk").enrolment.school
    head_of(school, "Hetty Head")
    taken_over(group, NOW)
    assert dates_sent(NOW + timedelta(hours=1)) == []
    new, later = make.SchoolFactory(authority=school.authority), NOW + timedelta(days=10)
    with clock.fixed(later):
        close(school, new)
        people_of_successors.move_people(now=later)
        successors.follow_successors(now=later)

    sent = names_sent(later)
    make.RoleFactory(kind=roles.OFFICE, school=new, person__name="Olly New", starts_on=later.date(), given_at=later)

    assert (sent, names_sent(later + timedelta(hours=1))) == ([], ["Olly New"])
