"""What came by phone, by e-mail or on paper: entered by the hub, with evidence, marked so."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry
from programmes.actions import decisions, enrolments
from programmes.forms.receipts import as_sent_before
from programmes.models import Interest, Offer, PhaseOption, Receipt
from programmes.notices.links import head_path
from schools.models import School, User
from schools.roles import BOARD, HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_privacy

pytestmark = pytest.mark.django_db

CAME = {"how": "phone", "came_on_0": "7", "came_on_1": "9", "came_on_2": "2026", "note": ""}
CONTACT = {"name": "Robin Contact", "email": "robin@people.example.org", "job_title": "Maths lead"}
HEAD = {"head_name": "Jo Head", "head_email": "jo@people.example.org"}


@pytest.fixture
def school() -> School:
    make_privacy()
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def lead(school: School) -> User:
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=school.hub)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _programme(offer: Offer) -> str:
    return f"offer-{offer.pk}"


def enter(user: User, school: School, offer: Offer, **changed: Any) -> Any:
    typed = {"kind": "application", "programme": _programme(offer), "agreed": "on", **CONTACT, **HEAD, **CAME}
    given = {name: value for name, value in {**typed, **changed}.items() if value is not None}
    with clock.fixed(NOW):
        return client_of(user).post(reverse("programmes:interest-enter", args=[school.pk]), given)


def _said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", b"%PDF-1.7 signed")


def test_pressed_twice_is_entered_once_and_another_entry_is_its_own(school: School, lead: User) -> None:
    offer = make.OfferFactory(teachers_per_school=1)

    pressed = [enter(lead, school, offer, press="the same page") for _ in range(2)]
    enter(lead, school, offer, press="the same page", email="kim@people.example.org")

    assert [one.status_code for one in pressed] == [302, 200]
    assert "This was entered already" in pressed[1].content.decode()
    assert sorted(Interest.objects.values_list("status", flat=True)) == ["second", "submitted"]


def test_hub_enters_an_application_with_evidence_and_everybody_is_told(school: School, lead: User) -> None:
    """Applications have closed: the hub decides whether it still takes this one."""
    offer = make.OfferFactory(closes_on=NOW.date().replace(day=1))

    answer = enter(lead, school, offer, teachers="Sam Teacher, sam@people.example.org", evidence=pdf())
    with clock.fixed(NOW):
        delivery.deliver_due()

    interest = Interest.objects.get()
    receipt = interest.receipts.get()
    assert answer.url == interest.get_absolute_url()
    assert (interest.status, interest.head_asked_at) == ("submitted", NOW)
    assert [str(one) for one in interest.teachers.all()] == ["Sam Teacher", "To be named"]
    assert (receipt.what, receipt.how, receipt.entered_by) == ("sent", "phone", lead)
    by_address = {one.to[0]: str(one.body) for one in mail.outbox}
    to_contact = next(body for address, body in by_address.items() if CONTACT["email"] in address)
    assert "Priya Lead of" in to_contact
    assert "it came by phone on Monday 7 September 2026" in to_contact
    to_head = next(body for address, body in by_address.items() if HEAD["head_email"] in address)
    assert "Priya Lead of" in to_head
    assert "entered this for Robin Contact: it came by phone on Monday 7 September 2026" in to_head
    with clock.fixed(NOW):
        pages = [client_of(lead).get(f"{answer.url}{page}").content.decode() for page in ("", "commitments/")]
    assert all("7 September 2026, by phone, as Priya Lead entered it" in page for page in pages)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": ""}, "Enter an address, or tick below."),
        ({"has_no_email": "on"}, "You have given an address: take the tick away."),
        (
            {"kind": "interest", "email": "", "has_no_email": "on"},
            "Enter a telephone number: without an e-mail address",
        ),
        ({"head_email": ""}, "Enter the headteacher&#x27;s address."),
        ({"agreed": None}, "Make sure that they agree"),
        ({"teachers": "A\nB\nC"}, "This programme takes 2 from each school."),
        ({"teachers": "Sam, sam at school"}, "“Sam, sam at school”: Enter an e-mail address like"),
        ({"came_on_0": "9"}, "This day has not come yet."),
        ({"programme": "1-1-x"}, "Choose one of the answers shown."),
        ({"name": "Rob\x00in"}, "cannot be stored"),
    ],
)
def test_what_is_missing_is_said_beside_it(school: School, lead: User, changed: dict[str, Any], said: str) -> None:
    answer = enter(lead, school, make.OfferFactory(), **changed)

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Interest.objects.exists()


def test_contact_without_an_address_is_told_nothing_and_can_be_accepted(school: School, lead: User) -> None:
    answer = enter(lead, school, make.OfferFactory(), email="", has_no_email="on")
    interest = Interest.objects.get()
    assert _said(answer) == f"Entered as {interest.reference}. {HEAD['head_email']} is told by e-mail."
    with clock.fixed(NOW):
        client_of(lead).post(reverse("programmes:interest-accept", args=[interest.pk]))
        delivery.deliver_due()

    interest.refresh_from_db()
    assert (interest.status, interest.contact_email) == ("accepted", "")
    assert {one.to[0] for one in mail.outbox} == {f"Jo Head <{HEAD['head_email']}>"}


def test_somebody_is_entered_for_themselves(school: School, lead: User) -> None:
    offer = make.OfferFactory(enrols="persons", trn="required", teachers_per_school=1)

    without = enter(lead, school, offer)
    enter(lead, school, offer, trn="1234567")

    assert "This programme needs the teacher reference number." in without.content.decode()
    assert Interest.objects.get().trn == "1234567"


def test_headteachers_confirmation_is_entered_with_what_shows_it(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory())
    interest = Interest.objects.get()
    url = reverse("programmes:interest-head-answer", args=[interest.pk])
    with clock.fixed(NOW):
        bare = client_of(lead).post(url, {**CAME, "answer": "yes", "asked": 1})
        client_of(lead).post(url, {**CAME, "answer": "yes", "asked": 1, "how": "email", "evidence": pdf()})
        again = client_of(lead).post(url, {**CAME, "answer": "no", "asked": 1, "note": "Said no to Priya."})
        delivery.deliver_due()
        page = client_of(lead).get(interest.get_absolute_url()).content.decode()
        rows = client_of(lead).get(reverse("programmes:interest-list")).content.decode()

    interest.refresh_from_db()
    assert interest.head_confirmed_at == NOW
    assert "Say what the headteacher said, or add a file that shows it." in bare.content.decode()
    assert "The headteacher has confirmed already" in again.content.decode()
    to_head = [str(one.subject) for one in mail.outbox if HEAD["head_email"] in one.to[0]]
    assert to_head == [f"{school}: what was recorded in your name"]
    assert page.count("Entered by Priya Lead") == 2
    assert "It came by e-mail on 7 September 2026" in page
    assert "entered, came by phone" in rows


def test_headteachers_refusal_is_entered_and_a_later_yes_by_the_link_counts(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory(title="Good Maths"))
    interest = Interest.objects.get()
    url = reverse("programmes:interest-head-answer", args=[interest.pk])
    with clock.fixed(NOW):
        unsaid = client_of(lead).post(url, {**CAME, "asked": 1, "note": "No time."}).content.decode()
        client_of(lead).post(url, {**CAME, "asked": 1, "answer": "no", "note": "No time this year."})
        delivery.deliver_due()
        interest.refresh_from_db()
        refused = (interest.head_refused_at, interest.head_refusal, interest.receipts.filter(what="head").count())
        page = client_of(lead).get(interest.get_absolute_url()).content.decode()
        head, link = Client(), head_path(interest)
        head.post(link, {"said": head.get(link).context["said"]})

    assert "There is a problem" in unsaid
    assert refused == (NOW, "No time this year.", 1)
    assert (page.count("No time this year."), "the school does not take part" in page) == (1, True)
    (to_head,) = [one for one in mail.outbox if HEAD["head_email"] in one.to[0] and "recorded" in one.subject]
    assert "your school does not take part in Good Maths" in to_head.body
    interest.refresh_from_db()
    assert (interest.head_confirmed_at, interest.receipts.filter(what="head").count()) == (NOW, 0)


def test_headteacher_reads_of_an_answer_that_was_corrected_on_the_same_day(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory())
    url = reverse("programmes:interest-head-answer", args=[Interest.objects.get().pk])
    for seconds, answer in enumerate(["no", "no", "yes"]):
        with clock.fixed(NOW + timedelta(seconds=seconds)):
            client_of(lead).post(url, {**CAME, "asked": 1, "answer": answer, "note": "Heard by phone."})
            delivery.deliver_due()

    told = [one.body for one in mail.outbox if HEAD["head_email"] in one.to[0] and "recorded" in one.subject]
    entries = JournalEntry.objects.about(Interest.objects.get()).filter(what__startswith="Headteacher's")
    assert entries.count() == 2
    assert ["you confirm" in body for body in told] == [False, True]


@pytest.mark.parametrize("kind", ["application", "interest"])
def test_option_that_was_told_by_phone_is_entered(school: School, lead: User, kind: str) -> None:
    offer, other = make.OfferFactory(), make.OfferFactory()
    way, wrong = (PhaseOption.objects.create(phase=one.phase, name="Mixed-age") for one in (offer, other))

    head = HEAD if kind == "application" else dict.fromkeys(HEAD)

    refused = enter(lead, school, offer, kind=kind, option=wrong.pk, **head).content.decode()
    nothing = Interest.objects.count()
    enter(lead, school, offer, kind=kind, option=way.pk, **head)

    assert ("This is an option of" in refused, nothing) == (True, 0)
    assert Interest.objects.get().option == way


def test_two_teachers_that_the_hub_enters_have_one_address_only_where_they_share_it(school: School, lead: User) -> None:
    offer = make.OfferFactory(teachers_per_school=2)
    lines = "Sam Teacher, office@hill.example.org\nKim Other, Office@hill.example.org, TA"

    asked = enter(lead, school, offer, teachers=lines).content.decode()
    none = Interest.objects.exists()
    enter(lead, school, offer, teachers=lines, is_shared="on")

    assert "You have given Sam Teacher and Kim Other one address." in asked
    assert 'name="is_shared"' in asked
    assert (none, Interest.objects.get().teachers.count()) == (False, 2)


def test_teachers_are_not_named_for_somebody_who_takes_part_alone(school: School, lead: User) -> None:
    offer = make.OfferFactory(enrols="persons", trn="no", teachers_per_school=1)

    answer = enter(lead, school, offer, teachers="Sam Teacher").content.decode()

    assert "In this programme the contact takes part, alone" in answer


def test_evidence_is_for_the_staff_of_the_hub_and_the_national_team_alone(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory(), evidence=pdf())
    url = Receipt.objects.get().get_absolute_url()

    def status(user: User) -> int:
        return client_of(user).get(url).status_code

    others = [make.make_user(HUB_LEAD, hub=make.HubFactory()), make.make_user(BOARD, hub=school.hub)]
    mine = client_of(lead).get(url)
    assert b"".join(mine.streaming_content) == b"%PDF-1.7 signed"  # type: ignore[attr-defined]
    assert [status(one) for one in others] == [404, 403]
    assert status(make.make_user(HEADTEACHER, school=school)) == 403


def test_confirmation_of_one_headteacher_is_not_entered_for_another(school: School, lead: User) -> None:
    """The school names another one while the hub's form is open."""
    interest = make.InterestFactory(school=school, hub=school.hub)
    url = reverse("programmes:interest-head-answer", args=[interest.pk])
    opened = client_of(lead).get(url).context["form"]["asked"].value()
    Interest.objects.filter(pk=interest.pk).update(head_name="Kim Newhead", head_asked=interest.head_asked + 1)

    with clock.fixed(NOW):
        answer = client_of(lead).post(url, {**CAME, "answer": "yes", "asked": opened, "note": "Said yes to Priya."})

    interest.refresh_from_db()
    assert "The headteacher, or their address, was changed meanwhile." in answer.content.decode()
    assert interest.head_confirmed_at is None


def test_interest_that_its_contact_told_online_is_not_entered_again(school: School, lead: User) -> None:
    offer = make.OfferFactory()
    told = make.LightInterestFactory(
        school=school, phase=offer.phase, year=offer.year, contact_email=CONTACT["email"], contact_name="Robin Contact"
    )

    page = enter(lead, school, offer, kind="interest", head_name="", head_email="", agreed=None, phone="01632 960009")

    assert f"Robin Contact has told of this already, as {told.reference}" in page.content.decode()
    assert "01632 960009" in page.content.decode()
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("changed", "meant"),
    [
        ({"email": "robin@gmial.com"}, "robin@gmail.com"),
        ({"head_email": "jo@gmial.com"}, "jo@gmail.com"),
        ({"teachers": "Sam Teacher, sam@people.example.org\nTim Tiny, tim@gmial.com"}, "tim@gmail.com"),
        ({"email": "robin@oak.example", "teachers": "Tim Tiny, tim@oak.exmaple"}, "tim@oak.example"),
    ],
)
def test_slip_in_what_is_entered_is_asked_about_and_taken_when_it_is_right(
    school: School, lead: User, changed: dict[str, str], meant: str
) -> None:
    offer = make.OfferFactory()

    asked = enter(lead, school, offer, **changed)
    taken = enter(lead, school, offer, **changed, is_right="on")

    assert f"Did you mean {meant}?" in asked.content.decode()
    assert (taken.status_code, Interest.objects.count()) == (302, 1)


def test_programmes_stand_under_their_years_with_what_is_open_first(school: School, lead: User) -> None:
    today = NOW.date()
    shut = {"closes_on": today - timedelta(days=2), "opens_on": today - timedelta(days=9)}
    to_come = {"opens_on": today + timedelta(days=3), "closes_on": today + timedelta(days=9)}
    open_now = {"opens_on": today, "closes_on": today}
    for title, year, window in (("A", 2026, shut), ("B", 2026, to_come), ("C", 2027, shut), ("D", 2027, open_now)):
        make.OfferFactory(title=title, year=year, **window)

    with clock.fixed(NOW):
        page = client_of(lead).get(reverse("programmes:interest-enter", args=[school.pk])).content.decode()

    select = page.partition('name="programme"')[2].partition("</select>")[0]
    assert re.findall(r'<optgroup label="([^"]*)"', select) == ["2027/28", "2026/27", "2028/29"]
    assert [" ".join(one.split()) for one in re.findall(r">([A-D] 20[^<]*)<", select)] == [
        "D 2027/28",
        "C 2027/28 (closed on 6 September 2026)",
        "B 2026/27 (not open before 11 September 2026)",
        "A 2026/27 (closed on 6 September 2026)",
    ]


def test_teachers_job_is_entered_with_them_and_comes_again(school: School, lead: User) -> None:
    offer, lines = make.OfferFactory(), "Sam Teacher, sam@people.example.org, Year 4, maths\nTim Tiny, , Year 5"
    enter(lead, school, offer, teachers=lines)

    interest = Interest.objects.get()
    named = [(one.name, one.email, one.job_title) for one in interest.teachers.order_by("pk")]
    assert named == [("Sam Teacher", "sam@people.example.org", "Year 4, maths"), ("Tim Tiny", "", "Year 5")]
    assert as_sent_before(interest, [])["teachers"] == lines


def test_what_was_declined_by_mistake_is_entered_again_with_all_that_was_sent(school: School, lead: User) -> None:
    offer = make.OfferFactory()
    enter(lead, school, offer, teachers="Sam Teacher, sam@people.example.org", message="We hope so.")
    sent = Interest.objects.get()
    with clock.fixed(NOW):
        decisions.decline(interest=sent, by=lead, now=NOW, reason="A slip.")
        page = client_of(lead).get(sent.get_absolute_url()).content.decode()
        url = f"{reverse('programmes:interest-enter', args=[school.pk])}?again={sent.pk}"
        form = client_of(lead).get(url).context["form"]
    assert f'href="{url}"' in page

    answer = enter(lead, school, offer, **{name: form[name].value() for name in ("name", "email", "teachers")})

    again = Interest.objects.exclude(pk=sent.pk).get()
    shown = {name: form[name].value() for name in ("kind", "programme", "head_email", "message")}
    assert shown == {
        "kind": "application",
        "programme": _programme(offer),
        "head_email": HEAD["head_email"],
        "message": "We hope so.",
    }
    assert (answer.url, again.status, again.contact_name) == (again.get_absolute_url(), "submitted", CONTACT["name"])
    assert [str(one) for one in again.teachers.all()] == ["Sam Teacher", "To be named"]


def test_withdrawn_enrolment_offers_its_application_again_to_the_hub_alone(school: School, lead: User) -> None:
    enter(lead, school, make.OfferFactory())
    with clock.fixed(NOW):
        enrolment = decisions.accept(interest=Interest.objects.get(), by=lead, now=NOW)
        by_mistake = client_of(lead).get(Interest.objects.get().get_absolute_url()).content.decode()
        enrolments.withdraw(enrolment=enrolment, by=lead, now=NOW, reason="A slip.")
        board = make.make_user(BOARD, hub=school.hub)
        pages = [client_of(one).get(enrolment.get_absolute_url()).content.decode() for one in (lead, board)]

    assert reverse("programmes:enrolment-withdraw", args=[enrolment.pk]) in by_mistake
    assert ["?again=" in page for page in pages] == [True, False]
