"""A form that acts for the hub or year in the top bar was opened for one, and does nothing for another."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from hubportal.core.models import JournalEntry
from hubportal.core.views import StepForm
from programmes.models import HalfTerm, PriorityListing
from schools.models import Hub
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import Side

pytestmark = pytest.mark.django_db

WORDS = "You now look at another hub or year"
READS_TOP_BAR = re.compile(r"\b(own_hub\(|_hub_of\(|writes_for\(|request\.(hub|year)\b)")
# Forms that read the top bar and need not say for what they were opened.
ELSEWHERE = {
    "TargetGrid": "its boxes carry their own hub",
    "RecordCreate": "the form names the hub",
}

PAGES: dict[str, Callable[[Side], list[Any]]] = {
    "programmes:priority-clear": lambda side: [],
    "programmes:priority-fill": lambda side: [],
    "programmes:term-dates": lambda side: [],
    "programmes:offer-places": lambda side: [side.offer.pk],
    "programmes:offer-version": lambda side: [side.offer.pk],
    "programmes:offer-create": lambda side: [2026, side.offer.phase_id],
    "programmes:offer-copy": lambda side: [],
    "programmes:text-version": lambda side: [side.offer.commitments.pk],
    "programmes:leader-create": lambda side: [],
    "funding:rate-edit": lambda side: [side.offer.pk],
    "schools:template-create": lambda side: [],
    "workgroups:group-create": lambda side: [],
}


@pytest.fixture
def other(side: Side) -> Hub:
    """A second hub that the lead of the first works for as well."""
    hub: Hub = make.HubFactory()
    make.RoleFactory(person=side.users[HUB_LEAD].person, kind=HUB_LEAD, hub=hub)
    return hub


def look_at(browser: Client, hub: Hub | None) -> None:
    """As in another tab."""
    browser.post(reverse("schools:hub-choose"), {"hub": hub.pk if hub else ""})


def address(side: Side, name: str) -> str:
    url = reverse(name, args=PAGES[name](side))
    return f"{url}?offer={side.offer.pk}" if name == "workgroups:group-create" else url


def opened(browser: Client, url: str) -> str:
    """What the page carries."""
    found = re.search(r'name="looked_at" value="([^"]+)"', browser.get(url).content.decode())
    assert found, url
    return found[1]


@pytest.mark.parametrize("name", PAGES)
def test_a_form_opened_for_a_hub_does_nothing_for_another(side: Side, other: Hub, name: str) -> None:
    browser, url = side.browser(HUB_LEAD), address(side, name)
    look_at(browser, side.hub)
    carried, before = opened(browser, url), JournalEntry.objects.count()
    look_at(browser, other)

    answer = browser.post(url, {"looked_at": carried})

    assert answer.status_code == 200
    assert WORDS in answer.content.decode()
    assert other.name in answer.content.decode()
    assert JournalEntry.objects.count() == before


def test_the_list_of_the_hub_that_was_meant_and_of_the_other_stay(side: Side, other: Hub) -> None:
    make.PriorityListingFactory(school=side.school)
    make.PriorityListingFactory(school=make.SchoolFactory(authority__hub=other))
    browser, url = side.browser(HUB_LEAD), reverse("programmes:priority-clear")
    look_at(browser, side.hub)
    carried = opened(browser, url)
    look_at(browser, other)

    answer = browser.post(url, {"looked_at": carried})
    left = PriorityListing.objects.count()
    again = browser.post(url, {"looked_at": opened(browser, url)})

    assert (WORDS in answer.content.decode(), left) == (True, 2)
    assert again.status_code == 302
    assert [one.hub for one in PriorityListing.objects.all()] == [side.hub]


def test_national_dates_do_not_become_a_hubs_own(side: Side) -> None:
    browser, url = side.browser(NATIONAL), reverse("programmes:term-dates")
    shown = browser.get(url)
    sent = {"looked_at": opened(browser, url)}
    for name, value in shown.context["form"].initial.items():
        sent |= {f"{name}_0": value.day, f"{name}_1": value.month, f"{name}_2": value.year}
    look_at(browser, side.hub)

    answer = browser.post(url, sent)

    assert WORDS in answer.content.decode()
    assert not HalfTerm.objects.filter(hub=side.hub).exists()


def test_another_year_is_told_too(side: Side) -> None:
    browser, url = side.browser(HUB_LEAD), reverse("programmes:term-dates")
    carried = opened(browser, url)
    browser.post(reverse("schools:year-choose"), {"year": "2027"})

    assert WORDS in browser.post(url, {"looked_at": carried}).content.decode()


def steps(patterns: list[URLPattern | URLResolver]) -> Iterator[type[StepForm]]:
    """Every one-step form that has an address."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from steps(one.url_patterns)
        else:
            view = getattr(one.callback, "view_class", None)
            if view is not None and issubclass(view, StepForm):
                yield view


def reads_top_bar(view: type[StepForm]) -> bool:
    """Whether anything but the page's head reads the hub or the year, in the view or what it is made of."""
    methods = [
        node for made in view.__mro__ if made is not StepForm and issubclass(made, StepForm) for node in _of(made)
    ]
    return any(READS_TOP_BAR.search(ast.unparse(node)) for node in methods)


def _of(view: type) -> list[ast.AST]:
    return list(ast.parse(inspect.cleandoc(f"\n{inspect.getsource(view)}")).body)


def test_every_form_that_reads_the_top_bar_carries_what_it_was_opened_for() -> None:
    found = {
        view.__name__ for view in steps(get_resolver().url_patterns) if reads_top_bar(view) and not view.of_top_bar
    }

    assert found == set(ELSEWHERE)
