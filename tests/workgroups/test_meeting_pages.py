"""Meetings as hub staff, leaders and schools see them, and their steps by the forms."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from schools.roles import BOARD, HEADTEACHER, HUB_LEAD, SPECIALIST, TEACHER
from tests import factories as make
from tests.world import NOW, Side
from workgroups.models import Attendance, Meeting

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("kind", "is_asked"), [(HUB_LEAD, True), (BOARD, True), (SPECIALIST, True), (HEADTEACHER, False), (TEACHER, False)]
)
def test_missing_register_is_the_hubs_matter_and_not_the_schools(side: Side, kind: str, is_asked: bool) -> None:
    over = NOW - timedelta(days=2)
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=over, ends_at=over + timedelta(hours=2))

    group, own = f"/groups/{side.group.pk}/", side.meeting.get_absolute_url()
    for page in (
        "/groups/meetings/?export=csv&status=over",
        "/groups/meetings/?status=over",
        group,
        f"{group}meetings/",
        own,
    ):
        text = re.sub(r"<option.*?</option>", "", side.browser(kind).get(page).content.decode())
        said = [words for words in ("Register missing", ">Planned<", ">Over<", ",Over") if words in text]
        assert said == (["Register missing"] if is_asked else [",Over" if "csv" in page else ">Over<"])


def test_meeting_without_its_register_is_not_planned_on_the_registers_page(side: Side) -> None:
    over = NOW - timedelta(days=2)
    Meeting.objects.filter(pk=side.meeting.pk).update(starts_at=over, ends_at=over + timedelta(hours=2))

    page = side.browser(SPECIALIST).get(f"{side.meeting.get_absolute_url()}register/").content.decode()

    assert ("Register missing" in page, ">Planned<" in page) == (True, False)


def test_meeting_is_moved_and_cancelled_by_its_forms(side: Side) -> None:
    """The leader moves it; the hub cancels it; the page says why."""
    page = f"/groups/meetings/{side.meeting.pk}/"
    sent = {
        "day_0": "19",
        "day_1": "1",
        "day_2": "2027",
        "start": "1.30pm",
        "end": "4pm",
        "reason": "Snow",
        "seen": "0",
    }

    moved = side.browser(SPECIALIST).post(f"{page}move/", sent, follow=True)
    old = side.browser(HUB_LEAD).post(f"{page}move/", {**sent, "day_0": "20"})
    cancelled = side.browser(HUB_LEAD).post(f"{page}cancel/", {"reason": "Burst pipe", "seen": "1"}, follow=True)

    assert "Tuesday 19 January 2027, 1.30pm" in moved.content.decode()
    assert (old.status_code, "meeting moved" in old.content.decode()) == (200, True)
    assert "Burst pipe" in cancelled.content.decode()


def test_cancelled_meeting_is_brought_back_by_its_button(side: Side) -> None:
    """The world's meeting is tomorrow; a teacher sees that it is cancelled, and no button."""
    back = f"/groups/meetings/{side.meeting.pk}/bring-back/"
    browser = side.browser(SPECIALIST)
    browser.post(f"/groups/meetings/{side.meeting.pk}/cancel/", {"reason": "Snow", "seen": "0"})
    pages = [side.browser(kind).get(side.meeting.get_absolute_url()).content.decode() for kind in (SPECIALIST, TEACHER)]

    answer = browser.post(back, follow=True)

    assert [back in page for page in pages] == [True, False]
    assert "The meeting takes place after all." in answer.content.decode()
    assert back not in answer.content.decode()
    assert Meeting.objects.get(pk=side.meeting.pk).status == "planned"


def test_meeting_that_cannot_come_back_says_why(side: Side) -> None:
    """Its day has passed meanwhile."""
    browser = side.browser(HUB_LEAD)
    browser.post(f"/groups/meetings/{side.meeting.pk}/cancel/", {"reason": "Snow", "seen": "0"})
    with clock.fixed(NOW + timedelta(days=2)):
        answer = browser.post(f"/groups/meetings/{side.meeting.pk}/bring-back/", follow=True)

    assert "The time of this meeting has passed." in answer.content.decode()
    assert "Bring this meeting back" not in answer.content.decode()


def test_past_meeting_is_cancelled_only_while_nobody_is_marked(side: Side) -> None:
    """Before: the button says that it did not take place. After: no button, and the step says why."""
    cancel = f"/groups/meetings/{side.meeting.pk}/cancel/"
    with clock.fixed(NOW + timedelta(days=2)):
        before = side.browser(HUB_LEAD).get(side.meeting.get_absolute_url()).content.decode()
        Attendance.objects.create(
            meeting=side.meeting, person=side.participant.person, mark="present", marked_at=clock.now()
        )
        after = side.browser(HUB_LEAD).get(side.meeting.get_absolute_url()).content.decode()
        refused = side.browser(HUB_LEAD).get(cancel)

    assert ("It did not take place" in before, cancel in after) == (True, False)
    assert refused.status_code == 403
    assert "People are marked in the register of this meeting" in refused.content.decode()


def test_cancellation_on_a_page_that_was_opened_before_a_move_says_the_new_date(side: Side) -> None:
    """Pressed again, with the new date in sight, the meeting of that date is cancelled."""
    page = f"/groups/meetings/{side.meeting.pk}/"
    lead = side.browser(HUB_LEAD)
    opened = lead.get(f"{page}cancel/")
    sent = {"reason": "Snow", "seen": opened.context["form"]["seen"].value()}
    moved = {"day_0": "19", "day_1": "1", "day_2": "2027", "start": "1.30pm", "end": "4pm", "seen": "0"}
    side.browser(SPECIALIST).post(f"{page}move/", moved)

    empty = lead.post(f"{page}cancel/", {**sent, "reason": ""})
    old = lead.post(f"{page}cancel/", sent)
    status = Meeting.objects.get(pk=side.meeting.pk).status
    again = lead.post(f"{page}cancel/", {**sent, "seen": old.context["form"]["seen"].value()}, follow=True)

    assert "It is on Tuesday 12 January 2027, 1.30pm to 4pm." in opened.text
    assert (empty.status_code, empty.context["form"]["seen"].value()) == (200, "0")
    assert (old.status_code, status) == (200, "planned")
    assert "has just done this: meeting moved" in old.text
    assert "The meeting is now on Tuesday 19 January 2027, 1.30pm to 4pm." in old.text
    assert "It is on Tuesday 19 January 2027" in old.text
    assert "Snow" in old.text
    assert "Meeting cancelled." in again.text


def test_move_on_a_page_that_was_opened_before_a_cancellation_says_that_it_is_cancelled(side: Side) -> None:
    page = f"/groups/meetings/{side.meeting.pk}/"
    side.browser(HUB_LEAD).post(f"{page}cancel/", {"reason": "Snow", "seen": "0"})
    moved = {"day_0": "19", "day_1": "1", "day_2": "2027", "start": "1.30pm", "end": "4pm", "seen": "0"}

    old = side.browser(SPECIALIST).post(f"{page}move/", moved)

    assert (old.status_code, "has just done this: meeting cancelled" in old.text) == (200, True)
    assert "This meeting is cancelled." in old.text


def test_place_of_a_meeting_that_is_sent_empty_asks_for_a_school_or_a_place(side: Side) -> None:
    path = f"/groups/meetings/{side.meeting.pk}/place/"
    lead = side.browser(HUB_LEAD)

    empty = lead.post(path, {"host": "", "venue": " ", "topic": ""})
    entries = JournalEntry.objects.about(side.meeting).count()
    topic = lead.post(path, {"topic": "Bar models"}, follow=True)

    assert (empty.status_code, entries) == (200, 0)
    assert "Choose a school of the group, or type another place below." in empty.text
    assert "Saved." in topic.text


def test_group_that_lost_a_meeting_says_so_with_the_step_to_plan_one_more(side: Side) -> None:
    """On its page, and before and after the meeting is cancelled; whoever only looks reads it without the step."""
    make.MeetingFactory(
        group=side.group, number=2, starts_at=NOW + timedelta(days=30), ends_at=NOW + timedelta(days=31)
    )
    make.MeetingFactory(
        group=side.group, number=3, starts_at=NOW + timedelta(days=60), ends_at=NOW + timedelta(days=61)
    )
    browser, page = side.browser(HUB_LEAD), side.group.get_absolute_url()
    full = browser.get(page).content.decode()
    cancel = f"{side.meeting.get_absolute_url()}cancel/"

    asked = browser.get(cancel).content.decode()
    done = browser.post(cancel, {"reason": "Snow", "seen": "0"}, follow=True).content.decode()

    assert "Needs another meeting" not in full
    assert "Without it the group has 2 meetings, and its programme says 3: plan another one afterwards." in asked
    assert "The group now has 2 meetings, and its programme says 3: plan another one." in done
    runs, looks, neither = (True, True), (True, False), (False, False)
    for kind, reads in ((HUB_LEAD, runs), (SPECIALIST, runs), (BOARD, looks), (TEACHER, neither)):
        text = side.browser(kind).get(page).content.decode()
        assert ("The group has 2 meetings, and its programme says 3." in text, "Plan one more" in text) == reads


def test_calendar_opens_on_what_comes_next(side: Side) -> None:
    """In the current year; what is over is one choice away, newest first, and the address keeps it for other pages."""
    for number, days in ((2, -60), (3, -30), (4, 30)):
        starts_at = NOW + timedelta(days=days)
        make.MeetingFactory(
            group=side.group, number=number, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
        )
    browser = side.browser(HUB_LEAD)
    shown = {query: _numbers(browser, query) for query in ("", "?status=over", "?status=all", "?status=coming")}
    sorted_back = _numbers(browser, "?status=over&sort=when")

    with clock.fixed(NOW + timedelta(days=365)):
        browser.post(reverse("schools:year-choose"), {"year": "2026"})
        later = _numbers(browser, "")

    assert shown == {"": [1, 4], "?status=over": [3, 2], "?status=all": [2, 3, 1, 4], "?status=coming": [1, 4]}
    assert sorted_back == [2, 3]
    assert later == [2, 3, 1, 4]


def test_calendar_of_a_year_that_is_done_leads_to_what_was(side: Side) -> None:
    with clock.fixed(NOW + timedelta(days=30)):
        page = side.browser(HUB_LEAD).get("/groups/meetings/").content.decode()

    assert "No meeting of 2026/27 is to come." in page
    assert 'href="?status=over"' in page


def _numbers(browser: Client, query: str) -> list[int]:
    page = browser.get(f"/groups/meetings/{query}").content.decode()
    found = re.findall(r", meeting (\d+)</a>", page)
    assert "govuk-error-message" not in page
    assert f"<strong>{len(found)} meeting{'' if len(found) == 1 else 's'}</strong>" in page
    return [int(number) for number in found]
