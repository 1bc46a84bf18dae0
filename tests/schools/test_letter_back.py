"""A letter taken back while it is being sent: what has not left does not leave, and the answer is true."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import Notice
from schools.actions import letters
from schools.models import Letter
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.core.test_delivery import Changing
from tests.schools.test_letters import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    """One that has just been sent to four people."""
    hub = make.HubFactory()
    found: Letter = make.LetterFactory(hub=hub, written_by=make.make_user(HUB_LEAD, hub=hub))
    make.LetterRecipientFactory.create_batch(4, letter=found)
    make.give_part(found)
    letters.send(letter=found, by=found.written_by, now=NOW, seen=found.version)
    return found


def take_back(browser: Client, letter: Letter) -> str:
    answer = browser.post(reverse("schools:letter-cancel", args=[letter.pk]), follow=True)
    (said,) = answer.context["messages"]
    return str(said)


def test_letter_taken_back_while_it_is_sent_stops_and_says_how_many_had_left(
    client: Client, letter: Letter, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_delivery.Changing"
    monkeypatch.setattr(delivery, "FRESH", timedelta(0))
    monkeypatch.setattr(Changing, "sent", [])
    client.force_login(letter.written_by)
    said: list[str] = []
    monkeypatch.setattr(Changing, "happens", lambda: said.append(take_back(client, letter)), raising=False)

    with clock.fixed(NOW + timedelta(minutes=1)):
        delivery.deliver_due()

    # The first is with the mail server at this moment: it is one of those that may still leave.
    (answer,) = said
    assert answer.startswith("Taken back. No e-mail had left; the others are not sent. 4 of them were just being sent:")
    assert answer.endswith("they stop within moments, and a few may still leave. This page counts them.")
    assert len(Changing.sent) == 1
    assert sorted(Notice.objects.filter(kind="letter").values_list("state", flat=True)) == [*["cancelled"] * 3, "sent"]


def test_answer_says_how_many_had_left_where_nothing_is_under_way(client: Client, letter: Letter) -> None:
    first = Notice.objects.filter(kind="letter").first()
    assert first is not None
    Notice.objects.filter(pk=first.pk).update(state="sent", sent_at=NOW)
    client.force_login(letter.written_by)

    with clock.fixed(NOW):
        assert take_back(client, letter) == "Taken back. 1 e-mail had left; the others are not sent."
        assert take_back(client, letter) == "This letter has been taken back already."


def test_letter_that_is_all_under_way_can_be_taken_back(letter: Letter) -> None:
    Notice.objects.filter(kind="letter").update(state="sending", lease="another")

    letter.refresh_from_db()

    found = letters.cancel(letter=letter, by=letter.written_by)

    assert found == letters.TakenBack(left=0, stopped=0, stopping=4)
    assert Letter.objects.get().status == "cancelled"
