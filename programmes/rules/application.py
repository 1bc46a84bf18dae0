"""The public form: which questions are asked, in which order, and who the teachers are. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# How a teacher's place may be filled: by the contact, by the headteacher, by somebody else, or later.
CONTACT, HEAD, OTHER, LATER = "contact", "head", "other", "later"


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the form; ``number`` says which teacher's, 0 where it is about none."""

    name: str
    number: int = 0


CHECK = Question("check")


def questions(
    *, contact_is_head: bool, places: Mapping[int, str], teachers: int, asks_lead_role: bool
) -> list[Question]:
    """The pages in their order: nobody is asked for what follows from what they said."""
    asked = [Question("programme"), Question("contact")]
    if not contact_is_head:
        asked.append(Question("head"))
    for number in range(1, teachers + 1):
        asked.append(Question("teachers", number))
        if places.get(number) == OTHER:
            asked.append(Question("teacher", number))
    if asks_lead_role and any(places.get(number, LATER) != LATER for number in range(1, teachers + 1)):
        asked.append(Question("lead-role"))
    return [*asked, Question("message"), Question("agree")]


def first_unanswered(asked: Sequence[Question], answered: Collection[Question]) -> Question:
    """Where to go on: the first page without an answer, or the check of all answers."""
    return next((question for question in asked if question not in answered), CHECK)


def question_before(asked: Sequence[Question], question: Question) -> Question | None:
    """The page to go back to; None from the first."""
    at = asked.index(question) if question in asked else len(asked)
    return asked[at - 1] if at else None
