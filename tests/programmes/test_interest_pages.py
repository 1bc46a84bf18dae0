"""The hub's pages of interest: what needs it, what it sees, and the steps; and what a school sees of its own."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Enrolment, Interest, InterestTeacher
from programmes.models.wishes import YEARS_AHEAD
from schools.models import School, User
from schools.roles import BOARD, HEADTEACHER, HUB_LEAD, MATHS_LEAD, NATIONAL, OFFICE, TRUST_LEAD
from schools.rules import academic_year
from tests import factories as make
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(user: User, name: str, /, *args: Any, **query: str) -> Any:
    with clock.fixed(NOW):
        return _client(user).get(reverse(f"programmes:{name}", args=args), query)


def _post(user: User, name: str, /, *args: Any, **data: str) -> Any:
    with clock.fixed(NOW):
        return _client(user).post(reverse(f"programmes:{name}", args=args), data, follow=True)


@pytest.fixture
def interest() -> Interest:
    """A school's interest that waits, with a teacher named and one to be named."""
    made: Interest = make.InterestFactory(school__name="Oakfield Primary School", message="We can host.")
    InterestTeacher.objects.create(interest=made, name="Sam Shah", email="sam@people.example.org")
    InterestTeacher.objects.create(interest=made)
    return made


@pytest.fixture
def lead(interest: Interest) -> User:
    """A lead of the hub that the interest came to."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=interest.hub)


def _names(response: Any) -> list[str]:
    return [row[1] for row in response.context["rows"]]


@pytest.mark.parametrize(
    "typed",
    ["Casey Contact", "contact@oak.example.org", "Hilda", "sam@people", "shah sam", "LE1 7XX", "123456", "oakfield"],
)
def test_hub_finds_what_was_sent_by_whoever_is_named_in_it_and_by_its_school(
    interest: Interest, lead: User, typed: str
) -> None:
    make.InterestFactory(school__name="Elm School", school__hub=interest.hub, hub=interest.hub)
    named = {"contact_name": "Casey Contact", "contact_email": "contact@oak.example.org", "head_name": "Hilda Head"}
    Interest.objects.filter(pk=interest.pk).update(**named)
    interest.school.urns.update(urn=123456)
    interest.school.postcode = "LE1 7XX"
    interest.school.save()

    listed = _get(lead, "interest-list", q=typed)
    found = _client(lead).get(reverse("dashboards:search"), {"q": typed}).context["found"]
    (sent,) = [one["hits"] for one in found if one["heading"] == "Applications and interests"]

    assert _names(listed) == [interest.reference]
    assert [hit["url"] for hit in sent] == [interest.get_absolute_url()]


def test_list_counts_what_was_sent_twice_once_and_shows_copies_beside_their_first_when_asked(
    interest: Interest, lead: User
) -> None:
    later = make.InterestFactory(school__hub=interest.hub, hub=interest.hub, submitted_at=NOW)
    second = make.InterestFactory(
        school=interest.school, offer=interest.offer, status="second", duplicate_of=interest, submitted_at=NOW
    )
    make.InterestFactory(hub=interest.hub, status="declined")
    make.InterestFactory()

    response = _get(lead, "interest-list")
    everything = _get(lead, "interest-list", status="all")

    assert (_names(response), response.context["total"]) == ([interest.reference, later.reference], 2)
    assert response.text.count("sent more than once") == 1
    assert _names(everything)[:2] == [interest.reference, second.reference]


def test_list_filters_by_every_field(interest: Interest, lead: User) -> None:
    declined = make.InterestFactory(hub=interest.hub, status="declined", school__name="Hillcrest School")
    flagged = make.InterestFactory(hub=interest.hub, is_outside_domain=True, head_confirmed_at=NOW)
    every = [interest.reference, declined.reference, flagged.reference]

    assert sorted(_names(_get(lead, "interest-list", status="all"))) == sorted(every)
    assert _names(_get(lead, "interest-list", status="declined")) == [declined.reference]
    assert _names(_get(lead, "interest-list", q="hillcrest", status="all")) == [declined.reference]
    assert _names(_get(lead, "interest-list", q=interest.reference)) == [interest.reference]
    assert _names(_get(lead, "interest-list", flagged="yes")) == [flagged.reference]
    assert _names(_get(lead, "interest-list", head="no")) == [interest.reference]
    assert _names(_get(lead, "interest-list", phase=str(interest.phase_id))) == [interest.reference]
    assert _names(_get(lead, "interest-list", year="2025")) == []
    assert _names(_get(lead, "interest-list", authority=str(interest.school.authority_id))) == [interest.reference]


def test_search_stays_within_what_is_shown_and_leads_to_all(lead: User, interest: Interest) -> None:
    make.InterestFactory(
        school=make.SchoolFactory(name="Hillcrest School", authority=interest.school.authority), status="declined"
    )

    page = _get(lead, "interest-list", q="hillcrest").content.decode()

    assert _names(_get(lead, "interest-list", q="hillcrest")) == []
    assert "Only what is to decide or waiting:" in page
    assert 'href="?q=hillcrest&amp;status=all"' in page
    assert "Only what is to decide" not in _get(lead, "interest-list", q="hillcrest", status="all").content.decode()


def test_list_of_a_school_shows_all_it_sent_and_no_filter_of_the_hub(interest: Interest) -> None:
    head = make.make_user(HEADTEACHER, school=interest.school)
    interest.move_to("accepted", by=None)

    response = _get(head, "interest-list")

    fields = response.context["filterset"].form.fields
    assert _names(response) == [interest.reference]
    assert set(fields) == {"status", "q", "phase", "year"}
    assert next(iter(fields["status"].choices)) == ("", "All")


@pytest.mark.parametrize("query", [{"status": "zzz"}, {"year": "x"}, {"phase": "9" * 30}, {"q": "\x00"}, {"page": "x"}])
def test_list_bears_any_query(interest: Interest, lead: User, query: dict[str, str]) -> None:
    assert _get(lead, "interest-list", **query).status_code == 200


def test_list_exports_what_is_filtered(interest: Interest, lead: User) -> None:
    make.InterestFactory(hub=interest.hub, status="declined")

    response = _get(lead, "interest-list", export="csv")

    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(line["Reference"], line["School"], line["Status"]) for line in lines] == [
        (interest.reference, "Oakfield Primary School", "To decide")
    ]
    assert _get(lead, "interest-list", export="xlsx").status_code == 200


def test_export_has_what_the_hub_decides_by(interest: Interest, lead: User) -> None:
    Interest.objects.filter(pk=interest.pk).update(message="We begin in May.")
    interest.teachers.all().delete()
    interest.teachers.create(name="Ann Able", email="ann@oakfield.example")
    interest.teachers.create()
    make.PriorityListingFactory(school=interest.school, hub=interest.hub, reason="High FSM")
    School.objects.filter(pk=interest.school_id).update(website="")

    response = _get(lead, "interest-list", export="csv")

    (line,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert line["Teachers"] == "Ann Able (ann@oakfield.example); To be named"
    assert (line["Message"], line["Priority list says"]) == ("We begin in May.", "High FSM")
    assert line["Address outside the school's domain"] == ""


def test_detail_shows_the_hub_everything(interest: Interest, lead: User) -> None:
    make.InterestFactory(
        school=interest.school,
        offer=interest.offer,
        status="second",
        duplicate_of=interest,
        contact_name="Kim Second",
    )
    past = make.EnrolmentFactory(school=interest.school, status="completed")

    page = _get(lead, "interest-detail", interest.pk).content.decode()

    for words in (
        "Oakfield Primary School",
        "Robin Contact",
        "Sam Shah",
        "To be named",
        "We can host.",
        "Kim Second",
        past.offer.title,
        "The headteacher has not confirmed yet.",
        "Commitments, version 1",
        "Teachers are released for every meeting.",
        reverse("programmes:interest-accept", args=[interest.pk]),
    ):
        assert words in page


def test_detail_shows_the_school_its_own_and_nothing_of_the_hub(interest: Interest) -> None:
    head = make.make_user(HEADTEACHER, school=interest.school)
    make.InterestFactory(
        school=interest.school,
        offer=interest.offer,
        status="second",
        duplicate_of=interest,
        contact_name="Kim Second",
    )

    page = _get(head, "interest-detail", interest.pk).content.decode()

    assert "Robin Contact" in page
    for words in ("Kim Second", "Before you decide", "What has happened", "Decline"):
        assert words not in page


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        ("submitted", "Before you decide"),
        ("accepted", "What to know"),
        ("declined", ""),
        ("withdrawn", ""),
        ("second", ""),
    ],
)
def test_detail_warns_only_of_what_is_still_to_do(interest: Interest, lead: User, status: str, heading: str) -> None:
    decided = {"decided_at": NOW, "decided_by": lead} if status in {"accepted", "declined"} else {}
    copy = {"duplicate_of": make.InterestFactory(school=interest.school)} if status == "second" else {}
    type(interest).objects.filter(pk=interest.pk).update(status=status, **decided, **copy)

    page = _get(lead, "interest-detail", interest.pk).content.decode()

    headings = [words for words in ("Before you decide", "What to know") if words in page]
    assert headings == ([heading] if heading else [])
    assert ("has not confirmed yet." in page) == (heading != "")


def test_accept_shows_who_is_invited_and_told_and_then_does_it(interest: Interest, lead: User) -> None:
    page = _get(lead, "interest-accept", interest.pk).content.decode()
    response = _post(lead, "interest-accept", interest.pk)

    for words in ("Jo Head", "Robin Contact", "sam@people.example.org", "1 place held for a teacher to be named"):
        assert words in page
    assert "Accepted. The school is told by e-mail and its people are invited." in response.content.decode()
    assert Enrolment.objects.get().interest == interest


def test_accept_says_afterwards_where_nobody_is_invited(interest: Interest, lead: User) -> None:
    trust = make.TrustFactory()
    type(interest.school).objects.filter(pk=interest.school_id).update(trust=trust)
    interest.teachers.all().delete()
    make.make_user("headteacher", school=interest.school)
    leads = make.make_user("trust_lead", trust=trust)
    type(interest).objects.filter(pk=interest.pk).update(contact_email=leads.email)

    page = _get(lead, "interest-accept", interest.pk).content.decode()
    said = _post(lead, "interest-accept", interest.pk).content.decode()

    assert "Nobody yet." in page
    assert "Accepted. The school is told by e-mail. Nobody is invited to sign in yet." in said


def test_decline_needs_a_reason_and_keeps_what_was_typed(interest: Interest, lead: User) -> None:
    empty = _post(lead, "interest-decline", interest.pk, reason=" ")
    long = _post(lead, "interest-decline", interest.pk, reason="x" * 2001)

    assert (empty.status_code, long.status_code) == (200, 200)
    assert "x" * 2001 in long.content.decode()
    interest.refresh_from_db()
    assert interest.status == "submitted"


def test_waiting_list_and_decline_keep_the_reason(interest: Interest, lead: User) -> None:
    _post(lead, "interest-wait", interest.pk, reason="Full until June.")
    interest.refresh_from_db()
    waited = (interest.status, interest.decision_reason)
    _post(lead, "interest-decline", interest.pk, reason="No places at all.")
    interest.refresh_from_db()

    assert waited == ("waiting", "Full until June.")
    assert (interest.status, interest.decision_reason) == ("declined", "No places at all.")


def test_late_decision_says_who_was_first(interest: Interest, lead: User) -> None:
    other = make.make_user(HUB_LEAD, name="Lee Late", hub=interest.hub)
    _post(lead, "interest-accept", interest.pk)

    response = _post(other, "interest-decline", interest.pk, reason="No places.")

    assert response.status_code == 200
    words = "Priya Lead has decided about this on 11 January 2027: accepted. Nothing was done twice."
    assert words in response.content.decode()
    assert Enrolment.objects.count() == 1


def test_step_page_of_what_is_decided_says_so_and_goes_back(interest: Interest, lead: User) -> None:
    _post(lead, "interest-decline", interest.pk, reason="No places.")

    with clock.fixed(NOW):
        response = _client(lead).get(reverse("programmes:interest-accept", args=[interest.pk]), follow=True)

    assert response.redirect_chain == [(interest.get_absolute_url(), 302)]
    assert "Priya Lead has decided about this on 11 January 2027: declined." in response.content.decode()


def test_close_without_a_decision_tells_nobody(interest: Interest, lead: User) -> None:
    response = _post(lead, "interest-close", interest.pk, reason="They rang: not this year.")

    interest.refresh_from_db()
    assert interest.status == "withdrawn"
    assert "Closed. Nobody is told by e-mail." in response.content.decode()


def test_ask_again_sends_a_new_link_and_says_when_it_cannot(interest: Interest, lead: User) -> None:
    done = _post(lead, "interest-ask-head", interest.pk)
    again = _post(lead, "interest-ask-head", interest.pk)

    interest.refresh_from_db()
    assert interest.head_asked == 2
    assert "Jo Head is asked again" in done.content.decode()
    assert "A link was sent a few minutes ago." in again.content.decode()


def test_staff_elsewhere_who_may_read_may_not_decide(interest: Interest) -> None:
    user = make.make_user(BOARD, hub=interest.hub)
    make.RoleFactory(person=user.person, kind=HUB_LEAD, hub=make.HubFactory())

    steps = ("interest-accept", "interest-wait", "interest-decline", "interest-close")
    answers = [_post(user, name, interest.pk, reason="Mine.").status_code for name in (*steps, "interest-ask-head")]

    assert _get(user, "interest-detail", interest.pk).status_code == 200
    assert answers == [403] * 5
    interest.refresh_from_db()
    assert interest.status == "submitted"


def test_national_reads_across_hubs(interest: Interest) -> None:
    national = make.make_user(NATIONAL)

    assert _names(_get(national, "interest-list")) == [interest.reference]
    assert _get(national, "interest-accept", interest.pk).status_code == 403


@pytest.mark.parametrize("kind", [HEADTEACHER, MATHS_LEAD, OFFICE, TRUST_LEAD])
def test_school_is_led_to_the_form_from_its_home_its_interest_and_its_journey(interest: Interest, kind: str) -> None:
    button = f'href="{reverse("programmes:express-start")}">Express an interest or apply</a>'
    trust = make.TrustFactory()
    type(interest.school).objects.filter(pk=interest.school_id).update(trust=trust)
    user = make.make_user(kind, **({"trust": trust} if kind == TRUST_LEAD else {"school": interest.school}))

    with clock.fixed(NOW):
        home = _client(user).get(reverse("dashboards:home")).content.decode()
    pages = [
        home,
        _get(user, "interest-list").content.decode(),
        _get(user, "school-journey", interest.school_id).content.decode(),
    ]

    assert [page.partition("<main")[2].count(button) for page in pages] == [1, 1, 1]


def test_hub_is_not_led_to_the_form_of_schools(interest: Interest, lead: User) -> None:
    pages = [_get(lead, "interest-list"), _get(lead, "school-journey", interest.school_id)]

    assert [page.content.decode().count('btn" href="/programmes/express/"') for page in pages] == [0, 0]


def test_interest_of_a_year_that_is_over_offers_no_place_and_says_why(lead: User, interest: Interest) -> None:
    type(interest).objects.filter(pk=interest.pk).update(year=2025)
    steps = [reverse(f"programmes:interest-{step}", args=[interest.pk]) for step in ("accept", "wait", "decline")]

    page = _get(lead, "interest-detail", interest.pk).content.decode()
    answer = _post(lead, "interest-accept", interest.pk)

    assert [f'href="{step}"' in page for step in steps] == [False, False, True]
    assert "2025/26 is over." in page
    assert "2025/26 is over: decline this" in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_headteacher_who_applied_is_told_apart_from_one_who_confirmed(client: Client) -> None:
    interest = make.InterestFactory(contact_is_head=True, head_confirmed_at=NOW)
    client.force_login(make.make_user(HUB_LEAD, hub=interest.hub))

    page = client.get(reverse("programmes:interest-list")).content.decode()

    assert "applied themself" in page


def test_year_that_the_form_takes_last_can_be_listed(lead: User, interest: Interest) -> None:
    year = academic_year(clock.day_of(NOW)) + YEARS_AHEAD
    Interest.objects.filter(pk=interest.pk).update(year=year)

    page = _get(lead, "interest-list", year=str(year))

    assert (page.context["filterset"].errors, _names(page)) == ({}, [interest.reference])
