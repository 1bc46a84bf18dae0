"""An accepted application is its hub's that runs what came of it, after a split, a merger or a move by hand."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from funding import actions as funding
from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from programmes.actions import following
from programmes.models import Interest
from schools import roles
from schools.actions import hubs, moves, people
from schools.models import Hub, HubChange
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions import hub_changes

pytestmark = pytest.mark.django_db
SPLIT, MERGER = HubChange.Kind.SPLIT, HubChange.Kind.MERGER
LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')


@pytest.fixture
def side() -> Iterator[Side]:
    """What runs came of an application, of which a copy was merged into it; a school that stays is in the hub too."""
    with clock.fixed(NOW):
        side = make_side()
        people.tie_school(school=side.school, hub=side.hub)
        accepted = make.InterestFactory(school=side.school, offer=side.offer, status="accepted", decided_at=NOW)
        type(side.enrolment).objects.filter(pk=side.enrolment.pk).update(interest=accepted)
        copy = make.InterestFactory(school=side.school, offer=side.offer, status="merged", duplicate_of=accepted)
        other = make.InterestFactory(school=side.school, status="accepted", decided_at=NOW)
        waiting = make.EnrolmentFactory(school=side.school, offer=other.offer, interest=other, status="accepted")
        west = make.HubFactory(name="West Hub")
        side.things |= {"accepted": accepted, "copy": copy, "waiting": waiting, "west": west}
        make.SchoolFactory(hub=side.hub)
        yield side


def change(side: Side, kind: str, *, takes_running: bool = True) -> None:
    wish = hubs.Wish(
        kind=kind,
        hub=side.hub,
        other=side.west,
        schools=[side.school] if kind == SPLIT else [],
        from_on=NOW.date(),
        reason="Too large",
        takes_running=takes_running,
    )
    hubs.plan_change(wish=wish, by=None, now=NOW)
    hub_changes.follow_hub_changes(now=NOW)
    following.follow_hubs(now=NOW)
    funding.follow_hubs(now=NOW)


def hubs_of(*rows: Interest) -> list[Hub | None]:
    return [Interest.objects.get(pk=one.pk).hub for one in rows]


def lead_of(hub: Hub) -> Client:
    browser = Client()
    browser.force_login(make.make_user(roles.HUB_LEAD, hub=hub))
    return browser


@pytest.mark.parametrize("kind", [SPLIT, MERGER])
def test_accepted_application_goes_with_what_came_of_it(side: Side, kind: str) -> None:
    change(side, kind)

    assert hubs_of(side.accepted, side.copy, side.waiting.interest) == [side.west] * 3
    went = JournalEntry.objects.about(side.accepted).filter(what="Goes on with another hub")
    assert {entry.owner for entry in went} == {side.hub, side.west}
    assert not Notice.objects.filter(kind="interest-hub", target__endswith=f":{side.accepted.pk}").exists()


@pytest.mark.parametrize("kind", [SPLIT, MERGER])
def test_accepted_application_stays_with_what_stays(side: Side, kind: str) -> None:
    change(side, kind, takes_running=False)

    assert hubs_of(side.accepted, side.copy, side.waiting.interest) == [side.hub] * 3


def test_accepted_application_stays_where_a_school_is_moved_by_hand(side: Side) -> None:
    moves.move_school(
        school=side.school, hub=side.west, from_on=NOW.date(), reason="Nearer", takes_interest=True, by=None, now=NOW
    )
    following.follow_hubs(now=NOW)

    assert hubs_of(side.accepted, side.copy, side.waiting.interest) == [side.hub] * 3


def test_what_stayed_behind_before_follows_with_the_update(side: Side) -> None:
    change(side, SPLIT)
    Interest.objects.filter(pk__in=[side.accepted.pk, side.copy.pk]).update(hub=side.hub)

    import_module("programmes.migrations.0020_accepted_where_it_runs").let_it_follow(apps, None)

    assert hubs_of(side.accepted, side.copy) == [side.west, side.west]
    assert hubs_of(side.interest) == [side.west]


@pytest.mark.parametrize("how", [SPLIT, MERGER, "by hand"])
def test_no_page_of_either_hub_leads_to_what_it_cannot_open(side: Side, how: str) -> None:
    if how == "by hand":
        moves.move_school(
            school=side.school,
            hub=side.west,
            from_on=NOW.date(),
            reason="Nearer",
            takes_interest=True,
            by=None,
            now=NOW,
        )
        following.follow_hubs(now=NOW)
    else:
        change(side, how)
    pages = [
        "/",
        *(reverse(f"programmes:{name}") for name in ("interest-list", "offer-list", "waiting-list")),
        reverse("schools:school-list"),
        reverse("schools:person-list"),
        reverse("workgroups:group-list"),
        *(one.get_absolute_url() for one in (side.school, side.accepted, side.interest, side.enrolment, side.waiting)),
        *(one.get_absolute_url() for one in (side.group, side.meeting, side.visit, side.award, side.hub, side.west)),
        *(reverse(name, args=[side.school.pk]) for name in SCHOOL_TABS),
    ]

    for hub in (side.hub, side.west):
        browser, opened, dead = lead_of(hub), {}, []
        for page in pages:
            answer = browser.get(page)
            body = answer.content.decode().partition("<main")[2] if answer.status_code == 200 else ""
            for url in {one.partition("?")[0] for one in LINK.findall(body)}:
                if url not in opened:
                    opened[url] = browser.get(url).status_code
                dead += [(page, url)] if opened[url] in {403, 404} else []
        assert dead == [], hub


SCHOOL_TABS = (
    *("schools:school-people", "schools:school-history", "programmes:school-journey", "workgroups:school-groups"),
    *("workgroups:school-dates", "funding:school-funding"),
)
