"""The public form for somebody signed in: their school and their details are at hand, and all can be changed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_privacy

pytestmark = [pytest.mark.django_db, pytest.mark.once]

START, SCHOOL = reverse("programmes:express-start"), reverse("programmes:express-school")


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        make_privacy()
        make.OfferFactory()
        yield


def browser(kind: str, *, job: str = "", **place: Any) -> Client:
    user = make.make_user(kind, name="Robin Contact", email="robin@hill.example.org", **place)
    user.person.job_title, user.person.phone = job, "01632 960001"
    user.person.save()
    client = Client()
    client.force_login(user)
    return client


def _of(kind: str, **place: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(kind, **place))
    return client


def offered(client: Client) -> list[str]:
    page = client.get(START).content.decode()
    return re.findall(
        r'name="school"(?: type="checkbox")? value="(\d+)"', page.partition('<h2 class="govuk-heading-m">Apply')[2]
    )


def contact(client: Client, school: School) -> dict[str, Any]:
    """What the page about the contact begins with."""
    programme = client.post(SCHOOL, {"school": school.pk})["Location"]
    offer = client.get(programme).context["open_choices"][0]["offer"]
    asked: dict[str, Any] = client.get(client.post(programme, {"offer": offer.pk})["Location"]).context["form"].initial
    return asked


@pytest.mark.parametrize("kind", [roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE])
def test_form_starts_with_the_one_school_of_its_staff(kind: str) -> None:
    school = make.SchoolFactory()
    client = browser(kind, school=school)

    page = client.get(START).content.decode()

    assert offered(client) == [str(school.pk)]
    assert f'<a href="{SCHOOL}?for=apply">Another school</a>' in page


def test_form_asks_a_trust_lead_which_of_its_open_schools() -> None:
    trust = make.TrustFactory()
    schools = [make.SchoolFactory(name=f"{name} Primary School", trust=trust) for name in ("Ash", "Birch")]
    make.SchoolFactory(trust=trust, gias_status=School.GiasStatus.CLOSED)
    make.SchoolFactory()

    client = browser(roles.TRUST_LEAD, trust=trust)

    assert offered(client) == [str(one.pk) for one in schools]


def test_form_knows_no_school_of_anybody_else() -> None:
    hub = make.HubFactory()
    school = make.SchoolFactory(authority__hub=hub)

    assert offered(Client()) == []
    assert offered(browser(roles.HUB_LEAD, hub=hub)) == []
    assert contact(Client(), school) == {}


def test_headteacher_finds_their_details_filled_in() -> None:
    school = make.SchoolFactory()

    assert contact(browser(roles.HEADTEACHER, school=school), school) == {
        "name": "Robin Contact",
        "email": "robin@hill.example.org",
        "phone": "01632 960001",
        "job_title": "Headteacher",
        "is_head": True,
    }


@pytest.mark.parametrize(("job", "expected"), [("", "Maths lead"), ("Assistant head", "Assistant head")])
def test_maths_lead_finds_their_job_filled_in(job: str, expected: str) -> None:
    school = make.SchoolFactory()

    found = contact(browser(roles.MATHS_LEAD, job=job, school=school), school)

    assert (found["job_title"], found["is_head"]) == (expected, False)


def test_form_for_another_school_says_nothing_of_ones_job_there() -> None:
    client = browser(roles.HEADTEACHER, school=make.SchoolFactory())

    found = contact(client, make.SchoolFactory())

    assert sorted(found) == ["email", "name", "phone"]


def test_what_was_answered_wins_over_what_is_known() -> None:
    school = make.SchoolFactory()
    client = browser(roles.MATHS_LEAD, school=school)
    programme = client.post(SCHOOL, {"school": school.pk})["Location"]
    offer = client.get(programme).context["open_choices"][0]["offer"]
    page = client.post(programme, {"offer": offer.pk})["Location"]

    client.post(page, {"name": "Kim Colleague", "email": "kim@hill.example.org", "job_title": "Deputy"})

    assert client.get(page).context["form"].initial["name"] == "Kim Colleague"


@pytest.mark.parametrize("name", ["programmes:express-start", "programmes:express-person"])
def test_only_who_is_not_signed_in_reads_that_no_account_is_needed(name: str) -> None:
    signed_in = browser(roles.TRUST_LEAD, trust=make.TrustFactory())

    said = ["not need an account" in one.get(reverse(name)).content.decode() for one in (Client(), signed_in)]

    assert said == [True, False]


def _programmes(client: Client, *schools: School) -> str:
    """The page that asks which programmes, for these schools."""
    chosen = {"school": [one.pk for one in schools], **({"several": "yes"} if len(schools) > 1 else {})}
    return " ".join(client.get(client.post(SCHOOL, chosen)["Location"]).content.decode().split())


def test_programme_that_ones_school_has_applied_for_says_so_beside_it_to_its_own_people_alone() -> None:
    school, offers = make.SchoolFactory(), [make.OfferFactory(title=title) for title in ("One", "Two", "Three")]
    sent = make.InterestFactory(school=school, offer=offers[0], submitted_at=NOW)
    waits = make.InterestFactory(school=school, offer=offers[1], submitted_at=NOW, status="waiting")
    make.EnrolmentFactory(school=school, offer=offers[2], status="accepted")
    others = [Client(), _of(roles.HUB_LEAD, hub=school.hub), _of(roles.HEADTEACHER, school=make.SchoolFactory())]

    page = _programmes(_of(roles.MATHS_LEAD, school=school), school)
    read_by_others = [_programmes(client, school) for client in others]

    link = '<a href="{}">{}</a>.</strong>'
    assert (
        "Your school applied for this on 8 September 2026: " + link.format(sent.get_absolute_url(), sent.reference)
        in page
    )
    assert f"2026 and is on the waiting list: {link.format(waits.get_absolute_url(), waits.reference)}" in page
    assert "<strong>Your school has a place in this already.</strong> What is sent again is a second copy" in page
    told = [words for text in read_by_others for words in ("applied for this", "has a place in this") if words in text]
    assert told == []


def test_trust_lead_reads_which_of_the_schools_has_a_place() -> None:
    trust, offer = make.TrustFactory(), make.OfferFactory()
    ash, birch = (make.SchoolFactory(name=f"{name} School", trust=trust) for name in ("Ash", "Birch"))
    taken = make.InterestFactory(school=birch, offer=offer, status="accepted")
    make.EnrolmentFactory(school=birch, offer=offer, status="accepted", interest=taken)

    page = _programmes(_of(roles.TRUST_LEAD, trust=trust), ash, birch)

    assert f'Birch School has a place in this already: <a href="{taken.get_absolute_url()}">{taken.reference}' in page
    assert "Ash School has" not in page


def test_programmes_of_ones_own_school_take_no_more_than_twelve_queries(django_assert_num_queries: Any) -> None:
    school, offer = make.SchoolFactory(), make.OfferFactory()
    make.InterestFactory(school=school, offer=offer)
    client = _of(roles.HEADTEACHER, school=school)
    page = client.post(SCHOOL, {"school": school.pk})["Location"]

    with django_assert_num_queries(11):
        client.get(page)


def _tells(school: School, *, by: Client, wished: list[str]) -> tuple[str, str]:
    """What somebody reads who tells of an interest: beside each that can be chosen, and when it is sent."""
    visitor = Visitor()
    visitor.client = by
    visitor.post(SCHOOL, school=school.pk, **{"for": "tell"})
    beside = " ".join(visitor.text.split())
    visitor.post(wish=wished).post(**CONTACT)
    texts = visitor.text.partition('name="texts" value="')[2].partition('"')[0]
    done = visitor.post(texts=texts, privacy="on").post()
    assert done.page == "done"
    return beside, " ".join(done.text.split())


def test_interest_in_what_ones_school_has_applied_for_is_told_apart_for_its_own_people_alone() -> None:
    school, offers = make.SchoolFactory(), [make.OfferFactory(phase__name=name) for name in ("One", "Two", "Three")]
    sent = make.InterestFactory(school=school, offer=offers[0], submitted_at=NOW)
    make.EnrolmentFactory(school=school, offer=offers[1], status="accepted")
    all_three = [f"{one.phase_id}-{one.year}" for one in offers]
    link = f'applied for this on 8 September 2026: <a href="{sent.get_absolute_url()}">{sent.reference}</a>.'
    head = _of(roles.HEADTEACHER, school=school)

    beside, done = _tells(school, by=head, wished=all_three)
    _beside, all_settled = _tells(school, by=head, wished=all_three[:2])
    of_others = _tells(school, by=Client(), wished=all_three)

    assert (link in beside, "Your school has a place in this already." in beside) == (True, True)
    assert f"<li>One 2026/27: <strong>{school} {link}</strong> You need not apply for it again.</li>" in done
    assert f"<li>Two 2026/27: <strong>{school} has a place in this already.</strong>" in done
    assert re.findall(r"<p>([^<:]*): <button[^>]*>Apply today", done) == ["Three 2026/27"]
    assert ("knows that your school" in done, "knows that your school" in all_settled) == (True, False)
    assert ("Apply today" in all_settled, "When you can apply" in all_settled) == (False, False)
    assert re.findall(r"<p>([^<:]*): <button[^>]*>Apply today", of_others[1]) == [
        "One 2026/27, Two 2026/27, Three 2026/27"
    ]
    assert [words for text in of_others for words in ("applied for this", "has a place") if words in text] == []


def test_who_has_the_same_form_open_reads_nothing_of_what_its_school_applied_for() -> None:
    school, offer = make.SchoolFactory(), make.OfferFactory()
    sent = make.InterestFactory(school=school, offer=offer, submitted_at=NOW)
    head, other = _of(roles.HEADTEACHER, school=school), Client()
    _tells(school, by=head, wished=[f"{offer.phase_id}-{offer.year}"])
    opened = head.session["express"]
    kept = other.session
    kept["express"] = opened
    kept.save()

    own, read = (
        one.get(reverse("programmes:express-done", args=[opened[-1]])).content.decode() for one in (head, other)
    )

    assert (sent.reference in own, "Apply today" in own) == (True, False)
    assert (sent.reference in read, "Apply today" in read) == (False, True)


def test_wishes_of_ones_own_school_take_no_more_than_twelve_queries(django_assert_max_num_queries: Any) -> None:
    school, offer = make.SchoolFactory(), make.OfferFactory()
    make.InterestFactory(school=school, offer=offer)
    client = _of(roles.HEADTEACHER, school=school)
    page = client.post(SCHOOL, {"school": school.pk, "for": "tell"})["Location"]

    with django_assert_max_num_queries(12):
        client.get(page)
