"""The national team's home: what is the national team's to do, and nothing that hubs do themselves."""

from collections.abc import Iterator

import pytest
from django.test import Client

from hubportal.core import clock
from schools import roles
from schools.actions.successors import say_successor
from schools.models import Role
from tests import factories as make
from tests.dashboards.test_work_list import make_waiting
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    """A hub where everything waits that can wait, on 11 January 2027."""
    with clock.fixed(NOW):
        side = make_side()
        make_waiting(side)
        yield side


def _work(side: Side, client: Client, kind: str = roles.NATIONAL) -> dict[str, int]:
    """What the home counts, after checking that each line leads to exactly as many rows."""
    client.force_login(side.users[kind])
    items = client.get("/").context["work"]
    assert {item.title: client.get(item.url).context["total"] for item in items} == {
        item.title: item.count for item in items
    }
    return {item.title: item.count for item in items}


def test_work_of_hubs_is_not_the_national_teams(side: Side, client: Client) -> None:
    """Interest, visits, registers and claims wait in a hub that has its people: national has nothing to do."""
    assert _work(side, client) == {}


def test_claim_is_the_national_teams_where_nobody_else_can_approve(side: Side, client: Client) -> None:
    """The hub's one administrator raised it and its lead has left; another hub has somebody."""
    Role.objects.filter(hub=side.hub, kind=roles.HUB_LEAD).update(ends_on=NOW.date())
    type(side.claim).objects.filter(pk=side.claim.pk).update(raised_by=side.users[roles.HUB_ADMIN])
    other = make_side()
    type(other.claim).objects.filter(pk=other.claim.pk).update(raised_by=other.users[roles.HUB_ADMIN])
    with_lead = _work(side, client)
    Role.objects.filter(hub=side.hub, kind=roles.HUB_LEAD).update(ends_on=NOW.date().replace(day=10))

    without = _work(side, client)

    assert with_lead == {}
    assert without == {"Claims that only the national team can approve": 1, "Hubs that nobody leads": 1}


def test_hubs_and_schools_that_belong_to_nobody_are_counted(side: Side, client: Client) -> None:
    """A closed school needs no hub."""
    make.HubFactory(name="Empty Hub")
    make.SchoolFactory(authority__hub=None, name="Lost School")
    make.SchoolFactory(authority__hub=None, gias_status=2)

    assert _work(side, client) == {"Hubs that nobody leads": 1, "Open schools without a hub": 1}
    assert "For example Empty Hub" in client.get("/").content.decode()


def test_failed_reminders_of_all_hubs_are_counted(side: Side, client: Client) -> None:
    make.NoticeFactory(owner=side.hub, state="failed")
    make.NoticeFactory(owner=make_side().hub, state="failed")

    assert _work(side, client) == {"Reminders that failed, in all hubs": 2}


def test_national_person_who_works_for_a_hub_has_both(side: Side, client: Client) -> None:
    """While that hub is the one looked at; the hub's lines count that hub alone."""
    make_waiting(make_side())
    user = side.users[roles.NATIONAL]
    make.RoleFactory(person=user.person, kind=roles.HUB_ADMIN, hub=side.hub)
    client.force_login(user)
    client.post("/schools/hub/", {"hub": str(side.hub.pk)})

    found = {item.title: item.count for item in client.get("/").context["work"]}

    assert found["Claims to approve"] == 1


def test_only_the_national_team_filters_by_what_is_its_own(side: Side, client: Client) -> None:
    """The hub's lists have no such choice, and an address that asks for it changes nothing."""
    client.force_login(side.users[roles.HUB_LEAD])

    claims = client.get("/funding/claims/?approver=national&years=all")
    schools = client.get("/schools/?hub=none")

    assert ("approver" in claims.context["filterset"].filters, claims.context["total"]) == (False, 2)
    assert ("hub" in schools.context["filterset"].filters, schools.context["total"]) == (False, 1)


def test_closed_school_of_which_nobody_knows_what_it_became_is_the_national_teams(side: Side, client: Client) -> None:
    """Only the national team can say it; one whose successor is known, or said for a day to come, is its hub's."""
    title = "Closed schools with something open: not known what they became"
    new = make.SchoolFactory(authority=side.school.authority)
    for into in (None, new):
        closed = make.SchoolFactory(authority=side.school.authority, gias_status=2, succeeded_by=into)
        make.EnrolmentFactory(school=closed, hub=side.hub, offer=side.offer)
    known = _work(side, client)[title]
    closed = make.SchoolFactory(authority=side.school.authority, gias_status=2)
    make.EnrolmentFactory(school=closed, hub=side.hub, offer=side.offer)
    say_successor(
        school=closed, successor=new, how="merged", since=NOW.date().replace(month=3), reason="x", by=None, now=NOW
    )

    assert (known, _work(side, client)[title]) == (1, 1)
