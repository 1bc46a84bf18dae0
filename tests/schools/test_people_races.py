"""Two people who press at the same moment: real threads on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from schools import roles
from schools.actions import people
from schools.models import Hub, Person, Role, User
from tests import factories as make

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = date(2027, 1, 11)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

Given = TypeVar("Given")


def _at_once(step: Callable[[Given], str], given: list[Given]) -> list[str]:
    barrier = Barrier(len(given))

    def run(one: Given) -> str:
        barrier.wait()
        try:
            return step(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(run, given))


def test_two_last_leads_cannot_both_leave_at_once() -> None:
    hub = make.HubFactory()
    leads = [make.make_user(roles.HUB_LEAD, hub=hub) for _ in range(2)]

    def leave(lead: User) -> str:
        try:
            people.end_role(role=lead.person.roles.get(), by=lead, today=TODAY)
        except people.CannotChangePeople:
            return "stays"
        return "left"

    assert sorted(_at_once(leave, leads)) == ["left", "stays"]
    assert Role.objects.filter(kind=roles.HUB_LEAD, hub=hub).current(TODAY).count() == 1


def test_role_granted_twice_at_once_is_held_once() -> None:
    person, hub = make.PersonFactory(), make.HubFactory()

    def grant(at: Hub) -> str:
        return str(people.grant_role(person=person, kind=roles.BOARD, by=None, today=TODAY, hub=at).pk)

    assert len(set(_at_once(grant, [hub] * 4))) == 1
    assert Role.objects.count() == 1


def test_address_invited_twice_at_once_signs_in_once() -> None:
    hub = make.HubFactory()

    def invite(name: str) -> str:
        return people.invite(name=name, email="shared@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub).name

    _at_once(invite, ["Jo Hill", "Kim Wood", "Lee Stone"])

    assert User.objects.filter(email="shared@a.example.org").count() == 1
    assert Person.objects.count() == 3
