"""The public form: which questions are asked, in which order, and who the teachers are. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

# How a teacher's place may be filled: by the contact, by the headteacher, by somebody else, or later; or by whoever
# has place 3 of another programme already: "as3".
CONTACT, HEAD, OTHER, LATER = "contact", "head", "other", "later"
AS = "as"


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the form; ``number`` says which teacher's, school's or programme's, 0 where it is about none."""

    name: str
    number: int = 0


CHECK = Question("check")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks about one programme: how many teachers, whether one in a leading role is wished for,
    whether there are several ways of doing it, and whether whoever applies has to give a teacher reference number.
    """

    teachers: int
    asks_lead_role: bool = False
    asks_option: bool = False
    needs_trn: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A teacher's place as it was filled in; an empty name is "to be named"."""

    name: str = ""
    email: str = ""
    job_title: str = ""
    has_lead_role: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """What the questions follow from.

    ``places``: how each teacher's place is filled so far, numbered through all programmes. Of several schools only
    the headteachers of those that apply are asked for (``joining``: their numbers): each names its own teachers later.
    ``is_light`` tells of an interest only.
    ``asks_start``: the school may begin with one phase or go straight to the next.
    """

    contact_is_head: bool = False
    schools: int = 1
    joining: Sequence[int] = ()
    programmes: Sequence[Wanted] = ()
    places: Mapping[int, str] = field(default_factory=dict)
    is_light: bool = False
    is_change: bool = False
    asks_start: bool = False


def questions(asking: Asking) -> list[Question]:
    """The pages in their order: nobody is asked for what follows from what they said."""
    if asking.is_light:
        return [Question("wish"), Question("contact"), Question("agree")]
    asked = [Question("start-point")] if asking.asks_start else []
    asked += [] if asking.is_change else [Question("programme")]
    asked += _about_options(asking.programmes)
    asked.append(Question("contact"))
    if asking.schools > 1:
        asked += [Question("head", nth(number)) for number in asking.joining]
    elif not asking.contact_is_head:
        asked.append(Question("head"))
    asked += _about_teachers(asking)
    asked.append(Question("message"))
    return asked if asking.is_change else [*asked, Question("agree")]


def _about_options(programmes: Sequence[Wanted]) -> list[Question]:
    """In which way each programme is done, where there are several; the hub changes it later."""
    return [Question("option", nth(at)) for at, wanted in enumerate(programmes, start=1) if wanted.asks_option]


def _about_teachers(asking: Asking) -> list[Question]:
    """Who takes part in each programme, and who of them leads."""
    asked: list[Question] = []
    if asking.schools > 1:
        return asked
    for index, (wanted, numbers) in enumerate(
        zip(asking.programmes, places_of(asking.programmes), strict=True), start=1
    ):
        for number in numbers:
            asked.append(Question("teachers", number))
            if asking.places.get(number) == OTHER:
                asked.append(Question("teacher", number))
        if wanted.asks_lead_role and any(asking.places.get(number, LATER) != LATER for number in numbers):
            asked.append(Question("lead-role", nth(index)))
    return asked


def nth(number: int) -> int:
    """The number in the address of a page about one of several: the first needs none."""
    return 0 if number == 1 else number


def places_of(programmes: Sequence[Wanted]) -> list[range]:
    """The numbers of each programme's places: they run on from one programme to the next."""
    found, start = [], 1
    for one in programmes:
        found.append(range(start, start + one.teachers))
        start += one.teachers
    return found


def first_unanswered(asked: Sequence[Question], answered: Collection[Question]) -> Question:
    """Where to go on: the first page without an answer, or the check of all answers."""
    return next((question for question in asked if question not in answered), CHECK)


def question_before(asked: Sequence[Question], question: Question) -> Question | None:
    """The page to go back to; None from the first."""
    at = asked.index(question) if question in asked else len(asked)
    return asked[at - 1] if at else None
