"""Where a school begins that may take a preparatory phase first: what is asked, and what is suggested."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db.models import prefetch_related_objects

from programmes.models import Enrolment, Offer, Phase
from programmes.rules import Advice, Known, Part, Start, advice, has_begun, known, known_advice
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


def known_each(
    open_to: Mapping[School, Collection[int]], parts_of: Mapping[int, Sequence[Part]], today: date
) -> list[tuple[list[School], Start, Known]]:
    """Of several schools, each with the phases (their keys) open to it, what its own history says of its beginning.

    Nothing is asked: how far a school is, is answered for one. Those that are new and have the same choice stand
    together; what is suggested comes first. One that has no choice left is told that it has begun with that of others.

    :param parts_of: by the key of a school; what is accepted only of those whose reader may know it.
    """
    this_year, choices = academic_year(today), _choices_of(open_to.values())
    found: list[tuple[list[School], Start, Known]] = []
    for school, phases in open_to.items():
        own, parts = choices[frozenset(phases)], parts_of.get(school.pk, ())
        starts = [own] if own else [one for one in choices.values() if one]
        each = [(one, known(one, parts, whose=str(school), this_year=this_year)) for one in starts]
        told = next((one for one in each if own or one[1].has_begun), None)
        if told is None:
            continue
        alike = [these for these, *said in found if told[1].is_new and said == [*told]]
        if alike:
            alike[0].append(school)
        else:
            found.append(([school], *told))
    return sorted(found, key=lambda one: (one[2].advice is None, one[2].is_new))


def _choice_of(phases: Collection[int]) -> Start | None:
    return _choices_of([phases])[frozenset(phases)]


def _choices_of(sets: Iterable[Collection[int]]) -> dict[frozenset[int], Start | None]:
    """The choice among each of these sets of phases (their keys); two queries, however many there are."""
    ladder = list(Phase.objects.all())
    prefetch_related_objects([one for one in ladder if one.prepares_for_id], "start_questions")
    return {open_to: _start(ladder, open_to) for open_to in map(frozenset, sets)}


def _start(ladder: Sequence[Phase], open_to: Collection[int]) -> Start | None:
    """:param ladder: all phases in their order."""
    of_key = {one.pk: one for one in ladder}
    phase = next((one for one in ladder if one.pk in open_to and one.prepares_for_id in open_to), None)
    target = of_key.get(phase.prepares_for_id or 0) if phase else None
    if phase is None or target is None or not phase.start_questions.all():
        return None
    asked = tuple((str(one.pk), one.text) for one in phase.start_questions.all())
    beyond = {
        one.pk: one.name
        for one in ladder
        if one.pathway_id == target.pathway_id and one.position > target.position and one != phase
    }
    return Start(phase.pk, phase.name, target.pk, target.name, asked, phase.ready_from, beyond)


def advice_for(school: School, start: Start, answers: Mapping[str, str]) -> Advice | None:
    """What is suggested: by the school's history, else by its answers."""
    return known_advice(start, Enrolment.objects.parts_of(school)) or advice(start, answers)
