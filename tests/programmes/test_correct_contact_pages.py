"""The page on which the hub corrects the contact of what waits for a decision."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.actions import decisions
from programmes.actions.corrections import contact_of, correct_contact
from programmes.actions.interest import submit
from programmes.models import Interest
from schools.models import User
from schools.roles import BOARD, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.programmes.test_correct_contact import HOW, LATER, RIGHT

pytestmark = pytest.mark.django_db


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


def _lead(interest: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=interest.hub)


def _open(user: User, interest: Interest, **data: str) -> Any:
    client, path = Client(), reverse("programmes:interest-contact", args=[interest.pk])
    client.force_login(user)
    with clock.fixed(LATER):
        return client.post(path, data, follow=True) if data else client.get(path, follow=True)


def _typed(interest: Interest, **changed: str) -> dict[str, str]:
    stands = {"name": interest.contact_name, "email": interest.contact_email, "phone": interest.contact_phone}
    return {**stands, "job_title": interest.contact_job, "how": HOW, **changed}


def test_hub_corrects_the_contact_on_a_page(interest: Interest) -> None:
    lead = _lead(interest)
    detail, path = interest.get_absolute_url(), reverse("programmes:interest-contact", args=[interest.pk])
    browser = Client()
    browser.force_login(lead)

    linked = browser.get(detail).content.decode()
    asked = _open(lead, interest).content.decode()
    done = _open(lead, interest, **_typed(interest, email=RIGHT, is_right="on")).content.decode()

    assert f'href="{path}"' in linked
    assert f'value="{interest.contact_email}"' in asked
    assert f"Robin Contact gets the reference by e-mail, at {RIGHT}. Older links work no more." in done
    assert HOW in done


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "robin"}, "Enter an e-mail address like name@school.sch.uk."),
        ({"email": "röbin@people.example.org"}, "Use only plain letters, digits and signs in an e-mail address."),
        ({"email": ""}, "Enter the e-mail address."),
        ({"email": "robin@gmial.com"}, "Did you mean robin@gmail.com? Change it, or tick that the address is right."),
        ({"name": "See www.example.org now"}, "Enter a name: first name and last name."),
        ({"email": "sam@people.example.org"}, "Sam Teacher has this address already."),
        ({"email": RIGHT, "how": ""}, "Say how you know."),
    ],
)
def test_what_was_typed_stays_with_the_same_errors_as_in_the_form(
    interest: Interest, changed: dict[str, str], said: str
) -> None:
    page = _open(_lead(interest), interest, **_typed(interest, phone="01632 960777", **changed))

    errors = [error for each in page.context["form"].errors.values() for error in each]
    (error,) = errors
    assert error.startswith(said)
    assert 'value="01632 960777"' in page.content.decode()
    assert (Interest.objects.get().contact_email, Interest.objects.get().contact_phone) == (
        interest.contact_email,
        interest.contact_phone,
    )


def test_page_opened_before_a_colleagues_correction_changes_nothing_and_keeps_what_was_typed(
    interest: Interest,
) -> None:
    lead = _lead(interest)
    mark = _open(lead, interest).context["as_it_was"]
    contact = replace(contact_of(interest), contact_email=RIGHT)
    correct_contact(interest=interest, contact=contact, everywhere=True, how=HOW, by=None, now=LATER)

    page = _open(lead, interest, **_typed(interest, email="rob@people.example.com", as_it_was=mark))

    interest.refresh_from_db()
    assert interest.contact_email == RIGHT
    assert "Somebody else has changed this since you opened it" in page.content.decode()
    assert 'value="rob@people.example.com"' in page.content.decode()


def test_accepted_application_leads_to_the_schools_people_instead(interest: Interest) -> None:
    lead = _lead(interest)
    decisions.accept(interest=interest, by=None, now=NOW)

    page = _open(lead, interest).content.decode()

    assert "This is accepted: its people are changed on the page of the school" in page
    assert f'href="{reverse("schools:school-people", args=[interest.school_id])}"' in page
    assert reverse("programmes:interest-contact", args=[interest.pk]) not in page


def test_page_of_the_headteacher_who_applied_leads_to_the_contact() -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    interest = submit(application=replace(applied, head_email=applied.contact_email), by=None, now=NOW)
    browser = Client()
    browser.force_login(_lead(interest))

    page = browser.get(reverse("programmes:interest-head", args=[interest.pk])).content.decode()

    assert reverse("programmes:interest-contact", args=[interest.pk]) in page


def test_staff_elsewhere_who_may_read_correct_nothing(interest: Interest) -> None:
    user = make.make_user(BOARD, hub=interest.hub)
    make.RoleFactory(person=user.person, kind=HUB_LEAD, hub=make.HubFactory())

    answer = _open(user, interest, **_typed(interest, email=RIGHT))

    interest.refresh_from_db()
    assert (answer.status_code, interest.contact_email != RIGHT) == (403, True)
