"""The texts that schools agree to, as the national team words them; a version is never edited."""

from datetime import date

from django.db import IntegrityError, transaction

from hubportal.core import journal
from programmes.models import AgreementText
from schools.models import User


class CannotWord(Exception):
    """A text that cannot be kept, said in words for people."""


@transaction.atomic
def add_version(
    *, text: AgreementText, version: str, body: str, published_on: date, by: User | None, today: date
) -> AgreementText:
    """Add a version of a text; what was agreed before stays agreed in its own words.

    A privacy notice counts from its day on; commitments count for an offer once it names them.

    :raises CannotWord: where the version is there, nothing is new, or its day has passed.
    """
    if published_on < today:
        raise CannotWord("A new version is published today or later: nobody has agreed to it before.")
    if body.strip() == text.body.strip():
        raise CannotWord("This is word for word the version that it follows. Nothing was kept.")
    try:
        with transaction.atomic():
            made = AgreementText.objects.create(
                kind=text.kind, code=text.code, version=version, body=body, published_on=published_on
            )
    except IntegrityError as taken:
        raise CannotWord(f"There is a version {version} already.") from taken
    journal.record("Version added", on=made, by=by, note=str(made))
    return made
