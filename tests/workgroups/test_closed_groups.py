"""A group that is over: what was is put on record, and nothing is planned any more."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted
from tests.world import Side
from workgroups.actions import groups, leading, meetings, visits
from workgroups.models import Group, Meeting, Place, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CLOSED = (Group.Status.COMPLETED, Group.Status.CANCELLED)
AHEAD = clock.at_london(date(2026, 10, 6), 9)
SLOT = meetings.Slot(date(2026, 10, 6), time(13, 30), time(16))


@pytest.fixture(params=CLOSED)
def group(request: pytest.FixtureRequest, made_group: Callable[[], int]) -> Group:
    """A group that has ended this moment, with its schools, meetings and visits as they stood."""
    group = Group.objects.filter(pk=made_group())
    starts_at = NOW - timedelta(days=3)
    Visit.objects.filter(number=2).update(status="booked", on=starts_at.date(), starts_at=starts_at)
    group.update(status=request.param)
    return group.get()


def _meeting(group: Group) -> Meeting:
    return Meeting.objects.select_related("group").filter(group=group).order_by("starts_at")[0]


def _visit(group: Group, number: int) -> Visit:
    return Visit.objects.select_related("group", "place").filter(group=group, number=number)[0]


def _cancelled_meeting(group: Group) -> Meeting:
    meeting = _meeting(group)
    Meeting.objects.filter(pk=meeting.pk).update(status="cancelled")
    return _meeting(group)


STEPS: dict[str, Callable[[Group], Any]] = {
    "place": lambda group: groups.place_school(group=group, enrolment=accepted(group), by=None, now=NOW),
    "place several": lambda group: groups.place_schools(group=group, chosen=[accepted(group)], by=None, now=NOW),
    "take out": lambda group: groups.remove_school(
        place=Place.objects.filter(group=group)[0], reason="Gone", by=None, now=NOW
    ),
    "start": lambda group: groups.start_group(group=group, by=None, now=NOW),
    "complete": lambda group: groups.complete_group(
        group=group, by=None, now=NOW + timedelta(days=365), reason="All said"
    ),
    "cancel": lambda group: groups.cancel_group(group=group, reason="Why not", by=None, now=NOW),
    "change the leader": lambda group: leading.change_leader(
        group=group, leader=make.LeaderFactory(hub=group.hub), from_on=NOW.date(), reason="New", by=None, now=NOW
    ),
    "plan a meeting": lambda group: meetings.plan_meetings(group=group, slots=[SLOT], by=None, now=NOW),
    "move a meeting": lambda group: meetings.move_meeting(
        meeting=_meeting(group), slot=SLOT, reason="Later", seen=0, by=None, now=NOW
    ),
    "bring a meeting back": lambda group: meetings.bring_back(meeting=_cancelled_meeting(group), by=None, now=NOW),
    "book a visit": lambda group: visits.book_visit(visit=_visit(group, 1), starts_at=AHEAD, seen=0, by=None, now=NOW),
    "move a visit": lambda group: visits.book_visit(visit=_visit(group, 2), starts_at=AHEAD, seen=0, by=None, now=NOW),
    "give a visit up": lambda group: visits.drop_visit(
        visit=_visit(group, 1), reason="No time", seen=0, by=None, now=NOW
    ),
}
REFUSALS = (CannotMove, groups.CannotGroup, meetings.CannotMeet, visits.CannotBook, leading.CannotChangeLeader)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_refused_once_the_group_is_over(group: Group, step: str) -> None:
    before = _stand(group)

    with pytest.raises(REFUSALS) as refused:
        STEPS[step](group)

    assert group.get_status_display().lower() in str(refused.value) or step in ("complete", "give a visit up")
    assert _stand(group) == before


def _stand(group: Group) -> list[Any]:
    """All that a step could change."""
    found = Group.objects.get(pk=group.pk)
    return [
        (found.status, found.leader_id, found.places_taken),
        list(group.places.order_by("pk").values_list("pk", "left_on")),
        list(group.meetings.order_by("pk").values_list("pk", "starts_at")),
        list(group.visits.order_by("pk").values_list("pk", "status", "starts_at")),
    ]


@pytest.mark.parametrize("status", CLOSED)
def test_pages_of_a_group_that_is_over_offer_no_step_that_is_refused(side: Side, status: str) -> None:
    browser, starts_at = side.browser(HUB_LEAD), clock.at_london(date(2027, 1, 5), 9)
    Visit.objects.filter(pk=side.visit.pk).update(status="booked", on=starts_at.date(), starts_at=starts_at)
    steps = [
        (f"/groups/{side.group.pk}/schools/", f"/groups/places/{side.place.pk}/remove/"),
        (f"/groups/{side.group.pk}/meetings/", f"/groups/{side.group.pk}/plan/"),
        (f"/groups/{side.group.pk}/", f"/groups/{side.group.pk}/leader/"),
        (f"/groups/meetings/{side.meeting.pk}/", f"/groups/meetings/{side.meeting.pk}/move/"),
        (f"/groups/visits/{side.visit.pk}/", f"/groups/visits/{side.visit.pk}/book/"),
    ]
    links = [_links(browser, page, step) for page, step in steps]
    Group.objects.filter(pk=side.group.pk).update(status=status)

    assert links == [True] * 5
    assert [_links(browser, page, step) for page, step in steps] == [False] * 5
    pages = (f"/groups/places/{side.place.pk}/remove/", f"/groups/visits/{side.visit.pk}/book/")
    assert [browser.get(page).status_code for page in pages] == [403, 403]


def _links(browser: Any, page: str, step: str) -> bool:
    answer = browser.get(page)
    assert answer.status_code == 200, page
    return f'{step}"' in answer.content.decode()
