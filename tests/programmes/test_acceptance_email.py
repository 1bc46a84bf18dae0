"""What a school reads on acceptance: who of it names and changes teachers in the portal, and where."""

import pytest
from django.core import mail
from django.test import Client

from hubportal.core import clock, delivery
from programmes.actions import decisions
from programmes.models import InterestTeacher
from schools.models import User
from schools.roles import HEADTEACHER, MATHS_LEAD, TRUST_LEAD
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


@pytest.mark.parametrize("is_named", [True, False])
def test_headteacher_whom_the_portal_does_not_take_as_one_is_not_sent_into_it(*, is_named: bool) -> None:
    trust = make.TrustFactory()
    leads = make.make_user(TRUST_LEAD, trust=trust)
    sent = {"contact_name": leads.person.name, "contact_email": leads.person.email}
    interest = make.InterestFactory(school__trust=trust, head_email="new@people.example.org", **sent)
    make.make_user(HEADTEACHER, name="Ann Old", school=interest.school)
    for _place in range(interest.offer.teachers_per_school if is_named else 0):
        InterestTeacher.objects.create(interest=interest, name="Sam Shah", email="sam@people.example.org")
    by = User.objects.get(pk=make.make_user("hub_lead", hub=interest.hub).pk)

    with clock.fixed(NOW):
        decisions.accept(interest=interest, by=by, now=NOW)
        delivery.deliver_due()

    told = {one.to[0].partition("<")[2]: str(one.body) for one in mail.outbox if "has a place" in one.subject}
    of_lead, of_named = told[f"{leads.person.email}>"], told["new@people.example.org>"]
    assert of_lead.count("/programmes/") == 2
    assert "/programmes/" not in of_named
    assert ("the headteacher or maths lead changes that in the portal.\n" in of_named) is is_named
    assert ("The headteacher or a maths lead names them in the portal" in of_named) is not is_named
    own = f"You yourself do not sign in to the portal for {interest.school}"
    assert (own in of_lead, own in of_named) == (False, True)
