"""Nobody comes to have two places of one enrolment, and where the records have it so, no other school waits for it."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.records import record_key
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher, Enrolment, TeacherTurn
from programmes.rules.turns import words
from schools import roles
from schools.models import Person, User
from tests import factories as make
from tests.dashboards.records.bringing import bring
from tests.workgroups.test_groups import NOW, accepted, place, plan, running, start
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from workgroups.actions import groups, replacing, taking_effect
from workgroups.models import Group, Participant, Place, Replacement

LATER = NOW + timedelta(days=20)
ANN: dict[str, Any] = {"name": "Ann Able", "email": "ann@people.example.org"}
FOLLOWS = "Ann Able takes over another place in this enrolment on {}. Name somebody else, or take that back first."


def free_place(held: Place) -> EnrolledTeacher:
    return EnrolledTeacher.objects.select_related("enrolment__school").get(enrolment=held.enrolment, person=None)


def ann_follows(group: Group, staff: User) -> tuple[EnrolledTeacher, Replacement]:
    """The school's free place; Ann Able follows the teacher of the other one on a day to come."""
    held = first_place(group)
    change = replace(teacher_of(held), staff, from_on=LATER.date(), to=replacing.Newcomer(**ANN))
    return free_place(held), change


def holders(enrolment: Enrolment) -> list[str]:
    return [str(one) for one in EnrolledTeacher.objects.filter(enrolment=enrolment).order_by("pk")]


def broken(group: Group, staff: User) -> tuple[Enrolment, Replacement]:
    """An enrolment whose turns cannot be followed once their day has come, as records of before may be."""
    free, change = ann_follows(group, staff)
    EnrolledTeacher.objects.filter(pk=free.pk).update(person=change.successor)
    return free.enrolment, change


def other_group(group: Group) -> tuple[Place, User]:
    """The first place of a group of another hub, and that hub's lead."""
    other = make.GroupFactory(offer=group.offer)
    running(other)
    return first_place(other), make.make_user(roles.HUB_LEAD, hub=other.hub)


@pytest.mark.django_db
def test_whoever_follows_in_one_place_is_not_named_for_the_other_on_the_schools_page(
    group: Group, staff: User, client: Client
) -> None:
    free, change = ann_follows(group, staff)
    client.force_login(make.make_user(roles.MATHS_LEAD, school=free.enrolment.school))
    url = reverse("programmes:enrolment-teachers", args=[free.enrolment_id])

    with clock.fixed(NOW):
        page = client.post(url, {**ANN, "job_title": ""}).content.decode()
    with clock.fixed(LATER):
        taking_effect.take_effect_due(now=LATER)
        groups.reconcile_participants(now=LATER)

    assert FOLLOWS.format(words(LATER.date())) in page
    change.refresh_from_db()
    assert (change.status, holders(free.enrolment)) == (Replacement.Status.DONE, ["Ann Able", "To be named"])


@pytest.mark.django_db
def test_whoever_is_replaced_in_one_place_is_named_for_the_other_from_that_day(group: Group, staff: User) -> None:
    """Also in the moment before the sweep has let the place be the newcomer's."""
    held = first_place(group)
    ada, free = teacher_of(held), free_place(held)
    replace(ada, staff, from_on=LATER.date(), to=replacing.Newcomer(**ANN))
    details: dict[str, Any] = {"name": ada.name, "email": ada.email, "job_title": "", "by": staff}

    with pytest.raises(enrolments.CannotName, match="already has a place"):
        enrolments.name_teacher(enrolled=free, now=NOW, **details)
    taking_effect.take_effect_due(now=LATER)
    enrolments.name_teacher(enrolled=free, now=LATER, **details)

    assert holders(free.enrolment) == ["Ann Able", ada.name]


@pytest.mark.django_db
def test_replacement_of_whoever_has_the_other_place_by_now_is_not_taken_back(group: Group, staff: User) -> None:
    held = first_place(group)
    ada, free = teacher_of(held), free_place(held)
    change = replace(ada, staff, from_on=LATER.date(), to=replacing.Newcomer(**ANN))
    taking_effect.take_effect_due(now=LATER)
    enrolments.name_teacher(enrolled=free, name=ada.name, email=ada.email, job_title="", by=staff, now=LATER)
    change.refresh_from_db()

    with pytest.raises(taking_effect.CannotTakeBack, match=f"{ada.name} has another place in .* by now"):
        taking_effect.take_back(change=change, by=staff, now=LATER)

    assert holders(free.enrolment) == ["Ann Able", ada.name]


@pytest.mark.django_db
def test_place_passes_on_to_whoever_left_the_other_one_before_the_sweep_has_seen_it(group: Group, staff: User) -> None:
    held = first_place(group)
    ada, free = teacher_of(held), free_place(held)
    bob = make.PersonFactory(name="Bob Best", school=held.enrolment.school)
    EnrolledTeacher.objects.filter(pk=free.pk).update(person=bob)
    replace(ada, staff, from_on=LATER.date(), to=None)

    replace(bob, staff, from_on=LATER.date(), to=replacing.Newcomer(person=ada), now=LATER)

    assert holders(held.enrolment) == ["To be named", ada.name]


@pytest.mark.django_db
def test_records_name_nobody_a_second_time_who_follows_on_a_day_to_come(group: Group, staff: User) -> None:
    free, _change = ann_follows(group, staff)
    offer, school = free.enrolment.offer, free.enrolment.school
    table = [
        ["School", "Programme", "Year", "Participant", "Participant email"],
        [school.name, offer.phase.name, "2026/27", ANN["name"], ANN["email"]],
    ]

    with clock.fixed(NOW):
        bring("past", table, hub=group.hub, by=staff)
    groups.reconcile_participants(now=LATER)

    assert holders(free.enrolment) == ["Ann Able", "To be named"]


@pytest.mark.django_db
def test_group_that_starts_lets_nobody_begin_who_follows_on_a_day_to_come() -> None:
    """Nobody has the place until then, as whoever had it has left at once."""
    make.make_half_terms()
    group = make.GroupFactory()
    enrolment = accepted(group)
    place(group, enrolment)
    plan(group)
    ann = make.PersonFactory(name="Ann Able")
    turn = TeacherTurn.objects.create(enrolled=enrolment.teachers.get(person=None), person=ann, since=LATER.date())

    start(Group.objects.get(pk=group.pk), reason="One school is enough.")

    turn.refresh_from_db()
    assert turn.since == LATER.date()
    assert Participant.objects.get(person=ann).since == LATER.date()


@pytest.mark.django_db
def test_school_whose_turns_cannot_be_followed_holds_up_no_other(
    group: Group, staff: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the sweep, nor what other hubs planned, nor what they do on that day; it is told of in the log."""
    enrolment, change = broken(group, staff)
    held, lead = other_group(group)
    named = make.PersonFactory(name="Zed New")
    planned = replace(teacher_of(held), lead, from_on=LATER.date(), to=replacing.Newcomer(name="Dee Day"))
    EnrolledTeacher.objects.filter(pk=free_place(held).pk).update(person=named)

    with clock.fixed(LATER), caplog.at_level(logging.ERROR):
        taking_effect.take_effect_due(now=LATER)
        groups.reconcile_participants(now=LATER)
        dee = Person.objects.get(name="Dee Day")
        at_once_done = replace(dee, lead, from_on=LATER.date() + timedelta(days=1), to=None, now=LATER)

    planned.refresh_from_db()
    assert (planned.status, at_once_done.status) == (Replacement.Status.DONE, Replacement.Status.PLANNED)
    assert holders(held.enrolment) == ["Dee Day", "Zed New"]
    assert Participant.objects.filter(person=named).exists()
    failed = {record.message.partition(" ")[0] for record in caplog.records}
    own = {record_key(one) for one in (enrolment, change, *enrolment.places.all())}
    assert record_key(enrolment) in failed <= own


@pytest.mark.django_db
def test_replacement_turns_over_no_places_but_those_of_its_own_schools(group: Group, staff: User) -> None:
    """What is due elsewhere is for the sweep: nobody's press waits for it."""
    free, _change = ann_follows(group, staff)
    held, lead = other_group(group)

    change = replace(teacher_of(held), lead, from_on=LATER.date(), to=replacing.Newcomer(name="Dee Day"), now=LATER)
    there = holders(held.enrolment)
    taking_effect.take_back(change=change, by=lead, now=LATER)

    assert there == ["Dee Day", "To be named"]
    assert "Ann Able" not in holders(free.enrolment)
