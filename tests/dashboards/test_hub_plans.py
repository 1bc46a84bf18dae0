"""Planned changes of hub of single schools, while a hub to or from which they are is split or goes on in another."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from schools import roles
from schools.actions import hubs, moves
from schools.models import Hub, HubChange, HubMove, School
from tests import factories as make
from tests.world import NOW
from workgroups.actions.left_behind import take_what_is_left

pytestmark = pytest.mark.django_db
TODAY, LATER = NOW.date(), date(2027, 2, 1)
WHY = "East is closed from 11 January 2027: it goes on in West."


@pytest.fixture(autouse=True)
def _at_the_worlds_moment() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def hub() -> dict[str, Hub]:
    names = ("East", "West", "North")
    return {name: make.HubFactory(name=name, email=f"{name.lower()}@hubs.example.org") for name in names}


def plan(school: School, hub: Hub | None) -> HubMove:
    wish: dict[str, Any] = {"from_on": LATER, "reason": "Nearer", "takes_interest": True}
    return moves.move_school(school=school, hub=hub, by=None, now=NOW - timedelta(hours=2), **wish)


def change(kind: str, hub: Hub, other: Hub, **rest: Any) -> HubChange:
    wish = hubs.Wish(kind=kind, hub=hub, other=other, from_on=TODAY, reason="Reorganised", **rest)
    return hubs.plan_change(wish=wish, by=None, now=NOW)


@pytest.mark.parametrize("way", ["merged", "found later"])
def test_school_that_was_to_go_to_a_hub_goes_where_that_goes_on_and_both_hubs_read_so(
    hub: dict[str, Hub], mailoutbox: list[EmailMessage], way: str
) -> None:
    school = make.SchoolFactory(hub=hub["North"])
    planned = plan(school, hub["East"])
    delivery.deliver_due()
    if way == "found later":
        HubMove.objects.update(hub=hub["West"])

    merger = change(HubChange.Kind.MERGER, hub["East"], hub["West"], takes_running=True)
    if way == "found later":
        HubMove.objects.update(hub=hub["East"])
        HubChange.objects.filter(pk=merger.pk).update(followed_at=NOW)
        take_what_is_left(now=NOW)
    mailoutbox.clear()
    delivery.deliver_due()

    planned.refresh_from_db()
    assert (planned.status, planned.hub, planned.reason) == ("planned", hub["West"], f"Nearer\n{WHY}")
    told = {mail.to[0]: str(mail.body) for mail in mailoutbox if mail.subject == f"{school} goes to West"}
    assert sorted(told) == ["North <north@hubs.example.org>", "West <west@hubs.example.org>"]
    assert all(f"Why: Nearer\n{WHY}" in body for body in told.values())
    assert not take_what_is_left(now=NOW)


def test_school_of_a_hub_that_goes_on_in_another_goes_from_that_on_its_day(hub: dict[str, Hub]) -> None:
    school = make.SchoolFactory(hub=hub["East"], authority__hub=hub["East"])
    planned = plan(school, hub["North"])

    change(HubChange.Kind.MERGER, hub["East"], hub["West"])
    planned.refresh_from_db()
    moves.do_due_moves(now=clock.at_london(LATER, 1))

    school.refresh_from_db()
    assert (planned.was, planned.hub, school.hub) == (hub["West"], hub["North"], hub["North"])


@pytest.mark.parametrize(("was", "to"), [("East", "West"), ("West", "East")])
def test_school_that_is_where_it_was_to_go_stays_there_and_the_portal_says_why(
    hub: dict[str, Hub], mailoutbox: list[EmailMessage], was: str, to: str
) -> None:
    school = make.SchoolFactory(hub=hub[was], authority__hub=hub[was])
    planned = plan(school, hub[to])
    delivery.deliver_due()

    change(HubChange.Kind.MERGER, hub["East"], hub["West"])
    delivery.deliver_due()

    planned.refresh_from_db()
    school.refresh_from_db()
    assert (planned.status, school.hub) == ("taken_back", hub["West"])
    told = [str(mail.body) for mail in mailoutbox if mail.subject == f"{school} stays with West after all"]
    assert told
    assert all(f"The portal took it back, because: {WHY}" in body for body in told)


def test_school_that_is_to_follow_its_authority_follows_it_to_the_hub_that_a_split_gives_it_to(
    hub: dict[str, Hub],
) -> None:
    beside = make.SchoolFactory(hub=hub["East"], authority__hub=hub["East"])
    school = make.SchoolFactory(hub=hub["North"], hub_set_by_hand=True, authority=beside.authority)
    by_hand = make.SchoolFactory(hub=hub["North"], authority=beside.authority)
    follows, goes = plan(school, None), plan(by_hand, hub["East"])

    change(HubChange.Kind.SPLIT, hub["East"], hub["West"], authorities=[beside.authority])

    for one in (follows, goes):
        one.refresh_from_db()
    assert (follows.hub, goes.hub) == (hub["West"], hub["East"])
    assert follows.reason == "Nearer\nWest has taken over a part of East."


def test_preview_of_a_merger_says_which_plans_it_changes_and_ends(hub: dict[str, Hub], client: Client) -> None:
    coming = make.SchoolFactory(hub=hub["North"], name="Coming School")
    staying = make.SchoolFactory(hub=hub["East"], authority__hub=hub["East"], name="Staying School")
    plan(coming, hub["East"])
    plan(staying, hub["West"])
    wish = hubs.Wish(
        kind=HubChange.Kind.MERGER, hub=hub["North"], other=hub["East"], from_on=LATER, reason="Reorganised"
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    client.force_login(make.make_user(roles.NATIONAL))
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}
    given = {"other": hub["West"].pk, "running": "stays", "reason": "Reorganised", **day}

    page = client.post(reverse("dashboards:hub-merge", args=[hub["East"].pk]), given).content.decode()

    assert "Coming School, 1 February 2027: from North to West" in page
    assert "Staying School, 1 February 2027: taken back, as it is in West by then" in page
    assert "Merger: North to East, 1 February 2027" in page
