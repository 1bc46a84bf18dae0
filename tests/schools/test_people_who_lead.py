"""Making somebody a leader: on the page of a person."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import User
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def lead() -> User:
    return make.make_user(roles.HUB_LEAD, hub=make.HubFactory())


@pytest.mark.parametrize("kind", ["", *roles.LEADERS])
def test_who_leads_already_is_not_offered_to_be_made_a_leader(client: Client, lead: User, kind: str) -> None:
    hub = lead.person.roles.get().hub
    person = make.PersonFactory(school=make.SchoolFactory(authority__hub=hub))
    if kind:
        make.RoleFactory(person=person, kind=kind, hub=hub)
    client.force_login(lead)

    page = client.get(person.get_absolute_url()).content.decode()

    assert (f"Make {person} a leader of groups" in page) == (kind == "")


def test_who_led_before_or_elsewhere_can_be_made_a_leader(client: Client, lead: User) -> None:
    hub = lead.person.roles.get().hub
    person = make.PersonFactory(school=make.SchoolFactory(authority__hub=hub))
    make.RoleFactory(person=person, kind=roles.SPECIALIST, hub=make.HubFactory())
    make.RoleFactory(person=person, kind=roles.SPECIALIST, hub=hub, ends_on=date(2026, 12, 31))
    client.force_login(lead)

    assert f"Make {person} a leader of groups" in client.get(person.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("kind", "is_shown"), [(roles.NATIONAL, False), (roles.HUB_LEAD, True)])
def test_who_may_not_let_somebody_follow_in_a_role_is_not_led_there(client: Client, kind: str, is_shown: bool) -> None:
    """The national team leaves that to the hub."""
    school = make.SchoolFactory()
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=school).person
    client.force_login(make.make_user(kind, hub=None if kind == roles.NATIONAL else school.hub))

    pages = [
        client.get(url).text for url in (head.get_absolute_url(), reverse("schools:school-people", args=[school.pk]))
    ]

    assert [reverse("workgroups:person-replace", args=[head.pk]) in page for page in pages] == [is_shown] * 2
