"""The hub corrects a teacher whom an application names, such as one with a typo in the address."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import BadAddress, JournalEntry
from programmes.actions import decisions
from programmes.actions.corrections import Contact, correct_contact, correct_teacher
from programmes.actions.heads import CannotCorrect
from programmes.actions.interest import submit
from programmes.models import Interest
from programmes.rules import Named
from schools.models import User
from schools.roles import BOARD, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
RIGHT = "sam@people.example.com"
HOW = "The contact phoned."
SAM, ANN = Named("Sam Teacher", "sam@peopl.example.org", "Year 3 teacher", True), Named("Ann Also", "ann@x.example.org")


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(teachers=(SAM, ANN, Named())), by=None, now=NOW)


def _correct(interest: Interest, name: str = SAM.name, email: str = RIGHT) -> list[Interest]:
    teacher = interest.teachers.all()[0]
    return correct_teacher(interest=interest, teacher=teacher, name=name, email=email, how=HOW, by=None, now=NOW + DAY)


def _open(user: User, interest: Interest, at: int = 1, **data: str) -> Any:
    client, path = Client(), reverse("programmes:interest-teacher", args=[interest.pk, at])
    client.force_login(user)
    with clock.fixed(NOW + DAY):
        return client.post(path, data, follow=True) if data else client.get(path, follow=True)


def _named(interest: Interest) -> list[tuple[str, str, str, bool]]:
    return list(interest.teachers.values_list("name", "email", "job_title", "has_lead_role"))


def _lead(interest: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=interest.hub)


def test_address_that_fails_is_work_while_a_teacher_still_has_it() -> None:
    applied = make_application()
    wrong = applied.contact_email
    teachers = (Named(applied.contact_name, wrong, "Maths lead"), Named())
    interest = submit(application=replace(applied, teachers=teachers), by=None, now=NOW)
    BadAddress.objects.create(email=wrong, owner=interest.hub, is_hard=True, times=1, first_at=NOW, last_at=NOW)
    contact = Contact(applied.contact_name, RIGHT)

    correct_contact(interest=interest, contact=contact, everywhere=False, how=HOW, by=None, now=NOW + DAY)
    beside = BadAddress.objects.standing().count()
    _correct(interest, applied.contact_name, wrong.upper())
    named = BadAddress.objects.standing().count()
    _correct(interest, applied.contact_name)

    assert (beside, named, BadAddress.objects.standing().count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("status", "facts", "is_work"),
    [
        ("submitted", {}, True),
        ("second", {"first": "waiting"}, True),
        ("second", {"first": "declined"}, False),
        ("declined", {}, False),
        ("withdrawn", {"is_head": True}, False),
        ("accepted", {}, False),
        ("accepted", {"is_head": True}, True),
        ("accepted", {"is_head": True, "head_confirmed_at": NOW}, False),
    ],
)
def test_address_that_fails_is_work_while_somebody_who_has_it_can_be_corrected(
    interest: Interest, status: str, facts: dict[str, Any], is_work: bool
) -> None:
    wrong = interest.contact_email
    facts = {"submitted_at": NOW, **facts}
    if facts.get("first"):
        facts["duplicate_of"] = make.InterestFactory(status=facts.pop("first"), decided_at=NOW + DAY)
    facts["head_email" if facts.pop("is_head", False) else "contact_email"] = wrong.upper()
    make.InterestFactory(status=status, **facts)
    BadAddress.objects.create(email=wrong, owner=interest.hub, is_hard=True, times=1, first_at=NOW, last_at=NOW)
    contact = Contact(interest.contact_name, RIGHT)

    correct_contact(interest=interest, contact=contact, everywhere=False, how=HOW, by=None, now=NOW + DAY)

    assert BadAddress.objects.standing().exists() == is_work


def test_teacher_keeps_the_place_and_the_job(interest: Interest) -> None:
    _correct(interest)

    assert _named(interest) == [
        ("Sam Teacher", RIGHT, "Year 3 teacher", True),
        ("Ann Also", "ann@x.example.org", "", False),
        ("", "", "", False),
    ]
    entry = JournalEntry.objects.about(interest).get(what="Teacher corrected")
    others = "; Ann Also, ann@x.example.org; To be named"
    before, after = (
        f"Sam Teacher, Year 3 teacher, {email}, leading role{others}" for email in ("sam@peopl.example.org", RIGHT)
    )
    assert (entry.note, entry.changed) == (HOW, {"teachers": [before, after]})


def test_teacher_whom_one_form_names_for_several_programmes_is_corrected_in_all(interest: Interest) -> None:
    beside, elsewhere = (
        submit(
            application=make_application(
                **school, offer=make.OfferFactory(), sent_with=interest, teachers=(Named(), SAM)
            ),
            by=None,
            now=NOW,
        )
        for school in ({"school": interest.school}, {})
    )

    done = _correct(interest)

    assert [one.pk for one in done] == [interest.pk, beside.pk]
    assert beside.teachers.get(name="Sam Teacher").email == RIGHT
    # Another hub's.
    assert elsewhere.teachers.get(name="Sam Teacher").email == SAM.email


def test_correction_is_refused_where_nothing_is_new_or_it_is_decided_or_somebody_was_first(interest: Interest) -> None:
    stale = interest.teachers.all()[0]
    accepted = submit(application=make_application(), by=None, now=NOW)
    decisions.accept(interest=accepted, by=None, now=NOW)
    with pytest.raises(CannotCorrect, match="what we have already"):
        _correct(interest, email=SAM.email)
    _correct(interest)

    with pytest.raises(CannotCorrect, match="Somebody else has just changed this"):
        correct_teacher(
            interest=interest, teacher=stale, name="Kim", email="kim@x.example.org", how=HOW, by=None, now=NOW
        )
    with pytest.raises(CannotCorrect, match="the page of the school's people"):
        _correct(accepted)


def test_hub_corrects_a_teacher_on_a_page(interest: Interest) -> None:
    lead, browser = _lead(interest), Client()
    browser.force_login(lead)
    paths = [reverse("programmes:interest-teacher", args=[interest.pk, at]) for at in (1, 2, 3)]

    linked = browser.get(interest.get_absolute_url()).content.decode()
    asked = _open(lead, interest).content.decode()
    done = _open(lead, interest, name=SAM.name, email=RIGHT, how=HOW).content.decode()

    assert [f'href="{path}"' in linked for path in paths] == [True, True, False]
    assert f'value="{SAM.email}"' in asked
    assert "The teacher is corrected." in done
    assert f"mailto:{RIGHT}" in done


@pytest.mark.parametrize(
    ("email", "name", "said"),
    [
        ("sam@gmial.com", SAM.name, "Did you mean sam@gmail.com? Change it, or tick that the address is right."),
        (
            ANN.email,
            SAM.name,
            "Ann Also has this address already. Give this teacher's own, or tick that they share it.",
        ),
        (
            ANN.email,
            ANN.name,
            "This person already has the other place. Choose somebody else, or name the teacher later.",
        ),
    ],
)
def test_what_was_typed_stays_with_the_same_errors_as_in_the_form(
    interest: Interest, email: str, name: str, said: str
) -> None:
    page = _open(_lead(interest), interest, name=name, email=email, how=HOW)

    errors = [error for each in page.context["form"].errors.values() for error in each]
    assert errors == [said]
    assert f'value="{email}"' in page.content.decode()
    assert interest.teachers.all()[0].email == SAM.email


def test_address_that_is_shared_or_right_is_taken_once_that_is_ticked(interest: Interest) -> None:
    lead = _lead(interest)

    _open(lead, interest, name=SAM.name, email=ANN.email, how=HOW, is_shared="on")

    assert interest.teachers.all()[0].email == ANN.email


def test_page_opened_before_the_school_sent_its_teachers_anew_changes_nothing(interest: Interest) -> None:
    lead = _lead(interest)
    mark = _open(lead, interest).context["as_it_was"]
    interest.teachers.all().delete()

    page = _open(lead, interest, name=SAM.name, email=RIGHT, how=HOW, as_it_was=mark)

    assert "Somebody else has changed this since you opened it" in page.content.decode()
    assert f'value="{RIGHT}"' in page.content.decode()
    assert not interest.teachers.exists()


def test_place_that_nobody_is_named_for_says_so(interest: Interest) -> None:
    lead = _lead(interest)

    pages = [_open(lead, interest, at).content.decode() for at in (3, 4)]

    assert all("Nobody is named in this place any more." in page for page in pages)


def test_teacher_who_is_the_contact_too_leads_there() -> None:
    applied = make_application()
    own = Named("Robin Contact", applied.contact_email)
    interest = submit(application=make_application(school=applied.school, teachers=(own,)), by=None, now=NOW)

    page = _open(_lead(interest), interest).content.decode()

    assert f'href="{reverse("programmes:interest-contact", args=[interest.pk])}"' in page


def test_staff_elsewhere_who_may_read_correct_no_teacher(interest: Interest) -> None:
    user = make.make_user(BOARD, hub=interest.hub)
    make.RoleFactory(person=user.person, kind=HUB_LEAD, hub=make.HubFactory())

    answer = _open(user, interest, name=SAM.name, email=RIGHT, how=HOW)

    assert (answer.status_code, interest.teachers.all()[0].email) == (403, SAM.email)
