"""A teacher leaves on a day to come, and nobody follows yet: somebody is to be named from now on, and begins then."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import Notice
from programmes.actions import enrolments, turns
from programmes.models import EnrolledTeacher, Enrolment
from programmes.notices.naming import TO_NAME, to_name
from schools import roles
from schools.models import Role, User
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, replace, teacher_of
from workgroups.actions import groups, taking_effect
from workgroups.actions.outlook import lines_of, stays_open
from workgroups.models import Group, Participant, Place

pytestmark = [pytest.mark.django_db, pytest.mark.once(but="test_place_that_somebody_leaves_is_to_name_from_now_on")]

DAY = date(2027, 1, 4)
LAST = DAY - timedelta(days=1)


@pytest.fixture
def held(group: Group, staff: User) -> Iterator[Place]:
    """The first school's only named teacher leaves on 4 January, nobody follows; its other place is gone."""
    place = first_place(group)
    EnrolledTeacher.objects.filter(enrolment__places__group=group, person=None).delete()
    with clock.fixed(NOW):
        replace(teacher_of(place), staff, from_on=DAY, to=None)
        yield place


def _name(enrolment: Enrolment, name: str = "Ben Bo") -> Any:
    return enrolments.name_next_teacher(
        enrolment=enrolment, name=name, email=f"{name[:3].lower()}@people.example.org", job_title="", by=None, now=NOW
    )


def _page(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(url)


def test_place_that_somebody_leaves_is_to_name_from_now_on(held: Place, staff: User) -> None:
    enrolment, ada = held.enrolment, teacher_of(held)
    lead = make.make_user(roles.MATHS_LEAD, school=enrolment.school)
    naming = reverse("programmes:enrolment-teachers", args=[enrolment.pk])

    listed = _page(staff, reverse("programmes:places-to-name"))
    asked = [one for one in _page(lead, "/").context["sections"][0]["work"] if one.title == "Teachers to name"]
    page = _page(staff, enrolment.get_absolute_url()).content.decode()
    journey = _page(lead, reverse("programmes:school-journey", args=[enrolment.school_id])).content.decode()
    form = _page(lead, naming).content.decode()

    ((_pk, school, *_what, number, opens, by, is_late, _contact, _hub),) = listed.context["rows"]
    assert (school, number, opens, by, is_late) == (enrolment.school.name, 1, "from 4 Jan", "3 Jan", False)
    assert [(one.count, one.since, one.by, one.url) for one in asked] == [(1, LAST, "by", naming)]
    assert "from 4 January 2027" in asked[0].oldest
    assert ("until 3 January 2027" in page, "To be named from 4 January 2027" in page, naming in page) == (True,) * 3
    assert naming in journey
    assert f"From 4 January 2027, when {ada} has left." in form


def test_whoever_is_named_teaches_at_the_school_and_is_invited_from_the_day(held: Place) -> None:
    """Once and by day, however late the sweep is, and however often it runs."""
    ben = _name(held.enrolment)
    invitation = Notice.objects.filter(kind="invitation", recipient=f"person:{ben.pk}")

    def invited(now: datetime) -> list[str]:
        with clock.fixed(now):
            taking_effect.take_effect_due(now=now)
            groups.reconcile_participants(now=now)
            notices.sweep(now)
            delivery.deliver_due()
        return list(invitation.values_list("state", flat=True))

    eve, late = clock.at_london(LAST, 23), clock.at_london(DAY + timedelta(days=2), 0)
    told = [invited(now) for now in (NOW, eve, late, late + timedelta(hours=1), late + timedelta(hours=8))]

    assert Role.objects.get(person=ben).starts_on == DAY
    assert told == [[], [], ["planned"], ["planned"], ["sent"]]
    assert "Teacher" in invitation.get().body


def test_teacher_of_the_school_who_is_named_for_what_opens_later_is_told_at_once_and_no_more(held: Place) -> None:
    ben = make.PersonFactory(name="Ben Bo", email="ben@people.example.org")
    make.RoleFactory(person=ben, kind=roles.TEACHER, school=held.enrolment.school, starts_on=NOW.date())

    _name(held.enrolment)
    before = User.objects.get(person=ben).invited_at
    turns.turn_over(now=clock.at_london(DAY, 0))

    assert (before, User.objects.get(person=ben).invited_at) == (NOW, NOW)
    assert Role.objects.filter(person=ben).count() == 1


def test_page_that_names_says_from_when_they_begin_and_sign_in(held: Place, staff: User) -> None:
    naming, browser = reverse("programmes:enrolment-teachers", args=[held.enrolment_id]), Client()
    browser.force_login(staff)

    form = browser.get(naming).content.decode()
    answer = browser.post(naming, {"name": "Ben Bo", "email": "ben@people.example.org"}, follow=True).content.decode()

    assert "Whoever you name begins and signs in then, and gets the dates now." in form
    assert "Ben Bo is named from 4 January 2027. They are told by e-mail on that day how to sign in" in answer


def test_whoever_is_named_begins_on_the_day_and_has_the_dates_before(held: Place, staff: User) -> None:
    enrolment, ada = held.enrolment, teacher_of(held)

    ben = _name(enrolment)
    groups.reconcile_participants(now=NOW)
    again = groups.reconcile_participants(now=NOW)
    before = EnrolledTeacher.objects.get(enrolment=enrolment).person
    page = _page(staff, enrolment.get_absolute_url()).content.decode()
    turns.turn_over(now=clock.at_london(DAY, 0))

    assert (before, EnrolledTeacher.objects.get(enrolment=enrolment).person, again) == (ada, ben, 0)
    rows = Participant.objects.filter(place=held).order_by("since").values_list("person", "until")
    assert list(rows) == [(ada.pk, LAST), (ben.pk, None)]
    assert Participant.objects.get(person=ben).since == DAY
    assert ("from 4 January 2027: Ben Bo" in page, "To be named" in page) == (True, False)
    assert not Enrolment.objects.to_name().filter(pk=enrolment.pk).exists()
    assert not stays_open(ada.replaced.get())
    assert "Ben Bo from 4 January 2027" in [line.words for line in lines_of(ada.replaced.get())]


@pytest.mark.parametrize(("was", "said"), [(True, False), (False, True), (True, None)])
def test_whoever_follows_leads_as_was_said_of_them_from_their_day(held: Place, was: bool, said: bool | None) -> None:
    """Nothing was said: the place stays as it is."""
    places = EnrolledTeacher.objects.filter(enrolment=held.enrolment)
    places.update(has_lead_role=was)

    enrolments.name_next_teacher(
        enrolment=held.enrolment,
        name="Ben Bo",
        email="ben@people.example.org",
        job_title="",
        has_lead_role=said,
        by=None,
        now=NOW,
    )
    before = places.get().has_lead_role
    turns.turn_over(now=clock.at_london(DAY, 0))

    assert (before, places.get().has_lead_role) == (was, was if said is None else said)


def test_two_are_not_named_for_one_place_nor_the_leaver_again(held: Place) -> None:
    ada = teacher_of(held)
    with pytest.raises(enrolments.CannotName, match="already has a place"):
        enrolments.name_next_teacher(
            enrolment=held.enrolment, name=ada.name, email=ada.email, job_title="", by=None, now=NOW
        )
    _name(held.enrolment)

    with pytest.raises(enrolments.CannotName, match="Every place of this school has its teacher"):
        _name(held.enrolment, "Cat Co")


def test_place_that_is_free_today_is_filled_first(held: Place, staff: User) -> None:
    free = make.EnrolledTeacherFactory(enrolment=held.enrolment, person=None)

    row = _page(staff, reverse("programmes:places-to-name")).context["rows"][0]
    ben = _name(held.enrolment)

    assert row[4:6] == (2, "1 of them from 4 Jan")
    assert EnrolledTeacher.objects.get(pk=free.pk).person == ben


def test_where_two_places_open_on_two_days_the_day_is_said_to_be_the_first(held: Place, staff: User) -> None:
    second = make.EnrolledTeacherFactory(enrolment=held.enrolment)
    lead = make.make_user(roles.MATHS_LEAD, school=held.enrolment.school)
    replace(second.person, staff, from_on=DAY + timedelta(days=49), to=None)

    row = _page(staff, reverse("programmes:places-to-name")).context["rows"][0]
    asked = [one for one in _page(lead, "/").context["sections"][0]["work"] if one.title == "Teachers to name"]
    make.EnrolledTeacherFactory(enrolment=held.enrolment, person=None)
    with_one_free = _page(staff, reverse("programmes:places-to-name")).context["rows"][0]

    assert row[4:6] == (2, "the first from 4 Jan")
    assert "the first from 4 January 2027" in asked[0].oldest
    assert with_one_free[4:6] == (3, "2 of them, the first from 4 Jan")


def test_what_opens_later_is_neither_late_nor_chased_before_its_day(held: Place) -> None:
    Enrolment.objects.update(accepted_on=date(2026, 9, 1))
    type(held.group.offer).objects.update(names_by=NOW.date() + timedelta(days=2))

    def told() -> int:
        return len(to_name(TO_NAME.load().get(pk=held.enrolment_id)))

    before, late = told(), Enrolment.objects.unnamed_late(NOW.date() + timedelta(days=9)).exists()
    turns.turn_over(now=clock.at_london(DAY, 0))

    assert (before, late) == (0, False)
    assert Enrolment.objects.unnamed_late(DAY).get() == held.enrolment
