"""What somebody found not to be the same stays told apart, whatever a page of a colleague's, opened before, says."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from programmes.actions.copies import NOT_A_PAIR, TOLD_APART, CannotMerge, TakenOver, merge, say_not_same
from programmes.models import Interest, InterestApart
from schools.models import User
from schools.roles import HUB_ADMIN
from tests import factories as make
from tests.programmes.test_copies import LATER
from tests.programmes.test_sent_twice import _open, _two
from tests.races import once_held


def _rival(interest: Interest) -> User:
    return make.make_user(HUB_ADMIN, name="Olu Admin", hub=interest.hub)


def _statuses() -> list[str]:
    return list(Interest.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.django_db
def test_page_opened_before_a_colleague_told_two_apart_merges_nothing() -> None:
    first, copy, lead = _two()
    rival, compare = _rival(first), reverse("programmes:copy-compare", args=[first.pk, copy.pk])

    _open(rival, compare, {"answer": "not_same", "contact": "first", "head": "first"})
    page = _open(lead, compare, {"answer": "second", "contact": "second", "head": "second"})

    assert page.context["form"].non_field_errors() == [TOLD_APART.format("Olu Admin")]
    assert page.context["form"]["contact"].value() == "second"
    assert _statuses() == ["submitted", "submitted"]
    assert InterestApart.objects.get().by == rival


@pytest.mark.django_db
def test_whoever_told_two_apart_may_think_better_of_it() -> None:
    first, copy, lead = _two()
    say_not_same(one=first, other=copy, by=lead, now=LATER)

    merge(kept=first, gone=copy, taken=TakenOver(), by=lead, now=LATER)

    assert _statuses() == ["submitted", "merged"]
    assert not InterestApart.objects.exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_merged_first", [False, True])
def test_of_two_who_answer_differently_at_once_the_second_reads_what_the_first_has_answered(
    is_merged_first: bool,
) -> None:
    first, copy, lead = _two()
    rival = _rival(first)

    def tell_apart() -> str:
        return _said(lambda: say_not_same(one=first, other=copy, by=rival, now=LATER))

    def make_one() -> str:
        kept, gone = (Interest.objects.get(pk=one.pk) for one in (first, copy))
        return _said(lambda: merge(kept=kept, gone=gone, taken=TakenOver(), by=lead, now=LATER))

    said = once_held(make_one, tell_apart) if is_merged_first else once_held(tell_apart, make_one)

    assert said == (NOT_A_PAIR if is_merged_first else TOLD_APART.format("Olu Admin"))
    assert _statuses() == ["submitted", "merged" if is_merged_first else "submitted"]
    assert InterestApart.objects.count() == (0 if is_merged_first else 1)


def _said(answer: Callable[[], object]) -> str:
    try:
        answer()
    except CannotMerge as problem:
        return str(problem)
    return ""
