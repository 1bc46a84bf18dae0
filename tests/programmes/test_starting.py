"""Readiness or straight on: what is suggested, by history and answers, in data; the school chooses."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from hubportal.core import clock
from programmes.models import Interest, Offer, StartQuestion
from programmes.rules import Advice, Known, Part, Standing, Start, advice, known, known_advice
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


IN_TURN = Start(1, "Calm Seas", 2, "Open Seas", START.questions, 2, {3: "Deep Seas"})
IS_SUGGESTED = Known(Advice(2, "Open Seas", "Your school was in Calm Seas in 2025/26, which prepares for it."))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], Known(is_free=True)),
        ([Part(9, 2025, Standing.COMPLETED)], Known(is_free=True)),
        ([Part(1, 2025, Standing.COMPLETED)], IS_SUGGESTED),
        ([Part(2, 2026, Standing.ACCEPTED), Part(1, 2025, Standing.ACTIVE)], IS_SUGGESTED),
        (
            [Part(3, 2025, Standing.COMPLETED), Part(1, 2023, Standing.COMPLETED)],
            Known(words="Ash School did Deep Seas in 2025/26, so it has begun."),
        ),
        ([Part(2, 2026, Standing.ACTIVE)], Known(words="Ash School is in Open Seas in 2026/27, so it has begun.")),
        ([Part(1, 2027, Standing.ACCEPTED)], Known(words="Ash School has a place in Calm Seas in 2027/28.")),
        (
            [Part(1, 2025, Standing.ACCEPTED, "Elm School")],
            Known(words="Elm School, which Ash School follows or became, has a place in Calm Seas in 2025/26."),
        ),
        ([Part(1, 2025, Standing.PAUSED)], Known(words="Ash School paused Calm Seas in 2025/26.", is_free=True)),
    ],
)
def test_history_of_one_of_several_schools_says_where_it_begins(parts: list[Part], expected: Known) -> None:
    assert known(IN_TURN, parts, whose="Ash School", this_year=2026) == expected


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


def _several(visitor: Visitor, *schools: School) -> list[str]:
    """What the page of programmes says that is known of each, where a form begins for these of a trust."""
    visitor.post(reverse("programmes:express-school"), several="yes", school=[one.pk for one in schools])
    return _said(visitor)


def _said(visitor: Visitor) -> list[str]:
    box = visitor.text.partition("What we know of your schools")[2].partition("</ul>")[0]
    return [strip_tags(one) for one in re.findall("<li>(.*?)</li>", box)]


@pytest.fixture
def trust() -> Any:
    return make.TrustFactory()


@pytest.fixture
def lead(trust: Any) -> Visitor:
    """Of a trust."""
    visitor = Visitor()
    visitor.client.force_login(make.make_user(TRUST_LEAD, trust=trust))
    return visitor


# Each school has its own hub.
FREE = "may begin with Calm Seas or Open Seas; your hubs advise which."


@pytest.mark.django_db
def test_each_school_of_a_trust_reads_what_its_own_history_suggests(
    offers: tuple[Offer, Offer], trust: Any, lead: Visitor
) -> None:
    first, main = offers
    names = ("Ash School", "Birch School", "Cedar School", "Dale School", "Elm School")
    ash, birch, cedar, dale, elm = (make.SchoolFactory(name=name, trust=trust) for name in names)
    before, in_main = make.OfferFactory(phase=first.phase, year=2025), make.OfferFactory(phase=main.phase, year=2025)
    for school, offer, status in ((cedar, before, "paused"), (dale, in_main, "completed"), (elm, before, "completed")):
        make.EnrolmentFactory(school=school, offer=offer, status=status)

    shown = _several(lead, ash, birch, cedar, dale, elm)
    lead.post(offer=main.pk).post(**CONTACT)
    for name in ("ash", "birch", "cedar", "dale", "elm"):
        lead.post(name=f"Jo {name.title()}", email=f"jo@{name}.example.org")
    lead.post(message="").agree().post()

    words = "Your school was in Calm Seas in 2025/26, which prepares for it."
    kept = {one.school: (str(one.advised), one.advice) for one in Interest.objects.select_related("advised", "school")}
    assert shown == [
        f"Elm School: Open Seas. {words}",
        f"Cedar School paused Calm Seas in 2025/26. It {FREE}",
        "Dale School did Open Seas in 2025/26, so it has begun.",
        f"Ash School and Birch School: new to the programme. A school that is new {FREE}",
    ]
    assert kept == {elm: ("Open Seas", words), **dict.fromkeys((ash, birch, cedar, dale), ("None", ""))}


@pytest.mark.django_db
def test_school_that_did_what_is_done_once_is_said_to_have_begun(
    offers: tuple[Offer, Offer], trust: Any, lead: Visitor
) -> None:
    """It has no choice left; the others of its trust have. Of one that the ladder is not for nothing is said."""
    _first, main = offers
    Offer.objects.update(is_once=True, school_phases=[2])
    ash, birch = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash", "Birch"))
    high = make.SchoolFactory(name="High", trust=trust, phase_code=4)
    make.EnrolmentFactory(school=birch, offer=make.OfferFactory(phase=main.phase, year=2024), status="completed")

    assert _several(lead, ash, birch, high) == [
        "Birch did Open Seas in 2024/25, so it has begun.",
        f"Ash: new to the programme. A school that is new {FREE}",
    ]


@pytest.mark.django_db
def test_nothing_is_said_to_the_lead_of_a_trust_of_a_school_outside_it(
    offers: tuple[Offer, Offer], trust: Any, lead: Visitor
) -> None:
    """Neither of one that is sent with the others, nor of one that has left since."""
    before = make.OfferFactory(phase=offers[0].phase, year=2025)
    ash, birch, leaving = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash", "Birch", "Gone"))
    other = make.SchoolFactory(name="Other", trust=make.TrustFactory())
    for school in (leaving, other):
        make.EnrolmentFactory(school=school, offer=before, status="completed")

    asked = _several(lead, ash, birch, other)
    with_it = _several(lead, ash, birch, leaving)
    School.objects.filter(pk=leaving.pk).update(trust=other.trust)
    since = _said(lead.get(lead.path))

    assert asked == since == [f"Ash and Birch: new to the programme. A school that is new {FREE}"]
    assert (len(with_it), with_it[0].startswith("Gone: Open Seas.")) == (2, True)


@pytest.mark.django_db
def test_place_that_has_not_begun_is_told_only_to_whoever_leads_its_trust(
    offers: tuple[Offer, Offer], trust: Any, lead: Visitor
) -> None:
    """The form may be opened by a link that is passed on."""
    ash, birch = (make.SchoolFactory(name=name, trust=trust) for name in ("Ash", "Birch"))
    make.EnrolmentFactory(school=ash, offer=offers[0], status="accepted")

    own = _several(lead, ash, birch)
    lead.client.logout()
    stranger = Visitor()
    session = stranger.client.session
    session["express"] = [lead.draft]
    session.save()

    assert own[0] == "Ash has a place in Calm Seas in 2026/27."
    assert _said(stranger.get(lead.path)) == [f"Ash and Birch: new to the programme. A school that is new {FREE}"]


@pytest.mark.django_db
def test_programmes_for_26_schools_of_two_ladders_take_no_more_than_twelve_queries(
    offers: tuple[Offer, Offer], trust: Any, lead: Visitor, django_assert_max_num_queries: Any
) -> None:
    Offer.objects.update(school_phases=[2])
    later = make.OfferFactory(phase__name="High Seas", school_phases=[4])
    start = make.OfferFactory(phase__name="Low Seas", phase__prepares_for=later.phase, school_phases=[4])
    StartQuestion.objects.create(phase=start.phase, text="Is maths a priority?")
    before = make.OfferFactory(phase=offers[0].phase, year=2025)
    hub = make.HubFactory()
    schools = [make.SchoolFactory(trust=trust, authority__hub=hub, phase_code=2 + 2 * (n % 2)) for n in range(26)]
    for school in schools[::3]:
        make.EnrolmentFactory(school=school, offer=before, status="completed")
    shown = _several(lead, *schools)

    with django_assert_max_num_queries(12):
        again = _said(lead.get(lead.path))

    assert again == shown
    assert [sum(words in line for line in again) for words in ("Open Seas. Your", "Calm Seas or", "Low Seas or")] == [
        5,
        1,
        1,
    ]
