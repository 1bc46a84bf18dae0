"""Whoever told of an interest when they could not apply is told once, when the first offer takes their school."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from programmes.actions.light import tell_interest
from programmes.actions.light_changes import correct_address
from programmes.models import Interest, Offer
from programmes.notices.sent_links import INVITED
from programmes.rules import Answer
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_telling
from tests.programmes.test_express_head import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]

TODAY, LATER = NOW.date(), NOW + 60 * DAY


@pytest.fixture
def offer() -> Offer:
    """Of next year; nothing of it is open yet."""
    made: Offer = make.OfferFactory(year=2027, opens_on=date(2027, 3, 1), closes_on=date(2027, 6, 1))
    return made


def _tell(offer: Offer, year: int = 2028, **changed: Any) -> Interest:
    school = make.SchoolFactory()
    like = Interest(school=school, phase=offer.phase, year=year)
    told, _is_new = tell_interest(telling=make_telling(like, **changed), by=None, now=NOW)
    deliver_due()
    mail.outbox.clear()
    return told


def _publish(offer: Offer, **fields: Any) -> Offer:
    window = {"opens_on": TODAY, "closes_on": TODAY + 200 * timedelta(days=1)}
    made: Offer = make.OfferFactory(**{"phase": offer.phase, "year": 2028, **window, **fields})
    return made


def _sweep(now: Any = LATER) -> list[str]:
    with clock.fixed(now):
        notices.sweep(now)
        deliver_due()
    return [str(one.subject) for one in mail.outbox if "you can apply" in one.subject]


@pytest.mark.parametrize("opens_on", [TODAY - timedelta(days=30), TODAY, TODAY + timedelta(days=40)])
def test_interest_in_a_year_without_an_offer_is_invited_once_when_one_is_published(
    offer: Offer, opens_on: date
) -> None:
    told = _tell(offer)
    before = _sweep(NOW)
    _publish(offer, opens_on=opens_on)

    assert before == []
    assert _sweep() == [f"{told.school}: you can apply for {told.programme}"]
    assert len(_sweep(LATER + DAY)) == 1
    (link,) = re.findall(r"/programmes/express/mine/\S+", str(mail.outbox[0].body))
    with clock.fixed(LATER + DAY):
        assert "Apply now" in Visitor().get(link).text


def test_whoever_could_have_applied_on_the_day_is_not_invited(offer: Offer) -> None:
    _publish(offer)
    told = _tell(offer)
    Offer.objects.filter(year=2028).update(opens_on=TODAY + timedelta(days=20))

    assert (told.could_apply, _sweep()) == (True, [])


def test_first_offer_that_takes_the_school_counts(offer: Offer) -> None:
    _tell(offer)
    _publish(offer, school_phases=[4])
    none = _sweep(NOW + DAY)
    _publish(offer, code="OWN", opens_on=LATER.date())

    assert none == []
    assert len(_sweep(LATER + DAY)) == 1


def test_school_that_takes_part_already_is_not_invited(offer: Offer) -> None:
    told = _tell(offer)
    published = _publish(offer)
    make.EnrolmentFactory(school=told.school, offer=published, hub=told.hub, status="active")

    assert published.answer_to(told.school, LATER.date(), []) is Answer.OPEN
    assert _sweep() == []


def test_two_that_came_to_one_address_bring_one_invitation(offer: Offer) -> None:
    first = _tell(offer)
    like = Interest(school=first.school, phase=offer.phase, year=2028)
    with clock.fixed(NOW):
        second, _is_new = tell_interest(
            telling=make_telling(like, contact_email="b@people.example.org"), by=None, now=NOW
        )
        correct_address(keys=[second.pk], was="b@people.example.org", email=first.contact_email, by=None, now=NOW)
    _publish(offer, opens_on=LATER.date())

    once = _sweep()
    Interest.objects.filter(pk=first.pk).update(status="withdrawn")

    assert len(once) == 1
    assert len(_sweep(LATER + DAY)) == 2  # the other stands alone now


def test_sweep_looks_only_at_those_who_can_apply_now_and_were_not_invited(offer: Offer) -> None:
    for number in range(3):
        _tell(offer, contact_email=f"kim{number}@people.example.org")

    def looked_at() -> int:
        return INVITED.live(INVITED.load(), LATER).count()

    before = looked_at()
    _publish(offer)
    opened = looked_at()
    _sweep()

    assert (before, opened, looked_at()) == (0, 3, 0)


def test_sweep_reads_offers_once_for_all_of_them(offer: Offer) -> None:
    _publish(offer, opens_on=LATER.date())

    # The school's years are read for each that an offer takes.
    assert _queries(offer, 3) - _queries(offer, 1) == 2
    assert _queries(offer, 3, of_phases=[4]) == _queries(offer, 1, of_phases=[4])


def _queries(offer: Offer, number: int, of_phases: Sequence[int] = (2,)) -> int:
    Offer.objects.filter(year=2028).update(school_phases=[2])
    rows = [_tell(offer, contact_email=f"kim{number}{at}@people.example.org") for at in range(number)]
    Offer.objects.filter(year=2028).update(school_phases=list(of_phases))
    with CaptureQueriesContext(connection) as ran:
        for one in INVITED.load().filter(pk__in=[row.pk for row in rows]):
            INVITED.desired(one)
    return len(ran)


def test_interest_told_of_before_this_was_kept_is_known_by_the_window_of_that_day(offer: Offer) -> None:
    Offer.objects.update(opens_on=TODAY, year=2026)
    was_open = make.LightInterestFactory(phase=offer.phase, year=2026, submitted_at=NOW)
    was_not = make.LightInterestFactory(phase=offer.phase, year=2026, submitted_at=NOW - DAY)
    of_another = make.LightInterestFactory(phase=offer.phase, year=2028, submitted_at=NOW)

    import_module("programmes.migrations.0011_interest_sent_and_changed").say_what_was_open(apps, None)

    open_to = Interest.objects.filter(could_apply=True)
    assert list(open_to) == [was_open]
    assert {was_not, of_another} == set(Interest.objects.filter(could_apply=False))
