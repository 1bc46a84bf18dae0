"""What a school may tell of an interest in, as the offers of this year and the next ones say."""

from datetime import date

from programmes.models.enrolment import Enrolment
from programmes.models.offers import Offer
from programmes.models.phases import Phase
from programmes.rules import Answer, Wish, wishes
from schools.models import School
from schools.rules import academic_year

YEARS_AHEAD = 2


def wishes_of(school: School, today: date) -> list[tuple[Phase, Wish]]:
    """What a school may tell of an interest in: the years of each phase that are not closed to it."""
    this_year = academic_year(today)
    years = range(this_year, this_year + YEARS_AHEAD + 1)
    parts = Enrolment.objects.parts_of(school)
    phases: dict[int, Phase] = {}
    answers: dict[int, list[tuple[int, Answer]]] = {}
    for offer in Offer.objects.public_for(school, years):
        phases.setdefault(offer.phase_id, offer.phase)
        answers.setdefault(offer.phase_id, []).append((offer.year, offer.answer_to(school, today, parts)))
    return [(phases[key], wish) for key, found in answers.items() for wish in wishes(found, this_year=this_year)]
