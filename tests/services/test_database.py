"""How the portal talks to its database."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def test_postgresql_compiles_no_query() -> None:
    """A list that asks many small conditions waits seconds for the compiler, and milliseconds for its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
