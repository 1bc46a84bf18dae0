"""People who apply for themselves: the form, the hub's decision, and one person, one place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry
from programmes.actions import decisions, enrolments
from programmes.actions.copies import say_not_same
from programmes.actions.interest import submit
from programmes.models import Enrolment, FormDraft, Interest, Offer, PhaseOption
from programmes.notices.links import contact_path, head_path
from programmes.views.draft import SESSION_KEY
from schools.models import Person, Role, School
from schools.roles import HUB_LEAD, MATHS_LEAD, TEACHER
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application, make_privacy

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


def _begin(school: School, *offers: Offer) -> Visitor:
    """Somebody who has chosen their school and programmes."""
    make_privacy()
    visitor = Visitor().post(reverse("programmes:express-school"), school=school.pk, **{"for": "person"})
    return visitor.post(offer=[offer.pk for offer in offers])


def _agree(visitor: Visitor) -> Visitor:
    return visitor.post(message="Not Fridays").agree()


def test_somebody_applies_for_themselves_page_by_page(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        start = Visitor().get(reverse("programmes:express-person")).text
        visitor = _begin(school, offer)
        without = visitor.post(**ABOUT).text
        wrong = visitor.post(**ABOUT, trn="12 34 56").text
        pages = [visitor.post(**ABOUT, trn="12/34 567").page, visitor.post(**HEAD).page]
        message, check = visitor.text, _agree(visitor).text
        done = visitor.post().text

    assert ("Own Maths" in start, pages) == (True, ["head", "message"])
    assert "Enter your teacher reference number: this programme needs it." in without
    assert "A teacher reference number has seven digits." in wrong
    assert ("your teachers" in message, "TRN 1234567" in check, "your school" in check) == (False, True, False)
    interest = Interest.objects.get()
    assert (interest.for_person, interest.trn, interest.message) == (True, "1234567", "Not Fridays")
    assert (interest.contact_name, interest.contact_job) == ("Ali Assistant", "Teaching assistant")
    assert (interest.reference in done, "asked by e-mail to confirm that you may take part" in done) == (True, True)


def test_somebody_who_applies_for_themselves_comes_back_by_a_link(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        visitor = _begin(school, offer)
        visitor.post(**ABOUT, trn="1234567", save="yes")
        visitor.post(email=ABOUT["email"])
        delivery.deliver_due()
        (sent,) = mail.outbox
        link = re.findall(r"/programmes/express/back/\S+", str(sent.body))[0]
        other = Visitor().post(link)

    assert other.page == "contact"
    assert ["Ali Assistant" in other.text, "1234567" in other.text] == [True, True]


def test_somebody_changes_their_application_until_it_is_decided(school: School, offer: Offer) -> None:
    way = PhaseOption.objects.create(phase=offer.phase, name="Evenings")
    with clock.fixed(NOW):
        interest = _applied(school, offer)
        token = contact_path(interest, NOW.date()).split("/")[-2]
        visitor = Visitor().get(reverse("programmes:express-mine", args=[token]))
        check = visitor.post(reverse("programmes:express-mine-change", args=[token]))
        key = visitor.draft
        visitor.post(f"/programmes/express/{key}/contact/", **{**ABOUT, "phone": interest.contact_phone}, trn="7654321")
        visitor.post(f"/programmes/express/{key}/option/", option=way.pk)
        visitor.post(f"/programmes/express/{key}/check/")

    assert "Ali Assistant" in check.text
    interest.refresh_from_db()
    assert (interest.trn, interest.option, interest.head_asked) == ("7654321", way, 1)
    changed = JournalEntry.objects.filter(what="Changed by whoever applied").get()
    assert changed.changed == {"trn": ["", "given anew"], "option": ["", "Evenings"]}


def test_programme_chosen_later_asks_for_the_number_that_it_needs(school: School, offer: Offer) -> None:
    other = make.OfferFactory(title="Other Maths", enrols="persons", trn="no")
    with clock.fixed(NOW):
        visitor = _begin(school, other).post(**ABOUT)
        page = visitor.page
        visitor.post(f"/programmes/express/{visitor.draft}/programme/", offer=[offer.pk, other.pk])
        asked = (visitor.page, "Teacher reference number" in visitor.text, "Ali Assistant" in visitor.text)
        visitor.post(**ABOUT, trn="1234567").post(**HEAD)
        _agree(visitor).post()

    assert (page, asked) == ("head", ("contact", True, True))
    assert dict(Interest.objects.values_list("offer__title", "trn")) == {"Own Maths": "1234567", "Other Maths": ""}


def test_headteacher_reads_all_programmes_that_one_person_applied_for(school: School, offer: Offer) -> None:
    other = make.OfferFactory(title="Other Maths", enrols="persons")
    with clock.fixed(NOW):
        visitor = _begin(school, offer, other).post(**ABOUT, trn="1234567").post(**HEAD)
        _agree(visitor).post()
        delivery.deliver_due()
        first = Interest.objects.order_by("pk")[0]
        head = Visitor().get(head_path(first))
        asked = head.text
        confirmed = head.post().text

    to_head = [one.subject for one in mail.outbox if HEAD["email"] in one.to[0]]
    assert to_head == ["Ali Assistant: please confirm that they may take part in Own Maths and Other Maths"]
    assert "Confirm that Ali Assistant may take part in Own Maths and Other Maths" in asked
    assert confirmed.count("confirmed on") == 2
    assert Interest.objects.filter(head_confirmed_at=None).count() == 0


def test_school_with_no_programme_for_its_people_reads_so(school: School) -> None:
    with clock.fixed(NOW):
        make_privacy()
        make.OfferFactory()
        visitor = Visitor().post(reverse("programmes:express-school"), school=school.pk, **{"for": "person"})

    assert "No programme is open for people who work at your school today" in visitor.text


def test_what_fills_in_every_field_reads_the_confirmation_and_nothing_is_kept(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        visitor = _begin(school, offer).post(**ABOUT, trn="1234567", website="https://robot.example").post(**HEAD)
        done = _agree(visitor).post().text

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
        enrolments.free_place(enrolled=enrolment.teachers.get(), by=lead, now=NOW)


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


def test_staff_read_of_a_person_and_not_of_a_school(school: School, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(head_part="told")
    offer.refresh_from_db()
    with clock.fixed(NOW):
        interest = _applied(school, offer)
        hub = Client()
        hub.force_login(make.make_user(HUB_LEAD, hub=school.hub))
        rows = hub.get(reverse("programmes:interest-list")).content.decode()
        detail = hub.get(reverse("programmes:interest-detail", args=[interest.pk])).content.decode()
        declined = hub.post(
            reverse("programmes:interest-decline", args=[interest.pk]), {"reason": "All places are taken."}, follow=True
        ).content.decode()
        delivery.deliver_due()

    assert ("only told" in rows, "not yet" in rows) == (True, False)
    assert ("Ask the school" in detail, "Ask them" in detail) == (False, True)
    assert "Declined. Ali Assistant is told by e-mail." in declined
    body = next(str(one.body) for one in mail.outbox if ABOUT["email"] in one.to[0] and "No place" in one.subject)
    assert ("for your school" in body, "Thank you for your application for" in body) == (False, True)


def test_namesakes_at_one_address_stand_each_for_themselves_once_told_apart(school: School, offer: Offer) -> None:
    first, copy = _applied(school, offer), _applied(school, offer)
    lead = make.make_user(HUB_LEAD, hub=school.hub)

    say_not_same(one=first, other=copy, by=lead, now=NOW)

    first, copy = (Interest.objects.get(pk=one.pk) for one in (first, copy))
    assert [one.status for one in (first, copy)] == ["submitted", "submitted"]
    decisions.accept(interest=first, by=lead, now=NOW)
    with pytest.raises(decisions.CannotDecide, match="ask them to change the application to an address of their own"):
        decisions.accept(interest=copy, by=lead, now=NOW)
    Interest.objects.filter(pk=copy.pk).update(contact_email="own@people.example.org")
    decisions.accept(interest=Interest.objects.get(pk=copy.pk), by=lead, now=NOW)
    assert Enrolment.objects.filter(offer=offer).count() == 2


def test_confirmation_says_that_a_headteacher_who_is_only_told_need_not_do_anything() -> None:
    shown = {"rows": [["HP-1", "Hill School", "Own Maths"]], "hubs": ["Hub"], "heads": [], "told": ["Jo Head"]}
    data = {"sent": {**shown, "email": "ali@people.example.org", "is_head": False, "is_light": False}}
    FormDraft.objects.create(key="form", data=data, saved_at=NOW, kept_until=NOW + timedelta(days=1))
    client = Client()
    session = client.session
    session[SESSION_KEY] = ["form"]
    session.save()

    with clock.fixed(NOW):
        page = client.get(reverse("programmes:express-done", args=["form"])).content.decode()

    assert "Jo Head is told by e-mail that you have applied, and need not do anything." in page


def test_headteacher_who_is_named_later_is_told_where_headteachers_are_only_told(school: School, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(head_part="told")
    offer.refresh_from_db()
    interest, late = _applied(school, offer), NOW + timedelta(days=9)
    hub = Client()
    hub.force_login(make.make_user(HUB_LEAD, hub=school.hub))
    path = reverse("programmes:interest-head", args=[interest.pk])

    with clock.fixed(late):
        delivery.deliver_due()
        page = hub.get(path).text
        done = hub.post(path, {"name": "Ann Right", "email": "ann@people.example.org"}, follow=True).text
        delivery.deliver_due()
        asked = hub.post(reverse("programmes:interest-ask-head", args=[interest.pk]), follow=True).text
    with clock.fixed(late + timedelta(days=1)):
        notices.sweep(clock.now())
        delivery.deliver_due()

    assert [("asked at once" in text, "Correct and tell" in text) for text in (page,)] == [(False, True)]
    assert "Ann Right is told by e-mail, at ann@people.example.org." in done
    assert "there is nothing to confirm" in asked
    assert [one.subject for one in mail.outbox if "ann@people.example.org" in one.to[0]] == [
        f"{ABOUT['name']} has applied for {offer.title}, {offer.year_label}"
    ]


@pytest.mark.parametrize(
    ("decide", "subject", "says"),
    [
        (decisions.accept, "You have a place: Own Maths", "has accepted you for Own Maths"),
        (
            decisions.put_on_waiting_list,
            "You are on the waiting list: Own Maths",
            "cannot give you a place in Own Maths",
        ),
        (decisions.decline, "No place in Own Maths", "Thank you for your application for Own Maths"),
    ],
)
def test_who_applied_for_themselves_is_spoken_to(
    school: School, offer: Offer, decide: Any, subject: str, says: str
) -> None:
    """Their headteacher reads of them."""
    interest = _applied(school, offer)
    reason = {} if decide == decisions.accept else {"reason": "It is full."}

    with clock.fixed(NOW):
        decide(interest=interest, by=None, now=NOW, **reason)
        delivery.deliver_due()

    sent = [one for one in mail.outbox if "Own Maths" in one.subject and "invited" not in one.subject]
    (own,) = [one for one in sent if ABOUT["email"] in one.to[0] and one.subject.startswith(subject)]
    of_them = [one for one in sent if interest.head_email in one.to[0] and "confirm" not in one.subject][-1]
    assert says in own.body
    assert ABOUT["name"] not in own.body.partition("\n")[2]
    assert ABOUT["name"] in of_them.subject


def test_who_takes_part_for_themselves_is_spoken_to_of_a_pause(school: School, offer: Offer) -> None:
    with clock.fixed(NOW):
        enrolment = decisions.accept(interest=_applied(school, offer), by=None, now=NOW)
        for later, step in enumerate((enrolments.pause, enrolments.withdraw), start=1):
            with clock.fixed(NOW + timedelta(days=later)):
                step(enrolment=enrolment, by=None, now=clock.now(), reason="As agreed.")
                delivery.deliver_due()

    sent = [one for one in mail.outbox if ABOUT["email"] in one.to[0]][-2:]
    assert [one.subject for one in sent] == [
        f"You are paused, {offer}",
        f"You no longer take part, {offer}",
    ]
    assert "has paused you in" in sent[0].body
    assert f"has withdrawn you from {offer}: you no longer take part" in sent[1].body
