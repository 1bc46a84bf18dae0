"""The form for a school on its way through the phases: what is next, what comes later, what it has left behind."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from programmes.models import Offer, Phase
from programmes.rules import steps_between
from schools.models import School
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]

CLOSED = date(2026, 3, 31)


@pytest.fixture
def school() -> School:
    """In its year of Development; Embedding follows, then Sustaining, and Readiness came before."""
    develop = make.PhaseFactory(name="Development")
    embed, sustain = make.PhaseFactory(name="Embedding"), make.PhaseFactory(name="Sustaining")
    ready = make.PhaseFactory(name="Readiness", prepares_for=develop)
    this_year = make.OfferFactory(phase=develop, title="Developing", is_once=True, closes_on=CLOSED)
    for phase, title in (
        (develop, "Developing"),
        (embed, "Embedding"),
        (sustain, "Sustaining"),
        (ready, "Getting ready"),
    ):
        make.OfferFactory(phase=phase, title=title, year=2027, is_once=phase == develop)
    Offer.objects.get(phase=embed).follows.set([develop])
    Offer.objects.get(phase=sustain).follows.set([develop, embed])
    made: School = make.SchoolFactory()
    make.EnrolmentFactory(school=made, offer=this_year, status="active")
    return made


def _beside(school: School) -> dict[str, str]:
    """What stands in the line of each programme that is open, and of what is not open the names."""
    client = Client()
    page = client.get(client.post(reverse("programmes:express-school"), {"school": school.pk})["Location"])
    text = " ".join(page.content.decode().split())
    lines = text.partition("<form")[2].split('<div class="govuk-checkboxes__item">')[1:]
    return {line.partition("<strong>")[2].partition("</strong>")[0]: line for line in lines} | {
        "closed": text.partition('<dl class="reasons">')[2].partition("</dl>")[0]
    }


def test_next_step_is_marked_and_a_later_one_says_what_comes_before_it(school: School) -> None:
    found = _beside(school)

    embedding, sustaining = found["Embedding 2027/28"], found["Sustaining 2027/28"]
    is_in = "<strong>Your school is in Development in 2026/27, which comes before this.</strong>"
    assert (is_in in embedding, "Next step" in embedding) == (True, True)
    assert (is_in in sustaining, "Next step" in sustaining) == (False, False)
    assert "<strong>Embedding comes before this.</strong>" in sustaining
    assert "Most schools come from" not in sustaining


def test_what_prepares_for_a_phase_that_the_school_is_in_says_so(school: School) -> None:
    line = _beside(school)["Getting ready 2027/28"]

    assert "<strong>Your school is in Development in 2026/27, for which this prepares.</strong>" in line


def test_hubs_version_alone_is_named_among_what_is_not_open(school: School) -> None:
    national = Offer.objects.get(phase=Phase.objects.get(name="Development"), year=2027)
    make.OfferFactory(
        phase=national.phase, title="Developing here", year=2027, is_once=True, hub=school.hub, stands_for=national
    )

    closed = _beside(school)["closed"]

    assert ("<dt>Developing here</dt>" in closed, "<dt>Developing</dt>" in closed) == (True, False)


def test_steps_between_are_what_follows_the_one_and_comes_before_the_other() -> None:
    follows = {2: [1], 3: [1, 2], 4: [3]}

    assert [steps_between(1, later, follows) for later in (2, 3, 4, 5)] == [[], [2], [3], []]
