"""What two take out at the same moment is taken out once, and the other reads so."""

from collections.abc import Callable
from typing import Any

import pytest

from hubportal.core.locks import Gone
from hubportal.core.models import JournalEntry
from programmes.actions import priority
from schools.actions import letter_templates
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.races import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _take_off(listing: Any) -> str:
    try:
        priority.take_off(listing=listing, by=User.objects.get())
    except priority.CannotFill as problem:
        return str(problem)
    return ""


def _forget(template: Any) -> str:
    try:
        letter_templates.forget(template=template, by=User.objects.get())
    except Gone as problem:
        return str(problem)
    return ""


@pytest.mark.cases  # a table each
@pytest.mark.parametrize(
    ("factory", "step", "words"),
    [
        (make.PriorityListingFactory, _take_off, "is not on the list any more. Nothing was done twice."),
        (make.LetterTemplateFactory, _forget, "This template is deleted already. Nothing was done twice."),
    ],
)
def test_taken_out_at_the_same_moment_is_told_once_in_the_history(
    factory: Any, step: Callable[[Any], str], words: str
) -> None:
    row = factory()
    make.make_user(HUB_LEAD, hub=row.hub)
    model = type(row)

    said = at_once(step, [model.objects.get(pk=row.pk) for _ in range(4)])

    assert not model.objects.exists()
    assert sorted(words in one for one in said) == [False, True, True, True]
    assert JournalEntry.objects.count() == 1
