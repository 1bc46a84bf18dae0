"""Keeping templates of letters."""

from django.db import IntegrityError, transaction

from hubportal.core import journal, locks
from schools.models import LetterTemplate, User

NO_TEMPLATE = "This template is deleted already. Nothing was done twice."


class CannotKeepTemplate(Exception):
    """A template that cannot be kept, said in words for people."""


@transaction.atomic
def keep(*, template: LetterTemplate, name: str, subject: str, text: str, is_marketing: bool, by: User) -> None:
    """Make or change one.

    :raises CannotKeepTemplate: where somebody else has just kept one of this name.
    """
    is_new = template.pk is None
    template.name, template.subject, template.text, template.is_marketing = name, subject, text, is_marketing
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as taken:
        raise CannotKeepTemplate("There is a template of this name already.") from taken
    journal.record("Template made" if is_new else "Template changed", on=template, by=by)


@transaction.atomic
def forget(*, template: LetterTemplate, by: User) -> None:
    """Delete one.

    :raises Gone: where somebody else has just done so.
    """
    number, _by_model = LetterTemplate.objects.filter(pk=template.pk).delete()
    if not number:
        raise locks.Gone(LetterTemplate, NO_TEMPLATE)
    journal.record("Template deleted", on=template, by=by)
