"""Of every form that guards what stands: what nobody has touched is known as that, and strangers hold up nobody."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve, reverse

from hubportal.core import locks
from hubportal.core.stale import is_untouched, read_mark
from hubportal.core.views import StepForm
from schools.roles import TEACHER
from tests.test_changed_since import GUARDED
from tests.world import Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Boxes(HTMLParser):
    """What a browser sends of a page on which nothing was typed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent = QueryDict(mutable=True)
        self._area = self._select = self._text = ""
        self._first: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        name, value = had.get("name") or "", had.get("value")
        if tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            self._first = value or "" if self._first is None else self._first
            if "selected" in had:
                self.sent.appendlist(self._select, value or "")
        elif tag == "input" and name and (had.get("type") not in {"checkbox", "radio"} or "checked" in had):
            self.sent.appendlist(name, "on" if value is None and "checked" in had else value or "")

    def handle_data(self, data: str) -> None:
        self._text += data if self._area else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent.appendlist(self._area, "\r\n".join(self._text.removeprefix("\n").split("\n")))
            self._area = ""
        elif tag == "select":
            if self._select not in self.sent:
                self.sent.appendlist(self._select, self._first or "")
            self._select = ""


def _guarding(side: Side) -> Iterator[tuple[str, str, Client, type[StepForm]]]:
    """Each form that changes what stands, with whoever may."""
    for name, (kind, args) in GUARDED.items():
        url = reverse(name, args=args(side))
        found: Any = resolve(url).func
        if found.view_class.changes_what_stands:
            yield name, url, side.browser(kind), found.view_class


def test_form_that_is_sent_as_it_was_opened_has_no_field_that_was_touched(side: Side) -> None:
    side.offer.phase.options.get_or_create(name="Lesson design")
    side.offer.phase.start_questions.get_or_create(text="Is maths a priority?")

    touched, seen = [], set()
    for name, url, browser, _view in _guarding(side):
        page = browser.get(url)
        form: Any = page.context["form"]
        form.data = Boxes(page.content.decode()).sent
        signs, _moment = read_mark(form.data["as_it_was"])
        fields = set(signs) & set(form.fields)
        seen |= {f"{name} {field}" for field in fields}
        touched += [f"{name} {field}" for field in fields if not is_untouched(form, field, signs[field])]

    assert touched == []
    assert {"programmes:phase-edit options", "programmes:offer-edit closes_on", "schools:school-hub hub"} <= seen


def test_nobody_without_the_role_takes_a_turn(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(locks, "wait_for_turn", taken.append)

    for name, url, browser, view in _guarding(side):
        strangers = [Client(), *([side.browser(TEACHER)] if view.roles else [])]
        assert [one.post(url).status_code for one in strangers] == [302, 403][: len(strangers)], name
        assert taken == [], name
        browser.post(url)
        assert taken[0].startswith("form of "), name
        taken.clear()
