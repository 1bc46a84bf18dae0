"""A hub's version that is published, or taken back, in the moment in which somebody decides about what follows it."""

from collections.abc import Callable
from threading import Event

import pytest
from django.db import transaction

from programmes.actions import decisions, offer_versions, offer_years
from programmes.actions.offers import CannotOffer
from programmes.models import Enrolment, Interest, Offer
from tests import factories as make
from tests.races import PATIENCE_SECONDS, at_once
from tests.world import NOW

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def _waiting() -> tuple[Interest, Offer]:
    """An application, and its hub's version of its offer, a draft."""
    came = make.InterestFactory()
    version = offer_versions.make_version(offer=came.applied_offer, hub=came.hub, reason="Distances.", by=None)
    return Interest.objects.select_related("hub", "offer", "school").get(pk=came.pk), version


@pytest.mark.parametrize("attempt", range(5))
def test_accepted_while_the_version_is_published_is_in_one_of_both(attempt: int) -> None:
    came, version = _waiting()
    steps: list[Callable[[], object]] = [
        lambda: decisions.accept(interest=came, by=None, now=NOW),
        lambda: offer_years.publish_offer(offer=version, by=None, now=NOW),
    ]

    at_once(lambda step: step(), steps)

    enrolment, stands = Enrolment.objects.get(), Interest.objects.get(pk=came.pk)
    assert enrolment.offer == stands.offer
    assert stands.status == Interest.Status.ACCEPTED


def test_version_in_which_somebody_is_accepted_at_this_moment_stays_published() -> None:
    came, version = _waiting()
    offer_years.publish_offer(offer=version, by=None, now=NOW)
    came, is_looked_at = Interest.objects.select_related("hub", "offer", "school").get(pk=came.pk), Event()

    def accept() -> str:
        with transaction.atomic():
            Interest.objects.select_for_update().get(pk=came.pk)
            is_looked_at.set()
            Event().wait(1)
            decisions.accept(interest=came, by=None, now=NOW)
        return "accepted"

    def take_back() -> str:
        is_looked_at.wait(PATIENCE_SECONDS)
        try:
            offer_years.withdraw_offer(offer=version, by=None, now=NOW)
        except CannotOffer:
            return "stays"
        return "draft"

    assert at_once(lambda step: step(), [accept, take_back]) == ["accepted", "stays"]
    assert Enrolment.objects.get().offer == version
    assert Offer.objects.get(pk=version.pk).is_published
