"""One form for schools of a trust in two hubs, one of which has its own version of what is offered nationally."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubportal.core import delivery
from programmes.models import AgreementText, Interest, Offer, PhaseOption
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]


# As of any page.
MOST = 12


@pytest.fixture
def schools() -> list[School]:
    """Two schools of one hub and, after them, one of another."""
    trust = make.TrustFactory()
    ash, birch, cedar = (make.SchoolFactory(name=f"{name} School", trust=trust) for name in ("Ash", "Birch", "Cedar"))
    birch.authority, birch.hub = ash.authority, ash.hub
    birch.save()
    return [ash, birch, cedar]


@pytest.fixture
def national() -> Offer:
    made: Offer = make.OfferFactory(title="Good Maths", summary="Six meetings.", release_days=6)
    return made


def _version(national: Offer, school: School, **fields: Any) -> Offer:
    same = {"phase": national.phase, "title": national.title, "commitments": national.commitments, "release_days": 6}
    own: Offer = make.OfferFactory(hub=school.hub, stands_for=national, **{**same, **fields})
    return own


def _begin(schools: list[School]) -> Visitor:
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=schools[0].trust))
    return visitor.post(reverse("programmes:express-school"), several="yes", school=[school.pk for school in schools])


def _answer_people(visitor: Visitor) -> str:
    """What the page about the contact says above its question; all is answered up to what is agreed."""
    about = visitor.text.partition('<p class="caption">')[2].partition("</p>")[0]
    visitor.post(**CONTACT)
    for name in ("ash", "birch", "cedar"):
        visitor.post(name=f"Head of {name}", email=f"head@{name}.example.org")
    visitor.post(message="")
    return about


def _read(visitor: Visitor) -> str:
    return " ".join(visitor.text.split())


def test_each_version_of_a_programme_says_for_which_schools_it_is(schools: list[School], national: Offer) -> None:
    own = _version(national, schools[0], summary="Our own summary.", closes_on=date(2026, 9, 30))

    page = _read(_begin(schools))

    assert page.count('name="offer"') == 1
    assert "<strong>Good Maths 2026/27</strong>" in page
    assert "<strong>For Ash School and Birch School:</strong> Our own summary. Apply by 30 September 2026." in page
    assert f"<strong>For Cedar School:</strong> Six meetings. Apply by {national.closes_on:%-d %B %Y}." in page
    visitor = _begin(schools).post(offer=own.pk)
    assert _answer_people(visitor) == "Good Maths 2026/27, 3 schools"
    visitor.agree().post()
    assert list(Interest.objects.order_by("pk").values_list("school", "offer")) == [
        (schools[0].pk, own.pk),
        (schools[1].pk, own.pk),
        (schools[2].pk, national.pk),
    ]


def test_version_with_a_title_of_its_own_is_offered_to_its_own_schools_only(
    schools: list[School], national: Offer
) -> None:
    _version(national, schools[0], title="Own Maths", summary="Six meetings.")

    page = _read(_begin(schools))

    assert "<strong>Own Maths 2026/27 and Good Maths 2026/27</strong>" in page
    assert "<strong>Own Maths 2026/27, for Ash School and Birch School:</strong> Six meetings." in page
    assert "<strong>Good Maths 2026/27, for Cedar School:</strong> Six meetings." in page


def test_versions_that_say_the_same_are_said_once(schools: list[School], national: Offer) -> None:
    own = _version(national, schools[0], summary="Six meetings.")

    visitor = _begin(schools)
    page = _read(visitor)
    _answer_people(visitor.post(offer=own.pk))
    agreed = _read(visitor)

    assert (page.count("Six meetings."), "For Ash School" in page) == (1, False)
    assert visitor.page == "agree"
    assert agreed.count("To take part in Good Maths 2026/27, each of your schools that joins it agrees that:") == 1
    assert (agreed.count("To take part"), agreed.count("6 days of release")) == (1, 1)


def test_link_to_come_back_names_a_programme_with_versions_once(schools: list[School], national: Offer) -> None:
    own = _version(national, schools[0])
    visitor = _begin(schools).post(offer=own.pk)

    visitor.post(reverse("programmes:express-save", args=[visitor.draft]), email="robin@hill.example.org")
    delivery.deliver_due()

    (sent,) = mail.outbox
    assert "(Good Maths, 2026/27)" in sent.body


def test_offer_of_one_hub_alone_says_for_which_schools_it_is(schools: list[School], national: Offer) -> None:
    local = make.OfferFactory(title="Number Talks", hub=schools[0].hub)

    page = _read(_begin(schools)).partition(f'id="offer-{local.pk}-hint"')[2].partition("</div>")[0]

    assert "For Ash School, Birch School. Not open for Cedar School. Apply by" in page


def test_texts_that_differ_say_for_whom(schools: list[School], national: Offer) -> None:
    other = make.AgreementTextFactory(kind=AgreementText.Kind.COMMITMENTS, code="own", body="We meet in the south.")
    own = _version(national, schools[0], commitments=other)

    visitor = _begin(schools).post(offer=own.pk)
    _answer_people(visitor)

    page = _read(visitor)
    assert "To take part in Good Maths 2026/27, Ash School and Birch School each agree that:" in page
    assert "To take part in Good Maths 2026/27, Cedar School agrees that:" in page
    assert page.count("<li>We meet in the south.</li>") == 1


def test_days_that_differ_say_for_whom_below_what_is_agreed_once(schools: list[School], national: Offer) -> None:
    own = _version(national, schools[0], release_days=4)

    visitor = _begin(schools).post(offer=own.pk)
    _answer_people(visitor)

    page = _read(visitor)
    assert page.count("To take part in") == 1
    own_days, _sep, others = page.partition("<strong>Ash School and Birch School:</strong>")[2].partition(
        "<strong>Cedar School:</strong>"
    )
    assert ("4 days of release" in own_days, "6 days of release" in others) == (True, True)


def test_option_of_each_version_says_for_whom_it_is_asked(schools: list[School], national: Offer) -> None:
    PhaseOption.objects.create(phase=national.phase, name="Lesson design")
    own = _version(national, schools[0])

    visitor = _begin(schools).post(offer=own.pk)
    first = "For Ash School and Birch School." in visitor.text
    visitor.post(option="unknown")
    second = (visitor.page, "For Cedar School." in visitor.text)
    _answer_people(visitor.post(option="unknown"))
    page = visitor.agree().text

    assert (first, second, visitor.page) == (True, ("option/2", True), "check")
    assert "Not sure yet, for these 2 of your 3 schools: Ash School; Birch School<" in page
    assert "Not sure yet, for one of your 3 schools: Cedar School<" in page


def test_version_that_closes_leaves_the_programme_ticked_for_the_others(schools: list[School], national: Offer) -> None:
    own = _version(national, schools[0])
    visitor = _begin(schools).post(offer=own.pk)
    _answer_people(visitor)
    visitor.agree()
    Offer.objects.filter(pk=own.pk).update(closes_on=date(2026, 9, 7))

    visitor.post()

    page = _read(visitor)
    assert visitor.page == "programme"
    assert "Good Maths 2026/27 is no longer open for Ash School and Birch School. What else you chose is" in page
    assert f'value="{national.pk}" checked' in page
    assert "For Cedar School. Not open for Ash School, Birch School." in page


def test_programmes_take_the_same_queries_for_three_schools_and_twelve(schools: list[School], national: Offer) -> None:
    first = schools[0]
    more = [make.SchoolFactory(authority=first.authority, hub=first.hub, trust=first.trust) for _ in range(9)]
    visitors = [_begin(schools), _begin([*schools, *more])]

    counted = []
    for visitor in visitors:
        with CaptureQueriesContext(connection) as queries:
            visitor.get(visitor.path)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= MOST
