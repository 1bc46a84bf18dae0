"""A leader's last day that is taken back, or corrected, on the page of leaders: what fell away with it comes back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Leader
from schools.models import User
from tests import factories as make
from tests.workgroups.test_groups import NOW, running
from tests.workgroups.test_replacing_co_leaders import led_beside, schools_seen
from workgroups.actions import co_leading
from workgroups.models import Group

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_leader_who_stays_after_all_leads_beside_as_before_whichever_page_says_so"),
]
TODAY = NOW.date()
IN_A_MONTH = TODAY + timedelta(days=30)


@pytest.fixture
def second(group: Group) -> Group:
    """Another running group of the hub, with its own leader."""
    found: Group = make.GroupFactory(
        hub=group.hub, offer=group.offer, leader=make.LeaderFactory(hub=group.hub), name="Second"
    )
    running(found)
    return found


@pytest.fixture
def ann(group: Group) -> Leader:
    """A leader of the hub who leads no group."""
    return make.LeaderFactory(hub=group.hub)


def page_of(staff: User, leader: Leader, day: date | None = None, *, presses: bool = False) -> str:
    """The page on which a leader's last day is set; what it says once a day, or none, is sent."""
    browser = Client()
    browser.force_login(staff)
    url = reverse("workgroups:leader-end", args=[leader.pk])
    boxes: Any = (day.day, day.month, day.year) if day else ("", "", "")
    with clock.fixed(NOW):
        sent = {f"last_day_{at}": part for at, part in enumerate(boxes)}
        answer = browser.post(url, sent, follow=True) if presses else browser.get(url)
    return answer.content.decode()


def set_last_day(staff: User, leader: Leader, day: date | None) -> str:
    return page_of(staff, leader, day, presses=True)


@pytest.mark.parametrize("since", [0, 60])
def test_leader_who_stays_after_all_leads_beside_as_before_whichever_page_says_so(
    group: Group, second: Group, ann: Leader, staff: User, since: int
) -> None:
    first = TODAY + timedelta(days=since)
    co_leading.add_beside(group=second, leader=ann, since=first, until=None, by=None, now=NOW)

    before = page_of(staff, ann)
    ended = set_last_day(staff, ann, IN_A_MONTH)
    fell = led_beside(ann), schools_seen(ann, second, TODAY + timedelta(days=90))
    stays = set_last_day(staff, ann, None)

    assert "They lead these groups beside their leaders: Second. That ends with their last day." in before
    assert "After it they lead no group beside its leader: Second." in ended
    assert (fell[0] == [(first, None)], fell[1]) == (False, 0)
    assert "They stay: no last day is set. They lead beside as before: Second." in stays
    assert Leader.objects.get(pk=ann.pk).ends_on is None
    assert led_beside(ann) == [(first, None)]
    assert schools_seen(ann, second, TODAY + timedelta(days=90)) == 2


@pytest.mark.parametrize("last", [None, 200])
def test_leader_whose_last_day_is_corrected_to_a_later_one_leads_beside_until_then(
    group: Group, second: Group, ann: Leader, staff: User, last: int | None
) -> None:
    """No longer than they were to lead it."""
    until = None if last is None else TODAY + timedelta(days=last)
    later = TODAY + timedelta(days=300)
    co_leading.add_beside(group=second, leader=ann, since=TODAY, until=until, by=None, now=NOW)

    set_last_day(staff, ann, TODAY + timedelta(days=3))
    set_last_day(staff, ann, later)

    assert led_beside(ann) == [(TODAY, until or later)]
    assert [schools_seen(ann, second, TODAY + timedelta(days=day)) for day in (3, 199, 301)] == [2, 2, 0]


def test_leader_who_stays_after_all_has_their_open_visits_back(
    group: Group, second: Group, ann: Leader, staff: User
) -> None:
    kept, booked_by_another = second.visits.order_by("pk")[:2]
    second.visits.filter(pk__in=(kept.pk, booked_by_another.pk)).update(leader=ann)

    set_last_day(staff, ann, IN_A_MONTH)
    passed = {visit.leader for visit in second.visits.all()}
    set_last_day(staff, ann, IN_A_MONTH + timedelta(days=1))
    second.visits.filter(pk=booked_by_another.pk).update(leader=group.leader)
    set_last_day(staff, ann, None)

    assert passed == {second.leader}
    assert second.visits.get(pk=kept.pk).leader == ann
    assert second.visits.get(pk=booked_by_another.pk).leader == group.leader
