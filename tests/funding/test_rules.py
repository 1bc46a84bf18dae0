"""Which rate counts, who approves, when it was paid."""

from datetime import date
from decimal import Decimal

import pytest

from funding import rules

pytestmark = pytest.mark.once

NATIONAL = rules.RateFacts(offer_id=1, hub_id=None, label="Teacher release", amount=Decimal(1000))
OWN = rules.RateFacts(offer_id=1, hub_id=7, label="Teacher release", amount=Decimal(1200))
BOOKS = rules.RateFacts(offer_id=1, hub_id=None, label="Textbooks", amount=Decimal(0))


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([], {}),
        ([NATIONAL], {"Teacher release": Decimal(1000)}),
        ([NATIONAL, OWN], {"Teacher release": Decimal(1200)}),
        ([OWN, NATIONAL], {"Teacher release": Decimal(1200)}),
        ([NATIONAL, BOOKS], {"Teacher release": Decimal(1000)}),
    ],
)
def test_rates_for_prefers_the_hubs_own(rates: list[rules.RateFacts], expected: dict[str, Decimal]) -> None:
    assert rules.rates_for(rates, offer_id=1, hub_id=7) == expected


def test_version_pays_what_the_national_offer_does_while_nothing_else_is_set() -> None:
    own = rules.RateFacts(offer_id=2, hub_id=None, label="Teacher release", amount=Decimal(0))

    assert rules.rates_for([NATIONAL], offer_id=2, hub_id=7, stands_for=1) == {"Teacher release": Decimal(1000)}
    assert rules.rates_for([NATIONAL, OWN], offer_id=2, hub_id=7, stands_for=1) == {"Teacher release": Decimal(1200)}
    assert rules.rates_for([NATIONAL, own], offer_id=2, hub_id=7, stands_for=1) == {}


def test_rates_for_leaves_other_offers_and_hubs_alone() -> None:
    assert rules.rates_for([OWN], offer_id=1, hub_id=8) == {}
    assert rules.rates_for([NATIONAL], offer_id=2, hub_id=7) == {}


@pytest.mark.parametrize(
    ("approver", "hub_staff", "allowed"),
    [
        (rules.Approver(2, is_hub_staff=True, is_national=False), {2}, True),
        (rules.Approver(1, is_hub_staff=True, is_national=False), {1, 2}, False),
        (rules.Approver(3, is_hub_staff=False, is_national=True), {1, 2}, False),
        (rules.Approver(3, is_hub_staff=False, is_national=True), {1}, True),
        (rules.Approver(3, is_hub_staff=False, is_national=True), set(), True),
        (rules.Approver(3, is_hub_staff=False, is_national=False), set(), False),
        (rules.Approver(1, is_hub_staff=False, is_national=True), set(), False),
    ],
)
def test_approval_takes_a_second_person(approver: rules.Approver, hub_staff: set[int], allowed: bool) -> None:
    reason = rules.why_not_approve(approver, raised_by=1, hub_staff=frozenset(hub_staff))

    assert (reason == "") is allowed


@pytest.mark.parametrize(
    ("approver", "hub_staff", "allowed"),
    [
        (rules.Approver(1, is_hub_staff=True, is_national=False), {1, 2}, True),
        (rules.Approver(3, is_hub_staff=False, is_national=True), {1, 2}, False),
        (rules.Approver(3, is_hub_staff=False, is_national=True), {1}, True),
        (rules.Approver(3, is_hub_staff=False, is_national=False), set(), False),
    ],
)
def test_claim_is_settled_by_its_hub_or_national_where_there_is_nobody_else(
    approver: rules.Approver, hub_staff: set[int], allowed: bool
) -> None:
    reason = rules.why_not_decide(approver, raised_by=1, hub_staff=frozenset(hub_staff))

    assert (reason == "") is allowed


@pytest.mark.parametrize(
    ("day", "allowed"),
    [(date(2027, 1, 9), False), (date(2027, 1, 10), True), (date(2027, 1, 11), True), (date(2027, 1, 12), False)],
)
def test_paid_between_approval_and_today(day: date, allowed: bool) -> None:
    reason = rules.why_not_paid_on(day, approved_on=date(2027, 1, 10), today=date(2027, 1, 11))

    assert (reason == "") is allowed
