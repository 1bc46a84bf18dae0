"""Whoever leads a group hears of a school that pauses, takes part again, or is withdrawn: once, with the day."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.templatetags.portal import moment
from programmes.actions import enrolments
from programmes.models import Enrolment
from schools import roles
from schools.models import Person, Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from workgroups.actions import co_leading, groups, leading, visits
from workgroups.models import Group, Place

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAUSED: dict[str, Any] = {"by": None, "reason": "A new headteacher."}


def held_in(group: Group) -> Place:
    return Place.objects.select_related("enrolment__school", "enrolment__offer").filter(group=group).earliest("pk")


def sent(now: datetime) -> list[tuple[str, str]]:
    """After the sweeps of a moment: who was told what by then."""
    with clock.fixed(now):
        groups.reconcile_participants(now=now)
        notices.sweep(now)
        delivery.deliver_due()
    rows = Notice.objects.filter(kind="place_changed", state="sent").order_by("pk")
    return [(row.name, row.subject) for row in rows]


def test_leaders_of_a_running_group_hear_once_of_a_school_that_pauses_and_comes_back(group: Group) -> None:
    beside = make.LeaderFactory(hub=group.hub)
    co_leading.add_beside(group=group, leader=beside, since=NOW.date(), until=None, by=None, now=NOW)
    held, later = held_in(group), NOW + timedelta(days=1)
    enrolment, school = held.enrolment, held.enrolment.school.name

    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    first, again = sent(NOW), sent(NOW + timedelta(hours=1))
    enrolments.resume(enrolment=enrolment, by=None, now=later)
    all_sent = sent(later)

    names = [group.leader.person.name, beside.person.name]
    assert first == again == [(name, f"{group}: {school} is paused") for name in names]
    assert all_sent[2:] == [(name, f"{group}: {school} takes part again") for name in names]
    bodies = list(Notice.objects.filter(kind="place_changed").order_by("pk").values_list("body", flat=True))
    assert "from Monday 14 September 2026" in bodies[0]
    assert "A new headteacher." in bodies[0]
    assert f"It had left {group}: the hub places it in a group again." in bodies[2]


@pytest.mark.parametrize("why", ["no address", "came back"])
def test_leader_who_was_told_of_a_pause_hears_that_it_is_over_where_nobody_at_the_school_was_reached(
    group: Group, why: str
) -> None:
    enrolment, later = held_in(group).enrolment, NOW + timedelta(days=1)
    if why == "no address":
        Person.objects.filter(enrolled__enrolment=enrolment).update(email="")

    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    sent(NOW)
    Notice.objects.filter(kind="enrolment-changed").update(state="failed")
    enrolments.resume(enrolment=enrolment, by=None, now=later)

    assert [subject for _name, subject in sent(later)] == [
        f"{group}: {enrolment.school} is paused",
        f"{group}: {enrolment.school} takes part again",
    ]


def test_whoever_was_told_of_a_pause_alone_hears_how_it_stands_after_a_pause_to_and_fro(group: Group) -> None:
    """Of the first time back only the school had heard."""
    enrolment, leader = held_in(group).enrolment, f"person:{group.leader.person_id}"
    hours = [NOW + timedelta(hours=more) for more in (1, 2, 3)]
    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    sent(NOW)
    enrolments.resume(enrolment=enrolment, by=None, now=hours[0])
    Notice.objects.filter(kind="enrolment-changed", state="planned").update(state="sent")

    enrolments.pause(enrolment=enrolment, now=hours[1], **PAUSED)
    enrolments.resume(enrolment=enrolment, by=None, now=hours[2])
    sent(hours[2])

    told = Notice.objects.filter(kind="place_changed", recipient=leader, state="sent").order_by("due_at")
    assert [row.occurrence.partition("@")[0] for row in told] == ["paused", "resumed"]


def told(recipient: Person) -> list[str]:
    """What somebody at the school was told, first to last."""
    rows = Notice.objects.filter(kind="enrolment-changed", recipient=f"person:{recipient.pk}", state="sent")
    return [row.occurrence.partition("@")[0] for row in rows.order_by("due_at", "pk")]


def test_nobody_is_told_twice_that_the_school_takes_part_where_somebody_who_heard_of_the_pause_has_left(
    group: Group,
) -> None:
    """The second pause is a slip, taken back before anybody hears of it; the new headteacher was told of neither."""
    enrolment = held_in(group).enrolment
    lead, head = (
        make.RoleFactory(kind=kind, school=enrolment.school, starts_on=NOW.date())
        for kind in (roles.MATHS_LEAD, roles.HEADTEACHER)
    )
    days = [NOW + timedelta(days=more) for more in (1, 2)]
    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    sent(NOW)
    Role.objects.filter(pk=lead.pk).update(ends_on=NOW.date())
    enrolments.resume(enrolment=enrolment, by=None, now=days[0])
    sent(days[0])
    new = make.RoleFactory(kind=roles.HEADTEACHER, school=enrolment.school, starts_on=days[1].date()).person

    enrolments.pause(enrolment=enrolment, now=days[1], **PAUSED)
    enrolments.resume(enrolment=enrolment, by=None, now=days[1])
    sent(days[1])

    assert [told(one) for one in (lead.person, head.person, new)] == [["paused"], ["paused", "resumed"], []]


def in_second_group(group: Group, days: list[datetime]) -> Enrolment:
    """Of a school whose pause the first group's leader heard of alone: that group was cancelled before its end."""
    enrolment = held_in(group).enrolment
    enrolments.pause(enrolment=enrolment, now=days[0], **PAUSED)
    sent(days[0])
    groups.cancel_group(group=group, reason="Too few", by=None, now=days[1])
    enrolment.refresh_from_db()
    enrolments.resume(enrolment=enrolment, by=None, now=days[2])
    sent(days[2])
    leader = make.LeaderFactory(hub=group.hub, person__name="Second Leader")
    second = make.GroupFactory(hub=group.hub, offer=group.offer, leader=leader, name="Second")
    placed = groups.place_school(group=second, enrolment=enrolment, by=None, now=days[3])
    sent(days[3])
    return Enrolment.objects.get(pk=placed.enrolment_id)


def heard(name: str) -> list[str]:
    """What a leader heard of a school, first to last."""
    rows = Notice.objects.filter(kind="place_changed", state="sent", name=name).order_by("due_at", "pk")
    return [row.occurrence.partition("@")[0] for row in rows]


@pytest.mark.parametrize("is_reached", [True, False])
def test_leader_of_a_second_group_hears_of_a_pause_though_the_first_groups_leader_had_heard_of_one(
    group: Group, is_reached: bool
) -> None:
    if not is_reached:
        Person.objects.filter(enrolled__enrolment=held_in(group).enrolment).update(email="")
    days = [NOW + timedelta(days=more) for more in range(6)]
    enrolment = in_second_group(group, days)

    enrolments.pause(enrolment=enrolment, now=days[4], **PAUSED)
    sent(days[4])
    enrolments.resume(enrolment=enrolment, by=None, now=days[5])
    sent(days[5])

    assert heard("Second Leader") == ["paused", "resumed"]
    assert heard(group.leader.person.name) == ["paused"]


@pytest.mark.parametrize("who", ["another group", "another leader"])
def test_leader_who_came_since_hears_nothing_of_a_pause_that_is_a_slip(group: Group, who: str) -> None:
    days = [NOW + timedelta(days=more) for more in range(5)]
    if who == "another group":
        enrolment = in_second_group(group, days)
    else:
        enrolment = held_in(group).enrolment
        enrolments.pause(enrolment=enrolment, now=days[0], **PAUSED)
        sent(days[0])
        enrolments.resume(enrolment=enrolment, by=None, now=days[1])
        sent(days[1])
        other = make.LeaderFactory(hub=group.hub, person__name="Second Leader")
        leading.change_leader(group=group, leader=other, from_on=days[2].date(), reason="", by=None, now=days[2])
        groups.place_school(group=group, enrolment=enrolment, by=None, now=days[3])
        enrolment.refresh_from_db()

    enrolments.pause(enrolment=enrolment, now=days[4], **PAUSED)
    enrolments.resume(enrolment=enrolment, by=None, now=days[4])
    sent(days[4])

    assert heard("Second Leader") == []


def test_head_who_came_during_a_pause_hears_that_it_is_over(group: Group) -> None:
    enrolment, later = held_in(group).enrolment, NOW + timedelta(days=1)
    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    sent(NOW)
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=enrolment.school, starts_on=later.date()).person

    enrolments.resume(enrolment=enrolment, by=None, now=later)
    sent(later)

    assert told(head) == ["resumed"]


def test_school_reads_which_group_it_leaves_and_had_left(group: Group) -> None:
    enrolment, later = held_in(group).enrolment, NOW + timedelta(days=1)

    enrolments.pause(enrolment=enrolment, now=NOW, **PAUSED)
    sent(NOW)
    enrolments.resume(enrolment=enrolment, by=None, now=later)
    sent(later)

    rows = Notice.objects.filter(kind="enrolment-changed", state="sent").order_by("due_at", "pk")
    first, last = rows[0], rows.reverse()[0]
    assert f"Its place in {group} becomes free for another school" in first.body
    assert f"It had left {group}: the hub places it in a" in last.body


def test_leader_who_comes_later_hears_nothing_of_it(group: Group) -> None:
    enrolments.pause(enrolment=held_in(group).enrolment, now=NOW, **PAUSED)
    before, other = sent(NOW), make.LeaderFactory(hub=group.hub)
    later = NOW + timedelta(days=2)
    leading.change_leader(group=group, leader=other, from_on=later.date(), reason="", by=None, now=later)

    assert sent(later) == before


def book_all(held: Place) -> list[datetime]:
    """Its visits, each on the first day of its stretch of the year, told to everybody."""
    days = []
    for visit in held.visits.order_by("pk"):
        at = clock.at_london(visit.book_from + timedelta(days=7), 9)
        held.visits.filter(pk=visit.pk).update(status="booked", on=at.date(), starts_at=at, sequence=1, changed_at=NOW)
        days.append(at)
    sent(NOW)
    return days


@pytest.mark.parametrize("how", ["paused", "taken out", "by the leader"])
def test_visits_of_a_school_that_leaves_are_told_of_in_one_email_to_each(group: Group, staff: User, how: str) -> None:
    """The office too, which hears of no pause; not a leader who did it themselves, nor anybody of the other school."""
    held, leader = held_in(group), group.leader.person
    school = held.enrolment.school
    make.RoleFactory(kind=roles.OFFICE, school=school, person__name="Olly Office", starts_on=NOW.date())
    days, later = book_all(held), NOW + timedelta(hours=1)

    if how == "paused":
        enrolments.pause(enrolment=held.enrolment, by=staff, now=later, reason="x")
    else:
        by = staff if how == "taken out" else User.objects.create_user("leah@people.example.org", person=leader)
        groups.remove_school(place=Place.objects.select_related("group").get(pk=held.pk), reason="x", by=by, now=later)
    for more in (0, 1):
        sent(later + timedelta(hours=more))

    rows = Notice.objects.filter(due_at__gte=later, state="sent")
    about_visits = rows.exclude(kind__in=("place_changed", "enrolment-changed"))
    teacher = held.participants.get().person
    told = {"Olly Office", teacher.name, *([] if how == "by the leader" else [leader.name])}
    assert sorted(about_visits.values_list("name", flat=True)) == sorted(told)
    assert {row.subject for row in about_visits} == {f"3 visits to {school} will not take place"}
    assert all(moment(day) in row.body for row in about_visits for day in days)
    assert rows.exclude(pk__in=about_visits).count() == (2 if how == "paused" else 0)


def test_visit_that_was_cancelled_before_and_one_that_falls_with_the_group_are_told_of_as_such(group: Group) -> None:
    held, later = held_in(group), NOW + timedelta(hours=1)
    first, *_rest = book_all(held)
    visit = held.visits.get(starts_at=first)
    visits.cancel_booking(visit=visit, reason="Snow", seen=visit.sequence, by=None, now=later)
    sent(later)
    groups.remove_school(place=Place.objects.select_related("group").get(pk=held.pk), reason="", by=None, now=later)
    sent(later)
    other = Place.objects.taken().get(group=group)
    book_all(other)

    last = later + timedelta(days=1)
    groups.cancel_group(group=Group.objects.get(pk=group.pk), reason="Too few", by=None, now=last)
    sent(last)

    told = Notice.objects.filter(kind__contains="cancelled", state="sent").order_by("due_at", "pk")
    teachers = [place.participants.get().person_id for place in (held, other)]
    heard = [[row.kind for row in told.filter(recipient=f"person:{pk}")] for pk in teachers]
    assert heard == [["visit_cancelled", "visits_cancelled"], ["group_cancelled"]]


@pytest.mark.parametrize("what", ["past", "closed", "left before", "without a group"])
def test_nobody_hears_of_what_came_with_records_or_was_no_longer_theirs(group: Group, what: str) -> None:
    held = held_in(group)
    enrolment: Any = held.enrolment
    later = NOW + timedelta(days=3)
    if what == "past":
        Enrolment.objects.filter(pk=enrolment.pk).update(taken_over=Enrolment.TakenOver.PAST)
    if what == "left before":
        Place.objects.filter(pk=held.pk).update(left_on=date(2026, 9, 15))
    if what == "without a group":
        enrolment = make.EnrolmentFactory(status="active")
    enrolment.refresh_from_db()

    enrolments.withdraw(enrolment=enrolment, now=later, news="" if what == "closed" else "withdrawn", **PAUSED)

    assert sent(later) == []


def test_pages_of_a_school_with_a_place_name_its_group_and_offer_no_other(
    group: Group, staff: User, client: Client
) -> None:
    held = group.places.select_related("enrolment").earliest("pk")
    enrolment = held.enrolment
    enrolment.interest = make.InterestFactory(
        school=enrolment.school, offer=enrolment.offer, hub=group.hub, status="accepted"
    )
    enrolment.save()
    client.force_login(staff)

    pages = [
        client.get(url).content.decode()
        for url in (
            enrolment.get_absolute_url(),
            enrolment.interest.get_absolute_url(),
            reverse("programmes:enrolment-pause", args=[enrolment.pk]),
            reverse("programmes:enrolment-withdraw", args=[enrolment.pk]),
        )
    ]

    link = f'href="{group.get_absolute_url()}">{group}</a>'
    assert [link in page for page in pages] == [True] * 4
    assert ["Place in a group" in page for page in pages] == [False] * 4
    assert f"Its place in {group} becomes free" in pages[2]


def test_history_of_the_group_names_who_withdrew_the_school(group: Group, staff: User) -> None:
    enrolments.withdraw(enrolment=held_in(group).enrolment, by=staff, now=NOW, reason="New head")

    groups.reconcile_participants(now=NOW)

    entry = JournalEntry.objects.about(group).get(what="School left")
    assert entry.by == staff
