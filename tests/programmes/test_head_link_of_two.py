"""One link asks a headteacher about two programmes, and one of them is answered elsewhere: the page says both."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from hubportal.core import clock
from programmes.actions.agreements import answer_as_head
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from programmes.notices.links import head_path
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import HEAD, NOW, said_on
from tests.programmes.test_express_head import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TICKED = re.compile(r'value="(\d+)" id="programme-\d+" checked')


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def _no_signed_in(one: Interest, **who: str) -> None:
    head = make.make_user(HEADTEACHER, school=one.school, **{**HEAD, **who})
    answer_as_head(interest=one, takes_part=False, reason="No cover.", by=head, now=NOW)


def _no_by_another_address(one: Interest) -> None:
    _no_signed_in(one, email="jo.head@people.example.org")


def _no_entered(one: Interest) -> None:
    came, lead = Came("phone", NOW.date(), "No cover."), make.make_user(HUB_LEAD, hub=one.hub)
    enter_head(interest=one, asked=one.head_asked, came=came, by=lead, now=NOW, confirms=False)


def _page(path: str, **data: Any) -> str:
    answer = Client().post(path, {**said_on(path), **data}, follow=True) if data else Client().get(path)
    return " ".join(answer.content.decode().partition("<main")[2].split())


def _answers() -> list[tuple[bool, bool]]:
    rows = Interest.objects.order_by("pk")
    return [(one.head_confirmed_at is not None, one.head_refused_at is not None) for one in rows]


@pytest.mark.parametrize("say_no", [_no_signed_in, _no_by_another_address, _no_entered])
@pytest.mark.parametrize("of", [0, 1])
def test_what_is_answered_is_said_and_the_other_can_be_refused(two: Any, say_no: Any, of: int) -> None:
    path, answered, still_open = head_path(two[0]), two[of], two[1 - of]
    with clock.fixed(NOW + DAY):
        say_no(answered)

        page = _page(path)
        after = _page(path, answer="no", reason="Nor this.")

    said = "You said on Tuesday 8 September 2026 that"
    assert f"application for {still_open.programme_title}</h1>" in page
    assert re.findall(f"{said} .*? does not take part in (.*?)\\. ", page) == [answered.programme]
    assert f"You have not answered yet about {still_open.programme}." in page
    assert f"No, I do not want my school to take part in {still_open.programme}</span>" in page
    assert f"{answered.programme} (said no)" in page
    assert TICKED.findall(page) == [str(still_open.pk)]
    assert _answers() == [(False, True)] * 2
    answered.refresh_from_db()
    assert (answered.head_refused_at, answered.head_refusal) == (NOW, "No cover.")
    # Each with the day of its own.
    found = re.findall(r"You said on (\w+) .*? does not take part in (.*?)\. ", after)
    assert sorted(found) == [("Tuesday", answered.programme), ("Wednesday", still_open.programme)]


def test_other_can_be_confirmed_and_the_no_stands(two: Any) -> None:
    _no_signed_in(two[0])
    path = head_path(two[0])

    page = _page(path, chooses="yes", programme=two[1].pk)
    answers = _answers()
    anew = _page(path, answer="yes")

    assert answers == [(False, True), (True, False)]
    assert f"What you confirmed stands: {two[1].programme}." in page
    assert f"does not take part in {two[0].programme_title}</h1>" in page
    assert ("Have you changed your mind?" in page, "Confirmed</h1>" in anew) == (True, True)


def test_another_headteacher_who_answered_signed_in_is_named(two: Any) -> None:
    _no_signed_in(two[0], name="Bea New", email="bea@people.example.org")

    pages = [_page(head_path(one)) for one in two]

    for page in pages:
        assert ("Bea New said on Tuesday 8 September 2026 that" in page, "You said" in page) == (True, False)
        assert f"{two[1].programme}, and named {two[1].head_name} as the headteacher." in page


def test_link_does_not_answer_for_what_another_headteacher_is_asked(two: Any) -> None:
    other = Interest.objects.filter(pk=two[1].pk)
    other.update(head_email="kim@people.example.org", head_asked=2, head_asked_at=NOW + DAY)

    page = _page(head_path(two[0]))

    assert (two[0].programme in page, two[1].programme in page) == (True, False)
