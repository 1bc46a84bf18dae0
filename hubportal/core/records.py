"""How records are named in the journal and in notices, ``app.model:pk``, and how a sweep keeps them apart."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, models, transaction

logger = logging.getLogger(__name__)


def record_key(record: models.Model) -> str:
    """The record's name, for example ``workgroups.meeting:12``."""
    return f"{record._meta.label_lower}:{record.pk}"


def begin_of(model: type[models.Model]) -> str:
    """How the names of one kind of record begin, for example ``workgroups.meeting:``."""
    return f"{model._meta.label_lower}:"


def read_key(key: str) -> tuple[type[Any], int]:
    """The kind of record that a name is of, and its number."""
    label, _, pk = key.partition(":")
    return apps.get_model(label), int(pk)


def pages_of(names: Iterable[str], user: Any) -> dict[str, str]:
    """The addresses of those of these records that somebody sees, by their names; a query for each kind of record."""
    keys: dict[type[Any], set[int]] = defaultdict(set)
    for name in filter(None, names):
        model, pk = read_key(name)
        keys[model].add(pk)
    found: dict[str, str] = {}
    for model, pks in keys.items():
        rows = model._default_manager
        if hasattr(model, "get_absolute_url") and hasattr(rows, "visible_to"):
            found |= {record_key(row): row.get_absolute_url() for row in rows.visible_to(user).filter(pk__in=pks)}
    return found


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
