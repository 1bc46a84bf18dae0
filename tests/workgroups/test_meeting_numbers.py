"""Standing meetings are 1, 2, 3 … in the order of their dates, whatever is added, moved, cancelled or brought back."""

from datetime import date

import pytest

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from schools.roles import HUB_LEAD, TEACHER
from tests import factories as make
from tests.workgroups.test_groups import NOW as BEFORE
from tests.workgroups.test_meeting_news import END, START, back, cancel, group, move, planned
from tests.workgroups.test_meetings import terms
from tests.world import Side
from workgroups.actions import groups, meetings
from workgroups.models import Group, Meeting

__all__ = ["group"]

pytestmark = pytest.mark.django_db


def _add(group: Group, *days: date) -> list[Meeting]:
    slots = [meetings.Slot(day, START, END) for day in days]
    return meetings.plan_meetings(group=group, slots=slots, by=None, now=BEFORE)


def _numbers(group: Group) -> list[tuple[date, int | None]]:
    rows = group.meetings.standing().order_by("starts_at").values_list("starts_at", "number")
    return [(at.astimezone(clock.LONDON).date(), number) for at, number in rows]


def test_meetings_added_between_others_are_numbered_by_their_dates(group: Group) -> None:
    early, late = date(2026, 9, 22), date(2027, 7, 6)

    made = _add(group, late, early)

    assert [one.number for one in made] == [1, 5]
    assert [number for _day, number in _numbers(group)] == [1, 2, 3, 4, 5]
    assert (_numbers(group)[0], _numbers(group)[-1]) == ((early, 1), (late, 5))


def test_meetings_change_their_numbers_as_one_moves_past_them(group: Group) -> None:
    first, second, third = planned(group)

    move(first, date(2027, 7, 6), BEFORE)

    assert [Meeting.objects.get(pk=one.pk).number for one in (second, third, first)] == [1, 2, 3]


def test_cancelled_meeting_has_no_number_until_it_is_brought_back(group: Group) -> None:
    first, second, third = planned(group)

    cancel(first, BEFORE)
    without = [Meeting.objects.get(pk=one.pk).number for one in (first, second, third)]
    cancel(second, BEFORE)
    back(first, BEFORE)

    assert without == [None, 1, 2]
    assert [Meeting.objects.get(pk=one.pk).number for one in (first, second, third)] == [1, None, 2]


def test_replacement_of_a_cancelled_meeting_takes_its_number(group: Group) -> None:
    """The year used to read 2, 3, 4 after this."""
    first = planned(group)[0]
    cancel(first, BEFORE)

    (new,) = _add(group, date(2026, 10, 1))

    assert (new.number, [number for _day, number in _numbers(group)]) == (1, [1, 2, 3])


def test_replacement_is_proposed_in_the_term_that_lacks_its_meeting(group: Group) -> None:
    for lost, (first, last) in zip(planned(group), terms(), strict=True):
        cancel(lost, BEFORE)

        (day,) = meetings.propose_dates(group=group, weekday=1, today=BEFORE.date())

        assert first <= day <= last
        back(lost, BEFORE)


def test_reminders_and_history_name_a_meeting_by_its_date_whatever_its_number_becomes(group: Group) -> None:
    first, second, _third = planned(group)
    day = second.starts_at.astimezone(clock.LONDON)

    cancel(first, BEFORE)
    cancel(Meeting.objects.get(pk=second.pk), BEFORE)

    words = f"{group.name}, meeting of {day.day} {day:%B %Y}"
    rows = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{second.pk}")
    assert set(rows.values_list("about", flat=True)) == {words}
    assert {entry.label for entry in JournalEntry.objects.about(second)} == {words}


def test_meetings_of_a_cancelled_group_lose_their_numbers(group: Group) -> None:
    groups.cancel_group(group=group, reason="Too few", by=None, now=BEFORE)

    assert set(group.meetings.values_list("number", flat=True)) == {None}


@pytest.mark.parametrize("kind", [HUB_LEAD, TEACHER])
def test_cancelled_meeting_is_named_by_its_date(side: Side, kind: str) -> None:
    cancel(side.meeting, BEFORE)
    start, end = (clock.at_london(date(2027, 1, 20), hour) for hour in (13, 15))
    make.MeetingFactory(group=side.group, number=1, starts_at=start, ends_at=end)
    browser, own = side.browser(kind), f"/groups/{side.group.pk}/"

    pages = [own, f"{own}meetings/", side.meeting.get_absolute_url(), "/groups/meetings/"]
    texts = [browser.get(page).content.decode() for page in pages]

    assert [text.lower().count("meeting of 12 january 2027") > 0 for text in texts] == [True] * 4
    assert ["None" in text for text in texts] == [False] * 4
