"""A group has one leader and any number beside; cover goes back by itself."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import day as day_words
from hubportal.core.templatetags.portal import long_day
from programmes.models import Leader
from schools import roles
from schools.models import Role, School, User
from tests import factories as make
from tests.workgroups.test_groups import NOW, accepted, place
from workgroups.actions import co_leading, leading, leaving
from workgroups.models import CoLeader, Group, Meeting, Participant, Visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(but="test_co_leader_sees_runs_and_is_reminded_from_the_first_day_to_the_last"),
]

TODAY = NOW.date()


@pytest.fixture
def other(group: Group) -> Leader:
    """Another leader of the hub, who signs in."""
    user = make.make_user(roles.SPECIALIST, hub=group.hub)
    found: Leader = make.LeaderFactory(hub=group.hub, person=user.person)
    return found


def seen_by(leader: Leader, day: date) -> list[int]:
    with clock.fixed(clock.at_london(day)):
        user = User.objects.get(person=leader.person_id)
        counts = [rows.visible_to(user).count() for rows in (Group.objects, Meeting.objects, Visit.objects)]
        run = [rows.run_by(user).count() for rows in (Meeting.objects, Visit.objects)]
        return [*counts, *run, School.objects.visible_to(user).count()]


def test_co_leader_sees_runs_and_is_reminded_from_the_first_day_to_the_last(group: Group, other: Leader) -> None:
    since, until = TODAY + timedelta(days=7), TODAY + timedelta(days=90)
    nothing, all_of_it = [0, 0, 0, 0, 0, 0], [1, 3, 6, 3, 6, 2]

    co_leading.add_beside(group=group, leader=other, since=since, until=until, by=None, now=NOW)

    days = (TODAY, since, until, until + timedelta(days=1))
    assert [seen_by(other, day) for day in days] == [nothing, all_of_it, all_of_it, nothing]
    mine = Notice.objects.filter(recipient=f"person:{other.person_id}")
    there = group.meetings.filter(starts_at__gte=clock.at_london(since), starts_at__lt=clock.at_london(until))
    assert mine.filter(kind="meeting_reminder").values("target").distinct().count() == there.count() > 0
    assert mine.filter(kind="year_dates").count() == 1


def test_school_that_joins_later_is_seen_too_and_all_ends_with_it(group: Group, other: Leader) -> None:
    one = co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    place(group, accepted(group))
    before = seen_by(other, TODAY)[-1]

    co_leading.end_beside(one=CoLeader.objects.get(pk=one.pk), by=None, now=NOW)

    assert (before, seen_by(other, TODAY)[-1]) == (3, 0)
    assert not Notice.objects.filter(
        recipient=f"person:{other.person_id}", kind="meeting_reminder", state="planned"
    ).exists()


def test_whoever_became_the_leader_sees_the_schools_once_they_lead_beside_no_more(group: Group, other: Leader) -> None:
    one = co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    leading.change_leader(group=group, leader=other, from_on=TODAY, reason="Swap", by=None, now=NOW)
    before = seen_by(other, TODAY)

    co_leading.end_beside(one=CoLeader.objects.get(pk=one.pk), by=None, now=NOW)

    assert before == seen_by(other, TODAY) == [1, 3, 6, 3, 6, 2]


def test_whoever_became_the_leader_sees_a_school_that_joins_by_one_role(group: Group, other: Leader) -> None:
    co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    leading.change_leader(group=group, leader=other, from_on=TODAY, reason="Swap", by=None, now=NOW)
    group.refresh_from_db()

    joined = place(group, accepted(group))

    assert Role.objects.get(person=other.person, source=joined.role_source).ends_on is None


def test_whoever_led_beside_for_days_that_are_over_is_kept_and_sees_no_school(group: Group, other: Leader) -> None:
    until, later = TODAY + timedelta(days=9), NOW + timedelta(days=20)

    co_leading.add_beside(group=group, leader=other, since=TODAY, until=until, by=None, now=later)

    assert (group.co_leaders.get().until, seen_by(other, later.date())[-1]) == (until, 0)


@pytest.mark.parametrize("how", ["cover", "third", "undone"])
@pytest.mark.parametrize(("since", "until"), [(0, None), (0, 30), (20, 40)])
def test_whoever_led_for_a_while_sees_the_schools_as_long_as_they_lead_beside(
    group: Group, other: Leader, how: str, since: int, until: int | None
) -> None:
    """They led for cover, until a third person does, or were leader by mistake."""
    days = [TODAY + timedelta(days=one) for one in (0, 10, 19, 20, 30, 31, 40, 41)]
    first, last = TODAY + timedelta(days=since), None if until is None else TODAY + timedelta(days=until)
    co_leading.add_beside(group=group, leader=other, since=first, until=last, by=None, now=NOW)
    before = [seen_by(other, day)[-1] for day in days]
    back_on = days[1] if how == "cover" else None
    made = leading.change_leader(
        group=group, leader=other, from_on=TODAY, back_on=back_on, reason="Ill", by=None, now=NOW
    )
    during = seen_by(other, TODAY)[-1]

    third, now = make.LeaderFactory(hub=group.hub), clock.at_london(days[1])
    group.refresh_from_db()
    if how == "third":
        leading.change_leader(group=group, leader=third, from_on=days[1], reason="Ill", by=None, now=now)
    elif how == "undone":
        leading.undo(change=made, by=None, now=NOW)
    leading.hand_over_due(now=now)

    assert [seen_by(other, day)[-1] for day in days[1:]] == before[1:]
    assert during == 2
    assert Group.objects.get().leader == (third if how == "third" else made.was)


@pytest.mark.parametrize("who", ["leader", "twice", "elsewhere"])
def test_nobody_leads_a_group_twice_or_from_another_hub(group: Group, other: Leader, who: str) -> None:
    if who == "twice":
        co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    leaders: dict[str, Leader] = {"leader": group.leader, "twice": other, "elsewhere": make.LeaderFactory()}

    with pytest.raises(leading.CannotChangeLeader):
        co_leading.add_beside(group=group, leader=leaders[who], since=TODAY, until=None, by=None, now=NOW)


def test_cover_goes_back_by_itself(group: Group, other: Leader) -> None:
    first, covered, last = group.meetings.order_by("starts_at")
    from_on = covered.starts_at.date() - timedelta(days=3)
    back_on = covered.starts_at.date() + timedelta(days=3)
    usual = group.leader
    leading.change_leader(group=group, leader=other, from_on=from_on, back_on=back_on, reason="Ill", by=None, now=NOW)
    reminded = {
        meeting: set(
            Notice.objects.filter(
                kind="meeting_reminder",
                state="planned",
                target=f"workgroups.meeting:{meeting.pk}",
                recipient__in=(f"person:{usual.person_id}", f"person:{other.person_id}"),
            ).values_list("recipient", flat=True)
        )
        for meeting in (first, covered, last)
    }

    led = []
    for day in (from_on - timedelta(days=1), from_on, back_on - timedelta(days=1), back_on):
        for _twice in range(2):
            leading.hand_over_due(now=clock.at_london(day, 0))
        led.append(Group.objects.get(pk=group.pk).leader)

    assert led == [usual, other, other, usual]
    assert reminded == {
        first: {f"person:{usual.person_id}"},
        covered: {f"person:{other.person_id}"},
        last: {f"person:{usual.person_id}"},
    }
    assert not Role.objects.filter(person=other.person, kind=roles.LEADS_SCHOOL).current(back_on).exists()


@pytest.mark.parametrize("days", [8, 9])
def test_cover_needs_somebody_who_is_there_after_it(group: Group, other: Leader, days: int) -> None:
    """Where a hub was split, whoever leads what stays has a last day: after the cover they lead it until then."""
    Leader.objects.filter(pk=group.leader_id).update(ends_on=TODAY + timedelta(days=days))
    back_on = TODAY + timedelta(days=9)
    given: dict[str, Any] = {"group": group, "leader": other, "from_on": TODAY, "back_on": back_on, "reason": "Ill"}

    if days < 9:
        with pytest.raises(leading.CannotChangeLeader, match="last day is before the cover ends"):
            leading.change_leader(**given, by=None, now=NOW)
    else:
        usual = group.leader
        leading.change_leader(**given, by=None, now=NOW)
        leading.hand_over_due(now=clock.at_london(back_on))
        assert Group.objects.get(pk=group.pk).leader == usual


def test_leader_whose_time_ends_leads_beside_no_longer(group: Group, other: Leader) -> None:
    """Nor do they see its schools then, or are reminded of what comes after it."""
    co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    last = TODAY + timedelta(days=30)

    leaving.end_leader(leader=other, by=None, today=TODAY, last_day=last, now=NOW)

    assert group.co_leaders.get().until == last
    assert [seen_by(other, day)[-1] for day in (TODAY, last, last + timedelta(days=1))] == [2, 2, 0]
    due = Notice.objects.filter(recipient=f"person:{other.person_id}", kind="meeting_reminder", state="planned")
    after = group.meetings.filter(starts_at__gt=clock.at_london(last + timedelta(days=1)))
    assert not due.filter(target__in=[f"workgroups.meeting:{one.pk}" for one in after]).exists()


def mails(now: datetime) -> dict[str, tuple[str, str]]:
    """What is sent by then, by whom it goes to: subject and text."""
    mail.outbox.clear()
    with clock.fixed(now):
        notices.sweep(now)
        delivery.deliver_due()
    return {one.to[0].partition(" <")[0].strip('"'): (str(one.subject), str(one.body)) for one in mail.outbox}


def test_who_leads_beside_and_the_leader_read_so_once_with_the_days(group: Group, other: Leader) -> None:
    Notice.objects.update(state="sent")
    sam, (first, second, third) = group.leader, group.meetings.order_by("starts_at")
    tess = make.LeaderFactory(hub=group.hub, person__name="Tess Turner")
    since, until = second.starts_at.date(), third.starts_at.date() - timedelta(days=1)
    now = NOW + timedelta(days=1)
    co_leading.add_beside(group=group, leader=other, since=now.date(), until=None, by=None, now=now)
    told = [mails(now)]
    co_leading.add_beside(group=group, leader=tess, since=since, until=until, by=None, now=now)
    told.append(mails(now))

    assert [set(one) for one in told] == [{sam.person.name, other.person.name}, {sam.person.name, "Tess Turner"}]
    subject, body = told[0][sam.person.name]
    assert subject == f"{other} leads {group} beside you"
    assert f"{other} now leads {group}" in body
    subject, body = told[1][sam.person.name]
    assert f"From {day_words(since)} Tess Turner leads {group}" in body
    assert f"beside you, until {day_words(until)}. You go on leading it." in body
    subject, body = told[0][other.person.name]
    assert f"is led by {sam}. You lead it beside {sam} now." in body
    assert f"{sam} also visits every school" in body
    subject, body = told[1]["Tess Turner"]
    assert subject == f"{group}: you lead it beside {sam} from {long_day(since)}"
    assert f"From {day_words(since)} you lead it beside {sam}, until {day_words(until)}." in body
    assert [f"  {one.number}. " in body for one in (first, second, third)] == [False, True, False]
    assert mails(now + timedelta(hours=1)) == {}


def test_leader_hears_nothing_of_who_is_taken_off_before_the_mail_leaves(group: Group, other: Leader) -> None:
    one = co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)

    co_leading.end_beside(one=CoLeader.objects.get(pk=one.pk), by=None, now=NOW)

    assert set(Notice.objects.filter(kind="leads_beside").values_list("state", flat=True)) == {"cancelled"}


def test_both_who_were_told_hear_that_somebody_is_taken_off_before_their_first_day(group: Group, other: Leader) -> None:
    Notice.objects.update(state="sent")
    since, later = TODAY + timedelta(days=30), NOW + timedelta(days=1)
    one = co_leading.add_beside(group=group, leader=other, since=since, until=None, by=None, now=NOW)
    mails(NOW)

    co_leading.end_beside(one=CoLeader.objects.get(pk=one.pk), by=None, now=later)
    told = mails(later)

    assert set(told) == {group.leader.person.name, other.person.name}
    subject, body = told[group.leader.person.name]
    assert subject == f"{other} does not lead {group} beside you"
    assert f"beside you from {day_words(since)}. That has been taken back. You go on leading it." in body
    assert told[other.person.name][0] == f"You do not lead {group} beside {group.leader}"
    assert seen_by(other, since) == [0, 0, 0, 0, 0, 0]
    assert not CoLeader.objects.not_over(TODAY).exists()
    # Once is enough; and they can be added anew.
    assert mails(later + timedelta(hours=1)) == {}
    co_leading.add_beside(group=group, leader=other, since=since, until=None, by=None, now=later)


def test_both_who_were_told_hear_of_another_last_day_and_that_it_counts_no_more(group: Group, other: Leader) -> None:
    """It ends with the time of whoever leads beside; corrected before an e-mail left, only the newest day is told."""
    Notice.objects.update(state="sent")
    first, second = TODAY + timedelta(days=30), TODAY + timedelta(days=40)
    co_leading.add_beside(group=group, leader=other, since=TODAY, until=None, by=None, now=NOW)
    mails(NOW)
    told: list[dict[str, str]] = []

    for days in ((first, None), (first, second), (None,)):
        for day in days:
            leader = Leader.objects.get(pk=other.pk)
            leaving.end_leader(leader=leader, by=None, today=TODAY, last_day=day, now=NOW + timedelta(hours=len(told)))
        told.append({name: subject for name, (subject, _body) in mails(NOW + timedelta(hours=len(told))).items()})

    sam, name = group.leader.person.name, other.person.name
    assert told == [
        {},
        {
            sam: f"{other} leads {group} beside you until {long_day(second)}",
            name: f"You lead {group} beside {sam} until {long_day(second)}",
        },
        {sam: f"{other} goes on leading {group} beside you", name: f"You go on leading {group} beside {sam}"},
    ]


@pytest.mark.parametrize("is_later", [True, False])
def test_cover_is_told_to_each_with_both_days_and_what_lies_in_it(group: Group, other: Leader, is_later: bool) -> None:
    Notice.objects.update(state="sent")
    usual, (first, covered, last) = group.leader, group.meetings.order_by("starts_at")
    now = NOW if is_later else clock.at_london(covered.starts_at.date() - timedelta(days=3), 9)
    from_on = covered.starts_at.date() - timedelta(days=3)
    back_on = covered.starts_at.date() + timedelta(days=3)
    teacher = Participant.objects.filter(place__group=group).earliest("pk").person.name

    leading.change_leader(group=group, leader=other, from_on=from_on, back_on=back_on, reason="Ill", by=None, now=now)
    mails(now)

    # That it goes back is told beside it where the cover has begun.
    told = {one.to[0].partition(" <")[0].strip('"'): str(one.body) for one in mail.outbox if "cover" in one.body}
    days = f"This is cover, until {day_words(back_on - timedelta(days=1))}: from {day_words(back_on)}"
    begins = f"From {day_words(from_on)} " if is_later else ""
    to_new, to_usual, to_teacher = (told[name] for name in (other.person.name, usual.person.name, teacher))
    assert f"{begins}{'you' if is_later else 'You now'} lead {group} in place of {usual}." in to_new
    assert f"{days} {usual} leads it again." in to_new
    assert "This is the meeting of that time:" in to_new
    assert [f"  {one.number}. " in to_new for one in (first, covered, last)] == [False, True, False]
    assert f"in your place. {days} you lead it again." in to_usual
    assert f"The meetings, visits and reminders of the days of cover are {other}'s, those after it yours" in to_usual
    assert [words in to_usual for words in ("that lie ahead", f"{usual} leads")] == [False, False]
    assert f"The dates stay as they are. {days} {usual} leads the group again." in to_teacher
    assert f"The meeting of that time is number {covered.number}:" in to_teacher
