"""Addresses that cannot be written to at all: known like those from which e-mails come back."""

import smtplib
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import BadAddress, Notice
from schools import roles
from schools.actions import letter_sorting, letters, people
from schools.models import Letter, Person
from schools.rules.letters import Candidate
from tests import factories as make
from tests.schools.test_letters import deliver
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

ODD = "jörg@people.example.org"


class Refusing(BaseEmailBackend):
    """A mail server that refuses whom an e-mail goes to."""

    answer: tuple[int, bytes] = (550, b"")

    def send_messages(self, email_messages: Any) -> int:
        """Refuse."""
        raise smtplib.SMTPRecipientsRefused({email_messages[0].to[0]: self.answer})


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture
def now() -> Any:
    with clock.fixed(NOW):
        yield NOW


def _teacher(side: Side, email: str) -> Person:
    person = side.users[roles.TEACHER].person
    Person.objects.filter(pk=person.pk).update(email=email)
    person.refresh_from_db()
    return person


def _begin(side: Side, person: Person) -> Letter:
    """A letter to a teacher and a colleague."""
    asked = Candidate(person.name, person.email, "Teacher", person_id=person.pk, school_id=side.school.pk)
    other = Candidate("Pat Person", "pat@people.example.org", "Office", school_id=side.school.pk)
    lead = side.users[roles.HUB_LEAD]
    letter = letters.begin(candidates=[asked, other], hub=side.hub, picked="People", picked_from="/", by=lead, now=NOW)
    letters.write(letter=letter, by=lead, now=NOW, subject="Hello", text="Text", is_marketing=False)
    return Letter.objects.get(pk=letter.pk)


def _send_to(side: Side, person: Person) -> None:
    letter = _begin(side, person)
    letters.send(letter=letter, by=side.users[roles.HUB_LEAD], now=NOW, seen=letter.version)
    deliver(NOW)


def test_address_that_no_e_mail_can_carry_is_known_where_it_is_used(side: Side, now: Any) -> None:
    person = _teacher(side, ODD)

    _send_to(side, person)

    lead = side.browser(roles.HUB_LEAD)
    known = BadAddress.objects.standing().get()
    failed = Notice.objects.get(email=ODD)
    listed = lead.get(reverse("schools:address-list")).text
    found = letter_sorting.sort_out(_begin(side, person))
    assert (failed.state, failed.bounced_at) == ("failed", None)
    assert (known.email, known.owner, known.is_hard) == (ODD, side.hub, True)
    assert (ODD in listed, "a character in it is not allowed" in listed, person.name in listed) == (True, True, True)
    assert "E-mails come back" in lead.get(person.get_absolute_url()).text
    assert "E-mail addresses that do not work" in lead.get("/").text
    assert [(row.name, reason) for row, reason in found.others] == [(person.name, letter_sorting.BAD_ADDRESS)]
    assert [row.name for row in found.going] == ["Pat Person"]


def test_address_that_was_corrected_is_no_work_any_more(side: Side, now: Any) -> None:
    person = _teacher(side, ODD)
    _send_to(side, person)

    lead = side.users[roles.HUB_LEAD]
    people.correct_person(person=person, by=lead, facts={"email": "joerg@people.example.org"}, now=NOW)

    assert not BadAddress.objects.standing().exists()
    assert "joerg@people.example.org" in {one.to[0].partition("<")[2][:-1] for one in deliver(NOW)}


@pytest.mark.parametrize(
    ("answer", "is_known"),
    [
        ((550, b"5.1.1 No such user"), True),
        ((550, b"5.1.10 RESOLVER.ADR.RecipientNotFound"), True),
        ((553, b"5.1.3 Bad address syntax"), True),
        ((550, b"5.2.1 Mailbox disabled"), True),
        ((550, b"No such user here"), False),
        ((550, b"5.7.1 Relaying denied"), False),
        ((554, b"5.7.1 Blocked by the policy of 5.1.1"), False),
        ((553, b"5.1.8 Sender's domain unknown"), False),
        ((552, b"5.2.2 Mailbox full"), False),
        ((450, b"4.1.1 Try again"), False),
    ],
)
def test_refusal_is_an_addresss_fault_only_where_the_server_says_so(
    side: Side, settings: Any, monkeypatch: Any, answer: tuple[int, bytes], is_known: bool
) -> None:
    settings.EMAIL_BACKEND = "tests.schools.test_refused_addresses.Refusing"
    monkeypatch.setattr(Refusing, "answer", answer)

    with clock.fixed(NOW):
        _send_to(side, _teacher(side, "gone@people.example.org"))

    known = BadAddress.objects.standing().filter(email="gone@people.example.org")
    assert [one.problem for one in known] == ([answer[1].decode()] if is_known else [])


@pytest.mark.parametrize("step", ["accept", "wait", "decline"])
def test_preview_of_many_says_who_does_not_hear_of_it(side: Side, now: Any, step: str) -> None:
    """A bounced address and one that cannot be written to are known alike."""
    make.BadAddressFactory(owner=side.hub, email=side.interest.contact_email.lower())

    url = reverse("programmes:interest-bulk", args=[step])
    page = side.browser(roles.HUB_LEAD).get(url, {"pk": side.interest.pk}).text

    assert f"E-mails to {side.interest.contact_email} come back: nobody there hears of this." in page
