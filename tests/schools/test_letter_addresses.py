"""Several people at one address: one e-mail, to the first of them who is to get it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from schools import roles
from schools.actions import letter_sorting, letters, letters_again
from schools.models import Hub, Letter, LetterRecipient, User
from schools.rules.letters import Candidate
from tests import factories as make
from tests.schools.test_letters import NOW, begin, deliver, send

pytestmark = pytest.mark.django_db

SHARED = "office@people.example.org"


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


def test_the_next_at_an_address_gets_the_letter_where_the_first_is_unticked(hub: Hub, lead: User) -> None:
    names = ("Con Tact", "Hen Head", "Ola Office")
    letter = begin(hub, lead, [Candidate(name, SHARED, "Of the school") for name in names])
    first, second, third = LetterRecipient.objects.order_by("pk")
    before = letter_sorting.sort_out(letter)
    shown = [first.pk, second.pk, third.pk]

    letters.tick(letter=letter, shown=shown, ticked=[second.pk, third.pk], by=lead, seen=letter.version)
    letter.refresh_from_db()
    after = letter_sorting.sort_out(letter)
    many = send(letter, lead)
    sent = deliver()

    assert [one.pk for one in before.going] == [first.pk]
    assert ([one.pk for one in after.going], [one.pk for one in after.unticked]) == ([second.pk], [first.pk])
    assert [(row.pk, reason) for row, reason in after.others] == [(third.pk, letter_sorting.SHARES)]
    assert (many, [mail.to for mail in sent]) == (1, [[f"Hen Head <{SHARED}>"]])
    assert set(LetterRecipient.objects.values_list("pk", "same_as")) == {
        (first.pk, second.pk), (second.pk, None), (third.pk, second.pk),
    }  # fmt: skip
    assert letters_again.unreached(letter) == []


@pytest.mark.parametrize("when", ["before it is sent", "while it waits", "after the first has left"])
@pytest.mark.parametrize("mover", [0, 1])
def test_whoever_is_given_anothers_address_shares_their_one_letter(
    hub: Hub, lead: User, client: Any, when: str, mover: int
) -> None:
    people = [make.PersonFactory(name=f"Pat{n} Person", email=f"pat{n}@example.org") for n in range(2)]
    letter = begin(hub, lead, [Candidate(one.name, one.email, "Head", person_id=one.pk) for one in people])
    day, stays = NOW + timedelta(days=1), people[1 - mover]

    def move() -> None:
        type(stays).objects.filter(pk=people[mover].pk).update(email=stays.email.upper())

    if when == "before it is sent":
        move()
    send(letter, lead, due_at=day)
    if when == "after the first has left":
        # The other's was put off by the mail server.
        other = Notice.objects.filter(email=people[mover].email)
        other.update(next_try_at=clock.real_now() + timedelta(hours=1))
        deliver(day)
        other.update(next_try_at=None)
    move()
    sent = deliver(day)

    client.force_login(lead)
    with clock.fixed(day):
        page = client.get(letter.get_absolute_url()).content.decode()
    assert [stays.email in str(one.to).lower() for one in sent] == [True]
    together = f"In one e-mail with {stays.name if mover else people[0].name}"
    assert (together if when == "before it is sent" else letter_sorting.SHARES) in page


def test_nobody_whom_a_later_one_reached_is_written_to_again(hub: Hub, lead: User) -> None:
    people = [make.PersonFactory(name=f"Pat{n} Person", email=f"pat{n}@example.org") for n in range(2)]
    listed = [Candidate(one.name, one.email, "Head", person_id=one.pk) for one in people]
    first = begin(hub, lead, [*listed, Candidate("Office", "office@example.org", "Office")])
    send(first, lead)
    deliver()
    Notice.objects.update(bounced_at=NOW)
    for one in people:
        type(one).objects.filter(pk=one.pk).update(email=f"new-{one.email}")

    second = letters_again.write_again(letter=first, by=lead, now=NOW)
    draft = letters_again.unreached(first)
    send(second, lead)
    waiting = letters_again.unreached(first)
    deliver()
    Notice.objects.filter(email="new-pat1@example.org").update(bounced_at=NOW)
    back = [[row.name for row in letters_again.unreached(one)] for one in (first, second)]
    third = letters_again.write_again(letter=second, by=lead, now=NOW)
    send(third, lead)
    deliver()

    assert ([len(draft), len(waiting)], back) == ([3, 0], [["Pat1 Person"]] * 2)
    assert [letters_again.unreached(one) for one in (first, second, third)] == [[], [], []]


def test_one_letter_about_several_schools_of_one_person_names_them_all(hub: Hub, lead: User) -> None:
    schools = [make.SchoolFactory(name=name) for name in ("Ash School", "Birch School", "Cedar School", "Other")]
    named = ("Tess Trust", "TESS TRUST", "Tess Trust", "Ola Office")
    listed = [
        Candidate(name, SHARED, "Contact", school_id=school.pk, facts={"reference": f"HP-{at}", "programme": "Maths"})
        for at, (name, school) in enumerate(zip(named, schools, strict=True))
    ]
    letter = begin(hub, lead, listed, text="{first name}: {school}, {reference}, {programme}.")
    third = LetterRecipient.objects.get(school=schools[2])
    letters.tick(letter=letter, shown=[third.pk], ticked=[], by=lead)
    letter.refresh_from_db()

    send(letter, lead)
    (sent,) = deliver()

    Notice.objects.update(bounced_at=NOW)
    again = letters_again.write_again(letter=letter, by=lead, now=NOW)
    send(again, lead)

    assert "Tess: Ash School and Birch School, HP-0 and HP-1, Maths." in sent.body
    assert deliver()[-1].body == sent.body


def test_one_letter_about_several_applications_at_one_school_names_them_all(hub: Hub, lead: User) -> None:
    schools = [make.SchoolFactory(name=name) for name in ("Ash School", "Birch School")]
    told = [("HP-0", "Maths", 0), ("HP-1", "Number", 0), ("HP-2", "Maths", 1)]
    listed = [
        Candidate(
            "Tess Trust",
            SHARED,
            "Contact",
            school_id=schools[at].pk,
            facts={"reference": reference, "programme": programme},
        )
        for reference, programme, at in told
    ]
    letter = begin(hub, lead, listed, text="{school}: {reference}, {programme}.")

    send(letter, lead)
    (sent,) = deliver()
    Notice.objects.update(bounced_at=NOW)
    send(letters_again.write_again(letter=letter, by=lead, now=NOW), lead)

    assert "Ash School and Birch School: HP-0, HP-1 and HP-2, Maths and Number." in sent.body
    assert deliver()[-1].body == sent.body


def test_recipients_say_with_whom_somebody_is_written_to(hub: Hub, lead: User, client: Any) -> None:
    names = ("Ann Above", "Bea Below", "Cy Nowhere")
    letter = begin(hub, lead, [Candidate(name, SHARED if name != names[2] else "", "Contact") for name in names])

    client.force_login(lead)
    page = client.get(reverse("schools:letter-recipients", args=[letter.pk])).content.decode()

    assert "With Ann Above above, in one e-mail" in page
    assert "Not written to: 1" in page


def test_a_sent_letter_says_with_whom_somebody_was_written_to_and_what_became_of_it(
    hub: Hub, lead: User, client: Any
) -> None:
    names = ("Ann Above", "Bea Below", "Cy Unticked")
    letter = begin(hub, lead, [Candidate(name, SHARED, "Contact") for name in names])
    third = LetterRecipient.objects.latest("pk")
    letters.tick(letter=letter, shown=[third.pk], ticked=[], by=lead)
    letter.refresh_from_db()
    client.force_login(lead)

    def became() -> list[tuple[str, str, str]]:
        rows = client.get(letter.get_absolute_url()).context["recipients"]
        return [("" if goes_to == one else goes_to.name, *said[1:]) for one, goes_to, said in rows]

    draft = became()
    send(letter, lead)
    waiting = became()
    deliver()
    mail = client.get(third.get_absolute_url()).context["became"]
    Notice.objects.update(bounced_at=NOW)

    assert draft == [("", "", ""), ("Ann Above", "", ""), ("", "", "Not ticked")]
    assert waiting == [("", "Planned", ""), ("Ann Above", "Planned", ""), ("", "Not written to", "Not ticked")]
    assert [row[:2] for row in became()] == [("", "Came back"), ("Ann Above", "Came back"), ("", "Not written to")]
    assert "In one e-mail with Ann Above" in client.get(letter.get_absolute_url()).content.decode()
    assert mail[1:] == ("Not written to", "Not ticked")


def test_two_drafts_that_write_one_letter_again_reach_nobody_twice(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead, [Candidate("Pat Person", "pat@people.example.org", "Contact")])
    send(letter, lead)
    deliver()
    Notice.objects.update(state="failed")
    one, two = (letters_again.write_again(letter=letter, by=lead, now=NOW) for _press in range(2))

    send(one, lead)
    with pytest.raises(letters.CannotWrite, match="Nobody would get this letter"):
        send(two, lead)

    assert [reason for _row, reason in letter_sorting.sort_out(two).others] == [letter_sorting.HAS_HAD_IT]


def test_draft_that_was_thrown_away_meanwhile_is_neither_sent_nor_changed(hub: Hub, lead: User) -> None:
    letter = make.LetterFactory(hub=hub, written_by=lead)
    letters.discard(letter=Letter.objects.get(pk=letter.pk), by=lead)

    with pytest.raises(letters.CannotWrite, match="has just been thrown away"):
        letters.send(letter=letter, by=lead, now=NOW, seen=0)
    with pytest.raises(letters.CannotWrite, match="has just been thrown away"):
        letters.write(letter=letter, by=lead, now=NOW, subject="S", text="T", is_marketing=False)


def test_letter_that_was_taken_back_is_written_again_to_whom_it_was_kept_from(hub: Hub, lead: User) -> None:
    """A mistake in the text was seen while it was going out: who has it does not get it twice."""
    listed = [Candidate(name, f"{name.lower()}@example.org", "Head") for name in ("Ann", "Ben", "Cat")]
    letter = begin(hub, lead, listed)
    send(letter, lead)
    Notice.objects.filter(email="ann@example.org").update(state=Notice.State.SENT)
    letters.cancel(letter=Letter.objects.get(pk=letter.pk), by=lead)
    letter.refresh_from_db()

    again = letters_again.write_again(letter=letter, by=lead, now=NOW)
    while_a_draft = len(letters_again.unreached(letter))
    send(again, lead)

    assert [one.email for one in again.recipients.order_by("pk")] == ["ben@example.org", "cat@example.org"]
    assert (while_a_draft, letters_again.unreached(letter)) == (2, [])
