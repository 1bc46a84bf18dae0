"""The hub corrects the contact of what waits for a decision: who is told where, and what of the wrong address."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from hubportal.core.models import BadAddress, JournalEntry, Notice
from programmes.actions import decisions
from programmes.actions.changes import CannotChange, Change, change_sent, seen_of
from programmes.actions.corrections import MEANWHILE, Contact, contact_of, correct_contact
from programmes.actions.heads import CannotCorrect, correct_head
from programmes.actions.interest import confirm_as_head, submit
from programmes.actions.questions import ask
from programmes.models import Interest, Offer
from programmes.notices.links import contact_path, question_path
from programmes.rules import Named
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.races import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATER = NOW + 30 * DAY
RIGHT = "robin@people.example.com"
HOW = "The office phoned."


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


def _correct(interest: Interest, email: str = RIGHT, *, now: datetime = LATER, **given: Any) -> list[Interest]:
    contact = replace(contact_of(interest), contact_email=email, **given.pop("contact", {}))
    given = {"everywhere": True, "how": HOW, "by": None, **given}
    done = correct_contact(interest=interest, contact=contact, now=now, **given)
    interest.refresh_from_db()
    return done


def _deliver(now: datetime) -> list[tuple[str, str]]:
    """Sends what is due, and says what came to whom."""
    mail.outbox.clear()
    with clock.fixed(now):
        deliver_due()
    return [(one.to[0].partition("<")[2].rstrip(">"), str(one.subject)) for one in mail.outbox]


def _lead(interest: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=interest.hub)


def test_contact_is_told_of_the_application_at_the_right_address_once(interest: Interest) -> None:
    _deliver(NOW)

    _correct(interest)
    told = _deliver(LATER)
    body = str(mail.outbox[0].body)
    again = _deliver(LATER + DAY)

    assert told == [(RIGHT, f"{interest.reference}: we have your application")]
    assert "We had another e-mail address for you, and put it right on Thursday 8 October 2026" in body
    assert f"Reference: {interest.reference}" in body
    assert reverse("programmes:express-status") in body
    assert again == []


def test_address_that_is_put_back_is_told_anew_as_its_links_have_ended(interest: Interest) -> None:
    first = interest.contact_email
    _deliver(NOW)
    _correct(interest)
    _deliver(LATER)

    _correct(interest, first, now=LATER + DAY)
    told = _deliver(LATER + DAY)
    again = _deliver(LATER + 2 * DAY)

    assert (told, again) == ([(first, f"{interest.reference}: we have your application")], [])


def test_link_that_was_asked_for_at_the_other_address_is_not_sent_to_the_right_one(interest: Interest) -> None:
    Interest.objects.filter(pk=interest.pk).update(link_asked_at=NOW)
    interest.refresh_from_db()
    notices.reconcile(interest, now=NOW)
    asked = _deliver(NOW)

    _correct(interest, now=NOW + timedelta(minutes=1))
    told = _deliver(NOW + timedelta(minutes=2))

    assert (interest.contact_email, f"{interest.reference}: your link") not in told
    assert [subject for to, subject in told if to == RIGHT] == [f"{interest.reference}: we have your application"]
    assert any("your link" in subject for _to, subject in asked)


def test_confirmation_that_waits_goes_to_the_right_address_alone(interest: Interest) -> None:
    _correct(interest, now=NOW + timedelta(minutes=1))

    told = [to for to, subject in _deliver(NOW + timedelta(minutes=2)) if "we have your application" in subject]

    assert told == [RIGHT]


def test_links_of_the_wrong_address_end(interest: Interest) -> None:
    old = [contact_path(interest, LATER.date()), question_path(interest)]
    wrong = interest.contact_email

    _correct(interest)

    browser = Client()
    new = [contact_path(interest, LATER.date()), question_path(interest)]
    sent = {"reference": interest.reference}
    with clock.fixed(LATER):
        pages = [browser.get(path).content.decode() for path in old]
        works = [browser.get(path).content.decode() for path in new]
        status = browser.post(reverse("programmes:express-status"), {**sent, "email": wrong}, follow=True)
    assert all(interest.reference not in page for page in pages)
    assert interest.reference in works[0]
    assert old[1] != new[1]
    assert str(interest.school) not in status.content.decode()


def test_failed_emails_go_to_the_right_address_and_wait_for_nobody_any_more(interest: Interest) -> None:
    ask(interest=interest, text="Which day suits you?", by=_lead(interest), now=LATER - DAY)
    wrong = interest.contact_email
    BadAddress.objects.create(email=wrong, owner=interest.hub, is_hard=True, times=1, first_at=NOW, last_at=NOW)
    _deliver(LATER - DAY)
    failed = Notice.objects.worth_another_try(LATER).filter(email=wrong)
    before = list(failed.values_list("kind", flat=True))

    _correct(interest)
    after = failed.count()
    told = _deliver(LATER)

    assert (before, after) == (["interest-question"], 0)
    assert [to for to, _subject in told] == [RIGHT, RIGHT]
    assert f"{interest.school}: a question about {interest.programme_title}" in [subject for _to, subject in told]
    assert not BadAddress.objects.standing().exists()
    assert Notice.objects.get(kind="interest-question").email == RIGHT


def test_address_that_somebody_else_has_still_waits_to_be_mended(interest: Interest) -> None:
    wrong = interest.contact_email
    BadAddress.objects.create(email=wrong, owner=interest.hub, is_hard=True, times=1, first_at=NOW, last_at=NOW)
    submit(application=make_application(contact_email=wrong), by=None, now=NOW)

    _correct(interest)

    assert BadAddress.objects.standing().count() == 1


def test_another_name_or_telephone_at_the_same_address_is_told_to_nobody(interest: Interest) -> None:
    path = contact_path(interest, LATER.date())
    _deliver(NOW)

    _correct(interest, interest.contact_email, contact={"contact_phone": "01632 960999", "contact_name": "Robyn C"})

    assert (interest.contact_phone, interest.contact_name) == ("01632 960999", "Robyn C")
    assert [subject for _to, subject in _deliver(LATER) if "we have" in subject] == []
    assert contact_path(interest, LATER.date()) == path


def test_correction_stands_in_the_history_with_how_the_hub_knows(interest: Interest) -> None:
    old = interest.contact_email

    _correct(interest, contact={"contact_job": "Head of maths"})

    entry = JournalEntry.objects.about(interest).get(what="Contact corrected")
    assert entry.note == HOW
    assert entry.changed == {"contact_email": [old, RIGHT], "contact_job": ["Maths lead", "Head of maths"]}
    assert interest.is_outside_domain


def test_contact_who_applied_as_headteacher_stays_it_with_another_address() -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    interest = submit(application=replace(applied, head_email=applied.contact_email), by=None, now=NOW)

    _correct(interest)

    assert (interest.head_email, interest.is_head_contact, interest.head_confirmed_at) == (RIGHT, True, NOW)
    entry = JournalEntry.objects.about(interest).get(what="Contact corrected")
    assert set(entry.changed) == {"contact_email", "head_email"}
    assert [to for to, _subject in _deliver(LATER)] == [RIGHT]


def test_confirmation_by_applying_does_not_count_under_another_name() -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    interest = submit(application=replace(applied, head_email=applied.contact_email), by=None, now=NOW)

    _correct(interest, contact={"contact_name": "Ann Right"})

    assert (interest.contact_is_head, interest.head_name, interest.head_email) == (False, "Ann Right", RIGHT)
    assert interest.head_confirmed_at is None
    assert Notice.objects.filter(kind="interest-head", email=RIGHT, state="planned").exists()


def test_headteacher_who_stays_named_is_asked_where_the_contact_who_confirmed_is_somebody_else() -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    interest = submit(application=replace(applied, head_email=applied.contact_email), by=None, now=NOW)

    _correct(interest, everywhere=False, contact={"contact_name": "Ann Right"})
    told = _deliver(LATER)

    assert (interest.contact_is_head, interest.head_name, interest.head_confirmed_at) == (False, "Robin Contact", None)
    asked = f"{interest.school}: please confirm your school's application for {interest.programme_title}"
    assert (applied.contact_email, asked) in told


def test_headteacher_who_confirmed_by_their_own_link_has_confirmed_whoever_the_contact_is() -> None:
    applied = make_application(contact_is_head=True, head_name="Robin Contact")
    interest = submit(application=replace(applied, head_email=applied.contact_email), by=None, now=NOW)
    correct_head(interest=interest, name="Robin Contact", email="head@people.example.com", by=None, now=NOW + DAY)
    confirm_as_head(interest=interest, asked=interest.head_asked, by=None, now=NOW + DAY)

    _correct(interest, everywhere=False, contact={"contact_name": "Ann Right"})

    assert (interest.contact_is_head, interest.head_confirmed_at) == (False, NOW + DAY)


@pytest.mark.parametrize(("everywhere", "teacher"), [(True, RIGHT), (False, "")])
def test_contact_who_has_a_place_too_is_corrected_there_where_that_is_ticked(everywhere: bool, teacher: str) -> None:
    applied = make_application()
    own = Named("Robin Contact", applied.contact_email, "Maths lead")
    interest = submit(application=replace(applied, teachers=(own, Named())), by=None, now=NOW)

    _correct(interest, everywhere=everywhere)

    assert interest.teachers.first().email == (teacher or applied.contact_email)  # type: ignore[union-attr]
    told = JournalEntry.objects.about(interest).get(what="Contact corrected").changed
    assert ("teachers" in told) is everywhere


def test_all_that_one_form_sent_to_the_hub_is_corrected_and_told_in_one_email(interest: Interest) -> None:
    offer: Offer = make.OfferFactory()
    beside = submit(
        application=make_application(
            school=interest.school, offer=offer, sent_with=interest, contact_email=interest.contact_email
        ),
        by=None,
        now=NOW,
    )
    _deliver(NOW)

    done = _correct(beside)
    told = _deliver(LATER)

    interest.refresh_from_db()
    assert ({one.pk for one in done}, interest.contact_email) == ({interest.pk, beside.pk}, RIGHT)
    assert told == [(RIGHT, f"{interest.reference} and 1 more: we have your applications")]


def test_beside_one_that_is_decided_the_other_is_corrected_and_told_of_alone(interest: Interest) -> None:
    beside = submit(
        application=make_application(
            school=interest.school, offer=make.OfferFactory(), sent_with=interest, contact_email=interest.contact_email
        ),
        by=None,
        now=NOW,
    )
    _deliver(NOW)
    decisions.decline(interest=interest, reason="No place.", by=None, now=NOW + DAY)
    _deliver(NOW + DAY)

    _correct(beside)
    told = _deliver(LATER)

    interest.refresh_from_db()
    assert interest.contact_email != RIGHT
    assert told == [(RIGHT, f"{beside.reference}: we have your application")]
    assert interest.reference not in str(mail.outbox[0].body)


def test_each_hub_corrects_what_came_to_it_of_one_form_and_tells_of_that_alone(interest: Interest) -> None:
    elsewhere = submit(
        application=make_application(sent_with=interest, contact_email=interest.contact_email), by=None, now=NOW
    )
    _deliver(NOW)

    first = _correct(interest)
    told = _deliver(LATER)
    second = _correct(elsewhere, now=LATER + DAY)
    told += _deliver(LATER + DAY)

    assert ([one.pk for one in first], [one.pk for one in second]) == ([interest.pk], [elsewhere.pk])
    assert told == [(RIGHT, f"{one.reference}: we have your application") for one in (interest, elsewhere)]


@pytest.mark.parametrize("is_open", [True, False])
def test_whoever_told_of_an_interest_gets_a_link_that_works_where_it_is_still_open(is_open: bool) -> None:
    offer = make.OfferFactory(closes_on=LATER.date() + DAY if is_open else NOW.date())
    told = make.LightInterestFactory(could_apply=True, phase=offer.phase, year=offer.year)

    _correct(told, "kim@people.example.com")
    subjects = _deliver(LATER)

    body = str(mail.outbox[0].body)
    assert subjects == [("kim@people.example.com", f"{told.reference}: we have noted your interest")]
    assert (contact_path(told, LATER.date()) in body) is is_open
    assert "When you can apply" not in body


def test_contact_who_gives_another_address_themselves_later_gets_the_link_alone(interest: Interest) -> None:
    _correct(interest)
    _deliver(LATER)
    given = {name: getattr(interest, name) for name in Change.__slots__ if name != "teachers"}
    change = Change(**{**given, "contact_email": "robin.own@people.example.com"}, teachers=())

    change_sent(interest=interest, change=change, seen=seen_of(interest), by=None, now=LATER + DAY)

    own = [subject for to, subject in _deliver(LATER + DAY) if to == "robin.own@people.example.com"]
    assert own == [f"{interest.reference}: your link"]


def test_correction_is_refused_where_nothing_is_new_or_open_or_somebody_was_first(interest: Interest) -> None:
    stale, closed = Interest.objects.get(pk=interest.pk), submit(application=make_application(), by=None, now=NOW)
    accepted = submit(application=make_application(), by=None, now=NOW)
    closed.move_to("declined", by=None)
    decisions.accept(interest=accepted, by=None, now=NOW)
    _correct(interest)

    with pytest.raises(CannotCorrect, match="what we have already"):
        _correct(interest)
    with pytest.raises(CannotCorrect, match="Somebody else has just changed this"):
        correct_contact(
            interest=stale, contact=Contact("Kim", "kim@people.example.com"), everywhere=True, how=HOW, by=None, now=NOW
        )
    with pytest.raises(CannotCorrect, match="no longer open"):
        _correct(closed)
    with pytest.raises(CannotCorrect, match="the page of the school's people"):
        _correct(accepted)


def test_somebody_who_has_applied_for_themselves_already_is_not_taken_for_another() -> None:
    offer = make.OfferFactory(enrols="persons", teachers_per_school=1)
    first = submit(application=make_application(offer=offer, teachers=()), by=None, now=NOW)
    other = submit(
        application=make_application(offer=offer, teachers=(), contact_email="rob@people.example.com"), by=None, now=NOW
    )

    with pytest.raises(CannotChange, match="has applied for the same already"):
        _correct(other, first.contact_email)


def test_headteachers_failed_email_is_no_more_work_once_the_headteacher_is_corrected(interest: Interest) -> None:
    Notice.objects.filter(kind="interest-head", occurrence__startswith="ask").update(state="failed", problem="Why")

    correct_head(
        interest=interest, name="Jo Head", email="jo@people.example.com", by=None, now=NOW + timedelta(hours=1)
    )

    assert not Notice.objects.worth_another_try(NOW + timedelta(hours=1)).exists()
    asked = Notice.objects.filter(kind="interest-head", occurrence__startswith="ask", state="planned")
    assert list(asked.values_list("email", flat=True)) == ["jo@people.example.com"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_who_correct_at_the_same_moment_one_is_told_so() -> None:
    made = submit(application=make_application(), by=None, now=NOW)
    emails = [RIGHT, "rob@people.example.com"]
    read = {email: Interest.objects.get(pk=made.pk) for email in emails}

    def correct(email: str) -> str:
        try:
            correct_contact(
                interest=read[email],
                contact=replace(contact_of(read[email]), contact_email=email),
                everywhere=True,
                how=HOW,
                by=None,
                now=LATER,
            )
        except CannotCorrect as problem:
            return str(problem)
        return email

    came_to = at_once(correct, emails)

    made.refresh_from_db()
    assert (made.contact_email in came_to, made.link_number) == (True, 2)
    assert sorted(one == MEANWHILE for one in came_to) == [False, True]
    planned = Notice.objects.filter(kind="interest-received", state="planned")
    assert list(planned.values_list("email", flat=True)) == [made.contact_email]
