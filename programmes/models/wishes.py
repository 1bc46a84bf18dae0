"""What a school may tell of an interest in, as the offers of this year and the next ones say."""

from datetime import date

from programmes.models.enrolment import Enrolment
from programmes.models.offers import Offer
from programmes.models.phases import Phase
from programmes.rules import Wish, wishes
from schools.models import School
from schools.rules import academic_year

YEARS_AHEAD = 2


def wishes_of(school: School, today: date) -> list[tuple[Phase, Wish]]:
    """What a school may tell of an interest in: the years of each phase that are not closed to it."""
    return [(phase, wish) for phase, found, _offers in offered_wishes(school, today) for wish in found]


def offered_wishes(school: School, today: date) -> list[tuple[Phase, list[Wish], list[Offer]]]:
    """The same by phase, with the offers that say what it is: of the first of these years that has some, or the last.

    A year that has none yet is wished for by what the one before offered.
    """
    this_year = academic_year(today)
    years = range(this_year, this_year + YEARS_AHEAD + 1)
    parts = Enrolment.objects.parts_of(school)
    offers: dict[Phase, list[Offer]] = {}
    for offer in Offer.objects.public_for(school, years):
        offers.setdefault(offer.phase, []).append(offer)
    found = []
    for phase, of_phase in offers.items():
        answers = [(offer.year, offer.answer_to(school, today, parts)) for offer in of_phase]
        wished = wishes(answers, this_year=this_year)
        offered = {offer.year for offer in of_phase}
        first = next((wish.year for wish in wished if wish.year in offered), max(offered))
        if wished:
            found.append((phase, wished, [offer for offer in of_phase if offer.year == first]))
    return found
