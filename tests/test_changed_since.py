"""A form that replaces what stands was opened at some time, and takes no colleague's later change back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Interest
from schools.models import User
from schools.roles import HUB_ADMIN, HUB_LEAD, NATIONAL
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

WORDS = "Somebody else has changed this since you opened it"


@pytest.fixture
def side() -> Iterator[Side]:
    """A hub with everything once."""
    with clock.fixed(NOW):
        yield make_side()


def opened(browser: Client, url: str) -> dict[str, Any]:
    """What the page sends when nothing is typed."""
    page = browser.get(url)
    form = page.context["form"]
    found = re.search(r'name="as_it_was" value="([^"]+)"', page.content.decode())
    assert found, url
    sent: dict[str, Any] = {"as_it_was": found[1]}
    for bound in form:
        value = bound.value()
        if hasattr(value, "day"):
            sent |= {f"{bound.name}_0": value.day, f"{bound.name}_1": value.month, f"{bound.name}_2": value.year}
        elif isinstance(value, (list, tuple)):
            sent[bound.name] = [str(getattr(one, "pk", one)) for one in value]
        elif value not in (None, False):
            sent[bound.name] = "on" if value is True else str(value)
    return sent


def test_a_corrected_address_stays(side: Side) -> None:
    person = side.users[HUB_ADMIN].person
    lead, national = side.browser(HUB_LEAD), side.browser(NATIONAL)
    url = reverse("schools:person-edit", args=[person.pk])
    old = opened(lead, url)
    assert national.post(url, opened(national, url) | {"email": "corrected@hub.example.org"}).status_code == 302

    answer = lead.post(url, old | {"phone": "020 7946 0123"})
    page = answer.content.decode()
    person.refresh_from_db()

    assert WORDS in page
    assert "020 7946 0123" in page
    assert (person.email, person.phone) == ("corrected@hub.example.org", "")
    assert User.objects.get(person=person).email == "corrected@hub.example.org"
    assert lead.post(url, opened(lead, url) | {"phone": "020 7946 0123"}).status_code == 302


def test_an_offer_that_somebody_else_has_changed_stays(side: Side) -> None:
    browser, url = side.browser(NATIONAL), reverse("programmes:offer-edit", args=[side.offer.pk])
    old = opened(browser, url)
    fresh = browser.post(url, old | {"title": "Another title"})
    assert fresh.status_code == 302, fresh.context["form"].errors

    answer = browser.post(url, old)
    side.offer.refresh_from_db()

    assert WORDS in answer.content.decode()
    assert side.offer.title == "Another title"


def test_a_form_shown_again_for_a_slip_still_goes_through(side: Side) -> None:
    person = side.users[HUB_ADMIN].person
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[person.pk])
    sent = opened(lead, url)
    slip = lead.post(url, sent | {"name": ""})
    again = re.search(r'name="as_it_was" value="([^"]+)"', slip.content.decode())

    assert again
    assert again[1] == sent["as_it_was"]
    assert lead.post(url, sent | {"phone": "020 7946 0123"}).status_code == 302


@pytest.mark.parametrize("step", ["decline", "close"])
def test_a_decision_that_a_colleague_has_made_is_told_first(side: Side, step: str) -> None:
    lead, admin = side.browser(HUB_LEAD), side.browser(HUB_ADMIN)
    url = reverse(f"programmes:interest-{step}", args=[side.interest.pk])
    old = opened(lead, url) | {"reason": "No places are left."}
    waits = reverse("programmes:interest-wait", args=[side.interest.pk])
    assert admin.post(waits, opened(admin, waits) | {"reason": "Full for now."}).status_code == 302

    answer = lead.post(url, old)
    side.interest.refresh_from_db()

    assert "on the waiting list. Nothing was done twice." in answer.content.decode()
    assert side.interest.status == Interest.Status.WAITING
    assert lead.post(url, opened(lead, url) | {"reason": "No places are left."}).status_code == 302
