"""How records are named in the journal and in notices, ``app.model:pk``, and by keys that an address or a form carries;
and how a sweep keeps records apart.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import InterfaceError, OperationalError, models, transaction

M = TypeVar("M", bound=models.Model)
logger = logging.getLogger(__name__)

LONGEST_KEY = 18  # digits that a database takes


def record_key(record: models.Model) -> str:
    """The record's name, for example ``workgroups.meeting:12``."""
    return f"{record._meta.label_lower}:{record.pk}"


def keys_of(values: Iterable[object]) -> list[int]:
    """Keys as an address or a form carries them; anything else is left out."""
    texts = map(str, values)
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY]


def key_of(value: object) -> int:
    """One of them; 0, which no record has, for anything else."""
    return next(iter(keys_of([value])), 0)


def row_of(rows: models.QuerySet[M], value: object) -> M | None:
    """The row of such a key, None where there is none; for what is no key nothing is read."""
    return rows.filter(pk__in=keys_of([value])).first()


def owner_id_of(record: models.Model) -> int | None:
    """The hub that a record belongs to, where it has one (``owner_id`` or ``hub_id``)."""
    found: int | None = getattr(record, "owner_id", None) or getattr(record, "hub_id", None)
    return found


@contextmanager
def apart(record: models.Model) -> Iterator[None]:
    """One of many that a sweep goes through, in a savepoint of its own: what goes wrong with it holds up no other.

    Where the database itself is away, the others need not be tried.
    """
    try:
        with transaction.atomic():
            yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s cannot follow what changed; the next sweep tries it again", record_key(record))
