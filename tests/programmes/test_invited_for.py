"""The invitation of who takes part: it says in what, as what, at which school and with which hub."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from hubportal.core import clock, delivery
from programmes.actions import enrolments
from programmes.models import EnrolledTeacher
from schools.actions import people
from schools.models import Person, School
from schools.roles import MATHS_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db
SAM: dict[str, Any] = {"name": "Sam Shah", "email": "sam@people.example.org", "job_title": "Year 3"}


def _place(**fields: Any) -> EnrolledTeacher:
    fields = {"title": "Primary Development", "year": 2027, "teacher_label": "Lead Participant", **fields}
    offer = make.OfferFactory(**fields)
    school = School.objects.first() or make.SchoolFactory(name="Oak Primary", authority__hub__name="Trent Maths Hub")
    enrolment = make.EnrolmentFactory(offer=offer, school=school, hub=school.hub)
    place: EnrolledTeacher = make.EnrolledTeacherFactory(enrolment=enrolment, person=None)
    return place


def _name(place: EnrolledTeacher, **fields: Any) -> Callable[[], Person]:
    return lambda: enrolments.name_teacher(enrolled=place, **SAM, by=None, now=clock.now(), **fields)


def _sent_after(*steps: Callable[[], Any]) -> list[tuple[str, str]]:
    for hours, step in enumerate(steps):
        with clock.fixed(NOW + timedelta(hours=hours)):
            step()
            delivery.deliver_due()
    return [(str(one.subject), str(one.body)) for one in mail.outbox]


def test_named_teacher_reads_for_what_they_are_invited() -> None:
    [(subject, body)] = _sent_after(_name(_place(lead_role_label="Maths lead in the school"), has_lead_role=True))

    assert subject == "You are invited to Hub Portal: Primary Development 2027/28"
    assert "You have a place in Primary Development 2027/28." in body
    part = "Primary Development 2027/28: Lead Participant (Maths lead in the school), Oak Primary, with Trent Maths Hub"
    assert f"- {part}" in body
    assert "Your hub is Trent Maths Hub, " in body


def test_person_who_takes_part_for_themselves_reads_it_too() -> None:
    enrolment = _place(teacher_label="Participant").enrolment
    sam = make.PersonFactory(**SAM, school=enrolment.school)
    enrolment.person = sam
    enrolment.save()

    [(subject, body)] = _sent_after(lambda: people.invite_again(person=sam, by=None, now=clock.now()))

    assert subject == "You are invited to Hub Portal: Primary Development 2027/28"
    assert "- Primary Development 2027/28: Participant, Oak Primary, with Trent Maths Hub" in body


def test_a_further_place_is_said_in_the_subject_and_so_is_a_role() -> None:
    first, second = _place(), _place(title="Mastery Readiness")

    def _lead() -> Person:
        return people.invite(
            name=SAM["name"],
            email=SAM["email"],
            kind=MATHS_LEAD,
            by=None,
            now=clock.now(),
            school=first.enrolment.school,
        )

    sent = _sent_after(_name(first), _name(second), _lead)

    assert [subject for subject, _body in sent] == [
        "You are invited to Hub Portal: Primary Development 2027/28",
        "You take part in Mastery Readiness 2027/28",
        "New for you in Hub Portal: Maths lead, Oak Primary",
    ]


def test_a_year_that_has_ended_is_no_longer_named() -> None:
    place = _place()

    def _end() -> None:
        type(place.enrolment).objects.update(status="withdrawn")
        people.invite_again(person=Person.objects.get(name="Sam Shah"), by=None, now=clock.now())

    sent = _sent_after(_name(place), _end)

    assert sent[1][0] == "You are invited to Hub Portal"
    assert "Primary Development" not in sent[1][1]
