"""Completing a group: what is missing is listed with where to put it right, and asks for a reason."""

from datetime import timedelta

import pytest

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.world import NOW, Side
from workgroups.models import Group, Meeting, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.once]

YESTERDAY = NOW - timedelta(days=1)


def _over(side: Side) -> None:
    """The world's one meeting has been."""
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=YESTERDAY, ends_at=YESTERDAY + timedelta(hours=2))


def test_group_with_nothing_missing_is_completed_by_one_press_on_the_page(side: Side) -> None:
    _over(side)
    Meeting.objects.update(status="held")
    Visit.objects.update(status="done")
    browser = side.browser(HUB_LEAD)

    group = browser.get(f"/groups/{side.group.pk}/").content.decode()
    page = browser.get(f"/groups/{side.group.pk}/complete/").content.decode()
    answer = browser.post(f"/groups/{side.group.pk}/complete/", {}, follow=True)

    assert f'href="/groups/{side.group.pk}/complete/"' in group
    assert ("Nothing is missing" in page, 'name="reason"' in page) == (True, False)
    assert "The group&#x27;s year is complete." in answer.content.decode()
    assert Group.objects.get(pk=side.group.pk).status == "completed"


def test_what_is_missing_is_linked_and_a_reason_is_asked_for(side: Side) -> None:
    _over(side)
    on = YESTERDAY.date()
    unlogged = make.VisitFactory(place=side.place, number=2, status="booked", on=on, starts_at=YESTERDAY)
    browser = side.browser(HUB_LEAD)
    url = f"/groups/{side.group.pk}/complete/"

    page = browser.get(url).content.decode()
    refused = browser.post(url, {"reason": ""})
    browser.post(url, {"reason": "The rest was agreed by telephone."})

    register = f"/groups/meetings/{side.meeting.pk}/register/"
    links = (register, side.visit.get_absolute_url(), unlogged.get_absolute_url())
    assert [f'href="{link}"' in page for link in links] == [True, True, True]
    assert refused.status_code == 200
    assert JournalEntry.objects.about(side.group).get().note == "The rest was agreed by telephone."


def test_group_with_a_meeting_to_come_says_so_and_offers_no_button(side: Side) -> None:
    url = f"/groups/{side.group.pk}/complete/"
    browser = side.browser(HUB_LEAD)

    page = browser.get(url).content.decode()
    refused = browser.post(url, {"reason": "We stop here."})

    assert "1 meeting is still to come." in page
    assert (side.meeting.get_absolute_url() in page, "Complete the group</button>" in page) == (True, False)
    assert (refused.status_code, Group.objects.get(pk=side.group.pk).status) == (200, "running")
    assert clock.now() < side.meeting.starts_at
