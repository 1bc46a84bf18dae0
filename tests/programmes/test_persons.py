"""People who apply for themselves: the form, the hub's decision, and one person, one place."""

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions import decisions, enrolments
from programmes.actions.interest import submit
from programmes.models import Enrolment, Interest, Offer
from schools.models import Person, Role, School
from schools.roles import HUB_LEAD, MATHS_LEAD, TEACHER
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_privacy

pytestmark = pytest.mark.django_db

ABOUT = {"name": "Ali Assistant", "email": "ali@people.example.org", "phone": "", "job_title": "Teaching assistant"}
HEAD = {"name": "Jo Head", "email": "jo@people.example.org"}


@pytest.fixture
def school() -> School:
    made: School = make.SchoolFactory()
    return made


@pytest.fixture
def offer() -> Offer:
    made: Offer = make.OfferFactory(title="Own Maths", enrols="persons", teachers_per_school=1, trn="required")
    return made


def _applied(school: School, offer: Offer, **changed: Any) -> Interest:
    names = {"contact_name": ABOUT["name"], "contact_email": ABOUT["email"], "contact_job": ABOUT["job_title"]}
    given = make_application(school=school, offer=offer, teachers=(), **{**names, "trn": "1234567", **changed})
    return submit(application=given, by=None, now=NOW)


def _post(client: Client, page: str, school: School, offer: Offer, **data: Any) -> Any:
    return client.post(reverse(f"programmes:express-person-{page}", args=[school.pk, offer.pk]), data)


def _texts(offer: Offer) -> str:
    return f"{offer.commitments_id}-{make_privacy().pk}"


def test_somebody_applies_for_themselves_page_by_page(client: Client, school: School, offer: Offer) -> None:
    texts = _texts(offer)
    programme = reverse("programmes:express-person-programme", args=[school.pk])
    with clock.fixed(NOW):
        start = client.get(reverse("programmes:express-person")).content.decode()
        found: Any = client.post(reverse("programmes:express-person-school"), {"school": school.pk})
        chosen = client.post(programme, {"offer": offer.pk})
        without = _post(client, "about", school, offer, **ABOUT)
        wrong = _post(client, "about", school, offer, **ABOUT, trn="12 34 56")
        early: Any = client.get(reverse("programmes:express-person-check", args=[school.pk, offer.pk]))
        about = _post(client, "about", school, offer, **ABOUT, trn="12/34 567")
        head = _post(client, "head", school, offer, **HEAD)
        check = client.get(head.url).content.decode()
        unticked = _post(client, "check", school, offer, texts=texts, message="")
        sent = _post(client, "check", school, offer, texts=texts, message="Not Fridays", commitments="on", privacy="on")
        done = client.get(sent.url).content.decode()

    assert ("Own Maths" in start, found.url, chosen.status_code) == (True, programme, 302)
    assert "Enter your teacher reference number: this programme needs it." in without.content.decode()
    assert "A teacher reference number has seven digits." in wrong.content.decode()
    assert [early.url, about.url, head.url] == [
        reverse(f"programmes:express-person-{page}", args=[school.pk, offer.pk]) for page in ("about", "head", "check")
    ]
    assert ("TRN 1234567" in check, unticked.status_code) == (True, 200)
    interest = Interest.objects.get()
    assert (interest.for_person, interest.trn, interest.message) == (True, "1234567", "Not Fridays")
    assert (interest.contact_name, interest.contact_job) == ("Ali Assistant", "Teaching assistant")
    assert interest.reference in done


def test_what_fills_in_every_field_reads_the_confirmation_and_nothing_is_kept(
    client: Client, school: School, offer: Offer
) -> None:
    texts = _texts(offer)
    with clock.fixed(NOW):
        client.post(reverse("programmes:express-person-programme", args=[school.pk]), {"offer": offer.pk})
        _post(client, "about", school, offer, **ABOUT, trn="1234567", website="https://robot.example")
        _post(client, "head", school, offer, **HEAD)
        sent = _post(client, "check", school, offer, texts=texts, message="", commitments="on", privacy="on")
        done = client.get(sent.url).content.decode()

    assert "Application sent" in done
    assert Interest.objects.count() == 0


@pytest.mark.parametrize(("part", "kinds"), [("asked", "please confirm"), ("told", "has applied for")])
def test_headteacher_is_asked_or_told_as_the_offer_says(school: School, offer: Offer, part: str, kinds: str) -> None:
    Offer.objects.filter(pk=offer.pk).update(head_part=part)
    offer.refresh_from_db()

    with clock.fixed(NOW):
        interest = _applied(school, offer)
        delivery.deliver_due()

    to_head = [one.subject for one in mail.outbox if interest.head_email in one.to[0]]
    assert (len(to_head), kinds in to_head[0]) == (1, True)
    assert (interest.head_asked_at is None) == (part == "told")


def test_accepting_a_person_enrols_them_and_nobody_else(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        interest = _applied(school, offer)
        lead = make.make_user(HUB_LEAD, hub=school.hub)
        enrolment = decisions.accept(interest=interest, by=lead, now=NOW)

    person = Person.objects.get(name="Ali Assistant")
    assert (enrolment.person, [row.person for row in enrolment.teachers.all()]) == (person, [person])
    assert (person.trn, person.job_title) == ("1234567", "Teaching assistant")
    assert set(Role.objects.filter(school=school).values_list("person__name", "kind")) == {("Ali Assistant", TEACHER)}
    assert not Enrolment.objects.parts_of(school)
    with pytest.raises(enrolments.CannotName, match="one person's own place"):
        enrolments.free_place(enrolled=enrolment.teachers.get(), by=lead, today=NOW.date())


def test_colleagues_apply_side_by_side_and_each_once(school: School, offer: Offer) -> None:
    """Offices share addresses: who it is says name and address together."""
    with clock.fixed(NOW):
        first = _applied(school, offer)
        colleague = _applied(school, offer, contact_name="Bo Teacher")
        again = _applied(school, offer, contact_name="ALI assistant", contact_email=ABOUT["email"].upper())
        lead = make.make_user(HUB_LEAD, hub=school.hub)
        for interest in (first, colleague):
            decisions.accept(interest=interest, by=lead, now=NOW)

    assert [first.status, colleague.status, again.status] == ["accepted", "accepted", "second"]
    assert again.duplicate_of == first
    assert Enrolment.objects.filter(school=school, offer=offer).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        make.EnrolmentFactory(school=make.SchoolFactory(), offer=offer, person=Person.objects.get(name="Bo Teacher"))


def test_person_who_is_enrolled_already_is_not_enrolled_twice(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        lead = make.make_user(HUB_LEAD, hub=school.hub)
        decisions.accept(interest=_applied(school, offer), by=lead, now=NOW)
        Interest.objects.update(status="withdrawn")
        again = _applied(school, offer)

        with pytest.raises(decisions.CannotDecide, match="Ali Assistant is already enrolled"):
            decisions.accept(interest=again, by=lead, now=NOW)

    again.refresh_from_db()
    assert again.status == "submitted"


def test_school_and_its_people_do_not_stand_in_each_others_way(school: School) -> None:
    """A school's application for a phase and a teacher's for the same phase are two things."""
    phase = make.PhaseFactory()
    for_schools = make.OfferFactory(phase=phase)
    for_persons = make.OfferFactory(phase=phase, enrols="persons")

    with clock.fixed(NOW):
        of_school = submit(application=make_application(school=school, offer=for_schools), by=None, now=NOW)
        of_person = _applied(school, for_persons)

    assert [of_school.status, of_person.status] == ["submitted", "submitted"]


def test_pages_say_who_applied_and_keep_the_number_from_the_school(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        interest = _applied(school, offer)
        hub, own = Client(), Client()
        hub.force_login(make.make_user(HUB_LEAD, hub=school.hub))
        own.force_login(make.make_user(MATHS_LEAD, school=school))
        detail = reverse("programmes:interest-detail", args=[interest.pk])
        pages = [one.get(detail).content.decode() for one in (hub, own)]
        rows = hub.get(reverse("programmes:interest-list")).content.decode()
        hub.post(reverse("programmes:interest-accept", args=[interest.pk]))
        journey = own.get(reverse("programmes:school-journey", args=[school.pk])).content.decode()

    assert [f"Ali Assistant, {school}" in page for page in pages] == [True, True]
    assert ["TRN 1234567" in page for page in pages] == [True, False]
    assert f"for themselves, {school.name}" in rows
    assert "Ali Assistant: <a" in journey
    assert "0 years in the programme" not in journey
