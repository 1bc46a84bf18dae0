"""The last free place is given once: whoever accepts beyond the places was told before that none is free."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.actions.bulk import decide_many
from programmes.models import Enrolment, Interest, Target
from programmes.rules.bulk import Step
from schools.models import User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.test_bulk import _ask, _open, _statuses
from tests.races import at_once, once_held
from tests.world import NOW

FULL = "No place is free any more: of 1 place 1 is taken. Nothing was done: look whether to accept all the same."
WARNED = "No place is free: of 1 place 1 is taken."


def _two(*, of_version: bool = False) -> tuple[Interest, Interest, User]:
    """Two schools that want the one place of an offer in a hub, the second perhaps of the hub's own version."""
    first = make.InterestFactory()
    offer = make.OfferFactory(stands_for=first.offer, hub=first.hub, phase=first.phase) if of_version else first.offer
    second = make.InterestFactory(school__authority=first.school.authority, offer=offer)
    Target.objects.create(offer=first.applied_offer, hub=first.hub, schools=1)
    return first, second, make.make_user(HUB_LEAD, hub=first.hub)


def _press(lead: User, interest: Interest, opened: Any) -> Any:
    """What the page sends that was opened."""
    names = re.findall(r'<input type="hidden" name="(as_it_was|told_full)" value="([^"]+)"', opened.content.decode())
    browser = Client()
    browser.force_login(lead)
    with clock.fixed(NOW):
        return browser.post(reverse("programmes:interest-accept", args=[interest.pk]), dict(names), follow=True)


@pytest.mark.django_db
@pytest.mark.parametrize("of_version", [False, True])
def test_page_opened_before_the_last_place_was_given_accepts_only_once_it_has_said_so(of_version: bool) -> None:
    first, second, lead = _two(of_version=of_version)
    both = [_open(lead, "interest-accept", one.pk) for one in (first, second)]

    _press(lead, first, both[0])
    told = Notice.objects.count()
    answer = _press(lead, second, both[1])
    refused = (_statuses(), Notice.objects.count())
    done = _press(lead, second, answer)

    assert WARNED not in both[1].text
    assert answer.context["form"].non_field_errors() == [FULL]
    assert WARNED in answer.text
    assert refused == (["accepted", "submitted"], told)
    assert _statuses() == ["accepted", "accepted"]
    assert "Of 1 place 2 are taken now." in done.text


@pytest.mark.django_db
def test_page_that_said_that_no_place_is_free_accepts_when_one_is_after_all() -> None:
    first, second, lead = _two()
    Target.objects.update(schools=0)
    opened = _open(lead, "interest-accept", first.pk)
    Target.objects.update(schools=1)

    _press(lead, first, opened)

    assert _statuses() == ["accepted", second.status]


@pytest.mark.django_db
def test_application_that_took_the_last_place_itself_says_who_was_first() -> None:
    first, _second, lead = _two()
    decisions.accept(interest=first, by=lead, now=NOW)

    said = _said(lambda: decisions.accept(interest=Interest.objects.get(pk=first.pk), by=lead, now=NOW))

    assert said == decisions.decided_already(first)


@pytest.mark.django_db
def test_of_many_one_whose_place_was_given_meanwhile_is_left_and_one_shown_without_a_place_is_accepted() -> None:
    first, second, lead = _two()
    third = make.InterestFactory(school__authority=first.school.authority, offer=first.offer)
    page = _ask(lead, "accept", f"?pk={first.pk}&pk={second.pk}")
    decisions.accept(interest=third, by=None, now=NOW)

    done = _ask(lead, "accept", "", {"shown": page.context["shown"], "line": [first.pk, second.pk]})

    assert [(line.interest, line.is_full) for line, _ticked in page.context["lines"]] == [
        (first, False),
        (second, True),
    ]
    assert [(line[0], line[3]) for line in done.context["lost"]] == [(first.pk, FULL)]
    assert _statuses() == ["submitted", "accepted", "accepted"]


def _said(step: Callable[[], object]) -> str:
    try:
        step()
    except (decisions.CannotDecide, CannotMove) as problem:
        return str(problem)
    return ""


def _one(interest: Interest) -> str:
    return _said(lambda: decisions.accept(interest=interest, by=None, now=NOW))


def _of_many(interest: Interest, by: User) -> str:
    (outcome,) = decide_many(
        step=Step.ACCEPT, interests=[interest], by=by, now=NOW, was={str(interest.pk): interest.status}
    )
    return outcome.problem


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_version", [False, True])
def test_of_two_who_give_the_last_place_at_once_one_is_told(of_version: bool) -> None:
    both = [Interest.objects.for_bulk().get(pk=one.pk) for one in _two(of_version=of_version)[:2]]

    said = at_once(_one, both)

    assert sorted(said) == ["", FULL]
    assert sorted(_statuses()) == ["accepted", "submitted"]
    assert Enrolment.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_many_first", [False, True])
def test_of_one_and_of_many_accepted_at_once_one_takes_the_last_place(is_many_first: bool) -> None:
    first, second, lead = _two()
    mine, theirs = (Interest.objects.for_bulk().get(pk=one.pk) for one in (first, second))
    one, many = (lambda: _one(mine)), (lambda: _of_many(theirs, lead))

    said = once_held(many, one) if is_many_first else once_held(one, many)

    assert said == FULL
    assert sorted(_statuses()) == ["accepted", "submitted"]
