"""Somebody's address is corrected: the old one is told, the new one is invited where nobody has signed in yet."""

from datetime import timedelta

import pytest
from django.core import mail

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from schools import roles
from schools.actions import people
from schools.models import User
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_whoever_was_invited_at_a_mistyped_address_is_invited_at_the_right_one() -> None:
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub, name="Lena Lead", email="lena@a.example.org")
    with clock.fixed(NOW):
        tia = people.invite(
            name="Tia Teach", email="tia@a.exmaple.org", kind=roles.BOARD, by=lead, now=clock.now(), hub=hub
        )
        delivery.deliver_due()
    with clock.fixed(NOW + timedelta(minutes=5)):
        people.correct_person(person=tia, by=lead, facts={"email": "tia@a.example.org"}, now=clock.now())
        delivery.deliver_due()
        delivery.deliver_due()

    told = [(one.to[0], one.subject) for one in mail.outbox]
    assert sorted(told) == [
        ("Tia Teach <tia@a.example.org>", "You are invited to Hub Portal"),
        ("Tia Teach <tia@a.exmaple.org>", "Hub Portal: this address is no longer used for Tia Teach"),
        ("Tia Teach <tia@a.exmaple.org>", "You are invited to Hub Portal"),
    ]
    to_stranger = next(str(one.body) for one in mail.outbox if "no longer used" in one.subject)
    assert ("tia@a.example.org" in to_stranger, "sign in as you" in to_stranger) == (False, False)


def test_old_address_is_told_that_it_opens_the_account_no_more() -> None:
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub, name="Lena Lead", email="lena@a.example.org")
    user = make.make_user(roles.BOARD, hub=hub, name="Bo Board", email="bo@a.example.org")
    User.objects.filter(pk=user.pk).update(last_login=NOW)

    with clock.fixed(NOW):
        for address in ("new@a.example.org", "bo@a.example.org"):
            people.correct_person(person=user.person, by=lead, facts={"email": address}, now=clock.now())
            delivery.deliver_due()
        delivery.deliver_due()

    told = [(one.to[0], one.subject) for one in mail.outbox]
    subject = "You sign in to Hub Portal with another address now"
    assert told == [("Bo Board <bo@a.example.org>", subject), ("Bo Board <new@a.example.org>", subject)]
    assert all("Lena Lead has changed the e-mail address" in str(one.body) for one in mail.outbox)


@pytest.mark.parametrize("has_ended", [False, True])
def test_corrected_address_is_invited_while_there_is_a_role_to_sign_in_for(has_ended: bool) -> None:
    by, school = make.make_user(roles.NATIONAL), make.SchoolFactory()
    with clock.fixed(NOW):
        person = people.invite(
            name="Jo Lead", email="old@a.example.org", kind=roles.MATHS_LEAD, school=school, by=by, now=NOW
        )
        delivery.deliver_due()
        if has_ended:
            person.roles.update(starts_on=NOW.date() - timedelta(days=9), ends_on=NOW.date() - timedelta(days=1))

        people.correct_person(person=person, by=by, facts={"email": "new@a.example.org"}, now=NOW + timedelta(hours=1))

    invited = Notice.objects.filter(kind="invitation", email="new@a.example.org")
    assert invited.exists() is not has_ended
