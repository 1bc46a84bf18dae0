"""The texts that schools agree to, as the national team words them; a version is never edited."""

from datetime import date
from itertools import chain, count

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from hubportal.core import journal, locks
from programmes.models import AgreementText
from schools.models import Hub, User

# Of a code; what follows it is the key of a hub that words it for itself.
LONGEST_CODE = 35


class CannotWord(Exception):
    """A text that cannot be kept, said in words for people."""


@transaction.atomic
def add_text(*, name: str, version: str, body: str, published_on: date, by: User | None, today: date) -> AgreementText:
    """Add national commitments of a programme that has none yet: the first version of a text with its own name.

    :raises CannotWord: where a text is called so already, the name has no letters, or the day has passed.
    """
    locks.wait_for_turn("texts")
    called = slugify(name)
    if not called:
        raise CannotWord("Use letters of the English alphabet in the name.")
    short = called[: LONGEST_CODE - len("-99")].rstrip("-")
    standing = {one.code: one for one in AgreementText.objects.filter(hub=None, code__startswith=short)}
    taken = next((one for one in standing.values() if called in (one.code, slugify(one.name))), None)
    if taken is not None:
        raise CannotWord(f"There is “{taken.title}” already. Use another name, or write a new version of that text.")
    # A long name is cut: another that begins like it is another text.
    codes = chain([called[:LONGEST_CODE].rstrip("-")], (f"{short}-{at}" for at in count(2)))
    code = next(one for one in codes if one not in standing)
    made = AgreementText(kind=AgreementText.Kind.COMMITMENTS, code=code, name=name, version=version, body=body)
    return _publish(made, published_on, "Text added", by=by, today=today)


@transaction.atomic
def add_version(
    *,
    text: AgreementText,
    version: str,
    body: str,
    published_on: date,
    by: User | None,
    today: date,
    hub: Hub | None = None,
) -> AgreementText:
    """Add a version of a text; what was agreed before stays agreed in its own words.

    :param hub: words it for its own offers: a national text becomes the first version of a text of its own.

    A privacy notice counts from its day on; commitments count for an offer once it names them.

    :raises CannotWord: where the version is there, nothing is new, or its day has passed.
    """
    if hub is not None and text.kind == AgreementText.Kind.PRIVACY:
        raise CannotWord("The privacy notice is the national team's: it is the same in every hub.")
    if body.strip() == text.body.strip():
        raise CannotWord("This is word for word the version that it follows. Nothing was kept.")
    made = AgreementText(kind=text.kind, code=_code(text, hub), name=text.name, version=version, body=body, hub=hub)
    return _publish(made, published_on, "Version added", by=by, today=today)


def _publish(text: AgreementText, day: date, what: str, *, by: User | None, today: date) -> AgreementText:
    if day < today:
        raise CannotWord("A new version is published today or later: nobody has agreed to it before.")
    text.published_on = day
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError as taken:
        raise CannotWord(f"There is a version {text.version} already.") from taken
    journal.record(what, on=text, by=by, note=text.label)
    return text


def _code(text: AgreementText, hub: Hub | None) -> str:
    """Of the text's own line of versions; a hub's begins beside the national one."""
    return text.code if hub is None or text.hub_id == hub.pk else f"{text.code[:LONGEST_CODE]}--{hub.pk}"
