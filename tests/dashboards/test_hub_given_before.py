"""A split whose schools sit in groups beside schools that the other hub was given by hand before."""

from typing import Any

import pytest
from django.urls import reverse

from programmes.models import Enrolment
from schools.actions import hubs, moves
from schools.models import Hub, HubChange, School
from schools.roles import NATIONAL
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.actions.left_behind import take_what_is_left
from workgroups.models import Group, Replacement, ReplacementPart
from workgroups.notices.running import what_goes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_worlds_moment")]


def _beside(group: Group, hub: Hub) -> Enrolment:
    """At a school of the group's hub that was given to another by hand."""
    enrolment = make.EnrolmentFactory(
        school=make.SchoolFactory(authority__hub=group.hub), offer=group.offer, status="active"
    )
    make.PlaceFactory(group=group, enrolment=enrolment)
    _give(enrolment.school, hub)
    return Enrolment.objects.get(pk=enrolment.pk)


def _give(school: School, hub: Hub) -> None:
    moves.move_school(
        school=school, hub=hub, from_on=NOW.date(), reason="Nearer", takes_interest=True, by=None, now=NOW
    )


def _hub_of(*records: Any) -> list[Hub]:
    return [type(one).objects.select_related("hub").get(pk=one.pk).hub for one in records]


@pytest.mark.parametrize("is_on_its_day", [False, True])
def test_group_goes_in_which_only_schools_of_the_other_hub_sit_beside_those_that_go(
    side: Side, other: Hub, is_on_its_day: bool
) -> None:
    given = _beside(side.group, other)
    alone = make.EnrolmentFactory(school=given.school, hub=side.hub, offer=make.OfferFactory(), status="active")
    facts = {"person": make.PersonFactory(), "school": given.school, "hub": side.hub, "from_on": NOW.date()}
    passed_on, goes, stays = (Replacement.objects.create(made_at=NOW, **facts) for _number in range(3))
    for one, enrolment in ((goes, given), (stays, alone)):
        ReplacementPart.objects.create(replacement=one, kind="role", label="Maths lead")
        place = make.EnrolledTeacherFactory(enrolment=enrolment)
        ReplacementPart.objects.create(replacement=one, kind="place", label="A place", enrolled=place)
    asked = {"other": other.pk, "authorities": [side.school.authority_id], "running": "goes", "reason": "Too large"}
    day = {"from_on_0": NOW.day, "from_on_1": NOW.month, "from_on_2": NOW.year}

    preview = side.browser(NATIONAL).post(reverse("dashboards:hub-split", args=[side.hub.pk]), asked | day).text
    change = _split(side, other)
    words = [what_goes(change)] if is_on_its_day else []
    follow_hub_changes(now=NOW)

    assert "<dt>Running groups that go</dt><dd>1</dd>" in preview
    assert "<dt>Enrolments that go</dt><dd>2</dd>" in preview
    assert "that stay, because" not in preview
    assert {*words, what_goes(change)} == {"1 group and 2 enrolments that are running go to Other Hub."}
    assert _hub_of(side.group, side.enrolment, given, passed_on, goes) == [other] * 5
    assert _hub_of(alone, stays) == [side.hub] * 2  # in no group that goes: it runs where it ran


@pytest.mark.parametrize("is_of_a_hub", [False, True])
def test_group_stays_in_which_a_school_of_a_third_hub_or_of_none_sits(
    side: Side, other: Hub, is_of_a_hub: bool
) -> None:
    given = _beside(side.group, other)
    third = _beside(side.group, make.HubFactory())
    if not is_of_a_hub:
        School.objects.filter(pk=third.school_id).update(hub=None)
    change = _split(side, other)

    words = what_goes(change)
    follow_hub_changes(now=NOW)

    stay = f"1 group and 1 enrolment stay with {side.hub}, because schools that stay sit in the same groups."
    assert words == what_goes(change) == stay
    assert _hub_of(side.group, side.enrolment, given, third) == [side.hub] * 4


def _split(side: Side, other: Hub) -> HubChange:
    wish = hubs.Wish(
        kind=HubChange.Kind.SPLIT,
        hub=side.hub,
        other=other,
        from_on=NOW.date(),
        reason="Too large",
        authorities=[side.school.authority],
        takes_running=True,
    )
    return hubs.plan_change(wish=wish, by=None, now=NOW)


def test_school_accepted_since_a_split_stays_in_a_group_that_stayed_though_the_rest_is_given_by_hand(
    side: Side, other: Hub
) -> None:
    stays = make.EnrolmentFactory(school=make.SchoolFactory(authority__hub=side.hub), offer=side.offer, status="active")
    make.PlaceFactory(group=side.group, enrolment=stays)
    _split(side, other)
    follow_hub_changes(now=NOW)
    Enrolment.objects.filter(pk=side.enrolment.pk).update(accepted_on=NOW.date())
    _give(stays.school, other)

    take_what_is_left(now=NOW)

    assert _hub_of(side.group, side.enrolment, stays) == [side.hub] * 3
