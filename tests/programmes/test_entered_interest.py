"""An interest that came by phone: entered with what it can keep, for a school that is open."""

from typing import Any

import pytest
from django.urls import reverse

from programmes.models import Interest, Receipt
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import make_privacy
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
