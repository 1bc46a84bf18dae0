"""Every URL × every role, nobody, and an outsider of the same role in another hub → expected status."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from hubportal.core import clock
from hubportal.core.views import StepForm
from tests.access import dashboards, funding, programmes, schools, workgroups
from tests.access.table import Line
from tests.made_once import made_once
from tests.world import NOW, ROLES, Side, make_side

TABLES: dict[str, dict[str, Line]] = {
    "schools": schools.TABLE,
    "programmes": programmes.TABLE,
    "workgroups": workgroups.TABLE,
    "funding": funding.TABLE,
    "dashboards": dashboards.TABLE,
}
LINES = [(f"{app}:{name}", line) for app, table in TABLES.items() for name, line in table.items()]


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", getattr(entry.callback, "view_class", None)
        else:
            yield from _views(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


# Nobody, and each role inside and outside.
EVERYBODY: list[tuple[str | None, bool]] = [(None, True), *((kind, out) for kind in ROLES for out in (False, True))]
VIEWS = dict(_views(get_resolver()))
FORMS = [
    (name, line)
    for name, line in LINES
    if line.method == "get" and not line.public and VIEWS[name] is not None and issubclass(VIEWS[name], StepForm)
]


def test_every_url_stands_in_the_table() -> None:
    """A new URL fails here until somebody has said who may use it; so does a line without its URL."""
    ours = {name for name in VIEWS if name.partition(":")[0] in TABLES}

    assert ours == {name for name, _line in LINES}


@dataclass(frozen=True)
class Asked:
    """Two worlds, everybody in them signed in."""

    inside: Side
    cookies: dict[tuple[str, bool], str]

    def status(self, line: Line, url: str, data: dict[str, object], kind: str | None, *, outside: bool) -> int:
        """The answer, with whatever it changed rolled back."""
        client = Client()
        cache.clear()
        if kind is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[kind, outside]
        with transaction.atomic():
            answer: Any = client.generic("GET", url) if line.method == "get" else client.post(url, data)
            if answer.streaming:
                b"".join(answer.streaming_content)  # a file, which is closed at its end
            transaction.set_rollback(True)
        return answer.status_code


def _ask() -> Asked:
    with clock.fixed(NOW):
        inside, outside = make_side(), make_side()
        clients = {
            (kind, is_outside): (outside if is_outside else inside).browser(kind)
            for kind in ROLES
            for is_outside in (False, True)
        }
    cookies = {who: client.cookies[settings.SESSION_COOKIE_NAME].value for who, client in clients.items()}
    return Asked(inside, cookies)


made_asked = made_once(_ask)


@pytest.fixture
def asked(made_asked: Callable[[], Asked]) -> Asked:
    """As the file's tests find it."""
    return made_asked()


@pytest.mark.once  # every page is asked on PostgreSQL too, by tests/test_query_counts.py
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "line"), LINES, ids=[name for name, _line in LINES])
def test_url_answers_each_role(asked: Asked, name: str, line: Line) -> None:
    """One URL, all roles of two hubs, and nobody."""
    with clock.fixed(NOW):
        inside = asked.inside
        url = reverse(name, args=line.args(inside) if line.args else [])
        data = line.data(inside) if line.data else {}
        found = {who: asked.status(line, url, data, who[0], outside=who[1]) for who in EVERYBODY}

    assert found == {who: line.expected(who[0], outside=who[1]) for who in EVERYBODY}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "line"), FORMS, ids=[name for name, _line in FORMS])
def test_form_takes_nothing_from_whoever_may_not_open_it(asked: Asked, name: str, line: Line) -> None:
    """What is sent is refused as the page is: a form that is checked when it is shown only would go through here."""
    with clock.fixed(NOW):
        inside = asked.inside
        url = reverse(name, args=line.args(inside) if line.args else [])
        expected = {who: line.expected(who[0], outside=who[1]) for who in EVERYBODY}
        refused = {who: status for who, status in expected.items() if status != line.ok}
        sent = replace(line, method="post")
        found = {who: asked.status(sent, url, {}, who[0], outside=who[1]) for who in refused}

    assert found == refused
