"""What a school reads on acceptance: who of it names and changes teachers in the portal, and where."""

import re
from datetime import date

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

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


LINK = re.compile(r"http://\S+/programmes/enrolments/\S+")


@pytest.mark.parametrize("named", [0, 9])
@pytest.mark.parametrize("job", ["Maths lead", "School business manager"])
def test_preview_of_many_is_the_e_mail_that_is_sent(client: Client, job: str, named: int) -> None:
    interest = make.InterestFactory(contact_job=job, offer__names_by=date(2027, 6, 30))
    for _place in range(min(named, interest.offer.teachers_per_school)):
        InterestTeacher.objects.create(interest=interest, name="Sam Shah", email="sam@people.example.org")
    lead = User.objects.get(pk=make.make_user("hub_lead", hub=interest.hub).pk)
    client.force_login(lead)

    with clock.fixed(NOW):
        page = client.get(reverse("programmes:interest-bulk", args=["accept"]), {"pk": interest.pk})
        shown = page.context["letter"]
        decisions.accept(interest=interest, by=lead, now=NOW)
        delivery.deliver_due()

    sent = next(one for one in mail.outbox if interest.contact_email in one.to[0])
    assert shown == (sent.subject, LINK.sub("(a link to the page for it)", str(sent.body)))


@pytest.mark.parametrize(
    ("who_signs_in", "said"),
    [
        ((), "Accepted. The school is told by e-mail and its people are invited."),
        (
            (HEADTEACHER,),
            "Accepted. The school is told by e-mail, and those of its people who do not sign in yet are invited.",
        ),
        (
            (HEADTEACHER, MATHS_LEAD),
            "Accepted. The school is told by e-mail. Its people sign in already: nobody is invited.",
        ),
    ],
)
def test_nobody_who_signs_in_already_is_said_to_be_invited(
    client: Client, who_signs_in: tuple[str, ...], said: str
) -> None:
    interest = make.InterestFactory()
    named = {
        HEADTEACHER: (interest.head_name, interest.head_email),
        MATHS_LEAD: (interest.contact_name, interest.contact_email),
    }
    for kind in who_signs_in:
        name, email = named[kind]
        user = make.make_user(kind, name=name, email=email, school=interest.school)
        User.objects.filter(pk=user.pk).update(last_login=NOW)
    client.force_login(make.make_user("hub_lead", hub=interest.hub))
    url = reverse("programmes:interest-accept", args=[interest.pk])

    with clock.fixed(NOW):
        page = client.get(url).content.decode()
        done = client.post(url, follow=True).content.decode()

    assert page.count("signs in already, and is told by e-mail what they are there") == len(who_signs_in)
    assert said in done
