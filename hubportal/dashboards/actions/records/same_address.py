"""Whose address a line has of somebody of another name: a misspelling makes a second person, a shared mailbox none."""

from collections.abc import Iterable, Sequence

from hubportal.dashboards.actions.records.ledger import Ledger
from hubportal.dashboards.actions.records.lines import Undecided
from hubportal.dashboards.actions.records.same_name import NAMELESS
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import ANOTHER, SAME_ADDRESS
from schools.models import Person
from schools.rules import name_key
from schools.rules.addresses import is_shared
from schools.rules.duplicates import is_near

ASKED = "{name}, {email}: {known} has this address"
SAID_ONE = "You said that {name} is {known}, who has this address."
HAS_ADDRESS = "{known} has this address, too. The same person? Then write that name."
SHARED = "{known} has this address, too, which is taken for a mailbox that several share."
LONGEST = 300  # as much of a question is kept


class SameAddress:
    """Asks whether somebody new is whoever has their address in the portal."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger

    def ask(self, number: int, name: str, email: str, those: Sequence[Person]) -> None:
        """Let somebody say whether a line is about whoever of ``those`` of its address is likeliest.

        :raises Undecided: while nobody has.
        """
        known = in_question(name, email, those)
        if known is None:
            return
        text = self._text(name, email, known)
        if (said := self.world.said(SAME_ADDRESS, text)) is None:
            self.world.asking.word(number, SAME_ADDRESS, text)
            raise Undecided(f"{text}. Say whether they are one person or two.")
        self.world.asking.answered(number, SAME_ADDRESS, text, said)
        if said != ANOTHER:
            self.ledger.say(number, SAID_ONE.format(name=name, known=known))

    def said_one(self, name: str, email: str, those: Sequence[Person]) -> Person | None:
        """Whom a line is about by what somebody has said; None where they are two, or nobody has said it."""
        known = in_question(name, email, those)
        said = None if known is None else self.world.said(SAME_ADDRESS, self._text(name, email, known))
        return None if said in (None, ANOTHER) else known

    def words_of(self, name: str, email: str, those: Sequence[Person], *, is_known: bool = False) -> str:
        """What whoever looks is told of somebody else of an address who is not asked about; empty where nobody is.

        Of those of other lines, only of a like name: a file of a school may have its mailbox with everybody.

        :param is_known: whether the portal has somebody of this name there, who is meant, and gets the address.
        """
        if not is_known and in_question(name, email, those) is not None:
            return ""
        told = [one for one in those if name_key(one.name) != name_key(name)]
        alike = [one for one in told if not one._state.adding or _are_alike(one.name, name)]
        if not alike:
            return ""
        is_odd = not is_shared(email) or _are_alike(alike[0].name, name)
        return (HAS_ADDRESS if is_odd else SHARED).format(known=alike[0].name)

    def _text(self, name: str, email: str, known: Person) -> str:
        """The question as it is remembered: it goes for every file that has this name with this address."""
        register, school = self.world.register, known.school_id
        at = f", of {register.known(school).name}," if school is not None and school in register else ""
        return ASKED.format(name=name, email=email, known=f"{known.name}{at}")[:LONGEST]


def in_question(name: str, email: str, those: Iterable[Person]) -> Person | None:
    """Who in the portal may be meant by another name; at a mailbox that several share only who is called alike."""
    known = [one for one in those if not one._state.adding and name_key(one.name) != name_key(name)]
    if is_shared(email) and name_key(name) not in NAMELESS:
        known = [one for one in known if _are_alike(one.name, name)]
    order = sorted(known, key=lambda one: (not _are_alike(one.name, name), not hasattr(one, "user"), one.pk))
    return next(iter(order), None)


def _are_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: nearly the same, or of one surname, as a short form has it."""
    return name_key(one).split()[-1:] == name_key(other).split()[-1:] or is_near(one, other)
