"""The public form: what of it closed while it was filled in; what else was chosen stays ticked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hubportal.core import clock
from programmes.actions.interest import may_apply
from programmes.models import Offer, Phase
from programmes.models.wishes import wishes_of
from programmes.rules import Question
from programmes.views.draft import Draft
from schools.models import School
from schools.rules import listed, year_label

A_PROGRAMME = "A programme"
NO_LONGER = "{} is no longer open{}."
STILL_TICKED = "What else you chose is still ticked."
LOOK_AGAIN = "Please look at what is open now."


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen for one school: what it is called, the value of its tick, whether it is still open."""

    school: School
    name: str
    tick: str
    is_open: bool


def offers_now(pairs: Sequence[tuple[School, Offer]]) -> list[Chosen]:
    """What each school would apply for, and whether it still may."""
    now = clock.now()
    return [Chosen(school, str(one), str(one.pk), may_apply(school, one, now=now)) for school, one in pairs]


def wishes_now(wishes: Sequence[tuple[School, Phase, int]]) -> list[Chosen]:
    """What each school would tell of an interest in, and whether it still may."""
    may = {
        one: {(phase.pk, wish.year) for phase, wish in wishes_of(one, clock.today())}
        for one in {school for school, _phase, _year in wishes}
    }
    return [
        Chosen(school, f"{phase.name} {year_label(year)}", f"{phase.pk}-{year}", (phase.pk, year) in may[school])
        for school, phase, year in wishes
    ]


def ticked_now(choices: Sequence[dict[str, Any]], ticked: set[str]) -> list[Chosen]:
    """What is ticked on the page of programmes, for each school; with what has closed since the page was opened."""
    taken = [one for one in choices if not ticked.isdisjoint(one["ticks"])]
    gone = ticked - {str(offer.pk) for one in taken for _school, offer in one["open_for"]}
    return [
        Chosen(each["school"], str(each["offer"]), str(one["offer"].pk), each["answer"].is_open)
        for one in taken
        for each in one["each"]
        if each["answer"].is_open or str(each["offer"].pk) in gone
    ]


def choose_again(draft: Draft, chosen: Sequence[Chosen]) -> str:
    """Let the choice be made anew, with what is still open ticked; what has closed in words. The caller keeps it."""
    question, field = ("wish", "wish") if draft.is_light else ("programme", "offer")
    still = dict.fromkeys(one.tick for one in chosen if one.is_open)
    draft.forget(question)
    if still:
        draft.put_by(Question(question), {field: [*still]})
    closed: dict[str, list[School]] = {}
    for one in chosen:
        if not one.is_open:
            closed.setdefault(one.name, []).append(one.school)
    open_for_others = {one.name for one in chosen if one.is_open}
    words = [
        NO_LONGER.format(name, f" for {listed(schools)}" if name in open_for_others else "")
        for name, schools in closed.items()
    ]
    words = words or [NO_LONGER.format(A_PROGRAMME, "")]
    return " ".join([*words, *([STILL_TICKED] if still else []), LOOK_AGAIN])
