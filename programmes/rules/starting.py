"""Where a school begins that may take a preparatory phase first or go straight to the main one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from programmes.rules.eligibility import Part, Standing, part_words
from schools.rules import year_label

YES, NO, UNSURE = "yes", "no", "unsure"
ANSWERS = ((YES, "Yes"), (NO, "Not yet"), (UNSURE, "I am not sure"))


@dataclass(frozen=True, slots=True)
class Start:
    """A preparatory phase and the one that it prepares for, with the questions that tell them apart.

    ``ready_from``: from how many questions answered with yes a school goes straight to ``target``; ``beyond``: the
    phases that come after it, by their keys with their names.
    """

    phase: int
    name: str
    target: int
    target_name: str
    questions: tuple[tuple[str, str], ...]
    ready_from: int
    beyond: Mapping[int, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[int, str]:
        """The phases of the ladder from this one on, by their keys."""
        return {self.phase: self.name, self.target: self.target_name, **self.beyond}


@dataclass(frozen=True, slots=True)
class Advice:
    """Which phase is suggested, and why in a sentence."""

    phase: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the history of a school says of its beginning: a suggestion, or in words why none is made.

    Neither for a school that is new. ``is_free``: it may begin with either phase.
    """

    advice: Advice | None = None
    words: str = ""
    is_free: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the school took no part so far."""
        return self.is_free and not self.words

    @property
    def has_begun(self) -> bool:
        """Whether there is nothing left to choose."""
        return not self.is_free and self.advice is None


def has_begun(start: Start, parts: Sequence[Part]) -> bool:
    """Whether a school has done what comes after the beginning: there is nothing to suggest to it."""
    return _later(start, parts) is not None


def _later(start: Start, parts: Sequence[Part]) -> Part | None:
    later = start.names.keys() - {start.phase}
    return next((part for part in parts if part.phase in later and part.standing is not Standing.PAUSED), None)


def known(start: Start, parts: Sequence[Part], *, whose: str, this_year: int) -> Known:
    """What follows for one of several schools, of which nothing is asked.

    :param parts: newest first; what is accepted and has not begun only for whoever may read of it.
    :param whose: what the school is called.
    """
    of_ladder = [part for part in parts if part.phase in start.names]
    begun = [part for part in of_ladder if part.standing is not Standing.ACCEPTED]
    if (later := _later(start, begun)) is not None:
        words = part_words(later, this_year=this_year, whose=whose, what=start.names[later.phase])
        return Known(words=f"{words}, so it has begun.")
    if (advised := known_advice(start, begun)) is not None:
        return Known(advised)
    if not of_ladder:
        return Known(is_free=True)
    placed = next((part for part in of_ladder if part.standing is Standing.ACCEPTED), None)
    if placed is not None:
        who = f"{placed.school}, which {whose} follows or became," if placed.school else whose
        return Known(words=f"{who} has a place in {start.names[placed.phase]} in {year_label(placed.year)}.")
    paused = of_ladder[0]
    words = part_words(paused, this_year=this_year, whose=whose, what=start.names[paused.phase])
    return Known(words=f"{words}.", is_free=True)


def known_advice(start: Start, parts: Sequence[Part]) -> Advice | None:
    """What follows from a school's own history, without asking."""
    done = [part for part in parts if part.phase == start.phase and part.standing is not Standing.PAUSED]
    if not done:
        return None
    who = done[0].school or "your school"
    reason = f"{who[:1].upper()}{who[1:]} was in {start.name} in {year_label(done[0].year)}, which prepares for it."
    return Advice(start.target, start.target_name, reason)


def advice(start: Start, answers: Mapping[str, str]) -> Advice | None:
    """What follows from the answers (by question).

    None where fewer than half were given, or those left out decide it.
    """
    given = {key: answers[key] for key, _text in start.questions if answers.get(key) in (YES, NO, UNSURE)}
    if not given or 2 * len(given) < len(start.questions):
        return None
    said_yes = sum(answer == YES for answer in given.values())
    count = f"{said_yes} of {len(start.questions)} questions"
    if said_yes >= start.ready_from:
        return Advice(start.target, start.target_name, f"You answered yes to {count}, so the ground is prepared.")
    if said_yes + len(start.questions) - len(given) >= start.ready_from:
        return None
    open_one = next((text for key, text in start.questions if given.get(key, YES) != YES), "")
    reason = f"You answered yes to {count}. It is a year to work on what is still open, such as “{open_one}”"
    return Advice(start.phase, start.name, reason)
