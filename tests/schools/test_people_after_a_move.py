"""A hub that runs nothing at a school any more reads who was there while it did, not who was before or came after."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.actions.recipients import CONTACTS, of_schools
from schools.models import Person, Role, School, SchoolTie, User
from tests import factories as make
from tests.world import NOW, Side

pytestmark = pytest.mark.django_db
THEN, SINCE, ENDED = date(2024, 9, 1), date(2026, 9, 1), date(2026, 7, 20)


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    """Another hub's by now."""
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def lead(school: School) -> User:
    """Of the hub that ran something there once."""
    hub = make.HubFactory()
    SchoolTie.objects.create(school=school, hub=hub)
    return make.make_user(roles.HUB_LEAD, hub=hub)


@pytest.fixture
def staff(school: School) -> dict[str, Person]:
    """Who was there then and is still, who had left or left, who came or is still to come, and who is only known."""
    found: dict[str, Person] = {}
    for name, kind, starts_on, ends_on in (
        ("before", roles.HEADTEACHER, date(2010, 9, 1), THEN - timedelta(days=1)),
        ("on the day", roles.OFFICE, date(2010, 9, 1), THEN),
        ("stayed", roles.HEADTEACHER, THEN, None),
        ("left", roles.MATHS_LEAD, THEN, ENDED),
        ("came", roles.MATHS_LEAD, SINCE, None),
        ("comes", roles.OFFICE, date(2027, 9, 1), None),
    ):
        person = make.PersonFactory(name=name, email=f"{name}@people.example.org", phone="01", school=school)
        make.RoleFactory(person=person, kind=kind, school=school, starts_on=starts_on, ends_on=ends_on)
        found[name] = person
    found["known"] = make.PersonFactory(name="known", school=school)
    return found


def run(school: School, lead: User, status: str = "completed", ended_on: date | None = ENDED) -> object:
    hub = lead.person.roles.get().hub
    return make.EnrolmentFactory(school=school, hub=hub, status=status, ended_on=ended_on, accepted_on=THEN)


def read_by(user: User, staff: dict[str, Person]) -> set[str]:
    seen = set(Person.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True))
    return {name for name, person in staff.items() if person.pk in seen}


def test_hub_before_reads_who_was_there_while_it_ran_something(
    school: School, lead: User, staff: dict[str, Person]
) -> None:
    ended = run(school, lead)
    took_part = make.PersonFactory(name="took part", school=school)
    make.EnrolledTeacherFactory(enrolment=ended, person=took_part)
    theirs = make.make_user(roles.HUB_LEAD, hub=school.hub)
    everybody = staff | {"took part": took_part}

    assert read_by(lead, everybody) == {"on the day", "stayed", "left", "took part"}
    assert read_by(theirs, everybody) == set(everybody)


def test_hub_before_reads_nobody_where_all_that_it_ran_has_gone(
    school: School, lead: User, staff: dict[str, Person]
) -> None:
    assert read_by(lead, staff) == set()
    assert School.objects.visible_to(lead).filter(pk=school.pk).exists()


@pytest.mark.parametrize("status", ["accepted", "active", "paused"])
def test_hub_that_runs_something_there_reads_everybody(
    school: School, lead: User, staff: dict[str, Person], status: str
) -> None:
    run(school, lead, status, None)

    assert read_by(lead, staff) == set(staff)


def test_page_of_people_says_who_is_read_and_letters_go_to_nobody_else(
    client: Client, school: School, lead: User, staff: dict[str, Person]
) -> None:
    run(school, lead)
    client.force_login(lead)

    page = client.get(reverse("schools:school-people", args=[school.pk])).content.decode()
    written = of_schools(School.objects.filter(pk=school.pk), CONTACTS, by=lead, now=NOW)

    assert [f"{name}@people" in page for name in ("stayed", "came", "comes")] == [True, False, False]
    assert "Your hub runs nothing at this school any more." in page
    assert [one.name for one in written] == ["stayed"]
    for name, status in (("before", 404), ("stayed", 200), ("left", 200), ("came", 404), ("comes", 404)):
        assert client.get(staff[name].get_absolute_url()).status_code == status


def test_no_tab_of_the_school_names_to_the_hub_before_who_has_come_since(side: Side) -> None:
    """Its journey says how many take part; the hub of today, the school and its trust read who."""
    hub, kinds = make.HubFactory(), (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE, roles.TEACHER)
    SchoolTie.objects.create(school=side.school, hub=hub)
    make.EnrolmentFactory(school=side.school, hub=hub, status="completed", ended_on=ENDED, accepted_on=THEN)
    for kind in kinds:
        Person.objects.filter(pk=side.users[kind].person_id).update(name=f"Came Since, {kind}")
    Role.objects.filter(school=side.school).update(starts_on=SINCE)
    own = make.OfferFactory(teacher_label="Specialist in training")
    alone = {"person": side.users[roles.MATHS_LEAD].person, "offer": own, "end_reason": "Came Since, ill"}
    make.EnrolmentFactory(school=side.school, hub=side.hub, status="paused", paused_from="active", **alone)

    lead = Client()
    lead.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    tabs = {name: lead.get(reverse(name, args=[side.school.pk])) for _label, name in settings.SCHOOL_TABS}
    journey = "programmes:school-journey"
    theirs = {
        kind: side.browser(kind).get(reverse(journey, args=[side.school.pk])).text
        for kind in (roles.NATIONAL, roles.HUB_LEAD, roles.BOARD, roles.TRUST_LEAD, roles.HEADTEACHER)
    }

    assert {one.status_code for one in tabs.values()} == {200}
    assert [name for name, one in tabs.items() if "Came Since" in one.text] == []
    assert "<td>1 teacher</td>" in tabs[journey].text
    assert f"One Specialist in training: {own.title}" in tabs[journey].text
    for page in theirs.values():
        assert "<td>Came Since, teacher</td>" in page
        assert "Came Since, maths_lead: " in page
        assert "Came Since, ill" in page
