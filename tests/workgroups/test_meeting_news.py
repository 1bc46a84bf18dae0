"""What is told of a meeting that changes, and to whom it is news; cancelled ones come back, held ones stay."""

from datetime import date, time, timedelta

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from schools import roles
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place, plan, start
from workgroups.actions import groups, leading, meetings, registers
from workgroups.models import Group, Meeting

pytestmark = [pytest.mark.django_db, pytest.mark.once]

START, END = time(13, 30), time(16, 0)
SOON, LATER, LAST = (NOW + timedelta(minutes=minutes) for minutes in (10, 20, 30))


@pytest.fixture
def group() -> Group:
    """A group of two schools with three meetings that starts now; no e-mail has left yet."""
    make.make_half_terms()
    group = make.GroupFactory(leader__person__email="leader@people.example.org")
    for number in range(2):
        held = place(group, accepted(group))
        held.participants.get().person.__class__.objects.filter(participations__place=held).update(
            name=f"Teacher {number}", email=f"teacher{number}@people.example.org"
        )
    plan(group)
    start(group)
    return Group.objects.get(pk=group.pk)


def send(now: object) -> list[str]:
    """What leaves when the worker looks: the subjects."""
    mail.outbox.clear()
    with clock.fixed(now):  # type: ignore[arg-type]
        notices.sweep(now)  # type: ignore[arg-type]
        delivery.deliver_due()
    return sorted(one.subject.partition(":")[0] for one in mail.outbox)


def move(meeting: Meeting, day: date, now: object) -> Meeting:
    slot = meetings.Slot(day, START, END)
    meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=meeting.pk)
    meetings.move_meeting(meeting=meeting, slot=slot, reason="Snow", seen=meeting.sequence, by=None, now=now)  # type: ignore[arg-type]
    return meeting


def cancel(meeting: Meeting, now: object) -> None:
    meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=meeting.pk)
    meetings.cancel_meeting(meeting=meeting, reason="Snow", seen=meeting.sequence, by=None, now=now)  # type: ignore[arg-type]


def back(meeting: Meeting, now: object) -> None:
    meeting = Meeting.objects.select_related("group__offer", "group__hub").get(pk=meeting.pk)
    meetings.bring_back(meeting=meeting, by=None, now=now)  # type: ignore[arg-type]


def second(group: Group) -> Meeting:
    """The second of the meetings as they were planned, whatever became of it since."""
    return planned(group)[1]


def planned(group: Group) -> list[Meeting]:
    """The meetings as they were planned at first."""
    return list(group.meetings.order_by("pk"))


def test_move_before_the_first_emails_is_in_them_and_no_news(group: Group) -> None:
    move(second(group), date(2027, 3, 16), SOON)

    sent = send(LATER)

    assert sent == [group.name] * 3
    assert all("Tuesday 16 March 2027" in str(one.body) for one in mail.outbox)
    assert send(LAST) == []


def test_move_is_told_to_those_who_had_the_old_date_only(group: Group) -> None:
    first = Notice.objects.filter(kind="year_dates").order_by("pk")[0]
    Notice.objects.filter(pk=first.pk).update(state="sent", sent_at=SOON)
    move(second(group), date(2027, 3, 16), SOON)

    sent = send(LATER)

    told = {row.recipient for row in Notice.objects.filter(kind="meeting_moved", state="sent")}
    assert sent == sorted([group.name, group.name, "New date"])
    assert told == {first.recipient}


def test_email_that_is_on_its_way_counts_as_sent(group: Group) -> None:
    Notice.objects.filter(kind="year_dates").update(state="sending")

    move(second(group), date(2027, 3, 16), SOON)

    assert Notice.objects.filter(kind="meeting_moved", state="planned").count() == 3


def test_second_move_before_the_first_was_told_names_the_date_that_people_know(group: Group) -> None:
    send(NOW)
    known = second(group).starts_at
    move(second(group), date(2027, 3, 16), SOON)
    move(second(group), date(2027, 3, 17), SOON)

    sent = send(LATER)

    assert sent == ["New date"] * 3
    assert all(f"Old date: {known:%A} {known.day} {known:%B}" in str(one.body) for one in mail.outbox)
    assert all("16 March" not in str(one.body) for one in mail.outbox)


def test_moved_to_and_fro_before_anybody_was_told_is_no_news(group: Group) -> None:
    send(NOW)
    day = second(group).starts_at.date()
    move(second(group), date(2027, 3, 16), SOON)
    move(second(group), day, SOON)

    assert send(LATER) == []


def test_move_from_before_the_start_is_forgotten(group: Group) -> None:
    """The date of before the start was never anybody's."""
    Meeting.objects.filter(pk=second(group).pk).update(
        was_at=clock.at_london(date(2027, 1, 5)), changed_at=NOW - timedelta(days=1), sequence=1
    )
    send(NOW)
    known = second(group).starts_at

    move(second(group), date(2027, 3, 16), SOON)

    assert Meeting.objects.get(pk=second(group).pk).was_at == known


def test_cancelled_before_the_first_emails_is_told_to_nobody(group: Group) -> None:
    gone = second(group).starts_at
    cancel(second(group), SOON)

    sent = send(LATER)

    assert sent == [group.name] * 3
    assert all(f"{gone.day} {gone:%B}" not in str(one.body) for one in mail.outbox)
    assert all(("  2. " in str(one.body), "  3. " in str(one.body)) == (True, False) for one in mail.outbox)


def test_group_cancelled_before_the_first_emails_is_told_to_nobody(group: Group) -> None:
    groups.cancel_group(group=group, reason="The leader is ill.", by=None, now=SOON)

    assert send(LATER) == []


def added(group: Group) -> Meeting:
    slot = meetings.Slot(date(2026, 11, 17), START, END)
    meetings.plan_meetings(group=group, slots=[slot], by=None, now=SOON)
    return group.meetings.latest("pk")


def test_meeting_added_before_the_first_emails_stands_in_them(group: Group) -> None:
    added(group)

    sent = send(LATER)

    assert sent == [group.name] * 3
    assert all("17 November" in str(one.body) for one in mail.outbox)


def test_added_meeting_that_moves_before_it_was_told_of_is_told_of_once_as_it_stands(group: Group) -> None:
    send(NOW)
    move(added(group), date(2026, 11, 18), LATER)

    sent = send(LATER)

    assert sent == ["One more date"] * 3
    assert all("Wednesday 18 November 2026" in str(one.body) for one in mail.outbox)
    assert send(LAST) == []


def test_added_meeting_that_was_told_of_moves_like_any_other(group: Group) -> None:
    send(NOW)
    meeting = added(group)
    send(SOON)

    move(meeting, date(2026, 11, 18), LATER)

    assert send(LAST) == ["New date"] * 3


def test_new_leader_hears_of_a_later_move(group: Group) -> None:
    send(NOW)
    leader = make.LeaderFactory(hub=group.hub, person__email="nora@people.example.org")
    leading.change_leader(group=group, leader=leader, from_on=NOW.date(), reason="Leave", by=None, now=SOON)
    send(SOON)

    move(second(group), date(2027, 3, 16), LATER)

    told = set(Notice.objects.filter(kind="meeting_moved", state="planned").values_list("recipient", flat=True))
    assert f"person:{leader.person_id}" in told
    assert f"person:{group.leader.person_id}" not in told


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind, state="sent").values_list("recipient", flat=True))


def test_cancelled_meeting_is_brought_back_and_reminded_of_again(group: Group) -> None:
    send(NOW)
    meeting = second(group)
    rows = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}")
    before = sorted(rows.values_list("recipient", "occurrence", "state"))
    cancel(meeting, SOON)
    told = send(SOON)

    back(meeting, LATER)
    sent = send(LATER)

    meeting.refresh_from_db()
    assert (told, sent) == (["Cancelled"] * 3, ["It takes place after all"] * 3)
    assert (meeting.status, meeting.was_at, meeting.change_note) == ("planned", None, "")
    assert sorted(rows.values_list("recipient", "occurrence", "state")) == before
    assert JournalEntry.objects.about(meeting)[0].what == "Meeting brought back"
    assert send(LAST) == []


def test_meeting_brought_back_before_anybody_heard_of_the_cancellation_is_no_news(group: Group) -> None:
    send(NOW)
    cancel(second(group), SOON)
    back(second(group), SOON)

    assert send(LATER) == []


def test_meeting_cancelled_twice_is_told_of_twice_and_brought_back_twice(group: Group) -> None:
    send(NOW)
    told = []
    for step in (cancel, back, cancel, back):
        step(second(group), SOON)
        told += send(SOON)

    assert told == (["Cancelled"] * 3 + ["It takes place after all"] * 3) * 2


def test_reminder_that_was_sent_is_not_sent_again_after_a_meeting_came_back(group: Group) -> None:
    send(NOW)
    meeting = second(group)
    early = Notice.objects.filter(kind="meeting_reminder", occurrence__startswith="14d@")
    early.filter(target=f"workgroups.meeting:{meeting.pk}").update(state="sent")

    cancel(meeting, SOON)
    back(meeting, LATER)

    rows = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}")
    states = set(rows.values_list("occurrence", "state"))
    assert {(occurrence[:3], state) for occurrence, state in states} == {("14d", "sent"), ("2d@", "planned")}


def test_meeting_does_not_come_back_where_it_cannot_be(group: Group) -> None:
    meeting = second(group)
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    cancel(meeting, SOON)
    slot = meetings.Slot(day, START, END)
    meetings.plan_meetings(group=group, slots=[slot], by=None, now=SOON)

    with pytest.raises(meetings.CannotMeet, match="already meets"):
        back(meeting, LATER)
    with pytest.raises(meetings.CannotMeet, match="The time of this meeting has passed"):
        back(meeting, clock.at_london(day, 17))
    with pytest.raises(CannotMove, match="This is planned"):
        back(group.meetings.get(number=1), LATER)
    groups.cancel_group(group=group, reason="Too few", by=None, now=LATER)
    with pytest.raises(CannotMove, match="This group is cancelled"):
        back(meeting, LATER)


def mark(meeting: Meeting, now: object) -> None:
    teacher = meeting.group.places.order_by("pk")[0].participants.get().person
    by = make.make_user(roles.HUB_LEAD, hub=meeting.group.hub)
    registers.mark_person(meeting=meeting, person=teacher, mark="present", by=by, now=now)  # type: ignore[arg-type]


def test_meeting_with_marks_in_its_register_is_not_cancelled(group: Group) -> None:
    meeting = second(group)
    over = meeting.ends_at + timedelta(hours=1)
    mark(meeting, over)

    with pytest.raises(meetings.CannotMeet, match="People are marked in the register of this meeting"):
        cancel(meeting, over)

    assert Meeting.objects.get(pk=meeting.pk).status == "planned"
    assert meeting.register.count() == 1


def test_past_meeting_without_marks_is_cancelled_and_told_to_nobody(group: Group) -> None:
    meeting = second(group)

    cancel(meeting, meeting.ends_at + timedelta(hours=1))

    assert Meeting.objects.get(pk=meeting.pk).status == "cancelled"
    assert Notice.objects.filter(kind="meeting_cancelled").count() == 0


def test_marks_made_before_it_began_go_with_a_cancelled_meeting(group: Group) -> None:
    meeting = second(group)
    morning = meeting.starts_at - timedelta(hours=2)
    mark(meeting, morning)

    cancel(meeting, morning)

    assert (Meeting.objects.get(pk=meeting.pk).status, meeting.register.count()) == ("cancelled", 0)


def test_nobody_is_marked_in_a_meeting_that_somebody_else_has_just_cancelled(group: Group) -> None:
    meeting = second(group)
    stale = Meeting.objects.select_related("group").get(pk=meeting.pk)
    cancel(meeting, meeting.ends_at)

    with pytest.raises(registers.CannotMark, match="has been cancelled"):
        mark(stale, meeting.ends_at)


def test_leader_is_not_asked_to_book_cover_and_ask_themselves(group: Group) -> None:
    send(NOW)
    told = {one.to[0]: str(one.body) for one in mail.outbox if "all dates" in one.subject}
    move(group.meetings.get(number=3), date(2027, 5, 18), SOON)
    send(SOON)
    moved = {one.to[0]: str(one.body) for one in mail.outbox}

    leader = next(address for address in told if "leader@" in address)
    teacher = next(address for address in told if "teacher0@" in address)
    for told_to, words in ((told, "book cover"), (moved, "change your cover")):
        assert (words in told_to[leader], words in told_to[teacher]) == (False, True)
        assert ("Answer this e-mail" in told_to[leader], "Answer this e-mail" in told_to[teacher]) == (False, True)
    assert "and you lead it." in told[leader]


def test_dates_of_the_year_leave_out_a_meeting_that_took_place() -> None:
    make.make_half_terms()
    group = make.GroupFactory(leader__person__email="leader@people.example.org")
    for _ in range(2):
        place(group, accepted(group))
    slots = [meetings.Slot(day, START, END) for day in (date(2026, 9, 10), date(2026, 11, 10), date(2027, 1, 12))]
    meetings.plan_meetings(group=group, slots=slots, by=None, now=NOW)
    start(group)

    send(NOW)

    body = next(str(one.body) for one in mail.outbox if "leader@" in one.to[0])
    assert ["10 September" in body, "10 November" in body, "12 January" in body] == [False, True, True]
