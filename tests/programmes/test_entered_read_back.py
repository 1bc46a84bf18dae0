"""What the hub entered for somebody stands in the e-mails that ask them whether it is right."""

import pytest
from django.core import mail

from hubportal.core import clock, delivery
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_privacy
from tests.programmes.test_receipts import CONTACT, HEAD, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    make_privacy()
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def lead(school: School) -> User:
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=school.hub)


def test_contact_and_headteacher_read_what_was_entered(school: School, lead: User) -> None:
    """They are asked to say what of it is wrong."""
    offer = make.OfferFactory(teachers_per_school=2, teacher_label="Participant")
    teachers = "Sam Teacher, sam@people.example.org, Year 3"

    enter(lead, school, offer, teachers=teachers, message="Not on Fridays.", phone="0116 496 0000")
    with clock.fixed(NOW):
        delivery.deliver_due()

    to_contact, to_head = (
        next(str(one.body) for one in mail.outbox if address in one.to[0])
        for address in (CONTACT["email"], HEAD["head_email"])
    )
    agreed = "Recorded as agreed by Robin Contact, Maths lead, by phone on Monday 7 September 2026:"
    for said in (
        "Contact: Robin Contact, Maths lead, robin@people.example.org",
        "Headteacher: Jo Head, jo@people.example.org\n",
        "Participant 1: Sam Teacher, Year 3, sam@people.example.org\n",
        "Participant 2: to be named\n",
        "Anything else: Not on Fridays.\n",
        f"{agreed}\n\n- {offer.commitments.lines[0]}\n",
    ):
        assert said in to_contact
        assert said in to_head
    assert "\n\n\n" not in to_contact + to_head
    assert ("0116 496 0000" in to_contact, "0116 496 0000" in to_head) == (True, False)


def test_interest_that_was_entered_is_read_back_without_an_agreement(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory(), kind="interest", head_name="", head_email="", agreed=None)
    with clock.fixed(NOW):
        delivery.deliver_due()

    (body,) = [str(one.body) for one in mail.outbox]
    assert "Contact: Robin Contact, Maths lead, robin@people.example.org\n" in body
    assert "Recorded as agreed" not in body
