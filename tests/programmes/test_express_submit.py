"""Sending an interest."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hubportal.core.models import JournalEntry, Notice
from hubportal.core.records import record_key
from programmes.actions.interest import Application, NotOpen, TextChanged, submit
from programmes.models import Interest
from programmes.rules import Named
from schools.models import Person, Role, User
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_privacy

pytestmark = pytest.mark.django_db


def _mails() -> list[tuple[str, str, str]]:
    return [(row.kind, row.email, row.occurrence) for row in Notice.objects.order_by("kind", "pk")]


def test_submit_keeps_all_that_was_sent() -> None:
    application = make_application(message="We moved to a new building.")

    interest = submit(application=application, by=None, now=NOW)

    kept = Interest.objects.get()
    assert kept == interest
    assert (kept.reference, kept.school, kept.offer, kept.phase, kept.year, kept.hub) == (
        application.reference,
        application.school,
        application.offer,
        application.offer.phase,
        2026,
        application.school.hub,
    )
    assert (kept.status, kept.contact_name, kept.contact_phone, kept.contact_job, kept.head_name, kept.message) == (
        "submitted",
        "Robin Contact",
        "01632 960001",
        "Maths lead",
        "Jo Head",
        "We moved to a new building.",
    )
    assert (kept.commitments_id, kept.privacy_id, kept.agreed_at, kept.submitted_at) == (
        application.commitments_id,
        application.privacy_id,
        NOW,
        NOW,
    )
    assert list(kept.teachers.values_list("name", "email", "job_title", "has_lead_role")) == [
        ("Sam Teacher", "sam@people.example.org", "Year 3 teacher", False),
        ("", "", "", False),
    ]
    assert JournalEntry.objects.get(record=record_key(kept)).what == "Applied"


def test_submit_gives_nobody_a_role_or_an_account() -> None:
    submit(application=make_application(), by=None, now=NOW)

    assert (Role.objects.count(), User.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_submit_writes_to_the_sender_and_asks_the_headteacher() -> None:
    application = make_application()

    submit(application=application, by=None, now=NOW)

    assert _mails() == [
        ("interest-head", application.head_email, "ask1@2026-09-08"),
        ("interest-head", application.head_email, "chase1-1@2026-09-12"),
        ("interest-head", application.head_email, "chase2-1@2026-09-17"),
        ("interest-received", application.contact_email, "sent@2026-09-08"),
    ]


def test_submit_by_the_headteacher_asks_nobody() -> None:
    application = make_application(contact_is_head=True, head_name="Robin Contact")

    interest = submit(application=application, by=None, now=NOW)

    assert (interest.head_confirmed_at, interest.head_asked_at) == (NOW, None)
    assert [kind for kind, _email, _occurrence in _mails()] == ["interest-received"]


def test_submit_twice_is_once() -> None:
    application = make_application()

    first = submit(application=application, by=None, now=NOW)
    again = submit(application=application, by=None, now=NOW + timedelta(seconds=5))

    assert (again, Interest.objects.count(), Notice.objects.count()) == (first, 1, 4)


def test_submit_again_after_the_offer_closed_still_shows_what_was_sent() -> None:
    application = make_application()
    first = submit(application=application, by=None, now=NOW)

    again = submit(application=application, by=None, now=NOW + timedelta(days=400))

    assert again == first


def test_submit_changes_a_reference_that_somebody_else_has() -> None:
    theirs = submit(application=make_application(), by=None, now=NOW)

    ours = submit(application=make_application(reference=theirs.reference), by=None, now=NOW)

    assert ours != theirs
    assert ours.reference != theirs.reference


def test_submit_keeps_a_second_copy_beside_the_first() -> None:
    application = make_application()
    first = submit(application=application, by=None, now=NOW)
    other = make_application(
        school=application.school,
        offer=application.offer,
        contact_email="kim@people.example.org",
        head_email="other.head@people.example.org",
    )

    second = submit(application=other, by=None, now=NOW)

    first.refresh_from_db()
    assert (first.status, second.status, second.duplicate_of) == ("submitted", "second", first)
    assert [email for kind, email, _occurrence in _mails() if kind == "interest-received"] == [
        application.contact_email,
        "kim@people.example.org",
    ]
    assert {email for kind, email, _occurrence in _mails() if kind == "interest-head"} == {application.head_email}


def test_submit_for_another_year_or_phase_is_no_second_copy() -> None:
    application = make_application()
    submit(application=application, by=None, now=NOW)
    next_year = make.OfferFactory(phase=application.offer.phase, year=2027)
    other_phase = make.OfferFactory()

    statuses = [
        submit(application=make_application(school=application.school, offer=offer), by=None, now=NOW).status
        for offer in (next_year, other_phase)
    ]

    assert statuses == ["submitted", "submitted"]


def test_submit_after_a_decline_opens_a_new_one() -> None:
    application = make_application()
    submit(application=application, by=None, now=NOW).move_to("declined", by=None)

    again = submit(application=make_application(school=application.school, offer=application.offer), by=None, now=NOW)

    assert again.status == "submitted"


@pytest.mark.parametrize(
    ("contact", "head", "website", "is_outside"),
    [
        ("a@hill.example.org", "b@hill.example.org", "www.hill.example.org", False),
        ("a@people.example.com", "b@hill.example.org", "www.hill.example.org", True),
        ("a@hill.example.org", "b@gmail.com", "www.hill.example.org", True),
        ("a@people.example.com", "b@hill.example.org", "", False),
        ("a@gmail.com", "b@hill.example.org", "", True),
    ],
)
def test_submit_flags_addresses_outside_the_schools_own_domain(
    contact: str, head: str, website: str, is_outside: bool
) -> None:
    school = make.SchoolFactory(website=website)
    application = make_application(school=school, contact_email=contact, head_email=head)

    interest = submit(application=application, by=None, now=NOW)

    assert interest.is_outside_domain is is_outside


def _closed(application: Application) -> Application:
    type(application.offer).objects.filter(pk=application.offer.pk).update(closes_on=date(2026, 9, 7))
    application.offer.refresh_from_db()
    return application


def _unpublished(application: Application) -> Application:
    application.offer.is_published = False
    return application


def _wrong_phase(application: Application) -> Application:
    return replace(application, school=make.SchoolFactory(phase_code=4))


def _other_hubs(application: Application) -> Application:
    application.offer.hub = make.HubFactory()
    return application


def _without_hub(application: Application) -> Application:
    return replace(application, school=make.SchoolFactory(hub=None))


def _closed_school(application: Application) -> Application:
    return replace(application, school=make.SchoolFactory(gias_status=2))


@pytest.mark.parametrize("spoil", [_closed, _unpublished, _wrong_phase, _other_hubs, _without_hub, _closed_school])
def test_submit_refuses_what_is_not_open(spoil: object) -> None:
    application = make_application()
    assert callable(spoil)

    with pytest.raises(NotOpen):
        submit(application=spoil(application), by=None, now=NOW)

    assert Interest.objects.count() == 0


def test_submit_refuses_texts_that_changed_since() -> None:
    application = make_application()
    make_privacy(version="2", published_on=date(2026, 9, 1))

    with pytest.raises(TextChanged):
        submit(application=application, by=None, now=NOW)

    assert Interest.objects.count() == 0


def test_submit_refuses_commitments_that_changed_since() -> None:
    application = make_application()
    application.offer.commitments = make.AgreementTextFactory()

    with pytest.raises(TextChanged):
        submit(application=application, by=None, now=NOW)


def test_submit_keeps_who_holds_a_lead_role() -> None:
    teachers = (Named("Sam Teacher", "sam@people.example.org", "Head of maths", has_lead_role=True), Named())

    interest = submit(application=make_application(teachers=teachers), by=None, now=NOW)

    assert list(interest.teachers.values_list("has_lead_role", flat=True)) == [True, False]
