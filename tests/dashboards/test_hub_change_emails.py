"""Who hears that a hub changes: its address, its staff, and whoever's role ends with it; each once."""

from datetime import date

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from hubportal.core import clock, delivery
from schools.actions import hubs
from schools.models import HubChange, User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, SPECIALIST
from tests import factories as make
from tests.world import NOW, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY, LATER = NOW.date(), date(2027, 2, 1)
Kind = HubChange.Kind


def told(outbox: list[EmailMessage], side: Side, kind: str) -> list[EmailMessage]:
    """What somebody of the hub was sent about its change."""
    email = side.users[kind].email
    return [mail for mail in outbox if f"<{email}>" in mail.to[0] and str(side.hub) in mail.subject]


def another_lead_school(side: Side, from_on: date, ends: list[str]) -> None:
    wish = hubs.Wish(
        kind=Kind.LEAD_SCHOOL,
        hub=side.hub,
        lead_school=make.SchoolFactory(authority=side.school.authority, name="Newlead Primary School"),
        lead_name="Nia New",
        lead_email="nia@people.example.org",
        from_on=from_on,
        reason="The old lead school has closed its hub office",
        leaving=[side.users[kind].person.roles.get() for kind in ends],
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)


@pytest.mark.parametrize("from_on", [TODAY, LATER])
def test_whose_role_ends_and_the_hubs_other_staff_are_told_once(
    side: Side, from_on: date, mailoutbox: list[EmailMessage]
) -> None:
    another_lead_school(side, from_on, [HUB_LEAD])
    delivery.deliver_due()
    at = clock.at_london(from_on, 12)
    with clock.fixed(at):
        hubs.do_due_changes(now=at)
        delivery.deliver_due()

    [left], [stays] = told(mailoutbox, side, HUB_LEAD), told(mailoutbox, side, HUB_ADMIN)
    last = "10 January 2027" if from_on == TODAY else "31 January 2027"
    for mail in (left, stays):
        assert "The old lead school has closed its hub office" in mail.body
    assert f"Your role as hub lead of {side.hub} ends with {last}." in left.body
    assert "/hub-changes/" not in left.body
    assert "Your role" not in stays.body
    assert f"{side.users[HUB_LEAD].person}, hub lead" in stays.body
    assert "Nia New leads the hub from then on." in stays.body
    assert len(told(mailoutbox, side, BOARD)) == 1
    assert told(mailoutbox, side, SPECIALIST) == []


def test_plan_that_is_taken_back_is_told_to_the_same_people(side: Side, mailoutbox: list[EmailMessage]) -> None:
    another_lead_school(side, LATER, [HUB_LEAD])
    delivery.deliver_due()
    hubs.take_back(change=HubChange.objects.get(), by=None, now=NOW)
    delivery.deliver_due()

    assert [len(told(mailoutbox, side, kind)) for kind in (HUB_LEAD, HUB_ADMIN)] == [2, 2]


@pytest.mark.parametrize("takes_running", [True, False])
def test_staff_of_a_merged_hub_read_why_and_from_when(
    side: Side, takes_running: bool, mailoutbox: list[EmailMessage]
) -> None:
    other = make.HubFactory(name="Other Hub")
    wish = hubs.Wish(
        kind=Kind.MERGER, hub=side.hub, other=other, from_on=TODAY, reason="Reorganised", takes_running=takes_running
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    delivery.deliver_due()

    for kind in (HUB_LEAD, HUB_ADMIN):
        [mail] = told(mailoutbox, side, kind)
        assert ("Why: Reorganised" in mail.body, "From 11 January 2027" in mail.body) == (True, True)


def test_home_of_whose_role_has_ended_says_which_and_whom_to_ask(side: Side, client: Client) -> None:
    another_lead_school(side, TODAY, [HUB_LEAD])
    client.force_login(User.objects.get(pk=side.users[HUB_LEAD].pk))

    page = client.get("/").content.decode()

    assert f"You were hub lead of {side.hub} until 10 January 2027." in page
    assert "maths lead or your Maths Hub" not in page
