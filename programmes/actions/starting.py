"""Where a school begins that may take a preparatory phase first: what is asked, and what is suggested."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from programmes.models import Enrolment, Offer, Phase
from programmes.rules import Advice, Part, Start, advice, has_begun, known_advice
from schools.models import School
from schools.rules import academic_year


def start_for(school: School, today: date) -> Start | None:
    """The choice that a school has today: a preparatory phase and what it prepares for, both open to it."""
    this_year = academic_year(today)
    parts = Enrolment.objects.parts_of(school)
    offers = Offer.objects.public_for(school, (this_year, this_year + 1))
    return start_among({one.phase_id for one in offers if one.answer_to(school, today, parts).is_open}, parts)


def start_among(phases: Collection[int], parts: Sequence[Part]) -> Start | None:
    """The choice among phases (their keys) that are open to a school: one that prepares for another of them.

    None for a school that took part in what comes after.
    """
    start = _choice_of(phases)
    return None if start is None or has_begun(start, parts) else start


def advice_each(open_to: Mapping[School, Collection[int]]) -> list[tuple[School, Advice]]:
    """Of several schools, each with the phases (their keys) open to it, what its own history suggests.

    Nothing is asked: how far a school is, is answered for one.
    """
    choices = {phases: _choice_of(phases) for phases in {frozenset(found) for found in open_to.values()}}
    parts_of = Enrolment.objects.parts_of_each(open_to) if any(choices.values()) else {}
    found = []
    for school, phases in open_to.items():
        start, parts = choices[frozenset(phases)], parts_of.get(school.pk, ())
        advised = known_advice(start, parts) if start and not has_begun(start, parts) else None
        found += [(school, advised)] if advised else []
    return found


def _choice_of(phases: Collection[int]) -> Start | None:
    found = Phase.objects.filter(pk__in=phases, prepares_for__in=phases).select_related("prepares_for")
    phase = found.prefetch_related("start_questions").order_by("pathway__position", "position", "pk").first()
    return _start(phase) if phase is not None else None


def _start(phase: Phase) -> Start | None:
    target, questions = phase.prepares_for, phase.start_questions.all()
    if target is None or not questions:
        return None
    asked = tuple((str(one.pk), one.text) for one in questions)
    later = Phase.objects.filter(pathway=target.pathway_id, position__gt=target.position).exclude(pk=phase.pk)
    beyond = frozenset(later.values_list("pk", flat=True))
    return Start(phase.pk, phase.name, target.pk, target.name, asked, phase.ready_from, beyond)


def advice_for(school: School, start: Start, answers: Mapping[str, str]) -> Advice | None:
    """What is suggested: by the school's history, else by its answers."""
    return known_advice(start, Enrolment.objects.parts_of(school)) or advice(start, answers)
