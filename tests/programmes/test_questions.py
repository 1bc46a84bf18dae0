"""Questions to a school: asked by the hub, answered by a link or signed in, told once, closed with the interest."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry, Notice
from programmes.actions import decisions, questions
from programmes.models import Interest, InterestMessage
from programmes.notices.links import question_token
from schools.models import User
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def interest() -> Interest:
    """One that the hub wants to know more about."""
    made: Interest = make.InterestFactory(school__name="Oak School", contact_name="Robin Contact")
    return made


@pytest.fixture
def lead(interest: Interest) -> User:
    """Whoever asks."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=interest.hub)


def _open(user: User | None, name: str, *args: Any, sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    url = reverse(f"programmes:{name}", args=args)
    with clock.fixed(NOW):
        return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def test_question_goes_to_the_contact_and_the_answer_to_whoever_asked(interest: Interest, lead: User) -> None:
    _open(lead, "interest-question", interest.pk, sent={"text": "Which years do you teach?"})
    with clock.fixed(NOW):
        delivery.deliver_due()
    (question,) = mail.outbox
    path = reverse("programmes:question-answer", args=[question_token(interest)])
    assert question.to == [f"Robin Contact <{interest.contact_email}>"]
    assert "Which years do you teach?" in question.body
    assert path in question.body

    page = _open(None, "question-answer", question_token(interest))
    sent = _open(
        None, "question-answer", question_token(interest), sent={"text": "Years 1 to 6.", "name": "Ro Contact"}
    )
    with clock.fixed(NOW):
        delivery.deliver_due()
        delivery.deliver_due()

    assert 'value="Robin Contact"' in page.content.decode()
    assert "is told." in sent.content.decode()
    answer = mail.outbox[1:]
    assert [message.to for message in answer] == [[f"Priya Lead <{lead.email}>"]]
    assert "Years 1 to 6." in answer[0].body
    assert set(Notice.objects.values_list("about", flat=True)) == {f"{interest.reference}, Oak School"}
    seen = _open(lead, "interest-detail", interest.pk).content.decode()
    for words in ("Which years do you teach?", "Years 1 to 6.", "Ro Contact", "The school has answered"):
        assert words in seen


def test_signed_in_school_reads_the_thread_and_answers(interest: Interest, lead: User) -> None:
    head = make.make_user(HEADTEACHER, name="Jo Head", school=interest.school)
    early = _open(head, "interest-answer", interest.pk)
    questions.ask(interest=interest, text="Who leads maths?", by=lead, now=NOW)

    page = _open(head, "interest-detail", interest.pk).content.decode()
    _open(head, "interest-answer", interest.pk, sent={"text": "I do."})

    assert early.status_code == 403
    assert "Who leads maths?" in page
    assert reverse("programmes:interest-answer", args=[interest.pk]) in page
    assert [(one.name, one.is_from_hub) for one in InterestMessage.objects.of(interest)] == [
        ("Priya Lead", True),
        ("Jo Head", False),
    ]
    interest.refresh_from_db()
    assert interest.question == "answered"


def test_closed_interest_takes_no_more(interest: Interest, lead: User) -> None:
    questions.ask(interest=interest, text="Who leads maths?", by=lead, now=NOW)
    decisions.decline(interest=interest, by=lead, now=NOW, reason="Full.")

    page = _open(None, "question-answer", question_token(interest))
    answer = _open(None, "question-answer", question_token(interest), sent={"text": "I do.", "name": "Jo"})
    back = _open(lead, "interest-question", interest.pk)

    assert "is closed" in page.content.decode()
    assert answer.context["form"].errors
    assert back.redirect_chain == [(interest.get_absolute_url(), 302)]
    assert InterestMessage.objects.count() == 1


def test_question_pressed_twice_is_asked_once_and_said_again_later_is_asked_again(
    interest: Interest, lead: User
) -> None:
    for moment in (NOW, NOW + timedelta(seconds=5), NOW + timedelta(days=9)):
        questions.ask(interest=interest, text="Who?", by=lead, now=moment)

    assert InterestMessage.objects.count() == 2
    assert Notice.objects.filter(kind="interest-question").count() == 2


def test_link_is_the_contacts_and_nobody_elses(interest: Interest, lead: User) -> None:
    questions.ask(interest=interest, text="Who?", by=lead, now=NOW)
    token = question_token(interest)
    Interest.objects.filter(pk=interest.pk).update(contact_email="other@people.example.org")

    broken = [_open(None, "question-answer", one).status_code for one in (token, "1-abc.xyz", f"{token}x")]

    assert broken == [404, 404, 404]


def test_answer_that_cannot_be_read_is_kept_and_asked_for_again(interest: Interest, lead: User) -> None:
    questions.ask(interest=interest, text="Who?", by=lead, now=NOW)

    page = _open(None, "question-answer", question_token(interest), sent={"text": "We do.", "name": "\x00"})

    assert page.context["form"].errors
    assert "We do." in page.content.decode()
    assert InterestMessage.objects.count() == 1


@pytest.mark.parametrize(("decided", "asked", "status"), [(31, 40, 404), (29, 40, 200), (40, 29, 200), (None, 90, 200)])
def test_link_ends_some_time_after_the_decision(
    interest: Interest, lead: User, decided: int | None, asked: int, status: int
) -> None:
    questions.ask(interest=interest, text="Who leads maths?", by=lead, now=NOW - timedelta(days=asked))
    at = NOW - timedelta(days=decided) if decided else None
    Interest.objects.filter(pk=interest.pk).update(decided_at=at)

    assert _open(None, "question-answer", question_token(interest)).status_code == status


@pytest.mark.parametrize(
    ("phone", "said"), [("01632 960001", "Ask by telephone: 01632 960001."), ("", "at the school")]
)
def test_contact_without_an_address_is_asked_by_other_means(
    interest: Interest, lead: User, phone: str, said: str
) -> None:
    Interest.objects.filter(pk=interest.pk).update(contact_email="", contact_phone=phone)

    step = _open(lead, "interest-question", interest.pk).content.decode()
    done = _open(lead, "interest-question", interest.pk, sent={"text": "Which years?"}).content.decode()

    assert ("has no e-mail address" in step, said in step, said in done) == (True, True, True)
    assert "by e-mail, at" not in done
    assert not Notice.objects.filter(kind="interest-question").exists()


@pytest.mark.parametrize(("withdrawn", "status"), [(31, 404), (29, 200)])
def test_link_ends_some_time_after_the_withdrawal(interest: Interest, lead: User, withdrawn: int, status: int) -> None:
    questions.ask(interest=interest, text="Who leads maths?", by=lead, now=NOW - timedelta(days=40))
    with clock.fixed(NOW - timedelta(days=withdrawn)):
        decisions.close(interest=interest, by=None, now=clock.now(), reason="")

    assert _open(None, "question-answer", question_token(interest)).status_code == status


def test_button_that_is_pressed_twice_is_one_message_and_one_entry_of_the_history(
    interest: Interest, lead: User
) -> None:
    for _press in range(2):
        questions.ask(interest=interest, text="Which years?", by=lead, now=NOW)
    for _press in range(2):
        questions.answer(interest=interest, text="All.", name="Robin Contact", by=None, now=NOW + timedelta(seconds=1))

    said = JournalEntry.objects.about(interest).values_list("what", flat=True)
    assert sorted(said) == ["Asked the school", "The school answered"]
    assert InterestMessage.objects.count() == 2
