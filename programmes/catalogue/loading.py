"""Loading the catalogue: makes what is missing for a date, and leaves alone what stands."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db import models, transaction

from programmes.adapters.holidays import easter_monday
from programmes.catalogue import offers, phases, texts
from programmes.models import (
    AgreementText,
    HalfTerm,
    Offer,
    Pathway,
    Phase,
    PhaseFamily,
    PhaseOption,
    StartQuestion,
    Tag,
    TagSet,
)
from programmes.rules.calendar import national_half_terms
from programmes.rules.years import is_same_code
from schools.rules import academic_year

Row = TypeVar("Row", bound=models.Model)

YEARS_OF_OFFERS = (-1, 0, 1)
YEARS_OF_HALF_TERMS = (-1, 0, 1, 2)


@transaction.atomic
def load(*, today: date) -> dict[str, int]:
    """Make what is missing of the phases, tags, texts, half-terms and offers, and return how many of each were made."""
    year = academic_year(today)
    return {
        "phases": _load_phases(),
        "tags": _load_tags(),
        "agreement texts": _load_texts(),
        "half-terms": sum(_load_half_terms(year + ahead) for ahead in YEARS_OF_HALF_TERMS),
        "offers": sum(_load_offers(year + ahead) for ahead in YEARS_OF_OFFERS),
    }


def _load_phases() -> int:
    _make_missing(
        Pathway, "code", [Pathway(code=code, name=name, position=at) for at, (code, name) in enumerate(phases.PATHWAYS)]
    )
    pathways = {pathway.code: pathway for pathway in Pathway.objects.all()}
    standing, missing = set(Phase.objects.values_list("code", flat=True)), []
    for at, (code, pathway, family, name, short_name, step) in enumerate(phases.PHASES):
        if code in standing:
            continue
        ladder = pathways[pathway]
        of, _ = PhaseFamily.objects.get_or_create(pathway=ladder, name=family, defaults={"position": at})
        row = Phase(code=code, pathway=ladder, family=of, name=name, short_name=short_name, step=step, position=at)
        missing.append(row)
    made = len(Phase.objects.bulk_create(missing))
    _load_options()
    _load_starts()
    return made


def _load_starts() -> None:
    """Which phase prepares for which, with its questions, where nothing was said of it yet."""
    by_code = {phase.code: phase for phase in Phase.objects.all()}
    for code, target, ready_from, questions in phases.STARTS:
        phase = by_code[code]
        if phase.prepares_for_id is None and not phase.start_questions.exists():
            Phase.objects.filter(pk=phase.pk).update(prepares_for=by_code[target], ready_from=ready_from)
            StartQuestion.objects.bulk_create(
                StartQuestion(phase=phase, text=text, position=at) for at, text in enumerate(questions)
            )


def _load_options() -> None:
    """The options of a phase that never had any; what was taken away stays away."""
    for phase in Phase.objects.filter(code__in=phases.OPTIONS, options=None):
        PhaseOption.objects.bulk_create(
            PhaseOption(phase=phase, name=name, position=at) for at, name in enumerate(phases.OPTIONS[phase.code])
        )


def _load_tags() -> int:
    """The tags of a set that is new; what was renamed or taken out of a set stays as it is."""
    made = 0
    for code, name, tags in phases.TAG_SETS:
        tag_set, is_new = TagSet.objects.get_or_create(code=code, defaults={"name": name})
        if is_new:
            made += len(
                Tag.objects.bulk_create([Tag(tag_set=tag_set, name=tag, position=at) for at, tag in enumerate(tags)])
            )
    return made


def _load_texts() -> int:
    """The first version of a text that has none."""
    bodies = {code: (AgreementText.Kind.COMMITMENTS, body) for code, body in texts.COMMITMENTS.items()}
    bodies[texts.PRIVACY] = (AgreementText.Kind.PRIVACY, texts.PRIVACY_BODY)
    return _make_missing(
        AgreementText,
        "code",
        [
            AgreementText(kind=kind, code=code, version=texts.VERSION, body=body, published_on=texts.PUBLISHED_ON)
            for code, (kind, body) in bodies.items()
        ],
    )


def _load_half_terms(year: int) -> int:
    if HalfTerm.objects.filter(year=year, hub=None).exists():
        return 0
    rows = [
        HalfTerm(year=year, number=one.number, starts_on=one.starts_on, ends_on=one.ends_on)
        for one in national_half_terms(year, easter_monday(year + 1))
    ]
    return len(HalfTerm.objects.bulk_create(rows))


def _load_offers(year: int) -> int:
    """The offers of a year whose code is not taken and whose phase is not yet offered nationally."""
    standing = Offer.objects.filter(year=year, hub=None)
    codes, phase_ids = list(standing.values_list("code", flat=True)), set(standing.values_list("phase", flat=True))
    by_code = {phase.code: phase for phase in Phase.objects.all()}
    tag_sets = {tag_set.code: tag_set for tag_set in TagSet.objects.all()}
    made = 0
    for plan in offers.PLANS:
        phase = by_code[plan.phase]
        code = offers.code_of(year, plan.number)
        if phase.pk not in phase_ids and not any(is_same_code(code, one) for one in codes):
            offer = _offer_of(plan, year, phase, tag_sets[plan.tags])
            offer.save(force_insert=True)
            offer.set_phases(_phases_of(plan, by_code))
            made += 1
    return made


def example_of(phase: Phase, year: int) -> tuple[Offer, dict[str, list[Phase]]] | None:
    """An offer of this phase as the catalogue ships it, not kept, with the phases that it names; None: it has none."""
    plan = next((plan for plan in offers.PLANS if plan.phase == phase.code), None)
    if plan is None:
        return None
    tags = TagSet.objects.filter(code=plan.tags).first()
    return _offer_of(plan, year, phase, tags), _phases_of(plan, {one.code: one for one in Phase.objects.all()})


def _phases_of(plan: offers.Plan, by_code: Mapping[str, Phase]) -> dict[str, list[Phase]]:
    named = {"follows": plan.follows, "priority_after": plan.first}
    return {name: [by_code[code] for code in codes] for name, codes in named.items()}


def _offer_of(plan: offers.Plan, year: int, phase: Phase, tags: TagSet | None) -> Offer:
    opens_on, closes_on = offers.window_of(year)
    return Offer(
        phase=phase,
        year=year,
        code=offers.code_of(year, plan.number),
        title=plan.title,
        summary=plan.summary,
        opens_on=opens_on,
        names_by=offers.naming_day_of(year),
        closes_on=closes_on,
        visit_tags=tags,
        commitments=AgreementText.objects.filter(code=plan.commitments).order_by("-published_on", "-pk")[0],
        **plan.numbers,
    )


def _make_missing(model: type[Row], key: str, rows: list[Row]) -> int:
    standing = set(model._default_manager.values_list(key, flat=True))
    missing = [row for row in rows if getattr(row, key) not in standing]
    return len(model._default_manager.bulk_create(missing))
