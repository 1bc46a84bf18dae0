"""Keeping templates of letters."""

from django.db import transaction

from hubportal.core import journal
from schools.models import LetterTemplate, User


@transaction.atomic
def keep(*, template: LetterTemplate, name: str, subject: str, text: str, is_marketing: bool, by: User) -> None:
    """Make or change one."""
    is_new = template.pk is None
    template.name, template.subject, template.text, template.is_marketing = name, subject, text, is_marketing
    template.save()
    journal.record("Template made" if is_new else "Template changed", on=template, by=by)


@transaction.atomic
def delete(*, template: LetterTemplate, by: User) -> None:
    """Delete one."""
    journal.record("Template deleted", on=template, by=by)
    template.delete()
