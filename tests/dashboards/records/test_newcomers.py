"""Who comes to a group that was taken over from records gets its dates, whatever day it counts from; nobody else."""

from datetime import date, timedelta

import pytest

from hubportal.core import notices
from hubportal.core.models import Notice
from schools import roles
from schools.actions import people
from schools.models import Person, School
from tests import factories as make
from tests.dashboards.records.bringing import bring
from tests.workgroups.test_replacing import replace
from tests.world import NOW, Side
from workgroups.actions import co_leading, groups, replacing
from workgroups.models import Group

pytestmark = pytest.mark.django_db
HEADINGS = ["Work Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1", "Meeting 2"]
DAYS = ["6 Oct 2026", "26 January 2027"]


@pytest.fixture
def school(side: Side) -> School:
    """A school with two teachers, a headteacher and a maths lead in the running group North, all from records."""
    school = make.SchoolFactory(name="Hill Top Primary School", authority=side.school.authority)
    staff, phase = side.users["hub_lead"], side.offer.phase.name
    people = [["School", "Name", "Role"], [school.name, "Hedy Head", "Headteacher"], [school.name, "Mo", "Maths lead"]]
    line = ["North", phase, "2026/27", "Lee Leader", school.name, "Kit Inf; Ray Jun", *DAYS]
    bring("people", people, hub=side.hub, by=staff)
    bring("groups", [HEADINGS, line], hub=side.hub, by=staff)
    return School.objects.get(pk=school.pk)


def told() -> list[str]:
    notices.sweep(NOW)
    found = Notice.objects.filter(kind="year_dates", about__contains="North").exclude(state="cancelled")
    return sorted(found.values_list("name", flat=True))


def comes(name: str) -> replacing.Newcomer:
    return replacing.Newcomer(name=name, email=f"{name.split(' ', maxsplit=1)[0].lower()}@people.example.org")


@pytest.mark.parametrize("leaver", ["Kit Inf", "Mo", "Hedy Head"])
@pytest.mark.parametrize("from_on", [NOW.date() - timedelta(days=58), NOW.date(), date(2027, 1, 20)])
def test_who_replaces_somebody_of_a_group_from_records_gets_the_dates_once(
    side: Side, school: School, leaver: str, from_on: date
) -> None:
    before = told()

    replace(Person.objects.get(name=leaver), side.users["hub_lead"], from_on=from_on, to=comes("Nell New"), now=NOW)

    assert (before, told()) == ([], ["Nell New"])


def test_who_is_named_on_the_very_day_gets_the_dates_too(side: Side, school: School) -> None:
    north, day = Group.objects.get(name="North"), NOW.date()
    office = make.PersonFactory(name="Olly Office")
    people.grant_role(person=office, kind=roles.OFFICE, school=school, by=None, now=NOW)
    beside = make.LeaderFactory(hub=side.hub, kind=north.leader.kind, person__name="Bea Beside")
    co_leading.add_beside(group=north, leader=beside, since=day, until=None, by=None, now=NOW)
    enrolment = make.EnrolmentFactory(offer=side.offer, hub=side.hub, school__authority=side.school.authority)
    make.EnrolledTeacherFactory(enrolment=enrolment, person__name="Tess Teacher")
    make.RoleFactory(kind=roles.HEADTEACHER, school=enrolment.school, person__name="Hal Head", starts_on=day)
    groups.place_school(group=north, enrolment=enrolment, by=None, now=NOW)

    assert told() == ["Bea Beside", "Hal Head", "Olly Office", "Tess Teacher"]
