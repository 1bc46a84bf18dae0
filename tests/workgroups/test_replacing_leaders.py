"""Replacing a leader: who has room, what has been since a past day, whose access ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from hubportal.core.templatetags.portal import day as day_words
from hubportal.core.templatetags.portal import long_day
from programmes.models import Leader
from schools import roles
from schools.models import Person, Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, replace
from workgroups.actions import leading, passing, replacing, taking_effect
from workgroups.actions.candidates import successors_for
from workgroups.actions.duties import Kind, duties_of
from workgroups.actions.outlook import lines_of, stays_open
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once(but="test_leader_passes_on_all_groups_and_visits")]


def test_leader_passes_on_all_groups_and_visits(group: Group, staff: User) -> None:
    """Whoever stays a leader, without a group, is said to."""
    other, was = make.LeaderFactory(hub=group.hub), group.leader
    with clock.fixed(NOW):
        led = [one for one in duties_of(was.person, by=staff, today=TODAY) if one.kind == Kind.GROUP]
    plan = replacing.Plan(was.person, replacing.Newcomer(person=other.person), led, None, TODAY)

    change = replacing.replace(plan=plan, by=staff, now=NOW)

    assert stays_open(change) == [f"{was} is still Mastery Specialist of {group.hub}, with no group to lead"]
    group.refresh_from_db()
    assert group.leader == other
    assert set(group.visits.values_list("leader", flat=True)) == {other.pk}


def test_successor_without_room_for_all_groups_reads_what_they_lead_now(group: Group, staff: User) -> None:
    """Not what they would have led by the group that finds no room."""
    other = make.LeaderFactory(hub=group.hub, max_groups=3, person__name="Rafael Winter")
    for leader, many in ((group.leader, 2), (other, 2)):
        for _ in range(many):
            make.GroupFactory(hub=group.hub, offer=group.offer, leader=leader, status="running")

    with pytest.raises(passing.CannotReplace, match="leads 2 groups this year and would lead 5, but 3 are agreed"):
        replace(group.leader.person, staff, from_on=TODAY, to=replacing.Newcomer(person=other.person))

    assert Group.objects.filter(leader=other).count() == 2


def test_leaders_with_room_are_offered_first_with_what_they_lead(group: Group, staff: User) -> None:
    """Whoever is of another kind, or of another hub, is not offered."""
    named = [make.LeaderFactory(hub=group.hub, max_groups=2, person__name=name) for name in ("Ann", "Bea", "Cat")]
    make.LeaderFactory(hub=group.hub, kind=roles.READINESS_LEAD)
    make.LeaderFactory(max_groups=2)
    for leader, many in zip(named, (2, 1, 0), strict=True):
        for _ in range(many):
            busy = make.GroupFactory(hub=group.hub, offer=group.offer, leader=leader)
            make.MeetingFactory(group=busy, half_days=3)
    make.MeetingFactory(group=busy, status="cancelled")
    make.VisitFactory(place__group=busy, half_days=2)
    leaver = group.leader.person

    with clock.fixed(NOW):
        duties = duties_of(leaver, by=staff, today=TODAY)
        found = successors_for(leaver, duties, [], by=staff, today=TODAY)

    ann, bea, cat = (leader.person_id for leader in named)
    assert found == [
        ("May lead", [(cat, "Cat, leads 0 of 2 this year"), (bea, "Bea, leads 1 of 2 this year, 2½ days")]),
        ("Without room", [(ann, "Ann, leads 2 of 2 this year, 3 days")]),
    ]


def test_leader_replaced_from_a_past_day_no_longer_logs_what_has_been_since(group: Group, staff: User) -> None:
    """Visits before that day, and what was logged since, stay with whoever made them; so it is taken back."""
    before, since, logged, ahead = group.visits.order_by("pk")[:4]
    now = NOW + timedelta(days=60)
    day = now.date() - timedelta(days=20)
    for visit, days in ((before, -1), (since, 1), (logged, 2), (ahead, 40)):
        on = day + timedelta(days=days)
        group.visits.filter(pk=visit.pk).update(status="booked", on=on, starts_at=clock.at_london(on))
    group.visits.filter(pk=logged.pk).update(status="done")
    other, was = make.LeaderFactory(hub=group.hub), group.leader

    with clock.fixed(now):
        led_now = [one for one in duties_of(was.person, by=staff, today=now.date()) if one.kind == Kind.GROUP]
    plan = replacing.Plan(was.person, replacing.Newcomer(person=other.person), led_now, None, day)
    change = replacing.replace(plan=plan, by=staff, now=now)
    led = dict(group.visits.values_list("pk", "leader"))
    told = set(Notice.objects.filter(kind__startswith="leader_", state="planned").values_list("kind", "recipient"))
    (line,) = lines_of(change)
    taking_effect.take_back(change=change, by=staff, now=now)

    assert [led[one.pk] for one in (before, since, logged, ahead)] == [was.pk, other.pk, was.pk, other.pk]
    assert {("leader_changed", f"person:{other.person_id}"), ("leader_replaced", f"person:{was.person_id}")} <= told
    assert line.words == f"{other} leads it from {long_day(day)}"
    assert f"1 visit since that day without a log: now for {other} to log." in line.more
    assert set(group.visits.values_list("leader", flat=True)) == {was.pk}


@pytest.mark.parametrize("days", [-20, 0, 20])
def test_leader_who_leaves_sees_nothing_any_more_and_may_be_taken_back(group: Group, staff: User, days: int) -> None:
    was, other, now = group.leader, make.LeaderFactory(hub=group.hub), NOW + timedelta(days=60)
    make.RoleFactory(kind=roles.SPECIALIST, hub=group.hub, person=was.person)
    user, day = (
        User.objects.create_user("leah@people.example.org", person=was.person),
        now.date() + timedelta(days=days),
    )
    to = replacing.Newcomer(person=other.person)

    change = replace(was.person, staff, from_on=day, to=to, now=now)
    later = max(now, clock.at_london(day))
    with clock.fixed(later):
        leading.hand_over_due(now=later)
        taking_effect.take_effect_due(now=later)
        seen = [Group.objects.visible_to(User.objects.get(pk=user.pk)).count()]
        change.refresh_from_db()
        opened = stays_open(change)
        taking_effect.take_back(change=change, by=staff, now=later)
        seen.append(Group.objects.visible_to(User.objects.get(pk=user.pk)).count())

    was.refresh_from_db()
    group.refresh_from_db()
    assert seen == [0, 1]
    assert opened == []
    assert (was.ends_on, group.leader) == (None, was)


def test_leader_is_not_replaced_from_a_day_before_they_led(group: Group, staff: User) -> None:
    first, second = (make.LeaderFactory(hub=group.hub) for _ in range(2))
    replace(group.leader.person, staff, from_on=TODAY, to=replacing.Newcomer(person=first.person))

    with pytest.raises(passing.CannotReplace, match=f"{first} leads this group only since"):
        replace(first.person, staff, from_on=TODAY - timedelta(days=1), to=replacing.Newcomer(person=second.person))


def test_group_is_never_left_without_a_leader(group: Group, staff: User) -> None:
    with pytest.raises(passing.CannotReplace, match="A group needs a leader"):
        replace(group.leader.person, staff, from_on=TODAY, to=None)


@pytest.mark.parametrize("days", [-2, 0, 20])
def test_somebody_new_becomes_a_leader_as_the_leaver_was_with_the_same_form(
    group: Group, staff: User, days: int
) -> None:
    """From the day on, and told how to sign in on it; taken back, they are none."""
    was = group.leader
    Leader.objects.filter(pk=was.pk).update(max_groups=3)
    day = TODAY + timedelta(days=days)

    change = replace(was.person, staff, from_on=day)
    now = max(NOW, clock.at_london(day, 1))
    with clock.fixed(now):
        told = [Notice.objects.filter(kind="invitation").count()]
        leading.hand_over_due(now=now)
        taking_effect.take_effect_due(now=now)
        told.append(Notice.objects.filter(kind="invitation").count())
        change.refresh_from_db()
        line = lines_of(change)[0]
        ben = Leader.objects.get(person__name="Ben Bo")
        user = User.objects.get(person=ben.person)
        group.refresh_from_db()
        led, seen = group.leader, Group.objects.visible_to(user).count()
        taking_effect.take_back(change=change, by=staff, now=now)
        seen_after = Group.objects.visible_to(User.objects.get(pk=user.pk)).count()

    group.refresh_from_db()
    assert (ben.kind, ben.hub, ben.starts_on, ben.max_groups) == (was.kind, group.hub, day, 3)
    assert told == [int(days <= 0), 1]
    assert (line.title, line.words) == (f"Mastery Specialist of {group.hub}", f"Ben Bo, from {long_day(day)}")
    assert (led, seen, group.leader, seen_after) == (ben, 1, was, 0)
    assert not Leader.objects.filter(pk=ben.pk).exists()
    assert not Role.objects.filter(person=ben.person).current(now.date()).exists()


def test_becoming_a_leader_is_taken_back_before_its_day_and_not_once_they_lead_other_groups(
    group: Group, staff: User
) -> None:
    was, day = group.leader, TODAY + timedelta(days=20)
    change = replace(was.person, staff, from_on=day)
    taking_effect.take_back(change=change, by=staff, now=NOW)
    again = replace(was.person, staff, from_on=day, now=NOW + timedelta(hours=1))
    ben = Leader.objects.get(person__name="Ben Bo", ends_on=None)
    other = make.GroupFactory(hub=group.hub, offer=group.offer, leader=ben, name="Second")

    problem = taking_effect.why_not_take_back(again)

    assert problem == f"Ben Bo leads other groups since: {other}. Change the leader of each group instead."
    assert Person.objects.filter(name="Ben Bo").count() == 1
    assert Role.objects.get(person=ben.person).starts_on == day


def test_somebody_new_leads_as_many_groups_as_are_agreed_with_them(group: Group, staff: User) -> None:
    make.GroupFactory(hub=group.hub, offer=group.offer, leader=group.leader)
    Leader.objects.filter(pk=group.leader_id).update(max_groups=1)
    one = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org", max_groups=1)

    with pytest.raises(passing.CannotReplace, match="Ben Bo leads 0 groups this year and would lead 2, but 1 are agr"):
        replace(group.leader.person, staff, from_on=TODAY, to=one)
    assert not Person.objects.filter(name="Ben Bo").exists()
    replace(group.leader.person, staff, from_on=TODAY)

    assert Leader.objects.get(person__name="Ben Bo").max_groups == 2


@pytest.mark.parametrize(("typed", "agreed"), [({"max_groups": "4"}, 4), ({}, 3)])
def test_form_asks_how_many_groups_a_new_leader_leads(
    group: Group, staff: User, client: Client, typed: dict[str, str], agreed: int
) -> None:
    """It proposes what was agreed with the leaver, where that is more than what passes on."""
    Leader.objects.filter(pk=group.leader_id).update(max_groups=3)
    make.RoleFactory(kind=group.leader.kind, hub=group.hub, person=group.leader.person)
    url = reverse("workgroups:person-replace", args=[group.leader.person_id])
    day = {"from_on_0": TODAY.day, "from_on_1": TODAY.month, "from_on_2": TODAY.year}
    new = {"who": "new", "name": "Ben Bo", "email": "ben@people.example.org", "duties": [f"group:{group.pk}"]}
    client.force_login(staff)

    with clock.fixed(NOW):
        form = client.get(url).context["form"]
        preview = client.post(url, {**new, **day, **typed}).text
        client.post(url, {**new, **day, **typed, "confirm": "yes"})

    assert form.fields["max_groups"].initial == 3
    assert f"For {agreed} groups a year." in preview
    assert Leader.objects.get(person__name="Ben Bo").max_groups == agreed


def test_whoever_is_new_to_lead_groups_does_not_work_where_the_leaver_does(group: Group, staff: User) -> None:
    school = make.SchoolFactory()
    led = [duty for duty in duties_of(group.leader.person, by=staff, today=TODAY) if duty.kind == Kind.GROUP]
    new = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org")
    plan = replacing.Plan(group.leader.person, new, led, school, TODAY)

    replacing.replace(plan=plan, by=staff, now=NOW)

    assert Person.objects.get(name="Ben Bo").school is None


@pytest.mark.parametrize("days", [-2, 0])
def test_who_became_a_leader_today_and_is_taken_back_never_was_one(
    group: Group, staff: User, days: int, mailoutbox: list[EmailMessage]
) -> None:
    """Everybody who was told reads that it was taken back; the leaver's roles and visits are as they were."""
    was, day = group.leader, TODAY + timedelta(days=days)
    for held in group.places.select_related("enrolment__school"):
        # The days before the group's schools were placed lie in this world's past.
        Role.objects.filter(source=held.role_source).update(starts_on=TODAY - timedelta(days=9))
    roles_before = sorted(Role.objects.filter(person=was.person).values_list("pk", "starts_on", "ends_on"))
    with clock.fixed(NOW):
        led = [one for one in duties_of(was.person, by=staff, today=TODAY) if one.kind == Kind.GROUP]
        new = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org")
        change = replacing.replace(plan=replacing.Plan(was.person, new, led, None, day), by=staff, now=NOW)
        delivery.deliver_due()
        mailoutbox.clear()

        taking_effect.take_back(change=change, by=staff, now=NOW)
        delivery.deliver_due()

    ben = Person.objects.get(name="Ben Bo")
    group.refresh_from_db()
    bodies = {mail.to[0].partition(" <")[0].strip('"'): str(mail.body) for mail in mailoutbox}
    assert group.leader == was
    assert set(group.visits.values_list("leader", flat=True)) == {was.pk}
    assert sorted(Role.objects.filter(person=was.person).values_list("pk", "starts_on", "ends_on")) == roles_before
    assert not Role.objects.filter(person=ben, school__isnull=False).exists()
    assert set(Role.objects.filter(person=ben).values_list("ends_on", flat=True)) <= {TODAY - timedelta(days=1)}
    assert Leader.objects.get(person=ben).ends_on == TODAY - timedelta(days=1)
    assert {"Ben Bo", was.person.name} <= set(bodies)
    assert all("That has been taken back" in body for body in bodies.values())
    assert "You are no Mastery Specialist of" in bodies["Ben Bo"]
    assert not any("Please log" in body for body in bodies.values())


@pytest.mark.parametrize("is_running", [False, True])
@pytest.mark.parametrize("email", ["", "office@hubs.example.org"])
def test_leaver_reads_whether_teachers_are_told_and_whom_an_answer_reaches(
    group: Group, staff: User, is_running: bool, email: str, mailoutbox: list[EmailMessage]
) -> None:
    if not is_running:
        Group.objects.filter(pk=group.pk).update(status="forming", started_at=None)
    group.hub.email = email
    group.hub.save()
    if not email:  # nor has it a lead, who would answer for it
        staff.person.roles.filter(kind=roles.HUB_LEAD).update(kind=roles.HUB_ADMIN)
    was = group.leader.person
    other = replacing.Newcomer(person=make.LeaderFactory(hub=group.hub, person__name="Una Upton").person)
    mailoutbox.clear()

    change = replace(was, staff, from_on=TODAY, to=other)
    with clock.fixed(NOW):
        line = next(one for one in lines_of(change) if one.title.startswith("Leads"))
        delivery.deliver_due()

    body = next(str(mail.body) for mail in mailoutbox if "Una Upton leads" in mail.subject and was.email in mail.to[0])
    assert ("Its teachers and schools are told." in body) is is_running
    assert ("the teachers and their schools are told" in line.more) is is_running
    assert "From now on the meetings, visits and reminders that lie ahead are Una Upton's" in body
    assert f"Answer this e-mail to reach Una Upton{' and your hub' if email else ''}.\n\n" in body


def test_who_led_some_days_and_is_taken_back_reads_of_the_last_day_and_of_no_visits_before(
    group: Group, staff: User, mailoutbox: list[EmailMessage], django_assert_num_queries: Any
) -> None:
    """None of that is read up for each of them."""
    was, later = group.leader, NOW + timedelta(days=3)
    with clock.fixed(NOW):
        led = [one for one in duties_of(was.person, by=staff, today=TODAY) if one.kind == Kind.GROUP]
        new = replacing.Newcomer(name="Ben Bo", email="ben@people.example.org")
        change = replacing.replace(plan=replacing.Plan(was.person, new, led, None, TODAY), by=staff, now=NOW)
        delivery.deliver_due()
        mailoutbox.clear()

    with clock.fixed(later):
        taking_effect.take_back(change=change, by=staff, now=later)
        delivery.deliver_due()

    rows = Notice.objects.filter(kind__startswith="leader_", occurrence__endswith=f"@{TODAY}", state="sent")
    assert rows.filter(due_at=later).count() > 2
    for notice in rows:
        kind = notices.kinds()[notice.kind]
        (target,) = kind.load_by_key([notice.target]).values()
        with django_assert_num_queries(0):
            kind.context(target, notice)
    body = next(str(mail.body) for mail in mailoutbox if "Ben Bo" in mail.to[0])
    assert "please log any that you made before" not in body
    assert all(f"led {group.name} from {day_words(TODAY)} has been taken back." in str(one.body) for one in mailoutbox)
    assert f"Your last day as Mastery Specialist of {group.hub}: {day_words(later.date() - timedelta(days=1))}." in body
