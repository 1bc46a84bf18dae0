"""Letters: from a list to e-mails in the outbox, once; who gets one, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hubportal.core import clock, delivery, notices
from hubportal.core.files import BadFile
from hubportal.core.models import BadAddress, JournalEntry, Notice, StoredFile
from hubportal.core.workflow import CannotMove
from schools import roles
from schools.actions import letter_sorting, letters, letters_again, news, people
from schools.actions.letters import CannotWrite, SentAlready
from schools.actions.recipients import HAS_LEFT
from schools.models import Hub, Letter, LetterRecipient, NewsChoice, Role, User
from schools.notices.letters import LETTER
from schools.rules.letters import Candidate
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


def _candidates(many: int = 2, **rest: Any) -> list[Candidate]:
    return [Candidate(f"Pat Person{n}", f"pat{n}@example.org", "Headteacher", **rest) for n in range(many)]


def begin(hub: Hub | None, by: User, candidates: list[Candidate] | None = None, **text: Any) -> Letter:
    letter = letters.begin(
        candidates=_candidates() if candidates is None else candidates,
        hub=hub,
        picked="People",
        picked_from="/schools/people/",
        by=by,
        now=NOW,
    )
    make.give_part(letter)
    if text.pop("is_written", True):
        words = {"subject": "Hello {first name}", "text": "Dear {name}, see {group}.", "is_marketing": False, **text}
        letters.write(letter=letter, by=by, now=NOW, **words)
    letter.refresh_from_db()
    return letter


def send(letter: Letter, by: User, **rest: Any) -> int:
    return letters.send(letter=letter, by=by, now=NOW, seen=letter.version, **rest)


def deliver(when: datetime = NOW) -> list[Any]:
    with clock.fixed(when):
        delivery.deliver_due()
    return mail.outbox


def test_letter_goes_to_each_with_their_own_words_answered_by_the_hub(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead, [Candidate("Pat Person", "pat@example.org", "Head", facts={"group": "Group A"})])

    many = send(letter, lead)
    (sent,) = deliver()

    notice = Notice.objects.get()
    assert (many, notice.kind, notice.state, notice.owner) == (1, "letter", "sent", hub)
    assert (sent.subject, sent.to, sent.reply_to) == (
        "Hello Pat", ["Pat Person <pat@example.org>"], ["hub@example.org"],
    )  # fmt: skip
    assert sent.body.startswith("Dear Pat Person, see Group A.\n")
    assert "Answer this e-mail to reach your hub.\nThis is about" in sent.body
    assert "It is no advertisement" in sent.body
    assert sent.extra_headers["Message-ID"] == notice.message_id
    assert "List-Unsubscribe" not in sent.extra_headers


def test_letter_of_a_hub_without_an_address_is_answered_by_its_writer(hub: Hub, lead: User) -> None:
    Hub.objects.update(email="")

    send(begin(hub, lead), lead)

    sent = deliver()[0]
    assert sent.reply_to == [lead.email]
    assert f", by {lead.person}. Answer this e-mail to reach {lead.person}.\n" in sent.body


def test_letter_carries_its_attachment_and_gives_an_old_one_up(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead, attachment=SimpleUploadedFile("old.pdf", b"%PDF-1 old"))
    upload = SimpleUploadedFile("dates.pdf", b"%PDF-1 dates")
    letters.write(letter=letter, by=lead, now=NOW, subject="S", text="T", is_marketing=False, attachment=upload)
    letter.refresh_from_db()

    send(letter, lead)

    sent = deliver()
    assert [one.attachments for one in sent] == [[("dates.pdf", b"%PDF-1 dates", "application/pdf")]] * 2
    assert StoredFile.objects.count() == 1


def test_attachment_of_another_kind_is_refused(hub: Hub, lead: User) -> None:
    with pytest.raises(BadFile, match="kinds"):
        begin(hub, lead, attachment=SimpleUploadedFile("run.exe", b"MZ"))


def test_letter_is_sent_once_however_often_the_button_is_pressed(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead)
    again = Letter.objects.get(pk=letter.pk)
    send(letter, lead)

    with pytest.raises(SentAlready, match="Lee Lead has sent this letter already") as refused:
        send(again, lead)

    assert refused.value.mails == 2
    assert Notice.objects.count() == 2


def test_letter_that_was_changed_in_another_window_is_looked_at_again(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead)
    letters.write(letter=letter, by=lead, now=NOW, subject="Another", text="Text", is_marketing=False)

    with pytest.raises(CannotWrite, match="Lee Lead has just done this: letter written"):
        send(letter, lead)

    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ({"is_written": False}, "Write a subject and a text first"),
        ({"candidates": []}, "nobody on this list"),
        ({"text": "Dear {name}, [Say here why.]"}, r"still has “\[Say here why.\]”"),
    ],
)
def test_letter_needs_a_text_and_somebody(hub: Hub, lead: User, text: Any, problem: str) -> None:
    with pytest.raises(CannotWrite, match=problem):
        send(begin(hub, lead, **text), lead)


def test_unknown_placeholder_is_refused(hub: Hub, lead: User) -> None:
    with pytest.raises(CannotWrite, match=r"\{forename\} is no placeholder"):
        begin(hub, lead, text="Dear {forename}")


def test_scheduled_letter_waits_and_can_be_taken_back(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead)
    later = NOW + timedelta(days=1)
    with pytest.raises(CannotMove, match="has not been sent: there is nothing to take back"):
        letters.cancel(letter=letter, by=lead)
    send(letter, lead, due_at=later)
    at_once = list(deliver())
    letter.refresh_from_db()

    stopped = letters.cancel(letter=letter, by=lead)

    with pytest.raises(CannotMove, match="taken back already"):
        letters.cancel(letter=letter, by=lead)
    notices.sweep(NOW)
    assert (at_once, stopped, deliver(later)) == ([], letters.TakenBack(0, 2, 0), [])
    assert {row.state for row in Notice.objects.all()} == {"cancelled"}


def test_letter_that_has_left_cannot_be_taken_back(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead)
    send(letter, lead)
    deliver()
    letter.refresh_from_db()

    with pytest.raises(CannotMove, match="has left"):
        letters.cancel(letter=letter, by=lead)


def test_reasons_say_who_gets_nothing(hub: Hub, lead: User) -> None:
    make.BadAddressFactory(email="bad@example.org", owner=None)
    make.BadAddressFactory(email="full@example.org", is_hard=False, times=1)
    person = make.PersonFactory(email="new@example.org")
    news.choose(person=person, email="", wants=False, how="said so", by=None, now=NOW)
    listed = [
        Candidate("A", "a@example.org", "x"),
        Candidate("B", "A@example.org", "x"),
        Candidate("C", "", "x"),
        Candidate("D", "BAD@example.org", "x"),
        Candidate("E", "e@example.org", "x", barred="Has left"),
        Candidate("F", "f@example.org", "x", person_id=person.pk),
        Candidate("G", "full@example.org", "x"),
        Candidate("H", "h@example.org", "x"),
    ]
    letter = begin(hub, lead, listed, is_marketing=True)
    unticked = letter.recipients.get(name="H")
    letters.tick(letter=letter, shown=[unticked.pk], ticked=[], by=lead)
    letter.refresh_from_db()

    found = letter_sorting.sort_out(letter)
    send(letter, lead)

    assert [one.name for one in found.going] == ["A", "G"]
    assert [(one.name, why) for one, why in found.others] == [
        ("C", "No e-mail address"),
        ("D", "E-mails to this address come back"),
        ("E", "Has left"),
        ("F", "Wants no news from the programme"),
        ("B", "Shares an address with somebody above"),
    ]
    assert sorted(Notice.objects.values_list("email", flat=True)) == ["a@example.org", "full@example.org"]
    assert letter.recipients.get(name="D").barred == "E-mails to this address come back"


def test_news_carries_the_one_click_headers_and_a_link(hub: Hub, lead: User) -> None:
    send(begin(hub, lead, _candidates(1), is_marketing=True), lead)

    (sent,) = deliver()
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert link.startswith("http://localhost:8000/schools/news/")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in sent.body


def test_news_is_not_sent_to_whoever_said_no_while_it_waited(hub: Hub, lead: User) -> None:
    send(begin(hub, lead, is_marketing=True), lead)
    news.choose(person=None, email="PAT0@example.org", wants=False, how="link", by=None, now=NOW)

    assert [one.to for one in deliver()] == [["Pat Person1 <pat1@example.org>"]]


@pytest.mark.parametrize(("takes_up", "many"), [("", 0), ("here", 1), ("elsewhere", 0)])
def test_who_left_while_a_letter_waited_gets_none_with_the_reason(
    hub: Hub, lead: User, takes_up: str, many: int
) -> None:
    """Also where the last day was the day before; whoever takes up a role elsewhere has left all the same."""
    role = make.RoleFactory(
        kind=roles.TEACHER, school=make.SchoolFactory(authority__hub=hub), person__email="t@x.example"
    )
    candidate = Candidate("Pat", "t@x.example", "Teacher", person_id=role.person_id, school_id=role.school_id)
    letter = begin(hub, lead, [candidate])
    send(letter, lead, due_at=NOW + timedelta(days=3))
    Role.objects.filter(pk=role.pk).update(ends_on=NOW.date() - timedelta(days=1))
    if takes_up:
        school = role.school if takes_up == "here" else make.SchoolFactory(authority__hub=hub)
        make.RoleFactory(
            person=role.person, kind=roles.MATHS_LEAD, school=school, starts_on=NOW.date() + timedelta(days=1)
        )

    with clock.fixed(NOW + timedelta(days=3)):
        delivery.deliver_due()
        client = Client()
        client.force_login(lead)
        addresses = (letter.get_absolute_url(), letter.recipients.get().get_absolute_url())
        pages = [client.get(url).content.decode() for url in addresses]

    assert len([one for one in mail.outbox if one.subject.startswith("Hello")]) == many
    assert [HAS_LEFT in page for page in pages] == [not many, not many]


def test_last_word_about_news_counts_and_a_letter_about_their_part_comes_all_the_same(hub: Hub, lead: User) -> None:
    for wants in (False, True, False):
        news.choose(person=None, email="pat0@example.org", wants=wants, how="link", by=None, now=NOW)

    send(begin(hub, lead, _candidates(1)), lead)

    assert NewsChoice.objects.get().wants is False
    assert len(deliver()) == 1


def test_news_needs_a_yes_where_the_portal_is_set_so(hub: Hub, lead: User, settings: Any) -> None:
    settings.NEWS_NEEDS_YES = True
    news.choose(person=None, email="pat1@example.org", wants=True, how="page", by=None, now=NOW)

    many = send(begin(hub, lead, is_marketing=True), lead)

    assert (many, [one.to for one in deliver()]) == (1, [["Pat Person1 <pat1@example.org>"]])


def test_address_that_failed_since_gets_nothing_until_it_is_corrected(hub: Hub, lead: User) -> None:
    school = make.SchoolFactory(authority__hub=hub)
    person = make.make_user(roles.TEACHER, school=school, email="old@example.org").person
    send(begin(hub, lead, [Candidate(person.name, "old@example.org", "Teacher", person_id=person.pk)]), lead)
    make.BadAddressFactory(email="old@example.org", owner=hub)
    deliver()
    failed = Notice.objects.get(kind="letter")

    people.correct_person(person=person, by=lead, facts={"email": "new@example.org"}, now=NOW)

    sent = [one.to for one in deliver() if one.subject.startswith("Hello")]
    assert (failed.state, failed.problem.startswith(delivery.BAD_ADDRESS)) == ("failed", True)
    assert sent == [[f"{person.name} <new@example.org>"]]
    assert not BadAddress.objects.standing().exists()


def test_letter_is_written_again_to_those_whom_it_has_not_reached(hub: Hub, lead: User) -> None:
    person = make.PersonFactory(name="Jo Newly", email="")
    listed = [*_candidates(3), Candidate("Jo Newly", "", "Head", person_id=person.pk, facts={"group": "G"})]
    letter = begin(hub, lead, listed)
    with pytest.raises(CannotWrite, match="has not been sent yet"):
        letters_again.write_again(letter=letter, by=lead, now=NOW)
    send(letter, lead)
    deliver()
    letter.refresh_from_db()
    Notice.objects.filter(email="pat1@example.org").update(bounced_at=NOW)
    Notice.objects.filter(email="pat2@example.org").update(state="failed")
    type(person).objects.update(email="jo@example.org")

    again = letters_again.write_again(letter=letter, by=lead, now=NOW)

    found = [(one.name, one.email, one.facts) for one in again.recipients.all()]
    assert (again.subject, again.is_draft, again.hub) == (letter.subject, True, hub)
    assert found == [
        ("Pat Person1", "pat1@example.org", {}),
        ("Pat Person2", "pat2@example.org", {}),
        ("Jo Newly", "jo@example.org", {"group": "G"}),
    ]


def test_attachment_goes_with_what_is_written_again_and_each_is_forgotten_by_itself(
    hub: Hub, lead: User, django_capture_on_commit_callbacks: Any
) -> None:
    letter = begin(hub, lead, attachment=SimpleUploadedFile("dates.pdf", b"%PDF-1 dates"))
    send(letter, lead)
    deliver()
    Notice.objects.update(state="failed")
    again = letters_again.write_again(letter=letter, by=lead, now=NOW)

    assert again.files == letter.files != ()
    with django_capture_on_commit_callbacks(execute=True):
        letters.discard(letter=again, by=lead)
    assert Letter.objects.get(pk=letter.pk).files == letter.files


@pytest.mark.parametrize(("hours", "looked_at"), [(1, 2), (72, 0), (-3, 0)])
def test_sweep_looks_at_letters_that_go_soon(hub: Hub, lead: User, hours: int, looked_at: int) -> None:
    letter = begin(hub, lead)
    Letter.objects.filter(pk=letter.pk).update(status="sent", sent_at=NOW, due_at=NOW + timedelta(hours=hours))

    assert LETTER.live(LETTER.load(), NOW).count() == looked_at


def test_letter_that_reached_everybody_is_not_written_again(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead)
    send(letter, lead)
    deliver()

    with pytest.raises(CannotWrite, match="has reached everybody"):
        letters_again.write_again(letter=letter, by=lead, now=NOW)


def test_whoever_was_given_an_address_before_it_was_sent_has_got_the_letter(hub: Hub, lead: User) -> None:
    person = make.PersonFactory(name="Jo Newly", email="")
    letter = begin(hub, lead, [Candidate("Jo Newly", "", "Head", person_id=person.pk)])
    type(person).objects.update(email="jo@example.org")
    send(letter, lead)
    (sent,) = deliver()
    letter.refresh_from_db()

    assert (sent.to, letters_again.unreached(letter)) == (["Jo Newly <jo@example.org>"], [])
    Notice.objects.update(bounced_at=NOW)
    assert [one.address for one in letters_again.unreached(letter)] == ["jo@example.org"]


def test_draft_is_thrown_away_with_its_file(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead, attachment=SimpleUploadedFile("dates.pdf", b"%PDF-1 dates"))

    letters.discard(letter=letter, by=lead)

    assert (Letter.objects.count(), LetterRecipient.objects.count(), StoredFile.objects.count()) == (0, 0, 0)
    assert JournalEntry.objects.filter(what="Draft thrown away").count() == 1


def test_one_person_sends_so_many_letters_a_day(hub: Hub, lead: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("schools.rules.letters.MOST_A_DAY", 1)
    send(begin(hub, lead), lead)

    with pytest.raises(CannotWrite, match="You have sent 1 letters since this time yesterday"):
        send(begin(hub, lead), lead)


def test_large_letter_is_handed_over_in_a_handful_of_queries(
    hub: Hub, lead: User, django_assert_max_num_queries: Any
) -> None:
    letter = begin(hub, lead, _candidates(2000))

    with django_assert_max_num_queries(110):
        many = send(letter, lead)

    assert (many, Notice.objects.filter(state="planned").count()) == (2000, 2000)
