"""Every URL × every role, nobody, and an outsider of the same role in another hub → expected status."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from hubportal.core import clock
from tests.access import dashboards, funding, programmes, schools, workgroups
from tests.access.table import Line
from tests.world import NOW, ROLES, Side, make_side

TABLES: dict[str, dict[str, Line]] = {
    "schools": schools.TABLE,
    "programmes": programmes.TABLE,
    "workgroups": workgroups.TABLE,
    "funding": funding.TABLE,
    "dashboards": dashboards.TABLE,
}
LINES = [(f"{app}:{name}", line) for app, table in TABLES.items() for name, line in table.items()]


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            yield from _names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def test_every_url_stands_in_the_table() -> None:
    """A new URL fails here until somebody has said who may use it; so does a line without its URL."""
    ours = {name for name in _names(get_resolver()) if name.partition(":")[0] in TABLES}

    assert ours == {name for name, _line in LINES}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "line"), LINES, ids=[name for name, _line in LINES])
def test_url_answers_each_role(name: str, line: Line) -> None:
    """One URL, all roles of two hubs, and nobody."""
    with clock.fixed(NOW):
        inside, outside = make_side(), make_side()
        url = reverse(name, args=line.args(inside) if line.args else [])
        data = line.data(inside) if line.data else {}
        found = {"nobody": _status(url, line, data, None, None)}
        for kind in ROLES:
            found[kind] = _status(url, line, data, inside, kind)
            found[f"outside {kind}"] = _status(url, line, data, outside, kind)

    assert found == {
        "nobody": line.expected(None, outside=True),
        **{kind: line.expected(kind, outside=False) for kind in ROLES},
        **{f"outside {kind}": line.expected(kind, outside=True) for kind in ROLES},
    }


def _status(url: str, line: Line, data: dict[str, object], side: Side | None, kind: str | None) -> int:
    """The answer, with whatever it changed rolled back."""
    client = Client()
    cache.clear()
    with transaction.atomic():
        if side is not None and kind is not None:
            client.force_login(side.users[kind])
        status = client.generic("GET", url).status_code if line.method == "get" else client.post(url, data).status_code
        transaction.set_rollback(True)
    return status
