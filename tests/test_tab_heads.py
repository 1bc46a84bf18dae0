"""The tabs of one thing have one head: going from tab to tab moves nothing above them."""

import re
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock
from schools.roles import HUB_LEAD
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.once, pytest.mark.django_db]
# Buttons that belong to what one tab shows.
OWN = re.compile(r'<div class="page-actions">.*?</div>', re.DOTALL)
SHARED = [("SCHOOL_TABS", "school", False), ("GROUP_TABS", "group", True)]


@pytest.mark.parametrize(("bar", "thing", "keeps_actions"), SHARED)
def test_every_tab_has_the_same_head(settings: Any, bar: str, thing: str, keeps_actions: bool) -> None:
    with clock.fixed(NOW):
        side: Side = make_side()
        browser, pk = side.browser(HUB_LEAD), getattr(side, thing).pk
        pages = [browser.get(reverse(name, args=[pk])).content.decode() for _label, name in getattr(settings, bar)]

    heads = {_head(page, keeps_actions) for page in pages}
    assert len(pages) >= 6
    assert len(heads) == 1
    assert str(getattr(side, thing)) in heads.pop()


def _head(page: str, keeps_actions: bool) -> str:
    head = page.partition("<main")[2].partition("<nav")[0]
    assert "page-head" in head
    return " ".join((head if keeps_actions else OWN.sub("", head)).split())
