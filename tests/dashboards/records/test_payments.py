"""Payments of before: each is known by what it was for, and an award is as it was once they are taken back."""

import re
from decimal import Decimal

import pytest

from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import Job, JournalEntry, Upload
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.rules.choices import ANOTHER, OVER_RATE, PAID, SAME_PAYMENT
from tests import factories as make
from tests.dashboards.records.bringing import bring, bring_in, counts, done, look_at, outcomes, take_back
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

HEADINGS = ["School", "Programme", "Year", "Amount", "Paid on", "What for"]
BEFORE, RUNNING = "2025/26", "2026/27"


@pytest.fixture
def side() -> Side:
    with clock.fixed(NOW):
        return make_side()


@pytest.fixture(autouse=True)
def _now() -> object:
    with clock.fixed(NOW):
        yield


def _table(side: Side, year: str, *lines: tuple[str, str, str]) -> list[list[str]]:
    return [HEADINGS, *([side.school.name, side.offer.phase.name, year, *line] for line in lines)]


def _bring(side: Side, year: str, *lines: tuple[str, str, str]) -> Upload:
    return bring("payments", _table(side, year, *lines), hub=side.hub, by=side.users["hub_lead"])


def _look(side: Side, year: str, *lines: tuple[str, str, str]) -> Upload:
    return look_at("payments", _table(side, year, *lines), hub=side.hub, by=side.users["hub_lead"])


def _awards(year: int) -> list[tuple[str, int, int]]:
    rows = Award.objects.filter(enrolment__offer__year=year).order_by("label")
    return [
        (label, int(amount), int(claimed)) for label, amount, claimed in rows.values_list("label", "amount", "claimed")
    ]


def _without_awards() -> None:
    Claim.objects.all().delete()
    Award.objects.all().delete()


def test_an_award_is_as_large_as_before_once_what_raised_it_is_taken_back(side: Side) -> None:
    first = _bring(side, BEFORE, ("500", "15/12/2025", "Travel"))
    second = _bring(side, BEFORE, ("300", "16/12/2025", "Travel"), ("200", "17/12/2025", "Travel"))
    raised = _awards(2025)

    take_back(second)
    lowered = _awards(2025)
    take_back(first)

    assert (raised, lowered) == ([("Travel", 1000, 1000)], [("Travel", 500, 500)])
    assert JournalEntry.objects.get(what="Taken back").changed == {"amount": ["1000.00", "500.00"]}
    assert _awards(2025) == []


def test_files_that_raised_one_award_are_taken_back_in_any_order(side: Side) -> None:
    _bring(side, BEFORE, ("500", "15/12/2025", "Travel"))
    second = _bring(side, BEFORE, ("300", "16/12/2025", "Travel"))
    third = _bring(side, BEFORE, ("200", "17/12/2025", "Travel"))

    take_back(second)
    between = _awards(2025)
    take_back(third)

    assert between == [("Travel", 700, 700)]
    assert _awards(2025) == [("Travel", 500, 500)]


def test_an_award_never_gets_smaller_than_what_is_claimed_of_it(side: Side) -> None:
    _bring(side, BEFORE, ("500", "15/12/2025", "Travel"))
    second = _bring(side, BEFORE, ("300", "16/12/2025", "Travel"))
    Claim.objects.filter(amount=300).update(invoice="Corrected by hand")

    job = take_back(second)

    stays = _awards(2025)
    Claim.objects.filter(amount=300).update(invoice="")
    rest = take_back(second)
    assert (job.state, stays) == (Job.State.DONE, [("Travel", 800, 800)])
    assert (rest.result, _awards(2025)) == ({"gone": 1, "restored": 1, "kept": 0}, [("Travel", 500, 500)])


def test_two_payments_of_one_day_for_different_things_are_two(side: Side) -> None:
    lines = ("500", "15/12/2025", "Teacher release"), ("500", "15/12/2025", "Travel")

    _bring(side, BEFORE, *lines)
    again = _look(side, BEFORE, *reversed(lines))

    assert _awards(2025) == [("Teacher release", 500, 500), ("Travel", 500, 500)]
    assert counts(again) == {"same": 2}


def test_two_payments_of_one_day_count_on_the_one_award_that_is_owed(side: Side) -> None:
    lines = ("100", "05/01/2027", "Travel"), ("100", "05/01/2027", "Teacher release")

    upload = _bring(side, RUNNING, *lines)
    again = _look(side, RUNNING, *lines)

    assert (counts(upload), counts(again)) == ({"create": 2}, {"same": 2})


def test_a_payment_without_a_word_of_what_it_was_for_is_the_one_of_the_day(side: Side) -> None:
    _bring(side, BEFORE, ("500", "15/12/2025", "Teacher release"))

    again = _look(side, BEFORE, ("500", "15/12/2025", ""))

    assert counts(again) == {"same": 1}


def test_a_payment_for_something_else_has_an_award_beside_those_that_are_owed(side: Side) -> None:
    _without_awards()
    make.RateFactory(offer=side.offer, label="A", amount=Decimal(1000))
    make.RateFactory(offer=side.offer, label="B", amount=Decimal(600))
    upload = _look(side, RUNNING, ("100", "15/12/2026", "A"), ("50", "16/12/2026", "C"), ("30", "17/12/2026", "C"))

    job = bring_in(upload)

    assert (job.state, counts(upload)) == (Job.State.DONE, {"create": 3})
    assert [one for one in _awards(2026) if one[0] in "ABC"] == [("A", 1000, 100), ("B", 600, 0), ("C", 80, 80)]


def _answer(side: Side, upload: Upload, meant: str, of: str = OVER_RATE, text: str = "") -> None:
    words = {of: {text or _text(side): meant}}
    uploads.answer(upload=upload, words=words, schools={}, by=side.users["hub_lead"], now=NOW)
    done(work.READ)
    upload.refresh_from_db()


def test_payment_of_more_than_the_programme_pays_is_asked_about(side: Side) -> None:
    _without_awards()
    make.RateFactory(offer=side.offer, label="Teacher release", amount=Decimal(1000))
    upload = _look(side, RUNNING, ("1250", "15/12/2026", ""))
    asked, shown = outcomes(upload), side.browser("hub_lead").get(f"/records/{upload.pk}/").text

    _answer(side, upload, "")
    slip = outcomes(upload)
    _answer(side, upload, PAID)
    said = side.browser("hub_lead").get(f"/records/{upload.pk}/").text
    bring_in(upload)
    again = _look(side, RUNNING, ("1250", "15/12/2026", ""))

    assert asked == [("ask", f"{_text(side)}. Say whether that is right.")]
    assert "1 payment of more than the programme pays" in shown
    assert slip == [("error", f"{_text(side)}. You said that it is a slip: mend the amount.")]
    assert "1 answer about a payment of more than the programme pays" in said
    assert _awards(2026) == [("Teacher release", 1250, 1250)]
    why = "The award is £1,250.00 instead of £1,000.00: that much was paid, as a file says."
    assert JournalEntry.objects.get(what="Amount raised").note == why
    assert why in outcomes(upload)[0][1]
    assert why in side.browser("hub_lead").get(Award.objects.get().get_absolute_url()).text
    assert counts(again) == {"same": 1}


def _text(side: Side) -> str:
    paid = f"{side.school.name}, {side.offer}, Teacher release: £1,250.00 paid on 15 December 2026"
    return f"{paid} is more than the £1,000.00 that the programme pays"


def test_payments_that_come_to_more_than_is_awarded_are_asked_about(side: Side) -> None:
    _without_awards()
    make.RateFactory(offer=side.offer, label="Teacher release", amount=Decimal(1000))

    upload = _look(side, RUNNING, ("700", "15/12/2026", ""), ("400", "16/12/2026", ""), ("300", "17/12/2026", ""))

    assert [outcome for outcome, _words in outcomes(upload)] == ["create", "ask", "create"]
    assert (
        "£400.00 paid on 16 December 2026, £1,100.00 in all, is more than the £1,000.00 awarded"
        in (outcomes(upload)[1][1])
    )


def test_page_asks_of_a_payment_in_a_question_of_its_own(side: Side) -> None:
    _without_awards()
    make.RateFactory(offer=side.offer, label="Teacher release", amount=Decimal(1000))
    upload = _look(side, RUNNING, ("1500", "15/12/2026", ""))

    page = side.browser("hub_lead").get(f"/records/{upload.pk}/words/").text

    assert f">Is this payment right? {side.school.name}, " in page
    assert "<h1>Is that right?</h1>" in re.sub(r"<h1[^>]*>", "<h1>", page)
    assert not [word for word in (" means", " mean?") if word in page]


@pytest.mark.parametrize(("first", "then"), [("INV-1", ""), ("", "INV-1")])
@pytest.mark.parametrize("meant", ["", ANOTHER])
def test_payment_that_one_list_has_without_its_reference_is_asked_about(
    side: Side, first: str, then: str, meant: str
) -> None:
    def table(reference: str) -> list[list[str]]:
        heads, line = _table(side, BEFORE, ("500", "15/12/2025", ""))
        return [[*heads, "Invoice"], [*line, reference]]

    def look(reference: str) -> Upload:
        return look_at("payments", table(reference), hub=side.hub, by=side.users["hub_lead"])

    bring("payments", table(first), hub=side.hub, by=side.users["hub_lead"])
    again, upload = counts(look(first)), look(then)
    asked, shown = outcomes(upload), side.browser("hub_lead").get(f"/records/{upload.pk}/").text

    words = {one: f"with the reference {one}" if one else "without a reference" for one in (first, then)}
    text = f"{side.school.name}, {Award.objects.filter(enrolment__offer__year=2025)[0].enrolment.offer}: "
    text += f"£500.00 paid on 15 December 2025 {words[then]}, and the same {words[first]}"
    _answer(side, upload, meant, SAME_PAYMENT, text)
    decided = counts(upload)
    bring_in(upload)

    assert again == {"same": 1}
    assert asked == [("ask", f"{text}. Say whether that is one payment or two.")]
    assert "1 payment that may be there already" in shown
    assert decided == ({"create": 1} if meant else {"same": 1})
    paid = 1000 if meant else 500
    assert [(amount, claimed) for _label, amount, claimed in _awards(2025)] == [(paid, paid)]
    assert counts(look(then)) == {"same": 1}
