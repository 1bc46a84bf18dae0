"""Whatever an address asks of a list, it answers with a page, and says in plain words what it did not understand."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from hubportal.core import clock
from hubportal.core.views import PortalList
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL
from tests.test_access import LINES
from tests.world import NOW, make_side

pytestmark = pytest.mark.django_db

KINDS = (HUB_LEAD, NATIONAL, HEADTEACHER)
ERRORS = re.compile(r'<p class="govuk-error-message">([^<]*)</p>')
PLAIN = "Choose one of the answers shown."
BAD: tuple[str | list[str], ...] = (
    *("", " ", "\x00", "a\x00b", "\u2028", "\U0001f3eb", "%_\\'\"", "<b>", "' OR 1=1 --"),
    *("0", "-1", "1e9", "9" * 30, "٣", "1.5", "31/02/2027", "2027-13-45", "all", "a" * 10_000),
    ["yes", "no"],
    ["1", "\x00"],
)


def _lists() -> list[tuple[str, type[PortalList]]]:
    found = [(name, getattr(resolve(reverse(name)).func, "view_class", None)) for name, line in LINES if not line.args]
    return [(name, view) for name, view in found if isinstance(view, type) and issubclass(view, PortalList)]


def _asked(url: str, client: Client) -> list[str]:
    """Every name that the list reads, the boxes of its own panel among them."""
    filterset = client.get(url).context["filterset"]
    boxes = {field.html_name for field in filterset.form} if filterset else set()
    return sorted({*boxes, *(f"{name}[]" for name in boxes), "page", "sort", "export", "years"})


@pytest.mark.cases
@pytest.mark.parametrize(("name", "view"), _lists(), ids=[name for name, _view in _lists()])
def test_list_answers_whatever_its_address_says(name: str, view: type[PortalList]) -> None:
    odd: set[Any] = set()
    with clock.fixed(NOW):
        side = make_side()
        # The boxes are read alike for whoever opens the list.
        kind = next(one for one in KINDS if not view.roles or one in view.roles)
        client, url = side.browser(kind), reverse(name)
        boxes = _asked(url, client)
        for value in BAD:
            answer = client.get(url, dict.fromkeys(boxes, value))
            said = {words.partition(": ")[2] for words in ERRORS.findall(answer.content.decode())}
            if answer.status_code != 200 or not said <= {PLAIN}:
                odd.add((kind, str(value)[:20], answer.status_code, *said))

    assert odd == set()
