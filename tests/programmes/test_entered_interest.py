"""An interest that came by phone: entered with what it can keep, for a school that is open."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.actions.light import tell_interest
from programmes.models import Interest, Receipt
from programmes.notices.links import contact_path
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, make_privacy, make_telling
from tests.programmes.test_receipts import client_of, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    make_privacy()
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def lead(school: School) -> User:
    return make.make_user(HUB_LEAD, hub=school.hub)


def test_interest_only_is_entered_too(school: School, lead: User) -> None:
    nothing_of_the_head = {"head_name": "", "head_email": "", "agreed": None}

    enter(lead, school, make.OfferFactory(), kind="interest", message="Ring on Fridays", **nothing_of_the_head)

    assert (Interest.objects.get().status, Interest.objects.get().message) == ("interested", "Ring on Fridays")
    assert Receipt.objects.get().how == "phone"


def test_nothing_is_entered_for_a_closed_school_and_the_page_says_where(school: School, lead: User) -> None:
    school.succeeded_by = make.SchoolFactory(name="Hill Academy", town="Leicester")
    school.gias_status = School.GiasStatus.CLOSED
    school.save()

    refused = client_of(lead).get(reverse("programmes:interest-enter", args=[school.pk]))

    said = f"{school} is closed: nothing can be entered for it. It became Hill Academy, Leicester: enter it there."
    assert (refused.status_code, said in refused.content.decode()) == (403, True)


def test_what_an_interest_cannot_keep_is_not_dropped_without_a_word(school: School, lead: User) -> None:
    page = enter(lead, school, make.OfferFactory(), kind="interest", teachers="Sam Teacher, sam@people.example.org")

    said = page.content.decode()
    assert "An interest has no headteacher yet: put this under" in said
    assert "An interest has no teachers yet: put this under" in said
    assert "sam@people.example.org" in said
    assert not Interest.objects.exists()


@pytest.mark.parametrize(
    ("hub", "ask"),
    [
        ("with an address", 'West Hub, <a href="mailto:west@hubs.example.org">'),
        ("without", 'West Hub, through the national team at <a href="mailto:team@example.org">'),
        ("none", 'no hub yet, so ask the national team at <a href="mailto:team@example.org">'),
    ],
)
def test_whose_a_school_of_another_hub_is_and_whom_to_ask_stands_where_it_is_looked_for(
    lead: User, settings: Any, hub: str, ask: str
) -> None:
    settings.CONTACT_EMAIL = "team@example.org"
    west = make.HubFactory(name="West Hub", email="west@hubs.example.org" if hub == "with an address" else "")
    make.SchoolFactory(name="Hill School", town="Leicester", authority__hub=None if hub == "none" else west)

    page = client_of(lead).get(reverse("programmes:interest-enter-school"), {"q": "hill school"}).content.decode()

    assert f"<li>Hill School, Leicester: {ask}" in page


@pytest.mark.parametrize("is_theirs", [True, False])
def test_contact_reads_of_the_application_that_the_hub_has_entered_for_them_since_and_of_nobody_elses(
    school: School, lead: User, *, is_theirs: bool
) -> None:
    offer = make.OfferFactory()
    told = make_telling(make.InterestFactory.build(school=school, phase=offer.phase, year=offer.year))
    light, _is_new = tell_interest(telling=told, by=None, now=NOW)
    enter(lead, school, offer, email=light.contact_email.upper() if is_theirs else CONTACT["email"])
    entered = Interest.objects.get(status="submitted")

    with clock.fixed(NOW):
        page = Client().get(contact_path(light, NOW.date())).text
        withdraw = Client().get(f"{contact_path(light, NOW.date())}withdraw/").status_code

    said = [f"has entered the application {entered.reference}" in page, "This is not an application yet" in page]
    steps = ["Change it" in page, "Withdraw it" in page, f'value="{entered.reference}"' in page]
    assert (said, steps, withdraw) == (
        ([True, False], [False, False, True], 302) if is_theirs else ([False, True], [True, True, False], 200)
    )


def test_interest_before_an_application_is_not_said_to_be_sent_more_than_once(school: School, lead: User) -> None:
    offer = make.OfferFactory()
    told = make_telling(make.InterestFactory.build(school=school, phase=offer.phase, year=offer.year))
    tell_interest(telling=told, by=None, now=NOW)
    enter(lead, school, offer)
    entered = Interest.objects.get(status="submitted")

    with clock.fixed(NOW):
        page = client_of(lead).get(entered.get_absolute_url()).text
        listed = client_of(lead).get(reverse("programmes:interest-list")).text
        many = client_of(lead).get(f"{reverse('programmes:interest-bulk', args=['accept'])}?pk={entered.pk}").text

    assert ("sent this more than once" in page, "has told of an interest in it too" in page) == (False, True)
    assert (entered.reference in listed, "sent more than once" in listed) == (True, False)
    assert ("sent it more than once" in many, "has told of an interest in it too" in many) == (False, True)
