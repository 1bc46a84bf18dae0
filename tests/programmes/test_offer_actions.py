"""The numbers of an offer stay once schools are enrolled by them, whichever page was open."""

import pytest

from hubportal.core import clock
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, offers
from programmes.models import Enrolment, Offer
from tests import factories as make
from tests.races import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db


def change(offer: Offer, name: str, value: object) -> None:
    before = {name: getattr(offer, name)}
    setattr(offer, name, value)
    offers.change_offer(offer=offer, by=None, before=before)


def test_offer_in_use_refuses_numbers_and_takes_texts() -> None:
    offer = make.OfferFactory(meetings=3)
    stale = Offer.objects.get(pk=offer.pk)
    make.EnrolmentFactory(offer=offer)

    with pytest.raises(offers.OfferInUse, match="Schools book cover by these numbers"):
        change(stale, "meetings", 5)
    change(Offer.objects.get(pk=offer.pk), "title", "A better title")

    offer.refresh_from_db()
    assert (offer.meetings, offer.title) == (3, "A better title")


def test_change_of_who_may_apply_leaves_out_nobody_who_waits_for_a_decision() -> None:
    offer = make.OfferFactory(school_phases=[2, 4])
    first = make.InterestFactory(offer=offer, school__phase_code=2)
    make.InterestFactory(offer=offer, school__phase_code=4, status="declined")

    with pytest.raises(offers.OfferInUse, match="would leave out 1 application still to be decided about"):
        change(Offer.objects.get(pk=offer.pk), "school_phases", [4])
    change(Offer.objects.get(pk=offer.pk), "school_phases", [2])
    decisions.decline(interest=first, by=None, now=NOW, reason="No.")
    change(Offer.objects.get(pk=offer.pk), "school_phases", [4])

    assert Offer.objects.get(pk=offer.pk).school_phases == [4]


def test_offer_with_a_group_but_no_school_still_changes() -> None:
    offer = make.OfferFactory(meetings=3)
    make.GroupFactory(offer=offer)

    change(offer, "meetings", 5)

    assert Offer.objects.get(pk=offer.pk).meetings == 5


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_school_accepted_while_the_offer_is_changed_is_seen_or_waits() -> None:
    """The change takes the offer's row before it looks, so nobody is enrolled by numbers that change under them."""
    interest = make.InterestFactory()

    def step(what: str) -> str:
        try:
            if what == "accept":
                decisions.accept(interest=interest, by=None, now=NOW)
            else:
                change(Offer.objects.get(pk=interest.offer_id), "meetings", 7)
        except (offers.OfferInUse, CannotMove) as problem:
            return type(problem).__name__
        return what

    with clock.fixed(NOW):
        accepted, changed = at_once(step, ["accept", "change"])

    meetings = Offer.objects.get(pk=interest.offer_id).meetings
    assert accepted == "accept"
    assert Enrolment.objects.count() == 1
    assert (changed, meetings) in (("change", 7), ("OfferInUse", 3))
