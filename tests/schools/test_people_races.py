"""Two people who press at the same moment: real threads on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest

from schools import roles
from schools.actions import people
from schools.models import Hub, Person, Role, User
from tests import factories as make
from tests.races import at_once

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)
TODAY = date(2027, 1, 11)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_two_last_leads_cannot_both_leave_at_once() -> None:
    hub = make.HubFactory()
    leads = [make.make_user(roles.HUB_LEAD, hub=hub) for _ in range(2)]

    def leave(lead: User) -> str:
        try:
            people.end_role(role=lead.person.roles.get(), by=lead, today=TODAY)
        except people.CannotChangePeople:
            return "stays"
        return "left"

    assert sorted(at_once(leave, leads)) == ["left", "stays"]
    assert Role.objects.filter(kind=roles.HUB_LEAD, hub=hub).current(TODAY).count() == 1


def test_role_granted_twice_at_once_is_held_once() -> None:
    person, hub = make.PersonFactory(), make.HubFactory()

    def grant(at: Hub) -> str:
        return str(people.grant_role(person=person, kind=roles.BOARD, by=None, today=TODAY, hub=at).pk)

    assert len(set(at_once(grant, [hub] * 4))) == 1
    assert Role.objects.count() == 1


def test_two_equal_invitations_at_once_make_one_person_with_one_role() -> None:
    hub = make.HubFactory()

    def invite(name: str) -> int:
        return people.invite(name=name, email="jo@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub).pk

    found = at_once(invite, ["Jo Hill"] * 4)

    assert set(found) == {Person.objects.get().pk}
    assert Role.objects.count() == 1


def test_address_invited_twice_at_once_signs_in_once() -> None:
    hub = make.HubFactory()

    def invite(name: str) -> str:
        return people.invite(name=name, email="shared@a.example.org", kind=roles.BOARD, by=None, now=NOW, hub=hub).name

    at_once(invite, ["Jo Hill", "Kim Wood", "Lee Stone"])

    assert User.objects.filter(email="shared@a.example.org").count() == 1
    assert Person.objects.count() == 3
