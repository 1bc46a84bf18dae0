"""A role that ended on the day on which it began, or before: what a person's page says of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from hubportal.core import clock
from schools import roles
from schools.actions import people
from schools.models import Person
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def past_of(person: Person, client: Client) -> str:
    client.force_login(make.make_user(roles.NATIONAL))
    return client.get(person.get_absolute_url()).content.decode().partition("Past roles")[2].partition("</ul>")[0]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "11 January 2027, not for a whole day"),
        (21, "was to begin on 1 February 2027"),
        (-3, "8 January 2027 to 10 January 2027"),
        (-1, "10 January 2027 to 10 January 2027"),
    ],
)
def test_role_that_ended_before_it_had_lasted_a_day_says_when_it_began(days: int, said: str, client: Client) -> None:
    person, school = make.PersonFactory(), make.SchoolFactory()
    begins = TODAY + timedelta(days=days)
    role = make.RoleFactory(person=person, kind=roles.HEADTEACHER, school=school, starts_on=begins)

    people.end_role(role=role, by=None, today=TODAY)

    assert said in past_of(person, client)
    assert ("10 January 2027 to 10 January 2027" in past_of(person, client)) is (days == -1)
