"""The texts that schools agree to, as the national team words them; a version is never edited."""

from datetime import date

from django.db import IntegrityError, transaction

from hubportal.core import journal
from programmes.models import AgreementText
from schools.models import Hub, User


class CannotWord(Exception):
    """A text that cannot be kept, said in words for people."""


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
    if published_on < today:
        raise CannotWord("A new version is published today or later: nobody has agreed to it before.")
    if body.strip() == text.body.strip():
        raise CannotWord("This is word for word the version that it follows. Nothing was kept.")
    try:
        with transaction.atomic():
            made = AgreementText.objects.create(
                kind=text.kind,
                code=_code(text, hub),
                version=version,
                body=body,
                published_on=published_on,
                hub=hub,
            )
    except IntegrityError as taken:
        raise CannotWord(f"There is a version {version} already.") from taken
    journal.record("Version added", on=made, by=by, note=str(made))
    return made


def _code(text: AgreementText, hub: Hub | None) -> str:
    """Of the text's own line of versions; a hub's begins beside the national one."""
    return text.code if hub is None or text.hub_id == hub.pk else f"{text.code[:35]}--{hub.pk}"
