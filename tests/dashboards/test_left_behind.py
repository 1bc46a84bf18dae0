"""What came to a hub as it closed, by whatever way, or has stayed in it beyond its year, goes on where the hub does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funding import actions as funding
from hubportal.core import clock
from hubportal.core.models import Upload
from programmes.actions import following
from programmes.models import HeadConfirmation, HubOffer, Interest, Leader, Target
from schools import roles
from schools.actions import hubs, moves
from schools.models import Hub, HubChange, Letter, LetterTemplate, Role
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.actions.left_behind import take_what_is_left

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_worlds_moment")]
Kind = HubChange.Kind
TODAY = NOW.date()
YEAR_END = date(2027, 8, 31)


def change(hub: Hub, other: Hub, kind: str = Kind.MERGER, **rest: Any) -> None:
    wish = hubs.Wish(kind=kind, hub=hub, other=other, from_on=TODAY, reason="Reorganised", **rest)
    hubs.plan_change(wish=wish, by=None, now=NOW)
    follow_hub_changes(now=NOW)


def hub_of(*records: Any) -> list[Hub]:
    return [type(one).objects.select_related("hub").get(pk=one.pk).hub for one in records]


def come_late(side: Side) -> list[Any]:
    """One of each kind that a hub is named in, as if it had been on its way when the hub closed."""
    hub, by = side.hub, side.users[roles.NATIONAL]
    school = make.SchoolFactory(hub=hub, hub_set_by_hand=True)
    make.RoleFactory(person=make.PersonFactory(), kind=roles.HUB_ADMIN, hub=hub)
    make.RoleFactory(person=make.PersonFactory(), kind=roles.SPECIALIST, hub=hub, starts_on=TODAY + timedelta(days=9))
    make.LeaderFactory(hub=hub, starts_on=TODAY + timedelta(days=9))
    offer = make.OfferFactory(hub=hub)
    text = offer.commitments
    type(text).objects.filter(pk=text.pk).update(hub=hub)
    seat = make.PlaceFactory(
        group=make.GroupFactory(hub=hub, offer=side.offer), enrolment=make.EnrolmentFactory(hub=hub, offer=side.offer)
    )
    return [
        school,
        make.AuthorityFactory(hub=hub),
        offer,
        text,
        seat.group,
        seat.enrolment,
        make.InterestFactory(school=school, offer=offer, hub=hub),
        make.PriorityListingFactory(school=school, hub=hub),
        make.ReplacementFactory(school=school, hub=hub),
        HeadConfirmation.objects.create(school=school, person=make.PersonFactory(), hub=hub, asked_at=NOW),
        HubOffer.objects.create(offer=side.offer, hub=hub, places=5),
        Target.objects.create(offer=make.OfferFactory(), hub=hub, schools=3),
        LetterTemplate.objects.create(hub=hub, name="Dates", subject="x", text="x"),
        Letter.objects.create(hub=hub, written_by=by, made_at=NOW, picked="All", picked_from="/"),
    ]


def test_what_came_to_a_hub_as_it_closed_goes_on_where_the_hub_does(side: Side, other: Hub) -> None:
    """Also where that one has gone on in a third meanwhile."""
    third = make.HubFactory(name="Third Hub")
    change(side.hub, other, takes_running=True)
    change(other, third, takes_running=True)
    before = take_what_is_left(now=NOW)
    late = come_late(side)
    by = side.users[roles.NATIONAL]
    file = Upload.objects.create(kind="people", owner=side.hub, file_name="people.csv", at=NOW, by=by)

    taken = [take_what_is_left(now=NOW), take_what_is_left(now=NOW)]

    assert (before, taken) == (0, [1, 0])
    assert set(hub_of(*(one for one in late if not isinstance(one, HubOffer)))) == {third}
    assert Upload.objects.get(pk=file.pk).owner == third
    assert not HubOffer.objects.filter(hub=side.hub).exists()
    assert not Role.objects.filter(hub=side.hub, ends_on=None).exists()
    assert not Leader.objects.filter(hub=side.hub, ends_on=None).exists()
    assert Role.objects.filter(hub=third, kind=roles.HUB_ADMIN, ends_on=None).count() == 2
    assert Role.objects.filter(hub=third, kind=roles.SPECIALIST, starts_on__gt=TODAY).count() == 1


@pytest.mark.parametrize("is_over", [False, True])
def test_what_stayed_in_a_closed_hub_goes_on_once_its_year_is_over(side: Side, other: Hub, is_over: bool) -> None:
    change(side.hub, other)
    late = make.RoleFactory(person=make.PersonFactory(), kind=roles.HUB_ADMIN, hub=side.hub)
    at = clock.at_london(YEAR_END + timedelta(days=1 if is_over else 0), 9)

    with clock.fixed(at):
        taken = [take_what_is_left(now=at), take_what_is_left(now=at)]
        funding.follow_hubs(now=at)

    assert taken == [int(is_over), 0]
    assert hub_of(side.group, side.enrolment, side.award) == [other if is_over else side.hub] * 3
    assert Role.objects.filter(person=late.person, hub=other, ends_on=None).exists() is is_over
    assert Role.objects.filter(person=late.person, hub=side.hub, ends_on=None).exists() is not is_over


def test_enrolment_that_a_split_left_behind_goes_to_the_hub_of_its_school(side: Side, other: Hub) -> None:
    """Not one beside a school that stayed, in a programme of the old hub's own, of before, or moved by hand since."""
    stays = make.SchoolFactory(authority__hub=side.hub)
    going = [make.SchoolFactory(authority=side.school.authority) for _number in range(4)]
    mixed = make.GroupFactory(hub=side.hub, offer=make.OfferFactory())
    own = make.OfferFactory(hub=side.hub)
    rest: dict[str, Any] = {
        "kind": Kind.SPLIT,
        "authorities": [side.school.authority],
        "takes_running": True,
    }
    change(side.hub, other, **rest)

    def late(at: int, **more: Any) -> Any:
        return make.EnrolmentFactory(school=going[at], hub=side.hub, **{"accepted_on": TODAY, **more})

    left, beside, theirs, before, moved = (
        late(0),
        late(1, offer=mixed.offer),
        late(1, offer=own),
        late(2, accepted_on=TODAY - timedelta(days=9)),
        late(3),
    )
    for enrolment in (beside, make.EnrolmentFactory(school=stays, hub=side.hub, offer=mixed.offer)):
        make.PlaceFactory(group=mixed, enrolment=enrolment)
    for hub in (side.hub, other):
        school = type(stays).objects.get(pk=going[3].pk)
        moves.move_school(school=school, hub=hub, from_on=TODAY, reason="x", takes_interest=True, by=None, now=NOW)

    taken = [take_what_is_left(now=NOW), take_what_is_left(now=NOW)]

    assert taken == [1, 0]
    assert hub_of(left, beside, theirs, before, moved) == [other, *[side.hub] * 4]


def test_interest_that_was_to_stay_goes_with_its_school_once_that_hub_is_closed(side: Side, other: Hub) -> None:
    elsewhere = make.HubFactory()
    moves.move_school(
        school=side.school, hub=elsewhere, from_on=TODAY, reason="x", takes_interest=False, by=None, now=NOW
    )
    stayed = following.follow_hubs(now=NOW)

    change(side.hub, other, takes_running=True)
    went = following.follow_hubs(now=NOW)

    assert (stayed, went, Interest.objects.get(pk=side.interest.pk).hub) == (0, 1, elsewhere)


def test_looking_for_what_is_left_costs_a_query_for_each_closed_hub(side: Side, other: Hub) -> None:
    change(side.hub, other, takes_running=True)

    with CaptureQueriesContext(connection) as queries:
        take_what_is_left(now=NOW)

    assert len(queries) == 3
