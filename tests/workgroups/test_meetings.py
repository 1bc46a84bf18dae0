"""Meetings: planned on school days, moved and cancelled with everybody told once, reminded in time."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place, plan
from workgroups.actions import answers, groups, meetings, registers
from workgroups.models import Group, Meeting
from workgroups.notices.meetings import cancelled, load_meetings, reminders

pytestmark = pytest.mark.django_db

START, END = time(13, 30), time(16, 0)


@pytest.fixture
def group(group: Group) -> Group:
    """A running group of two schools with three meetings; its dates were sent."""
    Notice.objects.filter(kind="year_dates").update(state="sent")
    return group


def states(kind: str) -> list[tuple[str, str]]:
    return sorted(Notice.objects.filter(kind=kind).values_list("occurrence", "state").distinct())


def move(meeting: Meeting, day: date, *, seen: int = 0, now: object = NOW) -> None:
    slot = meetings.Slot(day, START, END)
    meetings.move_meeting(meeting=meeting, slot=slot, reason="Snow", seen=seen, by=None, now=now)  # type: ignore[arg-type]


def test_proposal_gives_one_meeting_a_term_on_the_weekday(group: Group) -> None:
    days = [meeting.starts_at.astimezone(clock.LONDON).date() for meeting in group.meetings.order_by("number")]

    assert [day.weekday() for day in days] == [1, 1, 1]
    assert [sum(first <= day <= last for day in days) for first, last in terms()] == [1, 1, 1]


def terms() -> list[tuple[date, date]]:
    return [(make.programmes.HALF_TERMS[at][0], make.programmes.HALF_TERMS[at + 1][1]) for at in (0, 2, 4)]


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2027, 1, 9), "is at a weekend"),
        (date(2027, 5, 3), "is a bank holiday"),
        (date(2027, 2, 16), "is outside term"),
    ],
)
def test_meeting_is_never_on_a_closed_day(group: Group, day: date, problem: str) -> None:
    with pytest.raises(meetings.CannotMeet, match=problem):
        move(group.meetings.get(number=2), day)


def test_own_half_terms_of_the_hub_go_before_the_national(group: Group) -> None:
    own = make.make_half_terms(group.hub)
    type(own[0]).objects.filter(pk=own[2].pk).update(starts_on=date(2027, 1, 20))

    with pytest.raises(meetings.CannotMeet, match="is outside term"):
        move(group.meetings.get(number=2), date(2027, 1, 12))


def test_two_meetings_of_a_group_need_two_days(group: Group) -> None:
    first = group.meetings.get(number=1).starts_at.date()

    with pytest.raises(meetings.CannotMeet, match="already meets"):
        move(group.meetings.get(number=2), first)


def test_reminders_go_to_participants_and_leader_14_and_2_days_before(group: Group) -> None:
    meeting = group.meetings.get(number=2)
    day = meeting.starts_at.astimezone(clock.LONDON).date()

    rows = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}")
    due = {row.occurrence: (row.due_at, row.until) for row in rows}
    assert rows.count() == 2 * 3
    assert due == {
        f"14d@{day}": (clock.at_london(day - timedelta(days=14)), clock.at_london(day - timedelta(days=2))),
        f"2d@{day}": (clock.at_london(day - timedelta(days=2)), meeting.starts_at),
    }


def test_date_that_was_told_within_a_fortnight_is_reminded_of_once(group: Group) -> None:
    """The dates of the year, the new date or those given on joining have just said it."""
    first, second = group.meetings.order_by("number")[:2]
    ten_days_before = first.starts_at - timedelta(days=10)
    Group.objects.filter(pk=group.pk).update(started_at=ten_days_before)
    move(second, second.starts_at.date() + timedelta(days=1), now=second.starts_at - timedelta(days=5))

    for meeting in load_meetings().filter(pk__in=(first.pk, second.pk)):
        assert {one.occurrence.partition("@")[0] for one in reminders(meeting)} == {"2d"}


def test_who_was_not_told_of_a_change_is_reminded_as_ever(group: Group) -> None:
    """Moved to and fro, or changed before somebody's first e-mail: nothing was sent that stands in for a reminder."""
    meeting = group.meetings.get(number=2)
    changed_at = meeting.starts_at - timedelta(days=1)
    everybody = {one.recipient: "year_dates" for one in reminders(load_meetings().get(pk=meeting.pk))}
    for was_at, untold in ((meeting.starts_at, {}), (None, everybody)):
        Meeting.objects.filter(pk=meeting.pk).update(changed_at=changed_at, was_at=was_at, untold=untold)

        wanted = reminders(load_meetings().get(pk=meeting.pk))

        assert {one.occurrence.partition("@")[0] for one in wanted} == {"14d", "2d"}


def test_teacher_who_joins_within_a_fortnight_of_a_meeting_is_reminded_of_it_once(group: Group) -> None:
    third = group.meetings.get(number=3)
    late = make.ParticipantFactory(place=group.places.first(), since=third.starts_at.date() - timedelta(days=10))

    wanted = reminders(load_meetings().get(pk=third.pk))

    own = [one.occurrence.partition("@")[0] for one in wanted if one.recipient == f"person:{late.person_id}"]
    assert own == ["2d"]
    assert sum(one.occurrence.startswith("14d") for one in wanted) == 3


def test_moving_moves_unsent_reminders_and_tells_everybody_once(group: Group) -> None:
    meeting = group.meetings.get(number=2)
    head = make.make_user(roles.HEADTEACHER, school=group.places.first().enrolment.school)  # type: ignore[union-attr]
    new_day = date(2027, 3, 16)

    move(meeting, new_day, now=NOW + timedelta(hours=1))

    target = f"workgroups.meeting:{meeting.pk}"
    reminders = Notice.objects.filter(kind="meeting_reminder", target=target)
    told = Notice.objects.filter(kind="meeting_moved", target=target)
    assert set(reminders.values_list("occurrence", "state")) == {
        (f"14d@{new_day}", "planned"),
        (f"2d@{new_day}", "planned"),
    }
    assert reminders.count() == 6
    assert set(told.values_list("occurrence", flat=True)) == {f"moved-1@{new_day}"}
    assert told.filter(recipient=f"person:{head.person_id}").count() == 1
    assert told.count() == 4


def test_moving_after_a_reminder_was_sent_reminds_of_the_new_day(group: Group) -> None:
    meeting = group.meetings.get(number=2)
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    Notice.objects.filter(kind="meeting_reminder", occurrence=f"14d@{day}").update(state="sent")

    move(meeting, date(2027, 3, 16))

    rows = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}")
    assert sorted(set(rows.values_list("occurrence", "state"))) == sorted(
        [(f"14d@{day}", "sent"), ("14d@2027-03-16", "planned"), ("2d@2027-03-16", "planned")]
    )


def test_moving_on_an_old_page_loses(group: Group) -> None:
    meeting = group.meetings.get(number=2)
    move(meeting, date(2027, 3, 16))

    with pytest.raises(CannotMove, match="meeting moved"):
        move(Meeting.objects.get(pk=meeting.pk), date(2027, 3, 17), seen=0)


def test_cancelling_cancels_reminders_and_tells_everybody_once(group: Group) -> None:
    meeting = group.meetings.get(number=2)

    meetings.cancel_meeting(
        meeting=meeting, reason="Snow", seen=meeting.sequence, by=None, now=NOW + timedelta(hours=1)
    )

    target = f"workgroups.meeting:{meeting.pk}"
    assert set(Notice.objects.filter(kind="meeting_reminder", target=target).values_list("state", flat=True)) == {
        "cancelled"
    }
    assert Notice.objects.filter(kind="meeting_cancelled", target=target, state="planned").count() == 3


def test_place_is_written_in_the_journal_only_where_something_changed(group: Group) -> None:
    meeting = group.meetings.order_by("starts_at")[0]
    said: dict[str, Any] = {"host": None, "venue": "Teaching centre", "topic": "Bar models", "by": None, "now": NOW}

    for topic in ("Bar models", "Bar models", "Fluency"):
        meetings.place_meeting(meeting=meeting, **{**said, "topic": topic})

    entries = JournalEntry.objects.about(meeting).filter(what="Meeting changed").order_by("pk")
    assert [entry.changed for entry in entries] == [
        {"place": ["Place to be confirmed", "Teaching centre"], "topic": ["", "Bar models"]},
        {"topic": ["Bar models", "Fluency"]},
    ]


def test_changes_before_the_start_tell_nobody() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    place(group, accepted(group))
    plan(group)
    meeting = group.meetings.get(number=2)

    move(meeting, date(2027, 3, 16))
    meetings.cancel_meeting(meeting=group.meetings.get(number=3), reason="", seen=0, by=None, now=NOW)

    assert Notice.objects.count() == 0


def test_meeting_added_to_a_running_group_is_news_to_everybody_once(group: Group) -> None:
    meeting = group.meetings.earliest("starts_at")
    meetings.cancel_meeting(meeting=meeting, reason="Snow", seen=meeting.sequence, by=None, now=NOW)

    slot = meetings.Slot(date(2026, 11, 17), START, END)
    meetings.plan_meetings(group=group, slots=[slot], by=None, now=NOW)

    told = Notice.objects.filter(kind="meeting_added")
    assert states("meeting_added") == [("added@2026-11-17", "planned")]
    assert sorted(told.values_list("recipient", flat=True)) == sorted(
        Notice.objects.filter(kind="year_dates").values_list("recipient", flat=True)
    )


def test_school_that_joins_after_a_move_hears_only_the_dates_as_they_stand(group: Group) -> None:
    meeting = group.meetings.latest("starts_at")
    move(meeting, date(2027, 6, 16))
    late = accepted(group)
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=late.school).person

    groups.place_school(group=group, enrolment=late, by=None, now=NOW + timedelta(days=7))

    heard = Notice.objects.filter(recipient=f"person:{head.pk}").values_list("kind", flat=True)
    assert list(heard) == ["year_dates"]


def test_school_that_joins_with_its_teachers_to_be_named_gets_the_dates(group: Group) -> None:
    late = accepted(group)
    late.teachers.update(person=None)
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=late.school).person

    groups.place_school(group=group, enrolment=late, by=None, now=NOW + timedelta(days=7))

    assert Notice.objects.filter(kind="year_dates", recipient=f"person:{head.pk}").count() == 1


def test_cancellation_after_the_day_is_about_those_who_were_in_the_group_on_it(group: Group) -> None:
    meeting = group.meetings.earliest("starts_at")
    late = accepted(group)
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=late.school).person
    groups.place_school(group=group, enrolment=late, by=None, now=meeting.starts_at + timedelta(days=1))
    Notice.objects.filter(kind="year_dates").update(state="sent")

    meetings.cancel_meeting(
        meeting=meeting, reason="Nobody came.", seen=0, by=None, now=meeting.starts_at + timedelta(days=2)
    )

    told = [one.recipient for one in cancelled(load_meetings().get(pk=meeting.pk))]
    assert f"person:{group.leader.person_id}" in told
    assert f"person:{head.pk}" not in told


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (time(1, 30), time(4, 0), "between 7am and 9pm"),
        (time(16, 0), time(13, 30), "must end after it starts"),
    ],
)
def test_meeting_is_at_hours_when_schools_meet(group: Group, start: time, end: time, problem: str) -> None:
    slot = meetings.Slot(date(2026, 11, 17), start, end)

    with pytest.raises(meetings.CannotMeet, match=problem):
        meetings.plan_meetings(group=group, slots=[slot], by=None, now=NOW)


def test_who_cannot_come_is_reminded_no_more(group: Group) -> None:
    meeting = group.meetings.get(number=2)
    teacher = group.places.order_by("pk")[0].participants.get().person

    answers.answer_meeting(meeting=meeting, person=teacher, kind="cannot", by=None, now=NOW)
    away = _planned(meeting, teacher.pk)
    answers.answer_meeting(meeting=meeting, person=teacher, kind="coming", by=None, now=NOW)

    assert (away, _planned(meeting, teacher.pk)) == (0, 2)


def _planned(meeting: Meeting, person: int) -> int:
    rows = Notice.objects.filter(target=f"workgroups.meeting:{meeting.pk}", recipient=f"person:{person}")
    return rows.filter(kind="meeting_reminder", state="planned").count()


def test_register_begun_on_the_morning_is_empty_after_a_move(group: Group) -> None:
    """Who had sent apologies for the old day may well come on the new one."""
    meeting = group.meetings.get(number=2)
    morning = meeting.starts_at.replace(hour=8, minute=30)
    person = group.places.first().participants.get().person  # type: ignore[union-attr]
    registers.mark_person(meeting=meeting, person=person, mark="apologies", by=make.make_user(), now=morning)

    move(meeting, date(2027, 3, 16), now=morning)

    assert [line.mark for line in registers.register_of(group.meetings.get(number=2))] == ["", ""]


def test_meeting_does_not_come_back_in_a_group_that_was_cancelled_meanwhile(group: Group) -> None:
    meetings.cancel_meeting(meeting=group.meetings.get(number=2), reason="Snow", seen=0, by=None, now=NOW)
    opened = Meeting.objects.select_related("group").get(group=group, number=2)
    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="The leader is ill.", by=None, now=NOW)

    with pytest.raises(CannotMove, match="This group is cancelled"):
        meetings.bring_back(meeting=opened, by=None, now=NOW)


def test_place_of_a_cancelled_meeting_stays_as_it_was(group: Group) -> None:
    meeting = group.meetings.order_by("starts_at")[0]
    meeting.move_to("cancelled", by=None)

    with pytest.raises(CannotMove, match="bring it back first"):
        meetings.place_meeting(meeting=meeting, host=None, venue="Library", topic="", by=None, now=NOW)


def test_planning_more_meetings_reads_the_years_dates_no_oftener() -> None:
    make.make_half_terms()
    read = []
    for many in (1, 5):
        group = make.GroupFactory(offer__meetings=many, offer__meetings_per="half_term")
        days = meetings.propose_dates(group=group, weekday=1, today=NOW.date())
        slots = [meetings.Slot(day, START, END) for day in days]
        with CaptureQueriesContext(connection) as queries:
            assert len(meetings.plan_meetings(group=group, slots=slots, by=None, now=NOW)) == many
        read.append(sum('FROM "programmes_halfterm"' in query["sql"] for query in queries))

    assert read[0] == read[1] > 0


def test_no_two_of_the_meetings_that_are_planned_together_are_on_one_day() -> None:
    make.make_half_terms()
    group = make.GroupFactory()
    slots = [meetings.Slot(date(2026, 10, 6), time(hour), time(hour + 2)) for hour in (9, 13)]

    with pytest.raises(meetings.CannotMeet, match="already meets on Tuesday 6 October 2026"):
        meetings.plan_meetings(group=group, slots=slots, by=None, now=NOW)

    assert group.meetings.count() == 0
