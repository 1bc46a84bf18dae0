"""Of every form that guards what stands: strangers hold up nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from hubportal.core import locks
from hubportal.core.views import StepForm
from schools.roles import TEACHER
from tests.test_changed_since import GUARDED
from tests.world import Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _guarding(side: Side) -> Iterator[tuple[str, str, Client, type[StepForm]]]:
    """Each form that changes what stands, with whoever may."""
    for name, (kind, args) in GUARDED.items():
        url = reverse(name, args=args(side))
        found: Any = resolve(url).func
        if found.view_class.changes_what_stands:
            yield name, url, side.browser(kind), found.view_class


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
