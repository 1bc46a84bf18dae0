"""A lock by name that outlasts transactions: for steps of several, also before Django is set up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

KEY = "hashtextextended(%s, 0)"


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Over several transactions: the second who asks waits until the first is done. SQLite has nothing like it."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({KEY})", [name])
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({KEY})", [name])
