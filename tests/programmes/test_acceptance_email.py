"""What a school whose teachers are all named reads on acceptance: it changes them itself, and where."""

import pytest
from django.core import mail
from django.test import Client

from hubportal.core import clock, delivery
from programmes.actions import decisions
from programmes.models import InterestTeacher
from schools.models import User
from schools.roles import MATHS_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_school_is_led_to_where_it_changes_its_teachers(client: Client) -> None:
    interest = make.InterestFactory()
    named = {"name": "Sam Shah", "email": "sam@people.example.org", "job_title": "Year 3"}
    for _place in range(interest.offer.teachers_per_school):
        InterestTeacher.objects.create(interest=interest, **named)
    lead = User.objects.get(pk=make.make_user("hub_lead", hub=interest.hub).pk)

    with clock.fixed(NOW):
        enrolment = decisions.accept(interest=interest, by=lead, now=NOW)
        delivery.deliver_due()
        client.force_login(make.make_user(MATHS_LEAD, school=interest.school))
        page = client.get(enrolment.get_absolute_url()).content.decode()

    body = next(str(one.body) for one in mail.outbox if "has a place" in one.subject)
    assert "tell your hub" not in body
    assert enrolment.get_absolute_url() in body
    assert "Replace" in page
