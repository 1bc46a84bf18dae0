"""A letter as notices: one e-mail to each recipient, and the test to whoever writes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.urls import reverse

from hubportal.core.delivery import written
from hubportal.core.models import Notice
from hubportal.core.notices import WORTH_KNOWING, Desired, Extras, Kind, mail_key
from hubportal.core.telling import person_recipient
from schools.models import Letter, LetterRecipient
from schools.models.letters import MAIL_KIND
from schools.rules import letters as rules

# A row of the outbox is made with the letter's step, in one transaction: the sweep need not look far.
LOOK_BACK = timedelta(hours=2)
LOOK_AHEAD = timedelta(days=1)
TEST_WORTH = timedelta(hours=1)
EACH_THEIR_OWN = "(each gets a link of their own here)"
# No colon: some mail programs end a link there.
_signer = Signer(sep=".", salt="schools.news")


def news_token(recipient: LetterRecipient) -> str:
    """What the link by which somebody says that they want no more news carries."""
    return _signer.sign(str(recipient.pk))


def read_news_token(token: str) -> int | None:
    """The key of the recipient; None for what we have not signed."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def _news_url(recipient: LetterRecipient) -> str:
    return f"{settings.SITE_URL}{reverse('schools:news-choice', args=[news_token(recipient)])}"


def _desired(recipient: LetterRecipient) -> Sequence[Desired]:
    letter = recipient.letter
    if letter.status != Letter.Status.SENT or letter.due_at is None:
        return []
    if not recipient.is_wanted or recipient.pk in letter.seconds_now:
        return []
    person = recipient.person
    return [
        Desired(
            recipient=person_recipient(person).key if person else mail_key(recipient.email),
            occurrence=f"letter@{letter.due_at.isoformat()}",
            due_at=letter.due_at,
            until=letter.due_at + WORTH_KNOWING,
            name=recipient.name,
            email=recipient.address,
        )
    ]


def _load() -> models.QuerySet[LetterRecipient]:
    """Recipients; those of one letter share it, and what is attached to it."""
    letters = Letter.objects.select_related("hub", "written_by__person", "attachment")
    return (
        LetterRecipient.objects.with_wishes()
        .with_leavers()
        .select_related("person", "school")
        .defer("school__search")
        .prefetch_related(models.Prefetch("letter", queryset=letters))
    )


def _live(rows: models.QuerySet[LetterRecipient], now: datetime) -> models.QuerySet[LetterRecipient]:
    due = {"letter__due_at__gt": now - LOOK_BACK, "letter__due_at__lt": now + LOOK_AHEAD}
    return rows.filter(letter__status=Letter.Status.SENT, **due)


def _read_ahead(recipient: LetterRecipient) -> object:
    """What is read of the whole list, and attached to each: once for all who share the letter."""
    letter = recipient.letter
    return letter.files, letter.facts_now, letter.sharing_now, recipient.is_news


def _words(letter: Letter, recipient: LetterRecipient, news_url: str) -> dict[str, Any]:
    values = recipient.values
    subject, text = rules.fill(letter.subject, values), rules.fill(letter.text, values)
    about = {"letter": letter, "subject": subject, "text": text, "portal": settings.PORTAL_NAME}
    about["reached"], _address = _answered_by(letter)
    return {**about, "is_news": recipient.is_news, "news_url": news_url}


def _context(recipient: LetterRecipient, notice: Notice) -> dict[str, Any]:
    return _words(recipient.letter, recipient, _news_url(recipient))


def preview(letter: Letter, recipient: LetterRecipient) -> tuple[str, str]:
    """Subject and body of a recipient's e-mail, with no link that could be followed in their place."""
    return written(LETTER.template, _words(letter, recipient, EACH_THEIR_OWN))


def _extras(recipient: LetterRecipient, notice: Notice) -> Extras:
    """RFC 8058: mail programs show a button that needs neither page nor sign-in."""
    headers = {}
    if recipient.is_news:
        headers["List-Unsubscribe"] = f"<{_news_url(recipient)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return Extras(headers, recipient.letter.files)


def _answered_by(letter: Letter) -> tuple[str, str]:
    """Whom an answer reaches, and where: the hub; where it has no address, whoever wrote the letter."""
    hub, writer = letter.hub, letter.written_by
    if hub is None:
        return "us", settings.CONTACT_EMAIL
    return "your hub" if hub.email else writer.person.name, hub.answered_at(writer)


def _reply_to(letter: Letter) -> str:
    _whom, address = _answered_by(letter)
    return address


def _tests(letter: Letter) -> Sequence[Desired]:
    at, by = letter.tested_at, letter.tested_by
    if at is None or by is None or letter.tested_for is None:
        return []
    return [
        Desired(
            recipient=person_recipient(by.person).key,
            occurrence=f"test@{at.isoformat()}",
            due_at=at,
            until=at + TEST_WORTH,
            name=by.person.name,
            email=by.email,
        )
    ]


def _load_tested() -> models.QuerySet[Letter]:
    people = ("written_by__person", "tested_by__person", "tested_for__person", "tested_for__school")
    return Letter.objects.select_related("hub", "attachment", *people)


def _live_tests(letters: models.QuerySet[Letter], now: datetime) -> models.QuerySet[Letter]:
    return letters.filter(tested_at__gt=now - TEST_WORTH)


def _test_context(letter: Letter, notice: Notice) -> dict[str, Any]:
    recipient = letter.tested_for
    if recipient is None:
        return {}
    recipient.letter = letter
    found = _words(letter, recipient, EACH_THEIR_OWN)
    return {**found, "subject": f"Test: {found['subject']}"}


LETTER = Kind(
    key=MAIL_KIND,
    label="Letter",
    model="schools.LetterRecipient",
    template="schools/emails/letter.txt",
    desired=_desired,
    load=_load,
    live=_live,
    context=_context,
    read_ahead=_read_ahead,
    thread=lambda recipient: recipient.letter,
    owner_id=lambda recipient: recipient.letter.hub_id,
    reply_to=lambda recipient: _reply_to(recipient.letter),
    extras=_extras,
)
LETTER_TEST = Kind(
    key="letter_test",
    label="Test of a letter",
    model="schools.Letter",
    template="schools/emails/letter.txt",
    desired=_tests,
    load=_load_tested,
    live=_live_tests,
    context=_test_context,
    reply_to=_reply_to,
    is_copy=True,
    extras=lambda letter, _notice: Extras(files=letter.files),
)
KINDS = [LETTER, LETTER_TEST]
