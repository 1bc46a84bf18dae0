"""Readiness or straight on: what is suggested, by history and answers, in data; the school chooses."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from hubportal.core import clock
from programmes.models import Interest, Offer, StartQuestion
from programmes.rules import Advice, Part, Standing, Start, advice, known_advice
from schools.models import School
from schools.roles import HUB_LEAD, TRUST_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor, make_privacy

pytestmark = pytest.mark.once

START = Start(1, "Calm Seas", 2, "Open Seas", (("7", "Is maths a priority?"), ("8", "Can teachers leave?")), 2)


def test_history_decides_before_answers() -> None:
    part = Part(1, 2025, Standing.COMPLETED)

    assert known_advice(START, [part]) == Advice(
        2, "Open Seas", "Your school was in Calm Seas in 2025/26, which prepares for it."
    )
    assert known_advice(START, [Part(1, 2025, Standing.PAUSED), Part(2, 2020, Standing.ACTIVE)]) is None


AHEAD = "It is a year to work on what is still open, such as"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, None),
        ({"9": "yes"}, None),
        ({"7": "yes", "8": "yes"}, (2, "You answered yes to 2 of 2 questions, so the ground is prepared.")),
        ({"7": "yes", "8": "unsure"}, (1, f"You answered yes to 1 of 2 questions. {AHEAD} “Can teachers leave?”")),
        ({"7": "no"}, (1, f"You answered yes to 0 of 2 questions. {AHEAD} “Is maths a priority?”")),
    ],
)
def test_answers_suggest_one_with_the_reason(answers: dict[str, str], expected: tuple[int, str] | None) -> None:
    found = advice(START, answers)

    assert (None if found is None else (found.phase, found.reason)) == expected


@pytest.fixture
def offers() -> Iterator[tuple[Offer, Offer]]:
    """A phase, and one that prepares for it with one question."""
    with clock.fixed(NOW):
        make_privacy()
        main = make.OfferFactory(phase__name="Open Seas", teachers_per_school=1)
        first = make.OfferFactory(
            phase__name="Calm Seas", phase__prepares_for=main.phase, phase__ready_from=1, teachers_per_school=1
        )
        StartQuestion.objects.create(phase=first.phase, text="Is maths a priority?")
        yield first, main


@pytest.fixture
def school() -> School:
    return make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")


@pytest.mark.django_db
def test_school_chooses_otherwise_and_the_hub_reads_what_was_suggested(
    offers: tuple[Offer, Offer], school: School
) -> None:
    _first, main = offers
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    asked, question = visitor.page, StartQuestion.objects.get()

    visitor.post(**{f"q{question.pk}": "no"})
    suggested = " ".join(visitor.text.split())
    visitor.post(offer=main.pk).post(**CONTACT).post(**HEAD).post(who="later").post(message="").agree().post()

    interest = Interest.objects.get()
    lead = make.make_user(HUB_LEAD, hub=school.hub)
    visitor.client.force_login(lead)
    page = visitor.get(interest.get_absolute_url()).text
    assert (asked, "<strong>We suggest Calm Seas.</strong> You answered yes to 0 of 1" in suggested) == (
        "start",
        True,
    )
    assert (interest.offer, str(interest.advised)) == (main, "Calm Seas")
    assert "The form suggested Calm Seas, and told the school: “You answered yes to 0 of 1" in page


@pytest.mark.django_db
def test_questions_may_be_left_out_and_bad_answers_are_refused(offers: tuple[Offer, Offer], school: School) -> None:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)

    refused = visitor.post(**{f"q{StartQuestion.objects.get().pk}": "perhaps"}).page
    visitor.post()

    assert (refused, visitor.page, "We suggest" in visitor.text) == ("start", "programme", False)


@pytest.mark.django_db
def test_school_that_was_in_the_first_phase_is_not_asked(offers: tuple[Offer, Offer], school: School) -> None:
    first, main = offers
    before = make.OfferFactory(phase=first.phase, year=2025)
    make.EnrolmentFactory(school=school, offer=before, status="completed")
    visitor = Visitor()

    visitor.post(reverse("programmes:express-school"), school=school.pk)

    assert (visitor.page, "We suggest Open Seas." in visitor.text) == ("programme", True)
    assert str(main) in visitor.text


@pytest.mark.parametrize("is_target", [True, False])
@pytest.mark.django_db
def test_nothing_is_suggested_to_a_school_that_did_what_comes_after(
    offers: tuple[Offer, Offer], school: School, is_target: bool
) -> None:
    _first, main = offers
    later = make.PhaseFactory(pathway=main.phase.pathway, position=main.phase.position + 10)
    done = make.OfferFactory(phase=main.phase if is_target else later, year=2024)
    make.EnrolmentFactory(school=school, offer=done, status="completed")
    visitor = Visitor()

    visitor.post(reverse("programmes:express-school"), school=school.pk)

    assert (visitor.page, "We suggest" in visitor.text) == ("programme", False)


def test_questions_left_out_are_no_answer() -> None:
    asked = tuple((str(number), f"Question {number}?") for number in range(5))
    start = Start(1, "Calm Seas", 2, "Open Seas", asked, 3)

    found = [
        advice(start, dict(zip("01234", said, strict=False)))
        for said in (["no", "no"], ["yes", "yes", "no"], ["yes", "yes", "yes"], ["no", "no", "no"])
    ]

    assert [None if one is None else one.phase for one in found] == [None, None, 2, 1]


@pytest.mark.django_db
def test_school_without_the_choice_is_not_asked(offers: tuple[Offer, Offer], school: School) -> None:
    Offer.objects.filter(pk=offers[0].pk).update(is_published=False)

    visitor = Visitor().post(reverse("programmes:express-school"), school=school.pk)

    assert visitor.page == "programme"


@pytest.mark.django_db
def test_each_school_of_a_trust_reads_what_its_own_history_suggests(offers: tuple[Offer, Offer]) -> None:
    first, main = offers
    trust = make.TrustFactory()
    ash, birch = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash School", "Birch School"))
    before = make.OfferFactory(phase=first.phase, year=2025)
    make.EnrolmentFactory(school=ash, offer=before, status="completed")
    visitor = Visitor()
    visitor.client.force_login(make.make_user(TRUST_LEAD, trust=trust))

    visitor.post(reverse("programmes:express-school"), several="yes", school=[ash.pk, birch.pk])
    shown = strip_tags(visitor.text.partition("we suggest")[2].partition("</ul>")[0]).strip()
    visitor.post(offer=main.pk).post(**CONTACT)
    for name in ("ash", "birch"):
        visitor.post(name=f"Jo {name.title()}", email=f"jo@{name}.example.org")
    visitor.post(message="").agree().post()

    words = "Your school was in Calm Seas in 2025/26, which prepares for it."
    kept = {one.school: (str(one.advised), one.advice) for one in Interest.objects.select_related("advised", "school")}
    assert shown == f":\n        Ash School: Open Seas. {words}"
    assert kept == {ash: ("Open Seas", words), birch: ("None", "")}
