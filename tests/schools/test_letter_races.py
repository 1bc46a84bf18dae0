"""A letter sent by two people at the same moment; and a mailbox that is read twice."""

from collections.abc import Callable
from functools import partial

import pytest

from hubportal.core.models import BadAddress, Notice
from hubportal.core.workflow import CannotMove
from schools.actions import bounces, letter_templates, letters
from schools.models import Letter, LetterTemplate
from schools.roles import HUB_LEAD
from schools.rules.bounces import CameBack
from tests import factories as make
from tests.races import at_once
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SEND = partial(letters.send, now=NOW, seen=0)


def take(letter: Letter, step: Callable[..., object]) -> str:
    """A step of whoever writes the letter, as a page that was opened before takes it."""
    try:
        step(letter=Letter.objects.get(pk=letter.pk), by=letter.written_by)
    except (letters.CannotWrite, CannotMove):
        return "refused"
    return "done"


@pytest.mark.parametrize("attempt", range(3))
def test_letter_that_two_people_send_at_once_goes_out_once(attempt: int) -> None:
    letter = make.LetterFactory()
    make.LetterRecipientFactory.create_batch(3, letter=letter)
    make.give_part(letter)

    def send(_press: int) -> str:
        try:
            letters.send(letter=Letter.objects.get(pk=letter.pk), by=letter.written_by, now=NOW, seen=0)
        except CannotMove as problem:
            return str(problem)
        return "sent"

    said = sorted(at_once(send, range(3)))

    assert (said[-1], ["sent this letter already" in one for one in said[:-1]]) == ("sent", [True, True])
    assert Notice.objects.filter(kind="letter").count() == 3


@pytest.mark.parametrize("attempt", range(3))
def test_letter_that_is_changed_while_it_is_sent_goes_out_as_it_was_seen(attempt: int) -> None:
    letter = make.LetterFactory()
    make.LetterRecipientFactory(letter=letter)
    make.give_part(letter)

    words = {"subject": "Another", "text": "Text", "is_marketing": False}
    write = partial(letters.write, now=NOW, seen=0, **words)  # type: ignore[arg-type]
    said = at_once(partial(take, letter), (SEND, write))

    letter.refresh_from_db()
    assert sorted(said) == ["done", "refused"]
    assert (letter.status == "sent", letter.subject == "Another") == (said[0] == "done", said[1] == "done")


@pytest.mark.parametrize("attempt", range(3))
def test_letter_that_is_thrown_away_while_it_is_sent_is_either(attempt: int) -> None:
    letter = make.LetterFactory()
    make.LetterRecipientFactory(letter=letter)
    make.give_part(letter)

    said = at_once(partial(take, letter), (SEND, letters.discard))

    assert sorted(said) == ["done", "refused"]
    assert (Letter.objects.count(), Notice.objects.filter(kind="letter").count()) == (
        (1, 1) if said[0] == "done" else (0, 0)
    )


@pytest.mark.parametrize("attempt", range(3))
def test_two_drafts_that_write_one_letter_again_reach_nobody_twice_at_once(attempt: int) -> None:
    letter = make.LetterFactory(status="sent", sent_at=NOW, due_at=NOW)
    lost = make.LetterRecipientFactory(letter=letter)
    make.give_part(letter)
    drafts = make.LetterFactory.create_batch(2, again_of=letter, hub=letter.hub, written_by=letter.written_by)
    for draft in drafts:
        make.LetterRecipientFactory(letter=draft, person=lost.person, name=lost.name, email=lost.email)

    def send(draft: Letter) -> str:
        try:
            letters.send(letter=draft, by=letter.written_by, now=NOW, seen=0)
        except letters.CannotWrite as problem:
            return str(problem)
        return "sent"

    said = sorted(at_once(send, drafts))

    assert said == ["Nobody would get this letter. Tick somebody first.", "sent"]
    assert Notice.objects.filter(kind="letter").count() == 1


def test_report_that_two_read_at_once_counts_once() -> None:
    notice = make.NoticeFactory(owner=make.HubFactory(), sent_at=NOW)
    told = CameBack(notice.email, notice.message_id, problem="552 full")

    taken = at_once(lambda _reader: bounces.take_in([told], now=NOW, is_known=False), range(3))

    assert sorted(taken) == [0, 0, 1]
    assert BadAddress.objects.get().times == 1


def test_template_whose_button_is_pressed_twice_is_made_once() -> None:
    lead = make.make_user(HUB_LEAD, hub=make.HubFactory())

    def keep(_press: int) -> str:
        template = LetterTemplate(hub=lead.person.roles.get().hub)
        words = {"name": "Dates", "subject": "Dates", "text": "Dates", "is_marketing": False}
        try:
            letter_templates.keep(template=template, by=lead, **words)  # type: ignore[arg-type]
        except letter_templates.CannotKeepTemplate as problem:
            return str(problem)
        return "kept"

    said = at_once(keep, range(3))

    assert sorted(said) == ["There is a template of this name already."] * 2 + ["kept"]
    assert LetterTemplate.objects.count() == 1
