"""What schools agree to, as the catalogue ships it, is true of the numbers of the offer that names it."""

from collections.abc import Callable

import pytest

from programmes.catalogue.offers import PLANS, PRIMARY, Plan
from programmes.catalogue.texts import COMMITMENTS
from programmes.models import Offer

pytestmark = pytest.mark.once

# Where these words stand in a text, the offer's numbers must say so too.
CLAIMS: dict[str, Callable[[Offer], bool]] = {
    "visits": lambda offer: offer.visits > 0,
    "about six support visits": lambda offer: offer.visits == 6,
    "work in school": lambda offer: offer.all_visits > 0,
    "about four to six days": lambda offer: 4 <= offer.visits * offer.visit_half_days <= 6,
    "three days": lambda offer: offer.support_days == 3,
    "at least four half-days": lambda offer: offer.meetings * offer.meeting_half_days >= 4,
    "one teacher": lambda offer: offer.teachers_per_school == 1,
    "two teachers": lambda offer: offer.teachers_per_school == 2,
    "two mastery advocates": lambda offer: offer.teachers_per_school == 2,
    "both": lambda offer: offer.teachers_per_school == 2,
    "three teachers": lambda offer: offer.teachers_per_school == 3,
    "head or second of department": lambda offer: offer.needs_lead_role,
    "comes to the first": lambda offer: offer.head_at_first_meeting,
    "department": lambda offer: not set(PRIMARY) & set(offer.school_phases),
    "you ": lambda offer: offer.is_for_persons,
    "the school": lambda offer: not offer.is_for_persons,
    "work group": lambda offer: offer.runs_in_groups and offer.group_label == "Work Group",
}
LABELS = {plan.numbers.get("teacher_label", "Lead Participant") for plan in PLANS}
every_plan = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.phase)


@every_plan
def test_shipped_text_is_true_of_the_numbers_of_its_offer(plan: Plan) -> None:
    offer, text = Offer(**plan.numbers), COMMITMENTS[plan.commitments].lower()

    assert [words for words, is_true in CLAIMS.items() if words in text and not is_true(offer)] == []


@every_plan
def test_shipped_text_calls_teachers_what_its_offer_does(plan: Plan) -> None:
    offer = Offer(**plan.numbers)

    # "Participant" is in "Lead Participant" too.
    text = COMMITMENTS[plan.commitments].replace(offer.teacher_label, "")

    assert [label for label in LABELS if label in text] == []


@every_plan
def test_shipped_text_asks_for_the_visits_that_its_offer_plans(plan: Plan) -> None:
    says_so = any(words in COMMITMENTS[plan.commitments] for words in ("support visits", "work in school"))

    assert says_so is bool(Offer(**plan.numbers).all_visits)


@every_plan
def test_who_meets_online_neither_hosts_nor_is_released_for_the_journey(plan: Plan) -> None:
    text, is_online = COMMITMENTS[plan.commitments], "online" in plan.summary

    assert ("online" in text, is_online and "host" in text) == (is_online, False)


def test_every_shipped_text_is_some_offers() -> None:
    assert set(COMMITMENTS) == {plan.commitments for plan in PLANS}
