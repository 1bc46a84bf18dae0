"""Who is to take over a group has its dates, and hears of each that changes before they do."""

from datetime import date, timedelta

import pytest
from django.core import mail

from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_meeting_news import LAST, LATER, SOON, back, cancel, group, move, planned, second, send, told
from workgroups.actions import groups, leading
from workgroups.models import Group, Participant

__all__ = ["group"]

pytestmark = pytest.mark.django_db


def to_take_over(group: Group) -> str:
    """Somebody who leads the group from next week on, as the outbox names them; they have the dates."""
    leader = make.LeaderFactory(hub=group.hub, person__email="nora@people.example.org")
    day = NOW.date() + timedelta(days=7)
    leading.change_leader(group=group, leader=leader, from_on=day, reason="Leave", by=None, now=SOON)
    return f"person:{leader.person_id}"


def test_who_is_to_take_over_hears_of_moves_and_cancellations_before(group: Group) -> None:
    send(NOW)
    nora = to_take_over(group)
    send(LATER)

    move(second(group), date(2027, 3, 16), LAST)
    cancel(planned(group)[2], LAST)
    send(LAST)
    back(planned(group)[2], LAST + timedelta(minutes=10))
    send(LAST + timedelta(minutes=10))

    kinds = ("meeting_moved", "meeting_cancelled", "meeting_back")
    assert [nora in told(kind) for kind in kinds] == [True] * 3
    mine = [one for one in mail.outbox if one.to[0].endswith("<nora@people.example.org>")]
    assert ["Teachers, headteachers and school offices are told too." in str(one.body) for one in mine] == [True]


def test_who_is_to_take_over_and_has_no_dates_yet_hears_of_no_move(group: Group) -> None:
    send(NOW)
    nora = to_take_over(group)

    move(second(group), date(2027, 3, 16), SOON)
    send(LATER)

    assert (nora in told("meeting_moved"), nora in told("leader_changed")) == (False, True)


def test_who_is_to_take_over_hears_that_the_group_was_cancelled(group: Group) -> None:
    send(NOW)
    nora = to_take_over(group)
    send(LATER)

    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="No room", by=None, now=LAST)
    send(LAST)

    assert nora in told("group_cancelled")


def test_whoever_leaves_before_a_change_of_leader_is_not_told_and_whoever_comes_before_it_is(group: Group) -> None:
    send(NOW)
    leaver, stays = [place.participants.get() for place in group.places.all()][:2]
    Participant.objects.filter(pk=leaver.pk).update(until=NOW.date())
    known = {"person": make.PersonFactory(), "since": NOW.date() + timedelta(days=3), "entered_at": NOW}
    comes = Participant.objects.create(place=leaver.place, **known)

    nora = to_take_over(group)
    send(LATER)

    keys = [f"person:{one.person_id}" for one in (leaver, stays, comes)]
    assert [key in told("leader_changed") for key in (*keys, nora)] == [False, True, True, True]
