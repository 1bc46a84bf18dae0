"""What somebody of a school finds of their own: what they take part in, and whom to ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Enrolment
from schools import roles
from schools.models import School, User
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    hub = make.HubFactory(name="Trent Maths Hub", email="hello@trent.example.org")
    return make.SchoolFactory(name="Oak Primary", authority__hub=hub)


@pytest.fixture
def tara(school: School) -> User:
    return make.make_user(roles.TEACHER, school=school, name="Tara Assist")


def _enrolment(school: School, **fields: Any) -> Enrolment:
    offer = {"title": "Subject Knowledge", "year": 2027, "teacher_label": "Participant", "group_label": "Work Group"}
    facts = {f"offer__{name}": value for name, value in offer.items()}
    return make.EnrolmentFactory(school=school, hub=school.hub, status="accepted", **facts, **fields)


def _page(user: User, url: str = "/") -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(url).content.decode().split())


def test_home_of_a_single_person_says_what_they_are_accepted_for(school: School, tara: User) -> None:
    enrolment = _enrolment(school, person=tara.person)

    page = _page(tara)

    assert f'<a href="{enrolment.get_absolute_url()}">Subject Knowledge 2027/28</a>' in page
    assert "Participant · Oak Primary · Trent Maths Hub" in page
    assert "The hub places you in a Work Group" in page
    assert reverse("programmes:person-programmes", args=[tara.person_id]) in page


def test_home_of_a_named_teacher_says_it_until_the_group_is_there(school: School, tara: User) -> None:
    enrolment = _enrolment(school)
    make.EnrolledTeacherFactory(enrolment=enrolment, person=tara.person)
    before = _page(tara)
    place = make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=school.hub)

    after = _page(tara)

    assert "The hub places your school in a Work Group" in before
    assert "The hub places" not in after
    assert f'<a class="small" href="{place.group.get_absolute_url()}">{place.group}</a>' in after


def test_home_of_a_teacher_says_nothing_of_a_colleagues_part(school: School, tara: User) -> None:
    make.EnrolledTeacherFactory(enrolment=_enrolment(school))

    assert "What you take part in" not in _page(tara)


@pytest.mark.parametrize("kind", [roles.TEACHER, roles.HEADTEACHER, roles.OFFICE])
def test_home_of_school_people_says_whom_to_ask(school: School, kind: str) -> None:
    user = make.make_user(kind, school=school, name="Sam Shah")
    enrolment = _enrolment(school)
    make.EnrolledTeacherFactory(enrolment=enrolment, person=user.person)
    place = make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=school.hub)
    make.ParticipantFactory(place=place, person=user.person)
    leader = place.group.leader.person

    page = _page(user)

    assert '<a href="mailto:hello@trent.example.org">hello@trent.example.org</a>' in page
    assert f'{leader.name}, <a href="mailto:{leader.email}">{leader.email}</a>' in page


def test_enrolment_says_whom_to_ask_and_how_to_leave(school: School, tara: User) -> None:
    enrolment = _enrolment(school)
    place = make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=school.hub)
    lead = make.make_user(roles.HUB_LEAD, hub=school.hub)

    page, of_hub = (_page(user, enrolment.get_absolute_url()) for user in (tara, lead))

    assert 'Trent Maths Hub, <a href="mailto:hello@trent.example.org">' in page
    assert place.group.leader.person.email in page
    assert "To leave the programme, write to Trent Maths Hub: the hub withdraws your school" in page
    assert "To leave the programme" not in of_hub


def test_group_says_whom_to_ask(school: School, tara: User) -> None:
    enrolment = _enrolment(school)
    place = make.PlaceFactory(enrolment=enrolment, group__offer=enrolment.offer, group__hub=school.hub)

    page = _page(tara, place.group.get_absolute_url())

    assert f'mailto:{place.group.leader.person.email}"' in page
    assert '<a href="mailto:hello@trent.example.org">' in page
