"""A headteacher's page that was opened before an answer was given elsewhere turns nothing round without a word."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.actions.agreements import answer_as_head
from programmes.actions.answers import AnsweredMeanwhile, answer_so_far
from programmes.actions.interest import answer_all_as_head
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from programmes.notices.links import head_path
from schools.models import User
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import HEAD, NOW, said_on
from tests.programmes.test_head_link_of_two import TICKED
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def _signed_in(one: Interest, *, takes_part: bool = False) -> str:
    head = User.objects.filter(person__email=HEAD["email"]).first()
    head = head or make.make_user(HEADTEACHER, school=one.school, **HEAD)
    answer_as_head(interest=one, takes_part=takes_part, reason="", by=head, now=NOW)
    return "Jo Head confirmed" if takes_part else "Jo Head said that"


def _entered(one: Interest, *, takes_part: bool = False) -> str:
    lead = User.objects.filter(person__roles__kind=HUB_LEAD).first() or make.make_user(HUB_LEAD, hub=one.hub)
    came = Came("phone", NOW.date(), "No cover.")
    enter_head(interest=one, asked=one.head_asked, came=came, by=lead, now=NOW, confirms=takes_part)
    return f"{one.hub} entered that Jo Head {'confirmed' if takes_part else 'said that'}"


def _pressed(path: str, **data: Any) -> str:
    return " ".join(Client().post(path, data, follow=True).text.partition("<main")[2].split())


def _answers() -> list[str]:
    return [answer_so_far(one).partition(" ")[0] for one in Interest.objects.order_by("pk")]


@pytest.mark.parametrize("say", [_signed_in, _entered])
@pytest.mark.parametrize("of", [0, 1])
@pytest.mark.parametrize("is_new", [True, False])
def test_yes_from_a_page_opened_before_a_no_asks_again(two: Any, say: Any, of: int, is_new: bool) -> None:
    """A page of an earlier version of the portal, which carries nothing, is asked again too."""
    path = head_path(two[0])
    opened = {**(said_on(path) if is_new else {}), "chooses": "yes", "programme": [one.pk for one in two]}
    said = say(two[of])

    page = _pressed(path, **opened)
    before = _answers()
    _pressed(path, **opened, **({} if is_new else said_on(path)))
    again = _pressed(path, **{**opened, **said_on(path)})

    assert before == [["no", ""], ["", "no"]][of]
    assert all(words in page for words in ("Nothing was done.", said, "(Tuesday 8 September 2026, 10am)"))
    assert TICKED.findall(page) == [str(two[1 - of].pk)]
    assert (_answers(), "Confirmed</h1>" in again) == (["yes", "yes"], True)


@pytest.mark.parametrize("say", [_signed_in, _entered])
def test_no_from_a_page_opened_before_a_yes_to_one_asks_again_and_keeps_the_reason(two: Any, say: Any) -> None:
    path = head_path(two[0])
    opened = said_on(path)
    said = say(two[0], takes_part=True)

    page = _pressed(path, **opened, answer="no", reason="My own words.")

    assert (said in page, "My own words." in page, 'govuk-details" open' in page) == (True, True, True)
    assert _answers() == ["yes", ""]


def test_no_after_all_was_confirmed_elsewhere_says_by_whom_and_asks_no_more(two: Any) -> None:
    path = head_path(two[0])
    opened = said_on(path)
    said = [_entered(one, takes_part=True) for one in two]

    page = _pressed(path, **opened, answer="no")

    assert (said[0] in page, "came too late and was not kept" in page, "answer once more" in page) == (
        True,
        True,
        False,
    )
    assert _answers() == ["yes", "yes"]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_same_answer_twice_reads_as_it_stands(two: Any, answer: str) -> None:
    path = head_path(two[0])
    opened = {**said_on(path), "chooses": "yes", "programme": [one.pk for one in two], "answer": answer}

    pages = [_pressed(path, **opened) for _press in range(2)]

    assert ["Nothing was done" in one for one in pages] == [False, False]
    assert _answers() == [answer, answer]


def test_what_the_page_did_not_ask_is_not_answered_by_it(two: Any) -> None:
    """It was answered for another headteacher then."""
    other = Interest.objects.filter(pk=two[1].pk)
    other.update(head_email="kim@people.example.org", head_asked_at=None)
    path = head_path(two[0])
    opened = said_on(path)
    other.update(head_email=two[0].head_email, head_asked_at=NOW)

    _pressed(path, **opened)

    assert _answers() == ["yes", ""]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_a_yes_and_a_no_at_once_one_is_told(two: Any, attempt: int) -> None:
    seen = dict.fromkeys((one.pk for one in two), "")

    def press(refusal: str | None) -> str:
        asking = list(Interest.objects.select_related("hub", "offer", "school").filter(pk__in=seen).order_by("pk"))
        try:
            with clock.fixed(NOW):
                answer_all_as_head(asking=asking, asked=1, refusal=refusal, by=None, now=NOW, seen=seen)
        except AnsweredMeanwhile:
            return "told"
        return "no" if refusal else "yes"

    came_to = at_once(press, [None, "No cover."])

    assert came_to.count("told") == 1
    assert _answers() == [next(one for one in came_to if one != "told")] * 2


@pytest.mark.parametrize("was_no", [True, False])
@pytest.mark.parametrize("is_entered", [True, False])
def test_signed_in_page_opened_before_an_answer_asks_again(two: Any, was_no: bool, is_entered: bool) -> None:
    (one, _beside), say = two, _entered if is_entered else _signed_in
    head = make.make_user(HEADTEACHER, school=one.school, **HEAD)
    client, url = Client(), reverse("programmes:interest-confirm", args=[one.pk])
    client.force_login(head)
    opened = client.get(url).context["as_it_was"]
    said = say(one, takes_part=not was_no)

    answer = client.post(url, {"as_it_was": opened, "answer": "yes" if was_no else "no", "reason": "Mine."})

    assert (answer.status_code, said in answer.text, "Nothing was done." in answer.text) == (200, True, True)
    assert (_answers()[0], "answer once more" in answer.text) == ("no" if was_no else "yes", was_no)
    if was_no:
        client.post(url, {"as_it_was": answer.context["as_it_was"], "answer": "yes"})
        assert _answers()[0] == "yes"
