"""Another invitation for somebody who is known: who may send it, wherever they worked before."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from schools import roles
from schools.actions import people
from schools.models import School, User
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make.SchoolFactory(name="Soar Valley Primary")


@pytest.fixture
def lead(school: School) -> User:
    assert school.hub is not None
    return make.make_user(roles.HUB_LEAD, hub=school.hub)


@pytest.mark.parametrize("kind", [roles.HUB_LEAD, roles.HUB_ADMIN, roles.HEADTEACHER])
def test_who_once_worked_elsewhere_is_invited_again(client: Client, school: School, kind: str) -> None:
    """The invitation goes to their own address and changes nothing: the role of today is enough to send it."""
    own = make.make_user(roles.TEACHER, school=school, name="Jo Hill")
    make.RoleFactory(person=own.person, kind=roles.TEACHER, school=make.SchoolFactory(), ends_on=date(2026, 8, 31))
    place = {"school": school} if kind == roles.HEADTEACHER else {"hub": school.hub}
    client.force_login(make.make_user(kind, **place))
    url = reverse("schools:person-invite-again", args=[own.person_id])

    page = client.get(own.person.get_absolute_url()).content.decode()
    answer = client.post(url)

    assert f'action="{url}"' in page
    own.refresh_from_db()
    assert (answer.status_code, own.invited_at) == (302, NOW)


def test_who_works_elsewhere_too_is_invited_again_by_those_who_may_give_all_roles(
    client: Client, lead: User, school: School
) -> None:
    own = make.make_user(roles.TEACHER, school=school, name="Jo Hill")
    make.RoleFactory(person=own.person, kind=roles.HUB_LEAD, hub=make.HubFactory(), school=None)
    client.force_login(lead)

    answer = client.post(reverse("schools:person-invite-again", args=[own.person_id]))

    assert answer.status_code == 403


def test_role_that_a_file_brought_since_somebody_signed_in_is_new_to_them_whenever_it_began(
    school: School, mailoutbox: list[EmailMessage]
) -> None:
    own = make.make_user(roles.TEACHER, school=school, name="Jo Hill")
    User.objects.filter(pk=own.pk).update(last_login=NOW - timedelta(days=2))
    facts = {"starts_on": date(2026, 9, 1), "brought_at": NOW - timedelta(days=1)}
    make.RoleFactory(person=own.person, kind=roles.MATHS_LEAD, school=school, **facts)

    people.invite_again(person=own.person, by=None, now=NOW)
    delivery.deliver_due()

    [mail] = mailoutbox
    assert mail.subject == "New for you in Hub Portal: Maths lead, Soar Valley Primary"
    assert "What you are besides:\n\n- Teacher, Soar Valley Primary\n" in mail.body
