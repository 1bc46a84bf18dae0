"""Dates that are kept although they may be a slip: the leader meets another group then, or the day has passed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hubportal.core import clock
from schools.roles import HUB_LEAD, SPECIALIST
from tests import factories as make
from tests.world import NOW, Side
from workgroups.actions import meetings, registers
from workgroups.actions.clashes import clashes
from workgroups.models import Group, Meeting
from workgroups.rules.planning import past_warning

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DAY = date(2027, 1, 19)


def _line(day: date, start: str = "1.30pm") -> dict[str, str]:
    """One date of the plan."""
    boxes = {"day_0": day.day, "day_1": day.month, "day_2": day.year, "start": start, "end": "4pm"}
    sent = {f"meeting-0-{name}": str(value) for name, value in boxes.items()}
    return {"meeting-TOTAL_FORMS": "1", "meeting-INITIAL_FORMS": "1", **sent}


def _moved(day: date) -> dict[str, str]:
    parts = {"day_0": day.day, "day_1": day.month, "day_2": day.year, "seen": 0}
    return {**{name: str(value) for name, value in parts.items()}, "start": "1.30pm", "end": "4pm", "reason": ""}


def _at(day: date, hour: int = 13) -> dict[str, datetime]:
    return {"starts_at": clock.at_london(day, hour), "ends_at": clock.at_london(day, hour + 2)}


def _said(answer: Any) -> list[str]:
    return [str(one) for one in answer.context["messages"] if one.level_tag == "warning"]


@pytest.fixture
def other(side: Side) -> Meeting:
    """Another group of the same leader, that meets at 1pm on a day."""
    group = make.GroupFactory(offer=side.offer, hub=side.hub, leader=side.leader, name="Southern Group")
    return make.MeetingFactory(group=group, number=1, **_at(DAY))


@pytest.fixture
def forming(side: Side) -> Group:
    """A group that has not started, of another leader."""
    return make.GroupFactory(offer=side.offer, hub=side.hub, leader=make.LeaderFactory(hub=side.hub))


def test_meeting_while_the_leader_meets_another_group_is_kept_with_a_warning(side: Side, other: Meeting) -> None:
    browser = side.browser(HUB_LEAD)

    planned = browser.post(f"/groups/{side.group.pk}/plan/", _line(DAY), follow=True)
    Meeting.objects.filter(group=side.group).exclude(pk=side.meeting.pk).delete()
    moved = browser.post(f"/groups/meetings/{side.meeting.pk}/move/", _moved(DAY), follow=True)

    words = "leads Southern Group at that time too (Tuesday 19 January 2027, 1pm to 3pm)."
    assert [_said(answer) for answer in (planned, moved)] == [[f"{side.leader.person.name} {words}"]] * 2
    assert Meeting.objects.get(pk=side.meeting.pk).starts_at == clock.at_london(DAY, 13, 30)


def test_group_that_one_may_not_see_is_not_named(side: Side) -> None:
    away = make.LeaderFactory(person=side.leader.person)
    group = make.GroupFactory(offer=side.offer, hub=away.hub, leader=away, name="Faraway Group")
    make.MeetingFactory(group=group, number=1, **_at(DAY))

    answer = side.browser(HUB_LEAD).post(f"/groups/{side.group.pk}/plan/", _line(DAY), follow=True)

    (said,) = _said(answer)
    assert "leads another group at that time too" in said


@pytest.mark.parametrize("case", ["ends before", "cancelled", "led by somebody else by then"])
def test_meeting_that_does_not_meet_with_another_is_not_warned_of(side: Side, other: Meeting, case: str) -> None:
    if case == "ends before":
        Meeting.objects.filter(pk=other.pk).update(ends_at=clock.at_london(DAY, 13, 30))
    elif case == "cancelled":
        Meeting.objects.filter(pk=other.pk).update(status="cancelled")
    else:
        make.LeaderChangeFactory(group=other.group, from_on=DAY, made_at=NOW)

    answer = side.browser(SPECIALIST).post(f"/groups/{side.group.pk}/plan/", _line(DAY), follow=True)

    assert (_said(answer), side.group.meetings.count()) == ([], 2)


def test_leader_from_a_later_day_on_is_looked_at_from_that_day(side: Side, other: Meeting, forming: Group) -> None:
    make.LeaderChangeFactory(group=forming, leader=side.leader, from_on=DAY, made_at=NOW)
    make.MeetingFactory(group=other.group, number=2, **_at(DAY - timedelta(days=1)))
    days = (DAY - timedelta(days=1), DAY)
    times = [(clock.at_london(day, 14), clock.at_london(day, 15)) for day in days]

    assert [one.meeting for one in clashes(forming, times)] == [other]


def test_proposal_leaves_out_days_on_which_the_leader_meets_another_group(side: Side, other: Meeting) -> None:
    wished: dict[str, Any] = {"group": side.group, "weekday": 1, "today": NOW.date()}
    (first, *_rest) = free = meetings.propose_dates(**wished, start=time(9), end=time(11))
    Meeting.objects.filter(pk=other.pk).update(**_at(first))

    assert meetings.propose_dates(**wished, start=time(9), end=time(11)) == free
    assert first not in meetings.propose_dates(**wished, start=time(13, 30), end=time(16))


def test_past_date_is_planned_and_named(side: Side, forming: Group) -> None:
    answer = side.browser(HUB_LEAD).post(f"/groups/{forming.pk}/plan/", _line(date(2027, 1, 6)), follow=True)

    (said,) = _said(answer)
    assert said.startswith("Meeting 1 lies in the past: its register is waiting. If the date is wrong, move it")
    assert f'href="/groups/meetings/{forming.meetings.get().pk}/move/"' in answer.content.decode()
    several = past_warning([1, 2, 3], is_forming=False)
    assert several.startswith("Meetings 1, 2 and 3 lie in the past: their registers are waiting.")


def test_meeting_planned_in_the_past_is_moved_while_the_group_is_forming_and_nobody_is_marked(
    side: Side, forming: Group
) -> None:
    slip = make.MeetingFactory(group=forming, number=1, **_at(date(2027, 1, 6)))
    browser, page = side.browser(HUB_LEAD), f"/groups/meetings/{slip.pk}/"

    shown = browser.get(page).content.decode()
    browser.post(f"{page}move/", _moved(date(2027, 1, 7)))
    still_past = Meeting.objects.get(pk=slip.pk)
    browser.post(f"{page}move/", {**_moved(DAY), "seen": "1"})

    assert f'href="{page}move/"' in shown
    assert still_past.starts_at == clock.at_london(date(2027, 1, 7), 13, 30)
    assert Meeting.objects.get(pk=slip.pk).starts_at == clock.at_london(DAY, 13, 30)


@pytest.mark.parametrize("case", ["marked", "running"])
def test_meeting_that_took_place_is_not_moved(side: Side, forming: Group, case: str) -> None:
    slip = make.MeetingFactory(group=forming, number=1, **_at(date(2027, 1, 6)))
    if case == "running":
        Group.objects.filter(pk=forming.pk).update(status="running", started_at=NOW)
    else:
        person = make.ParticipantFactory(place__group=forming, since=date(2027, 1, 5)).person
        registers.mark_person(meeting=slip, person=person, mark="present", by=side.users[HUB_LEAD], now=NOW)
    browser, page = side.browser(HUB_LEAD), f"/groups/meetings/{slip.pk}/"

    shown = browser.get(page).content.decode()
    refused = browser.post(f"{page}move/", _moved(DAY))

    assert (f'href="{page}move/"' in shown, refused.status_code) == (False, 200)
