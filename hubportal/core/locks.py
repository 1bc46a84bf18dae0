"""Locks by name, for what has no row yet that could be locked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_KEY = "hashtextextended(%s, 0)"


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
