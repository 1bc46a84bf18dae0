"""Keys of records as an address or a form carries them: whatever is no key finds nothing."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)
LONGEST_KEY = 18  # digits that a database takes


def keys_of(values: Iterable[object]) -> list[int]:
    """Keys as an address or a form carries them; anything else is left out."""
    texts = map(str, values)
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY]


def given_key(value: object) -> int:
    """One of them; 0, which no record has, for anything else."""
    return next(iter(keys_of([value])), 0)


def row_of(rows: models.QuerySet[M], value: object) -> M | None:
    """The row of such a key, None where there is none; for what is no key nothing is read."""
    return rows.filter(pk__in=keys_of([value])).first()
