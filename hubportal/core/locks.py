"""Locks: of rows that are then read with what belongs to them, and by name, for what has no row yet.

Who waits for a row gets it as it is by then, but not what a query joins to it: where it points to another row by then,
PostgreSQL leaves it out of what is found, or gives None for that. So a row is locked first, and read after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])

_KEY = "hashtextextended(%s, 0)"


def held(rows: QuerySet[M], pk: object) -> M:
    """One of these rows with all that ``rows`` reads with it, locked until the transaction ends.

    :raises ObjectDoesNotExist: where it is not, or no longer, among them.
    """
    rows.model._base_manager.select_for_update().filter(pk=pk).first()
    return rows.get(pk=pk)


def all_held(rows: Rows) -> Rows:
    """Those of these rows that still are among them once they are locked, in the order of their keys."""
    # Whoever locks several does it in this order: of two at once none waits for the other in a ring.
    locked = rows.model._base_manager.select_for_update().filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    return rows.filter(pk__in=[row.pk for row in locked.only("pk")])


def wait_for_turn(name: str) -> None:
    """Inside a transaction: until it ends, whoever asks for the same name waits. SQLite writes one at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({_KEY})", [name])


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Over several transactions: the second who asks waits until the first is done. SQLite has nothing like it."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({_KEY})", [name])
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({_KEY})", [name])
