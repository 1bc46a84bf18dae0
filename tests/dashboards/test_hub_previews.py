"""What the preview of a split counts, before anything goes."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from hubportal.core import clock, delivery
from schools.actions import hubs
from schools.models import Hub, HubChange, LocalAuthority, Role, School
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.notices.running import what_goes

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Iterator[Side]:
    """One school alone in a group, and one beside a school that is not split off."""
    with clock.fixed(NOW):
        side = make_side()
        stays = make.SchoolFactory(authority__hub=side.hub)
        goes = make.SchoolFactory(authority=side.school.authority)
        mixed = make.GroupFactory(hub=side.hub, offer=make.OfferFactory())
        for school in (stays, goes):
            enrolment = make.EnrolmentFactory(school=school, offer=mixed.offer, status="active")
            make.PlaceFactory(group=mixed, enrolment=enrolment)
        yield side


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        (
            "stays",
            {"Running groups that stay until their year ends": 2, "Enrolments that stay until their year ends": 2},
        ),
        ("goes", {"Running groups that go": 1, "Enrolments that go": 1, "Enrolments that stay with them": 1}),
    ],
)
def test_split_counts_the_enrolments_in_groups_that_hold_schools_of_the_rest(
    side: Side, running: str, expected: dict[str, int]
) -> None:
    other = make.HubFactory()
    given = {"other": other.pk, "authorities": [side.school.authority_id], "running": running, "reason": "Too large"}
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}

    answer = side.browser(NATIONAL).post(reverse("dashboards:hub-split", args=[side.hub.pk]), {**given, **day})

    page = answer.content.decode()
    assert [f"<dt>{words}</dt><dd>{many}</dd>" in page for words, many in expected.items()] == [True] * len(expected)
    assert not HubChange.objects.exists()


@pytest.mark.parametrize("from_on", [NOW.date(), NOW.date() + timedelta(days=21)])
@pytest.mark.parametrize("is_followed_first", [True, False])
def test_page_and_emails_of_a_split_say_how_much_goes_and_how_much_stays(
    side: Side, from_on: date, is_followed_first: bool, mailoutbox: list[EmailMessage]
) -> None:
    change = split(side, [side.school.authority], from_on)

    if is_followed_first:
        follow_hub_changes(now=NOW)
    delivery.deliver_due()
    follow_hub_changes(now=NOW)
    page = side.browser(NATIONAL).get(change.get_absolute_url()).content.decode()

    words = (
        f"1 group and 1 enrolment that are running go to Other Hub. 1 group and 1 enrolment stay with {side.hub}, "
        "because schools that stay sit in the same groups."
    )
    mails = [mail.body for mail in mailoutbox if "gives schools to" in mail.subject]
    assert [words in body for body in mails] == [True] * 2
    assert words in page


def split(side: Side, authorities: list[LocalAuthority], from_on: date) -> HubChange:
    other = make.HubFactory(name="Other Hub")
    make.make_user(HUB_LEAD, hub=other, email="lead@other.example.org")
    wish = hubs.Wish(
        kind=HubChange.Kind.SPLIT,
        hub=side.hub,
        other=other,
        from_on=from_on,
        reason="Too large",
        authorities=authorities,
        takes_running=True,
    )
    return hubs.plan_change(wish=wish, by=None, now=NOW)


def test_page_of_a_split_that_was_taken_back_counts_nothing(side: Side) -> None:
    change = split(side, [side.school.authority], NOW.date() + timedelta(days=21))
    hubs.take_back(change=change, by=None, now=NOW)

    page = side.browser(NATIONAL).get(change.get_absolute_url()).content.decode()

    assert "that are running go to" not in page


@pytest.mark.parametrize("is_followed_first", [True, False])
def test_split_in_which_nothing_runs_counts_nothing(
    side: Side, is_followed_first: bool, mailoutbox: list[EmailMessage]
) -> None:
    change = split(side, [make.SchoolFactory(authority__hub=side.hub).authority], NOW.date())
    if is_followed_first:
        follow_hub_changes(now=NOW)

    delivery.deliver_due()
    page = side.browser(NATIONAL).get(change.get_absolute_url()).content.decode()

    bodies = [page, *(mail.body for mail in mailoutbox if "gives schools to" in mail.subject)]
    assert len(bodies) > 1
    assert not any("0 groups" in body or "0 enrolments" in body for body in bodies)


def test_one_enrolment_alone_goes_without_a_group(side: Side) -> None:
    school = make.SchoolFactory(authority__hub=side.hub)
    make.EnrolmentFactory(school=school, hub=side.hub, status="active")
    change = split(side, [school.authority], NOW.date() + timedelta(days=21))

    assert what_goes(change) == "1 enrolment that is running goes to Other Hub."


@pytest.mark.parametrize("goes", [True, False])
def test_merged_hub_stands_in_history_only_where_nothing_runs_on_in_it(
    side: Side, goes: bool, mailoutbox: list[EmailMessage]
) -> None:
    other = make.HubFactory(name="Other Hub")
    wish = hubs.Wish(
        kind=HubChange.Kind.MERGER, hub=side.hub, other=other, from_on=NOW.date(), reason="One", takes_running=goes
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)

    delivery.deliver_due()

    bodies = [mail.body for mail in mailoutbox if "goes on in" in mail.subject]
    assert bodies
    assert {"history only" in body for body in bodies} == {goes}
    assert {"2 groups and 3 enrolments that are running go to Other Hub." in body for body in bodies} == {goes}


def _split_preview(side: Side, other: Hub, **given: object) -> str:
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}
    whole = {"other": other.pk, "authorities": [side.school.authority_id], "running": "goes", "reason": "Too large"}
    address = reverse("dashboards:hub-split", args=[side.hub.pk])
    return str(side.browser(NATIONAL).post(address, {**whole, **day, **given}).text)


def test_preview_warns_where_the_hub_that_gets_schools_has_no_lead(side: Side) -> None:
    other = make.HubFactory(name="Other Hub")
    lead = Role.objects.get(hub=side.hub, kind=HUB_LEAD)
    warning = "Other Hub has no hub lead, and none goes there."

    without, coming = _split_preview(side, other), _split_preview(side, other, both=[lead.pk])
    make.make_user(HUB_LEAD, hub=other)

    assert (warning in without, warning in coming) == (True, False)
    assert warning not in _split_preview(side, other)


@pytest.mark.parametrize("who", ["nobody", "named", "stays", "led on"])
def test_preview_of_another_lead_school_warns_where_nobody_leads_the_hub_or_a_group_from_then_on(
    side: Side, who: str
) -> None:
    school = make.SchoolFactory(authority=side.school.authority, urn=555555)
    lead = make.make_user(HUB_LEAD, hub=side.hub) if who == "stays" else None
    leaving = Role.objects.filter(hub=side.hub, source="").exclude(person=lead.person if lead else None)
    given: dict[str, object] = {"lead_school": "555555", "leaving": [one.pk for one in leaving], "reason": "Moved"}
    if who == "named":
        given |= {"lead_name": "Nia New", "lead_email": "nia@people.example.org"}
    if who == "led on":
        next_leader = make.LeaderFactory(hub=side.hub)
        for group in side.group.leader.groups.all():
            make.LeaderChangeFactory(group=group, was=group.leader, leader=next_leader, from_on=NOW.date())
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}

    page = side.browser(NATIONAL).post(reverse("dashboards:hub-lead-school", args=[side.hub.pk]), {**given, **day}).text

    assert school.name in page
    assert (f"{side.hub} then has no hub lead" in page) == (who in {"nobody", "led on"})
    assert (f"{side.group} ({side.group.leader})" in page) == (who != "led on")


def test_nobody_both_goes_and_works_for_both_hubs(side: Side) -> None:
    lead = Role.objects.get(hub=side.hub, kind=HUB_LEAD)

    page = _split_preview(side, make.HubFactory(), leaving=[lead.pk], both=[lead.pk])

    assert f"Ticked twice: {lead.person}. Say who goes to the other hub, or works for both." in page
    assert 'id="preview"' not in page


def test_hub_is_made_with_an_open_lead_school_and_a_code_that_people_understand(side: Side) -> None:
    closed = make.SchoolFactory(urn=555555, gias_status=School.GiasStatus.CLOSED)
    facts = {"name": "New Hub", "code": "new hub!", "region": "North", "lead_urn": "555555"}

    page = side.browser(NATIONAL).post(reverse("dashboards:hub-create"), facts).text

    assert "Write the code with letters, digits and hyphens only, as north-west." in page
    assert f"{closed} is not open." in page
    assert "slug" not in page


@pytest.mark.parametrize("page", ["dashboards:hub-split", "dashboards:hub-merge", "schools:authority-hub"])
def test_empty_choice_of_a_hub_asks_for_one(side: Side, page: str) -> None:
    about = "998" if page == "schools:authority-hub" else side.hub.pk

    text = side.browser(NATIONAL).get(reverse(page, args=[about])).text

    assert ('<option value="" selected>Choose a hub</option>' in text, "-----" in text) == (True, False)


@pytest.mark.parametrize("of", ["this hub", "Other Hub", "no Maths Hub"])
def test_preview_of_another_lead_school_says_whose_school_it_is_where_not_the_hubs(side: Side, of: str) -> None:
    hub = {"this hub": side.hub, "Other Hub": make.HubFactory(name="Other Hub"), "no Maths Hub": None}[of]
    make.SchoolFactory(authority__hub=hub, urn=555555)
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}
    given = {"lead_school": "555555", "reason": "Moved", **day}

    page = side.browser(NATIONAL).post(reverse("dashboards:hub-lead-school", args=[side.hub.pk]), given).text

    assert "What would change from" in page
    assert (f"is a school of {of} today." in page) == (hub != side.hub)
