"""Two people at the same moment, with real threads."""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.actions.drafts import send, start
from programmes.actions.enrolments import name_next_teacher
from programmes.actions.interest import Application, CannotConfirm, confirm_as_head, submit
from programmes.actions.light import tell_interest
from programmes.actions.links import answer_asked, ask_for_links
from programmes.actions.receipts import Came, enter
from programmes.models import EnrolledTeacher, Enrolment, FormDraft, Interest, LinkRequest
from programmes.notices.links import contact_path
from programmes.rules import TELL
from programmes.views.draft import let_open
from schools.models import Person, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application, make_telling
from tests.races import at_once, once_held

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _submit(application: Application) -> str:
    return submit(application=application, by=None, now=NOW).status


def test_submit_at_the_same_moment_makes_one_first_and_the_others_second_copies() -> None:
    one = make_application()
    others = [
        make_application(school=one.school, offer=one.offer, contact_email=f"kim{n}@people.example.org")
        for n in range(3)
    ]

    statuses = at_once(_submit, [one, *others])

    first = Interest.objects.get(status=Interest.Status.SUBMITTED)
    assert sorted(statuses) == ["second", "second", "second", "submitted"]
    assert set(Interest.objects.filter(status="second").values_list("duplicate_of", flat=True)) == {first.pk}


def test_submit_pressed_twice_at_the_same_moment_is_once() -> None:
    application = make_application()

    at_once(_submit, [application] * 4)

    assert list(Interest.objects.values_list("reference", "status")) == [(application.reference, "submitted")]


def _save_changes(browser: Visitor) -> str:
    return browser.post().text


def test_changes_saved_twice_at_the_same_moment_lead_both_to_what_was_sent() -> None:
    # Threads have the real clock.
    interest = submit(application=make_application(), by=None, now=NOW)
    mine = contact_path(interest, clock.today())
    browser = Visitor().post(f"{mine}change/")
    check, key = browser.path, browser.draft
    browser.post(f"/programmes/express/{key}/message/", message="Another word.")
    twice = [Visitor(), Visitor()]
    for one in twice:
        one.client.cookies.update(browser.client.cookies)
        one.path = check

    pages = at_once(_save_changes, twice)

    interest.refresh_from_db()
    assert interest.message == "Another word."
    assert [one.path for one in twice] == [mine, mine]
    assert sorted("This was sent already." in one for one in pages) == [False, True]
    assert not any("nothing was sent" in one for one in pages)


def test_of_three_corrections_of_an_address_at_the_same_moment_the_one_taken_says_so() -> None:
    draft, browser = start(kind=TELL, interest=None, now=clock.now()), Visitor()
    offer = make.OfferFactory(year=2026)
    like = make.LightInterestFactory.build(school=make.SchoolFactory(), phase=offer.phase, year=2027)
    telling = make_telling(like, contact_email="wrong@people.example.org")
    shown = {"is_light": True, "email": telling.contact_email, "rows": [], "mine": ""}
    send(draft=draft, tellings=[telling], shown=shown, by=None, now=NOW)
    FormDraft.objects.update(kept_until=clock.now() + timedelta(days=1))
    browser.get(reverse("programmes:express-start"))
    session = browser.client.session
    let_open(session, draft.key)
    session.save()
    browser.client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)

    def correct(email: str) -> str:
        one = Visitor()
        one.client.cookies.update(browser.client.cookies)
        return one.post(reverse("programmes:express-mistyped", args=[draft.key]), email=email).text

    emails = [f"robin{at}@people.example.org" for at in range(3)]
    pages = at_once(correct, emails)

    # Whoever comes when one is through already, corrects that one.
    kept = Interest.objects.get().contact_email
    draft.refresh_from_db()
    said = [page for page, email in zip(pages, emails, strict=True) if f"is sent to {email} now" in page]
    others = [page for page in pages if page not in said]
    assert (kept, f"is sent to {kept} now" in "".join(said)) == (draft.data["sent"]["email"], True)
    assert len(said) == draft.version - 1
    assert all("was corrected at the same moment: what you told us is sent to robin" in page for page in others)


def _confirm(interest: Interest) -> str:
    try:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)
    except CannotConfirm as problem:
        return problem.state.value
    return "confirmed"


def test_confirm_pressed_twice_at_the_same_moment_counts_once() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)

    answers = at_once(_confirm, [Interest.objects.get(pk=interest.pk) for _ in range(4)])

    assert sorted(answers) == ["confirmed", "used", "used", "used"]


def test_what_is_told_of_while_the_hub_enters_an_application_follows_it() -> None:
    application = make_application()
    lead = make.make_user(HUB_LEAD, hub=application.school.hub)
    like = make.LightInterestFactory.build(
        school=application.school, phase=application.offer.phase, year=application.offer.year
    )
    telling, is_entered = make_telling(like), Event()

    def enter_or_tell(side: int) -> None:
        if side:
            is_entered.wait()
            tell_interest(telling=telling, by=None, now=NOW)
            return
        with transaction.atomic():
            enter(what=application, came=Came("phone", NOW.date()), by=lead, now=NOW)
            is_entered.set()
            sleep(0.3)

    at_once(enter_or_tell, range(2))

    told = Interest.objects.get(contact_email=telling.contact_email)
    assert (told.status, told.duplicate_of) == ("second", Interest.objects.get(status="submitted"))


def test_told_of_twice_at_the_same_moment_is_one_interest() -> None:
    offer = make.OfferFactory()
    like = make.LightInterestFactory(phase=offer.phase, year=offer.year, submitted_at=NOW)
    telling = make_telling(like, contact_email="new@people.example.org")

    at_once(lambda _at: tell_interest(telling=telling, by=None, now=NOW)[0].pk, range(4))

    assert Interest.objects.filter(contact_email=telling.contact_email).count() == 1


def test_two_forms_that_name_the_same_schools_in_another_order_are_both_sent() -> None:
    offer = make.OfferFactory()
    like = make.LightInterestFactory(phase=offer.phase, year=offer.year, submitted_at=NOW)
    schools = make.SchoolFactory.create_batch(6, hub=like.hub)
    forms = [
        (
            start(kind="tell", interest=None, now=NOW),
            [make_telling(like, school=one, contact_email=f"{name}@people.example.org") for one in order],
        )
        for name, order in (("kim", schools), ("lee", schools[::-1]))
    ]

    at_once(lambda form: send(draft=form[0], tellings=form[1], shown={"by": form[0].pk}, by=None, now=NOW), forms)

    assert Interest.objects.filter(school__in=schools).count() == 12
    kept = {row.pk: (row.data["sent"]["by"], len(row.data["sent"]["told"])) for row in FormDraft.objects.all()}
    assert kept == {draft.pk: (draft.pk, 6) for draft, _tellings in forms}


def test_person_accepted_by_two_staff_at_the_same_moment_is_enrolled_once() -> None:
    offer = make.OfferFactory(enrols="persons", teachers_per_school=1)
    interest = submit(application=make_application(offer=offer, teachers=()), by=None, now=NOW)
    staff = [make.make_user(HUB_LEAD, hub=interest.hub) for _ in range(3)]

    def accept(user: User) -> str:
        try:
            decisions.accept(interest=Interest.objects.get(pk=interest.pk), by=user, now=NOW)
        except (decisions.CannotDecide, CannotMove):
            return "told"
        return "accepted"

    said = at_once(accept, staff)

    assert sorted(said) == ["accepted", "told", "told"]
    assert Enrolment.objects.filter(offer=offer).count() == 1
    assert Person.objects.filter(name=interest.contact_name).count() == 1


def test_two_who_name_a_teacher_at_the_same_moment_fill_a_place_each() -> None:
    enrolment = make.EnrolmentFactory()
    make.EnrolledTeacherFactory.create_batch(4, enrolment=enrolment, person=None)

    def name(number: int) -> str:
        letter, email = "ABCD"[number], f"pat{number}@people.example.org"
        person = name_next_teacher(
            enrolment=enrolment, name=f"Pat {letter}", email=email, job_title="Teacher", by=None, now=NOW
        )
        return person.name

    named = at_once(name, range(4))

    assert sorted(named) == ["Pat A", "Pat B", "Pat C", "Pat D"]
    assert not EnrolledTeacher.objects.filter(enrolment=enrolment, person=None).exists()


def test_two_programmes_of_one_newcomer_accepted_at_the_same_moment_make_one_person() -> None:
    offers = make.OfferFactory.create_batch(3, enrols="persons", teachers_per_school=1)
    school = make.SchoolFactory()
    given = [make_application(school=school, offer=offer, teachers=()) for offer in offers]
    sent = [submit(application=one, by=None, now=NOW) for one in given]
    lead = make.make_user(HUB_LEAD, hub=school.hub)

    at_once(lambda one: decisions.accept(interest=one, by=lead, now=NOW), sent)

    assert Enrolment.objects.count() == 3
    assert Person.objects.filter(name="Robin Contact").count() == 1


def _asks_for_links(email: str) -> None:
    ask_for_links(email=email, now=NOW)
    answer_asked(now=NOW)


def test_links_asked_for_by_two_at_the_same_moment_are_one_email() -> None:
    email = make.InterestFactory().contact_email

    once_held(lambda: _asks_for_links(email), lambda: _asks_for_links(email))

    assert (LinkRequest.objects.count(), Notice.objects.filter(kind="interest-links").count()) == (1, 1)
