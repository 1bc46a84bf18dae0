"""What somebody does in a hub's name just after it was split or merged, also before the sweep: refused in words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, offer_years
from programmes.actions.bulk import decide_many
from programmes.models import Enrolment, Interest, Offer
from programmes.rules.bulk import Step
from schools import roles
from schools.actions import hubs, people
from schools.models import Hub, HubChange, Role
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions import groups
from workgroups.models import Group, Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_worlds_moment")]
Kind = HubChange.Kind


def change(side: Side, other: Hub, kind: str = Kind.MERGER, **rest: Any) -> HubChange:
    schools = [side.school] if kind == Kind.SPLIT else []
    wish = hubs.Wish(
        kind=kind, hub=side.hub, other=other, from_on=NOW.date(), reason="Reorganised", schools=schools, **rest
    )
    return hubs.plan_change(wish=wish, by=None, now=NOW)


@pytest.mark.parametrize("kind", [Kind.SPLIT, Kind.MERGER])
def test_application_whose_school_has_gone_is_no_longer_decided_by_the_hub_that_had_it(
    side: Side, other: Hub, kind: str
) -> None:
    """Neither from a page that was open before, nor from one opened since, nor with others."""
    lead, browser = side.users[roles.HUB_LEAD], side.browser(roles.HUB_LEAD)
    went = decisions.WENT.format(school=side.school, hub=other)
    steps = ("accept", "wait", "decline", "close")
    urls = [reverse(f"programmes:interest-{step}", args=[side.interest.pk]) for step in steps]
    seen = [browser.get(url).context["as_it_was"] for url in urls]
    mine = Interest.objects.for_bulk().get(pk=side.interest.pk)

    change(side, other, kind, takes_running=False)

    for url, mark in zip(urls, seen, strict=True):
        assert went in browser.post(url, {"as_it_was": mark, "reason": "x"}).content.decode()
        assert went in browser.get(url, follow=True).content.decode()
    (outcome,) = decide_many(step=Step.ACCEPT, interests=[mine], by=lead, now=NOW)
    assert outcome.problem == went
    with pytest.raises(CannotMove, match="decides about it"):
        decisions.close(interest=mine, by=lead, now=NOW, reason="x")
    mine.refresh_from_db()
    assert (mine.status, list(Enrolment.objects.all())) == ("submitted", [side.enrolment])


def test_what_stays_with_a_hub_when_its_school_goes_is_still_decided_there(side: Side, other: Hub) -> None:
    """A programme of the hub's own."""
    own = make.InterestFactory(school=side.school, offer=make.OfferFactory(hub=side.hub), hub=side.hub)
    url = reverse("programmes:interest-accept", args=[own.pk])
    browser = side.browser(roles.HUB_LEAD)

    change(side, other, Kind.SPLIT)
    page = browser.get(url)
    browser.post(url, {"as_it_was": page.context["as_it_was"]})

    own.refresh_from_db()
    assert (own.status, own.enrolment.hub) == ("accepted", side.hub)


@pytest.mark.parametrize("goes", [True, False])
def test_merged_hub_gives_no_role_and_begins_nothing_once_all_of_it_has_gone(
    side: Side, other: Hub, goes: bool
) -> None:
    """What stayed runs there until the year ends, with whoever is needed for it."""
    enrolment = make.EnrolmentFactory(hub=side.hub, offer=side.offer, school=make.SchoolFactory(hub=side.hub))
    mine = Enrolment.objects.select_related("school", "offer", "hub").get(pk=enrolment.pk)
    group = Group.objects.select_related("offer", "hub", "leader").get(pk=side.group.pk)
    leader = make.LeaderFactory(hub=side.hub, kind=side.offer.leader_kind)
    by = side.users[roles.HUB_LEAD]
    rest: dict[str, Any] = {"by": by, "now": NOW, "hub": side.hub}
    ahead = make.OfferFactory(year=side.offer.year + 1, leader_kind=side.offer.leader_kind)
    draft = offer_years.new_offer(
        phase=side.offer.phase, year=ahead.year, hub=side.hub, like=side.offer, today=NOW.date()
    )
    begun: dict[str, Any] = {"name": "North", "leader": leader, "host": None, "by": by, "hub": side.hub}
    steps: list[Callable[[], object]] = [
        lambda: people.invite(name="Late Lead", email="late@x.example.org", kind=roles.HUB_ADMIN, **rest),
        lambda: groups.make_group(offer=side.offer, **begun),
        lambda: groups.place_school(group=group, enrolment=mine, by=by, now=NOW),
        # Of the year after there is nothing in it, whatever runs on.
        lambda: groups.make_group(offer=ahead, **begun),
        lambda: offer_years.make_offer(offer=draft, phases={}, by=by),
    ]
    change(side, other, takes_running=goes)
    said = []

    for step in steps:
        try:
            step()
        except CannotMove as problem:
            said.append(str(problem))

    why = f"{side.hub} is closed from 11 January 2027: it goes on in Other Hub."
    assert said == [f"{why} Nothing was done: do this there."] * (5 if goes else 2)
    assert Role.objects.filter(person__email="late@x.example.org").exists() is not goes
    assert Place.objects.filter(enrolment=enrolment).exists() is not goes
    assert not Offer.objects.filter(hub=side.hub).exists()


def test_school_is_not_placed_in_a_group_that_another_hub_has_by_now(side: Side, other: Hub) -> None:
    enrolment = make.EnrolmentFactory(hub=side.hub, offer=side.offer, school=make.SchoolFactory(hub=side.hub))
    mine = Enrolment.objects.select_related("school", "offer", "hub").get(pk=enrolment.pk)
    group = Group.objects.select_related("offer", "hub", "leader").get(pk=side.group.pk)
    Group.objects.filter(pk=group.pk).update(hub=other)

    with pytest.raises(CannotMove, match="has just gone to Other Hub"):
        groups.place_school(group=group, enrolment=mine, by=None, now=NOW)

    Group.objects.filter(pk=group.pk).update(hub=side.hub)
    Enrolment.objects.filter(pk=mine.pk).update(hub=other)
    with pytest.raises(CannotMove, match="has just gone to Other Hub"):
        groups.place_schools(group=group, chosen=[mine], by=None, now=NOW)
    assert not Place.objects.filter(enrolment=enrolment).exists()
