"""What is said of many applications done with one press: of none, of one and of several."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.actions import decisions
from programmes.models import Interest, Target
from schools.models import User
from schools.roles import HUB_ADMIN, HUB_LEAD
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db

DONE = {
    "accept": ("No application accepted.", "1 application accepted.", "2 applications accepted."),
    "wait": (
        "No application put on the waiting list.",
        "1 application put on the waiting list.",
        "2 applications put on the waiting list.",
    ),
    "decline": ("No application declined.", "1 application declined.", "2 applications declined."),
    "ask": (
        "No headteacher is asked again.",
        "The headteacher is asked again about 1 application.",
        "Headteachers are asked again about 2 applications.",
    ),
}


@pytest.fixture
def lead() -> User:
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def _came(lead: User, number: int) -> list[Interest]:
    hub = lead.person.roles.get().hub
    rows: list[Interest] = make.InterestFactory.create_batch(
        number, school__authority__hub=hub, head_asked=1, head_asked_at=NOW - timedelta(days=30)
    )
    return rows


def _press(lead: User, step: str, lines: Sequence[Interest] | None, query: str = "", **sent: Any) -> str:
    """Of a page that showed all as they came; without lines, the page."""
    client = Client()
    client.force_login(lead)
    url = reverse("programmes:interest-bulk", args=[step]) + query
    with clock.fixed(NOW):
        answer = client.get(url, follow=True) if lines is None else client.post(url, sent, follow=True)
    return " ".join(answer.content.decode().split())


def _sent(lines: Sequence[Interest], ticked: Sequence[Interest], step: str) -> dict[str, Any]:
    shown = [f"{one.pk}:{1 if step == 'ask' else one.status}" for one in lines]
    return {"shown": " ".join(shown), "line": [one.pk for one in ticked], "reason": "Full."}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("step", DONE)
def test_what_was_done_is_said_of_one_and_of_several(lead: User, step: str, number: int) -> None:
    lines = _came(lead, number)

    assert DONE[step][number] in _press(lead, step, lines, **_sent(lines, lines, step))


@pytest.mark.parametrize("step", ["accept", "wait", "decline"])
def test_nothing_done_is_said_in_words(lead: User, step: str) -> None:
    lines = _came(lead, 2)
    sent = _sent(lines, lines, step)
    for one in lines:
        decisions.decline(interest=one, by=make.make_user(HUB_ADMIN, hub=one.hub), now=NOW, reason="x")

    page = _press(lead, step, lines, **sent)

    assert DONE[step][0] in page
    assert "Not done: 2" in page
    assert "0 application" not in page


@pytest.mark.parametrize("number", [1, 2])
def test_preview_of_what_cannot_be_done_says_so_of_one_and_of_several(lead: User, number: int) -> None:
    lines = _came(lead, number)
    Interest.objects.update(status="declined")

    page = _press(lead, "accept", None, "?" + "&".join(f"pk={one.pk}" for one in lines) + "&status=all")
    pressed = _press(lead, "accept", lines, **_sent(lines, [], "accept"))

    said = ("This cannot be done: its line says why.", "None of these can be done. Each line says why.")[number - 1]
    assert said in page
    assert "Nothing is left to do here: none of these can be done any more." in pressed
    assert "Tick at least one" not in pressed


def test_nothing_ticked_and_nothing_of_ones_own_hub_are_told_apart(lead: User) -> None:
    other = make.InterestFactory()

    nothing = _press(lead, "accept", None)
    elsewhere = _press(lead, "accept", None, f"?pk={other.pk}")

    assert ("Tick at least one line first." in nothing, "None of these came to your own hub" in nothing) == (
        True,
        False,
    )
    assert "None of these came to your own hub: only the staff of the hub" in elsewhere


def test_what_has_gone_to_another_hub_is_not_asked_to_be_ticked(lead: User) -> None:
    lines = _came(lead, 2)
    sent = _sent(lines, lines, "accept")
    Interest.objects.update(hub=make.HubFactory())

    page = _press(lead, "accept", lines, **sent)

    assert page.count("Nothing is left to do here: what the page showed is no longer with your hub.") == 1
    assert "Tick at least one" not in page


def test_preview_says_of_no_place_and_of_no_school_what_it_is(lead: User) -> None:
    one, other = _came(lead, 2)
    hub = one.hub
    assert hub is not None
    Target.objects.create(offer=one.applied_offer, hub=hub, schools=1)
    make.EnrolmentFactory(school=make.SchoolFactory(authority=one.school.authority), offer=one.offer, hub=hub)

    page = _press(lead, "accept", None, f"?pk={one.pk}&pk={other.pk}")

    assert "no place left of 1" in page
    assert "no school accepted yet." in page


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("is_given", [True, False])
def test_owner_who_is_set_is_named(lead: User, number: int, is_given: bool) -> None:
    lines = _came(lead, number)
    sent = {**_sent(lines, lines, "owner"), "owner": lead.pk if is_given else ""}

    page = _press(lead, "owner", lines, **sent)

    whose = "Priya Lead" if is_given else "nobody in particular"
    assert f"{('1 application', '2 applications')[number - 1]} given to {whose}." in page


def test_preview_of_declining_says_who_would_be_taken_first_and_lists_them_first(lead: User) -> None:
    _plain, listed = _came(lead, 2)
    make.PriorityListingFactory(school=listed.school, hub=listed.hub, reason="Area of need")

    page = _press(lead, "decline", None, query="?all=1")

    first, second = page.partition("<tbody>")[2].split("</tr>")[:2]
    assert (listed.reference in first, "<td>On the priority list: Area of need</td>" in first) == (True, True)
    assert ("<td></td>" in second, "Places left" in page) == (True, False)
