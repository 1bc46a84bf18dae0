"""A split, a merger and another lead school are carried out as they were previewed, or previewed again."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from schools.models import Hub, HubChange, LocalAuthority, Role, School
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD, NATIONAL, SPECIALIST
from tests import factories as make
from tests.world import NOW, Side

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def asked(side: Side) -> dict[str, Any]:
    """Answers that fit each of the three forms."""
    into = make.HubFactory(name="Other Hub")
    lead_school = make.SchoolFactory(authority=side.school.authority, urn=555555)
    assert lead_school.hub == side.hub
    return {
        "other": into.pk,
        "authorities": [side.school.authority_id],
        "running": "stays",
        "lead_school": "555555",
        "reason": "Too large",
        **_day(0),
    }


def _day(days: int) -> dict[str, int]:
    day = TODAY + timedelta(days=days)
    return {"from_on_0": day.day, "from_on_1": day.month, "from_on_2": day.year}


def _send(side: Side, page: str, sent: dict[str, Any], previewed: str | None = None) -> Any:
    confirmed = {} if previewed is None else {"confirmed": "yes", "previewed": previewed}
    return side.browser(NATIONAL).post(reverse(f"dashboards:hub-{page}", args=[side.hub.pk]), {**sent, **confirmed})


@pytest.mark.parametrize(
    ("page", "label", "other"),
    [
        ("split", "Which local authorities go?", "authorities"),
        ("split", "From which day?", "day"),
        ("merge", "What happens to groups and enrolments that are running?", "running"),
        ("merge", "From which day?", "day"),
        ("lead-school", "URN of the new lead school", "lead_school"),
        ("lead-school", "From which day?", "day"),
    ],
)
def test_answers_changed_after_the_preview_are_previewed_again_and_nothing_is_done(
    side: Side, asked: dict[str, Any], page: str, label: str, other: str
) -> None:
    beside = make.SchoolFactory(authority__hub=side.hub, urn=555556)
    changes: dict[str, dict[str, Any]] = {
        "authorities": {"authorities": [side.school.authority_id, beside.authority_id]},
        "day": _day(7),
        "running": {"running": "goes"},
        "lead_school": {"lead_school": "555556"},
    }

    first = _send(side, page, asked)
    sent = {**asked, **changes[other]}
    again = _send(side, page, sent, first.context["previewed"])
    nothing = HubChange.objects.count()
    done = _send(side, page, sent, again.context["previewed"])

    assert f"You changed “{label}” since this was shown to you. Nothing was done" in again.text
    assert ('id="preview"' in again.text, nothing) == (True, 0)
    assert (done.status_code, HubChange.objects.count()) == (302, 1)


@pytest.mark.parametrize("page", ["split", "merge", "lead-school"])
def test_what_was_previewed_is_carried_out(side: Side, asked: dict[str, Any], page: str) -> None:
    first = _send(side, page, asked)
    done = _send(side, page, {**asked, "reason": " Too large\r\n"}, first.context["previewed"])

    assert (done.status_code, HubChange.objects.get().status) == (302, "done")


def test_press_without_a_preview_shows_it_first(side: Side, asked: dict[str, Any]) -> None:
    page = _send(side, "split", asked, "").text

    assert ("Nothing was done" in page, 'id="preview"' in page) == (True, True)
    assert not HubChange.objects.exists()


def test_schools_that_came_since_the_preview_are_shown_before_they_go(side: Side, asked: dict[str, Any]) -> None:
    first = _send(side, "split", asked)
    make.SchoolFactory(authority=LocalAuthority.objects.get(pk=side.school.authority_id))

    again = _send(side, "split", asked, first.context["previewed"])

    assert "What would change is no longer what was shown to you" in again.text
    assert again.context["counts"]["schools"] == first.context["counts"]["schools"] + 1
    assert School.objects.filter(hub=Hub.objects.get(name="Other Hub")).count() == 0


WAYS_BACK = {
    "split": "Schools then come back only where Other Hub gives them back in the same way.",
    "merge": "A hub that is closed does not open again",
    "lead-school": "Another lead school is then named in the same way",
}


@pytest.mark.parametrize("page", WAYS_BACK)
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "This happens as soon as you press the button, and cannot be taken back."),
        (7, "Until 17 January 2027 this can be taken back: “Take this back” on the page of the change."),
    ],
)
def test_preview_says_whether_it_can_be_taken_back_and_how(
    side: Side, asked: dict[str, Any], page: str, days: int, words: str
) -> None:
    shown = _send(side, page, {**asked, **_day(days)}).text

    assert (words in shown, WAYS_BACK[page] in shown) == (True, True)


def test_preview_of_a_split_says_what_becomes_of_whoever_is_ticked(side: Side, asked: dict[str, Any]) -> None:
    lead, leader = side.users[HUB_LEAD].person, side.group.leader.person
    admin, specialist, board = (side.users[kind].person for kind in (HUB_ADMIN, SPECIALIST, BOARD))
    ticked = Role.objects.filter(hub=side.hub, person__in=[admin, specialist], source="")
    both = Role.objects.filter(hub=side.hub, person=board)

    page = _send(side, "split", {**asked, "leaving": [one.pk for one in ticked], "both": [one.pk for one in both]}).text

    there = "with Other Hub from 11 January 2027"
    assert leader == specialist
    assert f"{admin}, Hub administrator: {there}, with {side.hub} until 10 January 2027" in page
    assert f"{there}, and stays with {side.hub} until 31 August 2027, as leader of what stays there" in page
    assert f"{there}, and with {side.hub} as before" in page
    assert f"{lead}, Hub lead: {there}" not in page
