"""Whose name a line may have with initials: a register that has W. Eaves makes no second person of Wren Eaves."""

from collections import defaultdict
from collections.abc import Iterator

from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Undecided
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import ANOTHER, INITIALS
from hubportal.dashboards.rules.school_match import Known
from schools.models import Person
from schools.rules.initials import Parts, has_initial, may_be, parts_of

ASKED = "{name}, of {school}: {known} is known there"
SAID_ONE = "You said that {name} is {known}."
NEW_TOO = "{known}, of line {line}, is new there, too. The same person? Then write one name in both lines."
MOST_ASKED = 3  # of one line: who fits more people than these is rather nobody of them
LONGEST = 300  # as much of a question is kept


class Initials:
    """Asks whether somebody new is whoever is at their school with the first name in full, or with its initial."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        # By school, first letter, and whether that is all of the first name: a file asks for one after the other.
        self._at: dict[tuple[int, str, bool], dict[int, tuple[Parts, Person]]] = defaultdict(dict)

    def know(self, person: Person, school: int) -> None:
        """Somebody who is at a school."""
        if parts := parts_of(person.name):
            self._at[school, parts[0][0], has_initial(parts)][id(person)] = parts, person

    def ask(self, number: int, name: str, email: str, school: Known) -> None:
        """Let somebody say whether a line is about one of those who may be meant.

        :raises Undecided: while nobody has said it of all of them, nor found one.
        """
        questions = self._questions(name, email, school)
        for _known, text, said in questions:
            if said is not None:
                self.world.asking.answered(number, INITIALS, text, said)
        if (known := self.said_one(name, email, school)) is not None:
            self.ledger.say(number, SAID_ONE.format(name=name, known=known))
            return
        if unsaid := [text for _known, text, said in questions if said is None]:
            for text in unsaid:
                self.world.asking.word(number, INITIALS, text)
            raise Undecided(f"{'; '.join(unsaid)}. Say whether they are one person or two.")

    def said_one(self, name: str, email: str, school: Known) -> Person | None:
        """Whom a line is about by what somebody has said."""
        found = (known for known, _text, said in self._questions(name, email, school) if said not in (None, ANOTHER))
        return next(found, None)

    def words_of(self, name: str, school: Known) -> str:
        """What whoever looks is told of somebody whom a line before makes, and whose name this one may be."""
        for known in self._alike(name, school):
            if known._state.adding:
                return NEW_TOO.format(known=known, line=self.ledger.line_of(known))
        return ""

    def _questions(self, name: str, email: str, school: Known) -> list[tuple[Person, str, str | None]]:
        """Who may be meant, each with the question as it is remembered and what was said; an address asks by itself."""
        known = [one for one in self._alike(name, school) if not one._state.adding]
        asked = sorted((one for one in known if not email or one.email.lower() != email), key=lambda one: one.pk)
        who = f"{name}, {email}" if email else name
        texts = [ASKED.format(name=who, school=school.name, known=one.name)[:LONGEST] for one in asked[:MOST_ASKED]]
        return [(one, text, self.world.said(INITIALS, text)) for one, text in zip(asked, texts, strict=False)]

    def _alike(self, name: str, school: Known) -> Iterator[Person]:
        parts = parts_of(name)
        is_short = has_initial(parts)
        for others, known in self._at.get((school.pk, parts[0][0], not is_short), {}).values() if parts else ():
            if may_be(parts, others) if is_short else may_be(others, parts):
                yield known
