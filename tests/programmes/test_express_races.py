"""Two people at the same moment, with real threads."""

import pytest

from programmes.actions.interest import Application, CannotConfirm, confirm_as_head, submit
from programmes.actions.light import tell_interest
from programmes.models import Interest
from tests import factories as make
from tests.programmes.express import NOW, make_application, make_telling
from tests.races import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _submit(application: Application) -> str:
    return submit(application=application, by=None, now=NOW).status


def test_submit_at_the_same_moment_makes_one_first_and_the_others_second_copies() -> None:
    one = make_application()
    others = [
        make_application(school=one.school, offer=one.offer, contact_email=f"kim{n}@people.example.org")
        for n in range(3)
    ]

    statuses = at_once(_submit, [one, *others])

    first = Interest.objects.get(status=Interest.Status.SUBMITTED)
    assert sorted(statuses) == ["second", "second", "second", "submitted"]
    assert set(Interest.objects.filter(status="second").values_list("duplicate_of", flat=True)) == {first.pk}


def test_submit_pressed_twice_at_the_same_moment_is_once() -> None:
    application = make_application()

    at_once(_submit, [application] * 4)

    assert list(Interest.objects.values_list("reference", "status")) == [(application.reference, "submitted")]


def _confirm(interest: Interest) -> str:
    try:
        confirm_as_head(interest=interest, asked=1, by=None, now=NOW)
    except CannotConfirm as problem:
        return problem.state.value
    return "confirmed"


def test_confirm_pressed_twice_at_the_same_moment_counts_once() -> None:
    interest = submit(application=make_application(), by=None, now=NOW)

    answers = at_once(_confirm, [Interest.objects.get(pk=interest.pk) for _ in range(4)])

    assert sorted(answers) == ["confirmed", "used", "used", "used"]


def test_told_of_twice_at_the_same_moment_is_one_interest() -> None:
    offer = make.OfferFactory()
    like = make.LightInterestFactory(phase=offer.phase, year=offer.year, submitted_at=NOW)
    telling = make_telling(like, contact_email="new@people.example.org")

    at_once(lambda _at: tell_interest(telling=telling, by=None, now=NOW).pk, range(4))

    assert Interest.objects.filter(contact_email=telling.contact_email).count() == 1
