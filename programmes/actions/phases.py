"""Phases and their families, as the national team names them."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from hubportal.core import journal
from programmes.models import Pathway, Phase, PhaseFamily, PhaseOption, StartQuestion
from schools.models import User


class CannotName(Exception):
    """A name that is taken, said in words for people."""


@transaction.atomic
def make_phase(
    *,
    by: User | None,
    name: str,
    pathway: Pathway,
    family: PhaseFamily | None,
    options: Sequence[str] = (),
    start_questions: Sequence[str] = (),
    **facts: Any,
) -> Phase:
    """Add a phase at the end of its pathway, in a family or (None) in one of its own, of the same name.

    :raises CannotName: where a phase or a family is called so already.
    """
    code = slugify(name)[:50]
    if not code or Phase.objects.filter(code=code).exists():
        raise CannotName("There is a phase of this name already." if code else "Use letters in the name.")
    last = pathway.phases.order_by("-position").values_list("position", flat=True).first()
    position = 0 if last is None else last + 1
    phase = Phase(code=code, name=name, pathway=pathway, position=position, **facts)
    phase.family = _family(phase, family)
    phase.save()
    _set_options(phase, options)
    _ask(phase, start_questions)
    journal.record("Phase added", on=phase, by=by, note=str(phase.family))
    return phase


@transaction.atomic
def change_phase(
    *,
    phase: Phase,
    by: User | None,
    family: PhaseFamily | None,
    options: Sequence[str] | None = None,
    start_questions: Sequence[str] | None = None,
    **facts: Any,
) -> None:
    """Rename a phase, or let it be counted with another family; its offers stay what they are.

    :param options: the ways of doing it that schools choose from (None leaves them); one that was chosen already is
        only offered no more.

    :raises CannotName: where a family is called so already.
    """
    new = {**facts, "family": _family(phase, family)}
    changed = {name: [str(getattr(phase, name)), str(value)] for name, value in new.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    for name in changed:
        setattr(phase, name, new[name])
    phase.save(update_fields=list(changed))
    had = [option.name for option in phase.options.all() if option.is_offered]
    if options is not None and had != list(options):
        _set_options(phase, options)
        changed["options"] = [", ".join(had), ", ".join(options)]
    asked = [one.text for one in phase.start_questions.all()]
    if start_questions is not None and asked != list(start_questions):
        _ask(phase, start_questions)
        changed["start_questions"] = ["; ".join(asked), "; ".join(start_questions)]
    if changed:
        journal.record("Phase changed", on=phase, by=by, changed=changed)


def _set_options(phase: Phase, names: Sequence[str]) -> None:
    for position, name in enumerate(names):
        PhaseOption.objects.update_or_create(
            phase=phase, name=name, defaults={"position": position, "is_offered": True}
        )
    phase.options.exclude(name__in=names).update(is_offered=False)


def _ask(phase: Phase, texts: Sequence[str]) -> None:
    """The questions by which a start here or in the next phase is suggested; those that stay keep their answers."""
    for position, text in enumerate(texts):
        StartQuestion.objects.update_or_create(phase=phase, text=text, defaults={"position": position})
    phase.start_questions.exclude(text__in=texts).delete()


def _family(phase: Phase, chosen: PhaseFamily | None) -> PhaseFamily:
    if chosen is not None:
        return chosen
    try:
        with transaction.atomic():
            return PhaseFamily.objects.create(pathway=phase.pathway, name=phase.name, position=phase.position)
    except IntegrityError as taken:
        raise CannotName(f"There is a family called {phase.name} already: choose it.") from taken
