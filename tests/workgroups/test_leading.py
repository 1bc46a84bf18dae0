"""Another leader for a group: schools, visits and reminders follow, nobody is reminded twice; nobody leaves one."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from hubportal.core import clock, notices
from hubportal.core.delivery import render
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions.leaders import make_leader
from programmes.models import Leader
from schools import roles
from schools.models import Role, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place
from workgroups.actions import groups, leading, leaving, visits
from workgroups.models import Group, LeaderChange, Visit

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
TODAY = NOW.date()


@pytest.fixture
def group(group: Group) -> Group:
    """A running group of two schools whose dates were sent; its leader signs in."""
    user = User.objects.create_user("old@people.example.org", person=group.leader.person)
    Role.objects.create(person=user.person, kind=roles.SPECIALIST, hub=group.hub, starts_on=date(2020, 1, 1))
    Notice.objects.filter(kind="year_dates").update(state="sent")
    return group


@pytest.fixture
def other(group: Group) -> Leader:
    """Another leader of the hub, with a sign-in."""
    return make_leader(
        hub=group.hub,
        kind=roles.SPECIALIST,
        by=None,
        now=NOW,
        starts_on=TODAY,
        name="Nora New",
        email="nora@people.example.org",
    )


def change(group: Group, leader: Leader, *, from_on: date = TODAY, now: object = LATER) -> LeaderChange:
    return leading.change_leader(
        group=group,
        leader=leader,
        from_on=from_on,
        reason="Maternity leave",
        by=None,
        now=now,  # type: ignore[arg-type]
    )


def user_of(leader: Leader) -> User:
    return User.objects.get(person=leader.person_id)


def heard(kind: str, states: Iterable[str] = ("planned", "sent")) -> list[str]:
    rows = Notice.objects.filter(kind=kind, state__in=states)
    return sorted(rows.values_list("recipient", flat=True))


def about(leader: Leader) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(recipient=f"person:{leader.person_id}").exclude(kind="invitation")
    return set(rows.values_list("kind", "state"))


def test_new_leader_sees_the_group_and_its_schools_and_the_old_one_no_more(group: Group, other: Leader) -> None:
    old = group.leader

    with clock.fixed(LATER):
        change(group, other)

        assert list(Group.objects.visible_to(user_of(other))) == [group]
        assert School.objects.visible_to(user_of(other)).count() == 2
        assert list(Group.objects.visible_to(user_of(old))) == []
        assert School.objects.visible_to(user_of(old)).count() == 0
    held = Role.objects.filter(kind=roles.LEADS_SCHOOL, person=other.person)
    assert set(held.values_list("starts_on", "ends_on")) == {(TODAY, None)}
    entry = JournalEntry.objects.about(group).filter(what="Leader changed").get()
    assert (entry.changed["leader"][0], entry.note) == (str(old), "Maternity leave")


def test_new_leader_and_teachers_are_told_once(group: Group, other: Leader) -> None:
    teachers = [row.person_id for place in group.places.all() for row in place.participants.all()]

    change(group, other)
    notices.sweep(LATER + timedelta(minutes=5))

    assert heard("leader_changed") == sorted(f"person:{pk}" for pk in (*teachers, other.person_id))
    # All dates stand in that one e-mail: the group's first ones are not sent after it.
    assert f"person:{other.person_id}" not in heard("year_dates")


@pytest.mark.parametrize("days", [0, 30])
def test_replaced_leader_is_told_once_and_at_once(group: Group, other: Leader, days: int) -> None:
    old, from_on = group.leader, TODAY + timedelta(days=days)

    change(group, other, from_on=from_on)
    notices.sweep(LATER + timedelta(minutes=5))
    leading.hand_over_due(now=clock.at_london(from_on))
    notices.sweep(clock.at_london(from_on, 12))

    told = Notice.objects.filter(kind="leader_replaced")
    assert [(row.recipient, row.due_at, row.state) for row in told] == [(f"person:{old.person_id}", LATER, "planned")]
    assert f"person:{old.person_id}" not in heard("leader_changed")


def test_leader_of_a_group_that_is_cancelled_is_not_told_who_follows(group: Group, other: Leader) -> None:
    change(group, other, from_on=TODAY + timedelta(days=30))

    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="Too few", by=None, now=LATER)
    notices.sweep(LATER + timedelta(minutes=5))

    assert heard("leader_replaced") == []


def test_teachers_of_a_group_that_has_not_started_are_not_told(other: Leader) -> None:
    forming = make.GroupFactory(hub=other.hub)
    place(forming, accepted(forming))

    change(forming, other)

    assert heard("leader_changed") == [f"person:{other.person_id}"]


def test_unsent_reminders_follow_and_sent_ones_stay(group: Group, other: Leader) -> None:
    old, meeting = group.leader, group.meetings.get(number=1)
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    mine = Notice.objects.filter(kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}")
    mine.filter(occurrence=f"14d@{day}").update(state="sent")
    teachers = mine.exclude(recipient=f"person:{old.person_id}")
    before = set(teachers.values_list("pk", "recipient", "occurrence", "state"))

    change(group, other, now=clock.at_london(day - timedelta(days=10)), from_on=day - timedelta(days=10))

    states = set(mine.filter(recipient=f"person:{old.person_id}").values_list("occurrence", "state"))
    assert states == {(f"14d@{day}", "sent"), (f"2d@{day}", "cancelled")}
    assert mine.filter(recipient=f"person:{other.person_id}", occurrence=f"2d@{day}", state="planned").count() == 1
    assert (
        set(
            teachers.exclude(recipient=f"person:{other.person_id}").values_list(
                "pk", "recipient", "occurrence", "state"
            )
        )
        == before
    )
    assert ("meeting_reminder", "planned") not in about(old)


def test_going_back_to_the_first_leader_reminds_them_of_nothing_twice(group: Group, other: Leader) -> None:
    old, meeting = group.leader, group.meetings.get(number=1)
    day = meeting.starts_at.astimezone(clock.LONDON).date()
    rows = Notice.objects.filter(
        kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}", recipient=f"person:{old.person_id}"
    )
    rows.filter(occurrence=f"14d@{day}").update(state="sent")

    change(group, other)
    change(Group.objects.get(pk=group.pk), old, now=LATER + timedelta(hours=1))

    assert sorted(rows.values_list("occurrence", "state")) == [(f"14d@{day}", "sent"), (f"2d@{day}", "planned")]


def test_change_of_date_before_the_change_of_leader_is_not_news_to_the_new_one(group: Group, other: Leader) -> None:
    meeting = group.meetings.get(number=2)
    was_at = meeting.starts_at - timedelta(days=7)
    type(meeting).objects.filter(pk=meeting.pk).update(was_at=was_at, changed_at=LATER, sequence=1)
    change(group, other, now=LATER + timedelta(hours=1))

    notices.sweep(LATER + timedelta(hours=2))

    assert f"person:{group.leader.person_id}" in heard("meeting_moved")
    assert f"person:{other.person_id}" not in heard("meeting_moved")


def test_visits_ahead_follow_and_what_was_made_or_logged_stays(group: Group, other: Leader) -> None:
    old = group.leader
    done, been, ahead, *_rest = group.visits.order_by("term", "pk")
    past, coming = clock.at_london(date(2026, 10, 6), 10), clock.at_london(date(2027, 1, 20), 10)
    Visit.objects.filter(pk=done.pk).update(status="done", on=past.date())
    Visit.objects.filter(pk=been.pk).update(status="booked", on=past.date(), starts_at=past)
    visits.book_visit(visit=ahead, starts_at=coming, seen=0, by=None, now=LATER)

    change(group, other, now=clock.at_london(date(2026, 10, 8)), from_on=date(2026, 10, 8))

    led_by = {pk: Visit.objects.get(pk=pk).leader for pk in (done.pk, been.pk, ahead.pk)}
    assert led_by == {done.pk: old, been.pk: old, ahead.pk: other}
    assert group.visits.filter(status="to_book").exclude(leader=other).count() == 0
    reminded = Notice.objects.filter(kind="visit_reminder", target=f"workgroups.visit:{ahead.pk}", state="planned")
    leaders = reminded.filter(recipient__in=[f"person:{one.person_id}" for one in (old, other)])
    assert set(leaders.values_list("recipient", flat=True)) == {f"person:{other.person_id}"}
    assert "visit_unbooked" not in {kind for kind, state in about(old) if state == "planned"}


def test_change_from_a_later_day_waits_for_it(group: Group, other: Leader) -> None:
    old, first = group.leader, date(2026, 11, 2)

    change(group, other, from_on=first)
    assert leading.hand_over_due(now=LATER) == 0
    before = Group.objects.get(pk=group.pk).leader
    reminded = {
        meeting.number: Notice.objects.filter(
            kind="meeting_reminder", target=f"workgroups.meeting:{meeting.pk}", recipient=f"person:{other.person_id}"
        ).count()
        for meeting in group.meetings.all()
    }
    due = clock.at_london(first, 0)
    done = [leading.hand_over_due(now=due), leading.hand_over_due(now=due)]

    assert (before, Group.objects.get(pk=group.pk).leader) == (old, other)
    starts = {one.number: one.starts_at.date() for one in group.meetings.all()}
    assert reminded == {number: 2 if day >= first else 0 for number, day in starts.items()}
    assert done == [1, 0]
    assert Role.objects.filter(kind=roles.LEADS_SCHOOL, person=other.person).first().starts_on == first  # type: ignore[union-attr]
    assert len(heard("leader_changed")) == 3


def test_change_that_cannot_happen_holds_up_no_other(group: Group, other: Leader) -> None:
    change(group, other, from_on=date(2026, 11, 2))
    good = make.LeaderChangeFactory(from_on=date(2026, 11, 3))
    # There is no day two weeks before these: whom to remind when cannot be said.
    group.meetings.update(starts_at=datetime(1, 1, 5, 9, tzinfo=UTC), ends_at=datetime(1, 1, 5, 12, tzinfo=UTC))

    done = leading.hand_over_due(now=clock.at_london(date(2026, 11, 4)))

    states = LeaderChange.objects.order_by("pk").values_list("status", flat=True)
    assert (done, list(states)) == (1, ["planned", "done"])
    assert Group.objects.get(pk=group.pk).leader == group.leader
    assert Group.objects.get(pk=good.group_id).leader == good.leader


def test_change_that_is_taken_back_is_told_to_whoever_had_heard_of_it(group: Group, other: Leader) -> None:
    old = group.leader
    change(group, other, from_on=date(2026, 11, 2))
    Notice.objects.filter(kind="leader_changed", recipient=f"person:{other.person_id}").update(state="sent")

    leading.take_back(group=group, by=None, now=LATER + timedelta(minutes=1))
    notices.sweep(LATER + timedelta(minutes=5))

    assert leading.hand_over_due(now=clock.at_london(date(2026, 11, 2))) == 0
    assert Group.objects.get(pk=group.pk).leader == old
    # Who was to be replaced had not been written to yet.
    assert heard("leader_stays") == [f"person:{other.person_id}"]
    assert heard("leader_replaced", ["planned"]) == []
    assert heard("leader_changed", ["planned"]) == []
    with pytest.raises(CannotMove, match="No change of leader is planned"):
        leading.take_back(group=group, by=None, now=LATER)


def test_change_is_not_taken_back_once_the_old_leaders_time_ends(group: Group, other: Leader) -> None:
    old, first = group.leader, TODAY + timedelta(days=20)
    change(group, other, from_on=first)
    end(old, first - timedelta(days=1))

    with pytest.raises(leading.CannotChangeLeader) as refused:
        leading.take_back(group=group, by=None, now=LATER)

    assert "before the group's year is over. Once Nora New leads it, give the group to somebody else." in str(
        refused.value
    )
    assert LeaderChange.objects.get().status == "planned"


def test_second_planned_change_is_refused(group: Group, other: Leader) -> None:
    change(group, other, from_on=date(2026, 11, 2))

    with pytest.raises(CannotMove, match="Take that back first"):
        change(group, make.LeaderFactory(hub=group.hub), from_on=date(2026, 12, 1))


def test_leader_must_be_allowed_for_the_programme(group: Group, other: Leader) -> None:
    wrong: dict[str, Leader] = {
        "led by a Mastery Specialist of your hub": make.LeaderFactory(hub=group.hub, kind=roles.READINESS_LEAD),
        "of your hub": make.LeaderFactory(),
        "leads this group already": group.leader,
        "leads 0 groups this year already": make.LeaderFactory(hub=group.hub, max_groups=0),
        "starts on": make.LeaderFactory(hub=group.hub, starts_on=date(2027, 1, 4)),
        "before the group's year is over": make.LeaderFactory(hub=group.hub, ends_on=date(2027, 1, 4)),
    }

    for words, leader in wrong.items():
        with pytest.raises(leading.CannotChangeLeader, match=words):
            change(group, leader)
    for day in (TODAY - timedelta(days=1), date(2027, 9, 1)):
        with pytest.raises(leading.CannotChangeLeader, match="Choose"):
            change(group, other, from_on=day)
    assert LeaderChange.objects.count() == 0


def test_planned_change_counts_as_a_group_led(group: Group, other: Leader) -> None:
    change(group, other, from_on=date(2026, 11, 2))

    with pytest.raises(groups.CannotGroup, match="leads 1 group this year already"):
        groups.make_group(offer=group.offer, hub=group.hub, name="New", leader=other, host=None, by=None)


def test_group_is_not_made_for_somebody_who_leaves_before_it_ends(group: Group) -> None:
    leaving = make.LeaderFactory(hub=group.hub, ends_on=date(2027, 3, 1))

    with pytest.raises(groups.CannotGroup, match="last day is Monday 1 March 2027"):
        groups.make_group(offer=group.offer, hub=group.hub, name="New", leader=leaving, host=None, by=None)


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_group_that_has_ended_keeps_its_leader(group: Group, other: Leader, status: str) -> None:
    change(group, other, from_on=date(2026, 11, 2))
    group.move_to(status, by=None)

    with pytest.raises(CannotMove, match=f"This group is {status}"):
        change(group, other)
    assert leading.hand_over_due(now=clock.at_london(date(2026, 11, 2))) == 0
    assert LeaderChange.objects.get().status == "taken_back"
    assert heard("leader_stays") == []


def end(leader: Leader, last_day: date) -> None:
    leaving.end_leader(leader=leader, by=None, today=TODAY, last_day=last_day, now=LATER)


def test_leaders_time_does_not_end_while_they_lead(group: Group, other: Leader) -> None:
    second = make.GroupFactory(hub=group.hub, leader=group.leader, offer=group.offer, name="Last Group")

    with pytest.raises(leading.CannotChangeLeader) as problem:
        end(group.leader, date(2026, 10, 31))
    change(group, other, from_on=date(2026, 11, 2))
    with pytest.raises(leading.CannotChangeLeader, match=f"still leads {group.name} and {second.name}"):
        end(group.leader, date(2026, 10, 31))
    groups.cancel_group(group=second, reason="Too few schools", by=None, now=LATER)
    end(group.leader, date(2026, 11, 1))

    assert f"{group.leader} still leads {group.name} and {second.name}." in str(problem.value)
    assert Leader.objects.get(pk=group.leader_id).ends_on == date(2026, 11, 1)


def test_time_of_whoever_is_to_take_a_group_over_does_not_end_either(group: Group, other: Leader) -> None:
    change(group, other, from_on=date(2026, 11, 2))

    with pytest.raises(leading.CannotChangeLeader, match=f"still leads {group.name}"):
        end(other, date(2026, 10, 20))


def test_visits_that_somebody_leaves_unlogged_go_to_who_leads_the_group(group: Group, other: Leader) -> None:
    old, been = group.leader, group.visits.order_by("pk")[0]
    past = clock.at_london(date(2026, 9, 11), 10)
    Visit.objects.filter(pk=been.pk).update(status="booked", on=past.date(), starts_at=past)
    change(group, other)
    assert Visit.objects.get(pk=been.pk).leader == old

    end(old, TODAY)

    assert Visit.objects.get(pk=been.pk).leader == other
    assert "visit_log_due" not in {kind for kind, state in about(old) if state == "planned"}


def test_reminder_names_to_teachers_who_leads_on_that_day(group: Group, other: Leader) -> None:
    before, after = group.meetings.order_by("starts_at")[:2]
    change(group, other, from_on=after.starts_at.date())
    kind = notices.kinds()["meeting_reminder"]

    said = []
    for meeting in (before, after):
        rows = Notice.objects.filter(kind=kind.key, target=f"workgroups.meeting:{meeting.pk}", state="planned")
        target = kind.load().get(pk=meeting.pk)
        leads = (group.leader if meeting == before else other).person_id
        for row in rows.order_by("pk"):
            line = re.search("^Led by: (.*)$", render(kind, target, row)[1], re.MULTILINE)
            said.append((meeting == before, row.recipient == f"person:{leads}", line and line[1]))

    assert set(said) == {
        (True, True, None),
        (True, False, group.leader.person.name),
        (False, True, None),
        (False, False, "Nora New"),
    }
