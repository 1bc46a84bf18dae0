"""Which programmes are open for a school."""

from datetime import date

import pytest

from programmes.rules import Answer, OfferTerms, Part, SchoolFacts, Standing, next_open, offer_eligibility

OPENS, CLOSES = date(2027, 2, 1), date(2027, 6, 30)
YOUNG, OLD = frozenset({2, 3}), frozenset({4, 5})


@pytest.mark.parametrize(
    ("phase", "ages", "admitted", "answer"),
    [
        (2, (None, None), YOUNG, Answer.OPEN),
        (3, (9, 13), YOUNG, Answer.OPEN),
        (4, (11, 16), YOUNG, Answer.WRONG_PHASE),
        (4, (4, 16), YOUNG, Answer.WRONG_PHASE),
        (1, (2, 5), YOUNG, Answer.WRONG_PHASE),
        (6, (16, 19), OLD, Answer.WRONG_PHASE),
        (0, (None, None), OLD, Answer.OPEN_HUB_CHECKS),
        (0, (None, 16), OLD, Answer.OPEN_HUB_CHECKS),
        (0, (2, 11), OLD, Answer.WRONG_PHASE),
        (0, (2, 11), YOUNG, Answer.OPEN_HUB_CHECKS),
        (0, (10, 19), YOUNG, Answer.OPEN_HUB_CHECKS),
        (0, (11, 19), YOUNG, Answer.WRONG_PHASE),
        (0, (14, 19), YOUNG, Answer.WRONG_PHASE),
        (7, (4, 18), YOUNG, Answer.OPEN_HUB_CHECKS),
        (7, (None, None), OLD, Answer.OPEN_HUB_CHECKS),
        (7, (4, 18), frozenset({7}), Answer.OPEN),
        (6, (16, 19), frozenset(), Answer.OPEN),
        (0, (16, 25), frozenset({99}), Answer.WRONG_PHASE),
    ],
)
def test_eligibility_goes_by_phase_of_education_and_ages(
    phase: int, ages: tuple[int | None, int | None], admitted: frozenset[int], answer: Answer
) -> None:
    school = SchoolFacts(phase_code=phase, is_state_funded=True, low_age=ages[0], high_age=ages[1])
    offer = OfferTerms(school_phases=admitted, state_funded_only=True, opens_on=OPENS, closes_on=CLOSES)

    assert offer_eligibility(school, offer, today=OPENS) is answer


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2027, 1, 31), Answer.NOT_YET),
        (date(2027, 2, 1), Answer.OPEN),
        (date(2027, 6, 30), Answer.OPEN),
        (date(2027, 7, 1), Answer.CLOSED),
    ],
)
def test_eligibility_goes_by_the_day(today: date, answer: Answer) -> None:
    school = SchoolFacts(phase_code=2, is_state_funded=True)
    offer = OfferTerms(school_phases=YOUNG, state_funded_only=True, opens_on=OPENS, closes_on=CLOSES)

    assert offer_eligibility(school, offer, today=today) is answer


@pytest.mark.parametrize(
    ("state_funded", "only", "answer"),
    [(True, True, Answer.OPEN), (False, True, Answer.NOT_STATE_FUNDED), (False, False, Answer.OPEN)],
)
def test_eligibility_goes_by_who_pays_for_the_school(state_funded: bool, only: bool, answer: Answer) -> None:
    school = SchoolFacts(phase_code=2, is_state_funded=state_funded)
    offer = OfferTerms(school_phases=YOUNG, state_funded_only=only, opens_on=OPENS, closes_on=CLOSES)

    assert offer_eligibility(school, offer, today=OPENS) is answer


def test_eligibility_tells_what_stays_before_what_passes() -> None:
    school = SchoolFacts(phase_code=4, is_state_funded=True)
    offer = OfferTerms(school_phases=YOUNG, state_funded_only=True, opens_on=OPENS, closes_on=CLOSES)

    assert offer_eligibility(school, offer, today=date(2030, 1, 1)) is Answer.WRONG_PHASE


def test_next_open_is_the_first_later_year_that_takes_applications() -> None:
    answers = [(2028, Answer.OPEN), (2026, Answer.CLOSED), (2027, Answer.OPEN_HUB_CHECKS), (2029, Answer.NOT_YET)]

    assert [next_open(answers, after=year) for year in (2026, 2027, 2028)] == [2027, 2028, None]


@pytest.mark.parametrize(
    ("part", "is_once", "expected"),
    [
        (Part(9, 2026, Standing.ACCEPTED), False, Answer.ALREADY_IN),
        (Part(9, 2026, Standing.PAUSED), True, Answer.ALREADY_IN),
        (Part(9, 2025, Standing.COMPLETED), False, Answer.OPEN),
        (Part(9, 2025, Standing.COMPLETED), True, Answer.DONE_ONCE),
        (Part(9, 2027, Standing.ACCEPTED), True, Answer.DONE_ONCE),
        (Part(9, 2025, Standing.PAUSED), True, Answer.OPEN),
        (Part(9, 2026, Standing.ACTIVE, "Hill Infants"), True, Answer.OPEN),
        (Part(8, 2026, Standing.ACTIVE), True, Answer.OPEN),
    ],
)
def test_part_taken_already_closes_its_own_year_and_what_is_done_once(
    part: Part, is_once: bool, expected: Answer
) -> None:
    school = SchoolFacts(phase_code=2, is_state_funded=True, parts=(part,))
    offer = OfferTerms(YOUNG, True, OPENS, CLOSES, phase=9, year=2026, is_once=is_once)

    assert offer_eligibility(school, offer, today=OPENS) is expected


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((), Answer.NEEDS_FIRST),
        ((Part(1, 2025, Standing.COMPLETED),), Answer.OPEN),
        ((Part(1, 2026, Standing.ACTIVE),), Answer.OPEN),
        ((Part(1, 2025, Standing.COMPLETED, "Its predecessor"),), Answer.OPEN),
        ((Part(1, 2027, Standing.COMPLETED),), Answer.OPEN),
        ((Part(1, 2026, Standing.PAUSED),), Answer.NEEDS_FIRST),
        ((Part(1, 2027, Standing.ACCEPTED),), Answer.NEEDS_FIRST),
        ((Part(3, 2025, Standing.COMPLETED),), Answer.NEEDS_FIRST),
    ],
)
def test_eligibility_may_ask_what_was_done_in_an_earlier_year(parts: tuple[Part, ...], answer: Answer) -> None:
    school = SchoolFacts(phase_code=2, is_state_funded=True, parts=parts)
    offer = OfferTerms(YOUNG, True, OPENS, CLOSES, phase=2, year=2027, after=frozenset({1, 4}))

    assert offer_eligibility(school, offer, today=OPENS) is answer
