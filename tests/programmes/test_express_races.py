"""Two people at the same moment, with real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from programmes.actions.interest import Application, CannotConfirm, confirm_as_head, submit
from programmes.models import Interest
from tests.programmes.express import NOW, make_application

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

Given = TypeVar("Given")


def _at_once(step: Callable[[Given], str], given: list[Given]) -> list[str]:
    barrier = Barrier(len(given))

    def run(one: Given) -> str:
        barrier.wait()
        try:
            return step(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(run, given))


def _submit(application: Application) -> str:
    return submit(application=application, by=None, now=NOW).status


def test_submit_at_the_same_moment_makes_one_first_and_the_others_second_copies() -> None:
    one = make_application()
    others = [
        make_application(school=one.school, offer=one.offer, contact_email=f"kim{n}@people.example.org")
        for n in range(3)
    ]

    statuses = _at_once(_submit, [one, *others])

    first = Interest.objects.get(status=Interest.Status.SUBMITTED)
    assert sorted(statuses) == ["second", "second", "second", "submitted"]
    assert set(Interest.objects.filter(status="second").values_list("duplicate_of", flat=True)) == {first.pk}


def test_submit_pressed_twice_at_the_same_moment_is_once() -> None:
    application = make_application()

    _at_once(_submit, [application] * 4)

    assert list(Interest.objects.values_list("reference", "status")) == [(application.reference, "submitted")]


def _confirm(interest: Interest) -> str:
    try:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)
    except CannotConfirm as problem:
        return problem.state.value
    return "confirmed"


def test_confirm_pressed_twice_at_the_same_moment_counts_once() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)

    answers = _at_once(_confirm, [Interest.objects.get(pk=interest.pk) for _ in range(4)])

    assert sorted(answers) == ["confirmed", "used", "used", "used"]
