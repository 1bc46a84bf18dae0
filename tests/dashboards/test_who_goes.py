"""Who is ticked as going to the other hub of a split: what the preview says of them is what becomes of them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage

from hubportal.core import delivery
from programmes.models import Leader
from schools.actions import hubs
from schools.models import Hub, HubChange, Person, Role, User
from schools.roles import HUB_ADMIN, SPECIALIST
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.actions.leaders_going import who_goes
from workgroups.models import CoLeader, Group, LeaderChange, Visit

pytestmark = pytest.mark.django_db
TODAY, YEAR_END = NOW.date(), date(2027, 8, 31)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def other() -> Hub:
    hub: Hub = make.HubFactory(name="Other Hub")
    return hub


def _leader(hub: Hub) -> Leader:
    """Who leads nothing yet."""
    leader: Leader = make.LeaderFactory(hub=hub, kind=SPECIALIST)
    make.RoleFactory(person=leader.person, kind=SPECIALIST, hub=hub)
    return leader


def _wish(side: Side, other: Hub, *people: Person, goes: bool = False) -> hubs.Wish:
    ticked = list(Role.objects.filter(hub=side.hub, person__in=people, source="").select_related("person"))
    return hubs.Wish(
        kind=HubChange.Kind.SPLIT,
        hub=side.hub,
        other=other,
        from_on=TODAY,
        reason="Too large",
        takes_running=goes,
        authorities=[side.school.authority],
        leaving=ticked,
    )


def _carry_out(wish: hubs.Wish) -> None:
    hubs.plan_change(wish=wish, by=None, now=NOW)
    follow_hub_changes(now=NOW)


def _last_days(hub: Hub, person: Person) -> list[date | None]:
    return list(Role.objects.filter(hub=hub, person=person, source="").values_list("ends_on", flat=True))


@pytest.mark.parametrize("goes", [True, False])
@pytest.mark.parametrize("does", ["administers", "leads nothing", "leads what was completed"])
def test_whoever_leads_nothing_goes_at_once_as_an_administrator_does(
    side: Side, other: Hub, does: str, goes: bool
) -> None:
    person = side.users[HUB_ADMIN].person if does == "administers" else _leader(side.hub).person
    if does == "leads what was completed":
        make.GroupFactory(hub=side.hub, leader=Leader.objects.get(person=person), status=Group.Status.COMPLETED)
    wish = _wish(side, other, person, goes=goes)

    said = [(one.last_day, one.still_leads) for one in who_goes(wish) if one.name == person.name]
    _carry_out(wish)

    assert said == [(YESTERDAY, False)]
    assert (_last_days(side.hub, person), _last_days(other, person)) == ([YESTERDAY], [None])


@pytest.mark.parametrize("leads", ["a group", "beside its leader", "from a day on", "a visit"])
def test_whoever_still_leads_something_that_stays_keeps_the_role_to_the_years_end(
    side: Side, other: Hub, leads: str
) -> None:
    leader, stays = _leader(side.hub), make.GroupFactory(hub=side.hub)
    if leads == "a group":
        Group.objects.filter(pk=stays.pk).update(leader=leader)
    elif leads == "beside its leader":
        CoLeader.objects.create(group=stays, leader=leader, since=TODAY)
    elif leads == "from a day on":
        make.LeaderChangeFactory(group=stays, was=stays.leader, leader=leader, from_on=TODAY + timedelta(days=9))
    else:
        Visit.objects.filter(pk=side.visit.pk).update(leader=leader, status="to_book")
    wish = _wish(side, other, leader.person)

    said = [(one.last_day, one.still_leads) for one in who_goes(wish)]
    _carry_out(wish)

    assert said == [(YEAR_END, True)]
    assert (_last_days(side.hub, leader.person), _last_days(other, leader.person)) == ([YEAR_END], [None])
    leader.refresh_from_db()
    assert leader.ends_on == YEAR_END


def test_leader_whose_groups_all_go_is_with_the_old_hub_no_longer(side: Side, other: Hub) -> None:
    leader = side.group.leader
    LeaderChange.objects.filter(group=side.group).delete()
    wish = _wish(side, other, leader.person, goes=True)

    said = [(one.last_day, one.still_leads) for one in who_goes(wish)]
    _carry_out(wish)

    assert said == [(YESTERDAY, False)]
    assert _last_days(side.hub, leader.person) == [YESTERDAY]


def test_whoever_leads_a_group_that_goes_and_is_not_ticked_is_named_as_with_both(side: Side, other: Hub) -> None:
    """Whoever is to lead it from a day on, too."""
    leader = side.group.leader
    LeaderChange.objects.filter(group=side.group).delete()
    later = _leader(side.hub)
    make.LeaderChangeFactory(group=side.group, was=leader, leader=later, from_on=TODAY + timedelta(days=9))
    wish = _wish(side, other, goes=True)

    said = [(one.name, one.last_day) for one in who_goes(wish)]
    _carry_out(wish)

    assert sorted(said) == sorted((one.person.name, None) for one in (leader, later))
    for one in (leader, later):
        assert (_last_days(side.hub, one.person), _last_days(other, one.person)) == ([None], [None])


def test_who_led_a_group_that_goes_and_has_a_visit_to_log_there_logs_it_at_the_other_hub(
    side: Side, other: Hub
) -> None:
    leader = _leader(side.hub)
    Visit.objects.filter(pk=side.visit.pk).update(
        leader=leader, status="booked", on=YESTERDAY, starts_at=NOW - timedelta(days=1)
    )
    wish = _wish(side, other, leader.person, goes=True)

    said = [(one.last_day, one.still_leads) for one in who_goes(wish) if one.name == leader.person.name]
    _carry_out(wish)

    assert said == [(YESTERDAY, False)]
    assert (_last_days(side.hub, leader.person), _last_days(other, leader.person)) == ([YESTERDAY], [None])
    visit = Visit.objects.get(pk=side.visit.pk)
    assert (visit.leader.person, visit.leader.hub) == (leader.person, other)


@pytest.mark.parametrize("leads_there", [False, True])
def test_visit_of_a_leader_who_has_ended_is_the_groups_leaders_to_log_unless_they_lead_at_the_other_hub(
    side: Side, other: Hub, leads_there: bool
) -> None:
    leader: Leader = make.LeaderFactory(hub=side.hub, kind=SPECIALIST, ends_on=date(2026, 12, 31))
    if leads_there:
        there = make.LeaderFactory(person=leader.person, hub=other, kind=SPECIALIST)
        make.RoleFactory(person=leader.person, kind=SPECIALIST, hub=other)
    Visit.objects.filter(pk=side.visit.pk).update(
        leader=leader, status="booked", on=YESTERDAY, starts_at=NOW - timedelta(days=1)
    )
    wish = _wish(side, other, goes=True)

    said = {one.name for one in who_goes(wish)}
    _carry_out(wish)

    group, visit = Group.objects.get(pk=side.group.pk), Visit.objects.get(pk=side.visit.pk)
    assert group.leader.person.name in said
    assert leader.person.name not in said
    assert visit.leader == (there if leads_there else group.leader)
    assert visit.leader.hub == other
    assert list(leader.person.leaderships.filter(hub=other)) == ([there] if leads_there else [])


@pytest.mark.parametrize("ends_on", [None, date(2027, 3, 1)])
@pytest.mark.parametrize("in_both", [False, True])
def test_leaders_role_without_a_leader_goes_as_a_leader_who_leads_nothing(
    side: Side, other: Hub, ends_on: date | None, in_both: bool
) -> None:
    role = make.RoleFactory(kind=SPECIALIST, hub=side.hub, ends_on=ends_on)
    wish = _wish(side, other, *([] if in_both else [role.person]))
    wish = replace(wish, both=[role]) if in_both else wish

    said = [one.last_day for one in who_goes(wish)]
    _carry_out(wish)

    here = ends_on if in_both else YESTERDAY
    assert said == [None if in_both else YESTERDAY]
    assert (_last_days(side.hub, role.person), _last_days(other, role.person)) == ([here], [ends_on])


def _told(outbox: list[EmailMessage], user: User) -> list[EmailMessage]:
    return [mail for mail in outbox if f"<{user.email}>" in mail.to[0]]


@pytest.mark.parametrize("still_leads", [True, False])
def test_who_has_signed_in_is_told_of_a_change_and_not_invited(
    side: Side, other: Hub, still_leads: bool, mailoutbox: list[EmailMessage]
) -> None:
    user = side.users[SPECIALIST if still_leads else HUB_ADMIN]
    User.objects.filter(pk=user.pk).update(last_login=NOW - timedelta(days=30))
    [had] = Role.objects.filter(person=user.person, hub=side.hub, source="")

    _carry_out(_wish(side, other, user.person))
    delivery.deliver_due()

    [mail] = _told(mailoutbox, user)
    there = f"{had.get_kind_display()}, Other Hub"
    day = "31 August 2027" if still_leads else "10 January 2027"
    part = "What you are besides" if still_leads else "What you are no longer"
    assert mail.subject == f"New for you in Hub Portal: {there}"
    assert f"What is new for you:\n\n- {there}\n\n{part}:\n\n- {had}\n  until {day}\n" in mail.body


def test_who_has_never_signed_in_is_invited_to_what_they_are(
    side: Side, other: Hub, mailoutbox: list[EmailMessage]
) -> None:
    user = side.users[HUB_ADMIN]

    _carry_out(_wish(side, other, user.person))
    delivery.deliver_due()

    [mail] = _told(mailoutbox, user)
    assert mail.subject == "You are invited to Hub Portal"
    assert "What you are there:\n\n- Hub administrator, Other Hub\n" in mail.body
