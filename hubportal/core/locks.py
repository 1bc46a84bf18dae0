"""Locks: of rows that are then read with what belongs to them, and by name, for what has no row yet.

Who waits for a row gets it as it is by then, but not what a query joins to it: where it points to another row by then,
PostgreSQL leaves it out of what is found, or gives None for that. So a row is locked first, and read after. Where it is
not there any more, whoever waited is told so.
"""

import time
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet

from hubportal.core.alone import KEY
from hubportal.core.workflow import CannotMove

M = TypeVar("M", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])

LOCK_NOT_AVAILABLE = "55P03"
GONE = "Somebody else has just taken this {kind} out of the portal. Nothing was done."


class Gone(CannotMove):
    """What a step is about has been taken out while it waited; said in words for people."""

    def __init__(self, model: type[Model], words: str = "") -> None:
        super().__init__(words or GONE.format(kind=model._meta.verbose_name))


def hold(record: M, *, no_key: bool = False) -> M:
    """A record as it is now, without what it points to, locked until the transaction ends.

    :param no_key: whether others may go on adding what points to it.
    :raises Gone: where it is not there any more.
    """
    rows: QuerySet[M] = type(record)._base_manager.select_for_update(no_key=no_key)
    found = rows.filter(pk=record.pk).first()
    if found is None:
        raise Gone(type(record))
    return found


def refresh(record: Model, fields: Iterable[str] | None = None, *, no_key: bool = False) -> None:
    """Bring a record, or fields of it, up to date and lock it until the transaction ends.

    :raises Gone: where it is not there any more.
    """
    try:
        rows = type(record)._base_manager.select_for_update(no_key=no_key)
        record.refresh_from_db(fields=fields, from_queryset=rows)
    except ObjectDoesNotExist as problem:
        raise Gone(type(record)) from problem


def held(rows: QuerySet[M], pk: object) -> M:
    """One of these rows with all that ``rows`` reads with it, locked until the transaction ends.

    :raises Gone: where it is not, or no longer, among them.
    """
    rows.model._base_manager.select_for_update().filter(pk=pk).first()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Gone(rows.model)
    return found


def all_held(rows: Rows) -> Rows:
    """Those of these rows that still are among them once they are locked, in the order of their keys."""
    # Whoever locks several does it in this order: of two at once none waits for the other in a ring.
    locked = rows.model._base_manager.select_for_update().filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    return rows.filter(pk__in=[row.pk for row in locked.only("pk")])


def join_turn(name: str) -> None:
    """Inside a transaction: until it ends, beside all who join, but beside nobody who has won it for themselves."""
    _ask("pg_advisory_xact_lock_shared", name)


def win_turn(name: str, *, tries: int = 50) -> bool:
    """Inside a transaction: until it ends, whoever joins waits; False where others who have joined go on for long.

    It stands in no queue: whoever has joined may wait for a row that this transaction holds, and goes on then.
    """
    for at in range(tries):
        if at:
            time.sleep(0.1)
        if _ask("pg_try_advisory_xact_lock", name) is not False:
            return True
    return False


def win_turn_first(name: str, *, seconds: int = 5) -> bool:
    """The same by a transaction that holds no row yet: it stands in the queue, and nobody joins before it for ever."""
    if connection.vendor != "postgresql":
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds}s"])
            _ask("pg_advisory_xact_lock", name)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as problem:
        if getattr(problem.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def wait_for_turn(name: str) -> None:
    """Inside a transaction: until it ends, whoever asks for the same name waits. SQLite writes one at a time anyway."""
    _ask("pg_advisory_xact_lock", name)


def _ask(function: str, name: str) -> Any:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({KEY})", [name])
        return cursor.fetchone()[0]
