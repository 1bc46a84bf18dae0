"""Before something is taken back the portal asks once: other people have heard of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from hubportal.core import clock
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("name", "kind", "made", "words"),
    [
        (
            "workgroups:replacement-take-back",
            HUB_LEAD,
            lambda side: make.ReplacementFactory(person=make.PersonFactory(), school=side.school, hub=side.hub),
            "Whoever had heard of it is told.",
        ),
        (
            "dashboards:hub-change-take-back",
            NATIONAL,
            lambda side: make.HubChangeFactory(hub=side.hub),
            "Nothing changes on the day.",
        ),
        (
            "schools:hub-move-take-back",
            HUB_LEAD,
            lambda side: make.HubMoveFactory(school=side.school),
            "told that it is taken back",
        ),
        (
            "schools:succession-take-back",
            NATIONAL,
            lambda side: make.SuccessionFactory(school=side.school),
            "told that it is taken back",
        ),
    ],
)
def test_what_others_have_heard_of_is_taken_back_after_one_question(
    name: str, kind: str, made: Callable[[Side], Any], words: str
) -> None:
    side = make_side()
    one, browser = made(side), side.browser(kind)
    url, detail = reverse(name, args=[one.pk]), one.get_absolute_url()

    with clock.fixed(NOW):
        before = browser.get(detail).content.decode()
        asked = browser.get(url).content.decode()
        one.refresh_from_db()
        was_planned = one.is_planned if hasattr(one, "is_planned") else one.status == "planned"
        after = browser.post(url, follow=True)
        again = browser.post(url).content.decode()
    one.refresh_from_db()

    assert f'href="{url}"' in before
    assert (words in asked, "Leave it as it is" in asked, was_planned) == (True, True, True)
    assert ("Taken back" in after.content.decode(), after.redirect_chain) == (True, [(detail, 302)])
    assert one.status == "taken_back"
    assert "error-summary" in again
